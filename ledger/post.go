package ledger

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/pg"
)

// The lines of an entry that is there already find no entry to join.
const insertEntries = `WITH e AS (
	INSERT INTO ledger_entries (tenant_id, id, kind, fact, at, group_id, order_id, payment_id, memo)
	SELECT $1, id, kind, fact, at, nullif(g, $15), nullif(o, $15), nullif(p, $15), memo::jsonb
	FROM unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::uuid[], $7::uuid[], $8::uuid[], $9::text[]) AS u (id, kind, fact, at, g, o, p, memo)
	ON CONFLICT (tenant_id, fact) DO NOTHING RETURNING id
)
INSERT INTO ledger_lines (tenant_id, entry_id, line, account, party, order_id, currency, amount)
SELECT $1, l.entry, row_number() OVER (PARTITION BY l.entry), l.account, l.party, nullif(l.o, $15), l.currency, l.amount
FROM unnest($10::uuid[], $11::text[], $12::text[], $16::uuid[], $13::text[], $14::bigint[]) AS l (entry, account, party, o, currency, amount) JOIN e ON e.id = l.entry`

// Queue adds the entries to the batch of the fact itself: one statement,
// however many they are. Entries that move nothing are left out, and entries
// whose fact is in the book already change nothing.
func Queue(b *pgx.Batch, tenant uuid.UUID, entries ...Entry) error {
	args, err := arguments(tenant, entries)
	if err == nil && args != nil {
		b.Queue(insertEntries, args...)
	}
	return err
}

// Post writes the entries in a transaction, under the rules of Queue.
func Post(ctx context.Context, tx *pg.Tx, tenant uuid.UUID, entries ...Entry) error {
	args, err := arguments(tenant, entries)
	if err != nil || args == nil {
		return err
	}
	_, err = tx.Exec(ctx, insertEntries, args...)
	return err
}

func arguments(tenant uuid.UUID, entries []Entry) ([]any, error) {
	var ids, groups, orders, payments []uuid.UUID
	var kinds, facts, memos []string
	var at []any
	var l struct {
		entries, orders               []uuid.UUID
		accounts, parties, currencies []string
		amounts                       []int64
	}
	seen := map[string]bool{}
	for i := range entries {
		e := &entries[i]
		if e.Empty() || seen[e.Fact] {
			continue
		}
		seen[e.Fact] = true
		if err := e.check(); err != nil {
			return nil, err
		}
		memo, err := e.memo()
		if err != nil {
			return nil, err
		}
		ids, kinds, facts, at = append(ids, e.ID), append(kinds, string(e.Kind)), append(facts, e.Fact), append(at, e.At)
		groups, orders, payments, memos = append(groups, e.Group), append(orders, e.Order), append(payments, e.Payment), append(memos, string(memo))
		for _, line := range e.Lines {
			l.entries, l.orders, l.accounts = append(l.entries, e.ID), append(l.orders, line.Order), append(l.accounts, string(line.Account))
			l.parties, l.currencies, l.amounts = append(l.parties, line.Party), append(l.currencies, line.Currency), append(l.amounts, line.Amount)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return []any{tenant, ids, kinds, facts, at, groups, orders, payments, memos, l.entries, l.accounts, l.parties, l.currencies, l.amounts, uuid.Nil, l.orders}, nil
}
