package checkout

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/jobs"
	"countyfair/internal/pg"
	"countyfair/ledger"
)

// backfillEvery is how often the book is held against the orders. The first
// time, at the start, brings in what was sold before there was a book.
const backfillEvery = 24 * time.Hour

type backfillArgs struct{ jobs.Of }

func (backfillArgs) Kind() string { return "checkout.backfill" }

// Backfill books, in every county, payments and refunds that the book does not
// know, and has orders released that were delivered without it. It may be
// stopped and run again at any time.
func (s *Service) Backfill(ctx context.Context) error {
	counties, err := s.countiesAtWork(ctx)
	problems := []error{err}
	for _, c := range counties {
		if err := s.backfillCounty(pg.WithTenant(ctx, c), c); err != nil {
			problems = append(problems, fmt.Errorf("county %s: %w", c, err))
		}
	}
	return errors.Join(problems...)
}

const (
	unbookedPayments = `SELECT p.id FROM payments p WHERE p.tenant_id = $1 AND p.state = 'succeeded' AND p.amount > 0 AND p.id > $2
		AND (NOT EXISTS (SELECT FROM ledger_entries e WHERE e.tenant_id = $1 AND e.fact = 'payment/' || p.id || '/captured')
			OR EXISTS (SELECT FROM refunds r WHERE r.tenant_id = $1 AND r.payment_id = p.id AND (
				(r.order_id IS NOT NULL AND NOT EXISTS (SELECT FROM ledger_entries e WHERE e.tenant_id = $1 AND e.fact = 'refund/' || r.id || '/asked'))
				OR (r.state <> 'waiting' AND NOT EXISTS (SELECT FROM ledger_entries e WHERE e.tenant_id = $1 AND e.fact = 'refund/' || r.id || '/' || r.state)))))
		ORDER BY p.id LIMIT 500`
	unreleasedOrders = `SELECT o.id FROM orders o WHERE o.tenant_id = $1 AND o.state = 'delivered' AND o.id > $2
		AND (SELECT sum(l.amount) FROM ledger_lines l WHERE l.tenant_id = $1 AND l.order_id = o.id AND l.account IN ('seller_pending', 'shipping_payable')) < 0 ORDER BY o.id LIMIT 500`
)

func (s *Service) backfillCounty(ctx context.Context, tenant uuid.UUID) error {
	if err := s.throughAll(ctx, tenant, unbookedPayments, s.bookAgain); err != nil {
		return err
	}
	return s.throughAll(ctx, tenant, unreleasedOrders, s.releaseAgain)
}

// throughAll does something with every id that a query finds, page by page.
// One that fails keeps no other from its turn.
func (s *Service) throughAll(ctx context.Context, tenant uuid.UUID, sql string, do func(ctx context.Context, tenant, id uuid.UUID) error) error {
	var problems []error
	for after := uuid.Nil; ; {
		var ids []uuid.UUID
		err := s.db.Query(ctx, func(q pg.Querier) error {
			rows, err := q.Query(ctx, sql, tenant, after)
			if err != nil {
				return err
			}
			ids, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
			return err
		})
		if err != nil || len(ids) == 0 {
			return errors.Join(append(problems, err)...)
		}
		for _, id := range ids {
			if err := do(ctx, tenant, id); err != nil {
				problems = append(problems, fmt.Errorf("%s: %w", id, err))
			}
		}
		after = ids[len(ids)-1]
	}
}

func (s *Service) bookAgain(ctx context.Context, tenant, payment uuid.UUID) error {
	seen, err := s.byPayment(ctx, tenant, payment)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *pg.Tx) error {
		g, err := lockGroup(ctx, tx, tenant, seen.ID)
		if err != nil {
			return err
		}
		return s.bookPayment(ctx, tx, tenant, g)
	})
}

// releaseAgain has an order released that was delivered while nobody counted
// its days, or whose job was lost.
func (s *Service) releaseAgain(ctx context.Context, tenant, order uuid.UUID) error {
	return s.db.Write(ctx, func(tx *pg.Tx) error {
		var delivered time.Time
		err := tx.QueryRow(ctx, `SELECT coalesce(min(at), $3) FROM order_events WHERE tenant_id = $1 AND order_id = $2 AND state = 'delivered'`, tenant, order, s.clock.Now()).Scan(&delivered)
		if err != nil {
			return err
		}
		return s.releaseLater(ctx, tx, tenant, order, delivered)
	})
}

// Kinds are the entries that checkout alone writes.
func (s *Service) Kinds() []ledger.Kind {
	return []ledger.Kind{ledger.KindSale, ledger.KindLate, ledger.KindRefundAsked, ledger.KindRefundDone, ledger.KindRefundFailed}
}

const (
	capturedFacts = `SELECT p.id, p.currency, p.amount, g.state = 'paid', array(SELECT o.id FROM orders o WHERE o.tenant_id = $1 AND o.group_id = g.id ORDER BY o.id),
			array(SELECT o.total FROM orders o WHERE o.tenant_id = $1 AND o.group_id = g.id ORDER BY o.id)
		FROM payments p JOIN order_groups g ON g.tenant_id = p.tenant_id AND g.id = p.group_id
		WHERE p.tenant_id = $1 AND p.state = 'succeeded' AND p.amount > 0 AND p.id > $2 ORDER BY p.id LIMIT 1000`
	refundFacts = `SELECT id, currency, amount, order_id IS NOT NULL, state FROM refunds WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT 1000`
)

// Facts retells what was paid and refunded, for whoever checks the book.
func (s *Service) Facts(ctx context.Context, q pg.Querier, tenant uuid.UUID, visit func([]ledger.Fact) error) error {
	if err := retell(ctx, q, capturedFacts, tenant, scanCaptured, visit); err != nil {
		return err
	}
	return retell(ctx, q, refundFacts, tenant, scanRefundFacts, visit)
}

// retell reads a table of facts page by page, by id.
func retell(ctx context.Context, q pg.Querier, sql string, tenant uuid.UUID, scan func(pgx.Rows) (uuid.UUID, []ledger.Fact, error), visit func([]ledger.Fact) error) error {
	for after := uuid.Nil; ; {
		rows, err := q.Query(ctx, sql, tenant, after)
		if err != nil {
			return err
		}
		var page []ledger.Fact
		n := 0
		for ; rows.Next(); n++ {
			var facts []ledger.Fact
			if after, facts, err = scan(rows); err != nil {
				rows.Close()
				return err
			}
			page = append(page, facts...)
		}
		if rows.Err() != nil || n == 0 {
			return rows.Err()
		}
		if err := visit(page); err != nil {
			return err
		}
	}
}

func scanCaptured(rows pgx.Rows) (id uuid.UUID, facts []ledger.Fact, err error) {
	f := ledger.Fact{Kind: ledger.KindLate, Account: ledger.ProviderClearing}
	var sale bool
	var orders []uuid.UUID
	var totals []int64
	if err := rows.Scan(&id, &f.Amount.Currency, &f.Amount.Amount, &sale, &orders, &totals); err != nil {
		return id, nil, err
	}
	f.Name = ledger.Captured(id)
	if sale {
		f.Kind, f.Orders = ledger.KindSale, map[uuid.UUID]int64{}
		for i, o := range orders {
			f.Orders[o] = totals[i]
		}
	}
	return id, []ledger.Fact{f}, nil
}

func scanRefundFacts(rows pgx.Rows) (id uuid.UUID, facts []ledger.Fact, err error) {
	asked := ledger.Fact{Kind: ledger.KindRefundAsked, Account: ledger.BuyerRefunds}
	var ofOrder bool
	var state string
	if err := rows.Scan(&id, &asked.Amount.Currency, &asked.Amount.Amount, &ofOrder, &state); err != nil {
		return id, nil, err
	}
	end := asked
	asked.Name, asked.Amount.Amount = ledger.RefundFact(id, "asked"), -asked.Amount.Amount
	if ofOrder {
		facts = append(facts, asked)
	}
	switch end.Name = ledger.RefundFact(id, state); state {
	case "done":
		end.Kind, end.Account, end.Amount.Amount = ledger.KindRefundDone, ledger.ProviderClearing, -end.Amount.Amount
		facts = append(facts, end)
	case "failed":
		end.Kind = ledger.KindRefundFailed
		facts = append(facts, end)
	}
	return id, facts, nil
}
