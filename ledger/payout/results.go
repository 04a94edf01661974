package payout

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/actor"
	"countyfair/internal/audit"
	"countyfair/internal/errs"
	"countyfair/internal/money"
	"countyfair/internal/pg"
	"countyfair/ledger"
	"countyfair/ledger/bankfile"
)

// Imported is what an import of results did.
type Imported struct {
	Paid     int
	Failed   int // put back into balances
	Already  int // booked before
	Unknown  int // not ours: a statement holds much else
	Problems []Problem
}

// Problem is a result that was not booked, and why.
type Problem struct {
	Reference string
	Why       string
}

// Import books what a bank says of payments: camt.053, camt.054 or CSV. Each
// line is booked once, whatever file it comes in, and however often.
func (s *Service) Import(ctx context.Context, who actor.Actor, file io.Reader) (Imported, error) {
	if err := who.Need(actor.Officer); err != nil {
		return Imported{}, err
	}
	hash := sha256.New()
	results, err := bankfile.ReadResults(io.TeeReader(file, hash))
	if errors.Is(err, bankfile.ErrFile) {
		return Imported{}, errs.New(errs.Invalid, "bank_file", "This file cannot be read as a bank's answer: it is neither camt.053, camt.054 nor the CSV of the guide.").With("why", err.Error()).Because(err)
	}
	if err != nil {
		return Imported{}, err
	}
	return s.bookResults(ctx, who, results, map[string]any{"sha256": hex.EncodeToString(hash.Sum(nil))})
}

// bookResults books all results in one transaction.
func (s *Service) bookResults(ctx context.Context, who actor.Actor, results []bankfile.Result, detail map[string]any) (out Imported, err error) {
	now := s.clock.Now()
	err = s.db.Write(ctx, func(tx *pg.Tx) error {
		b := booking{tenant: who.Tenant, now: now, out: Imported{}}
		if err := b.load(ctx, tx, results); err != nil {
			return err
		}
		for _, r := range results {
			b.take(r)
		}
		if err := b.write(ctx, tx); err != nil {
			return err
		}
		out = b.out
		detail["paid"], detail["failed"], detail["already"], detail["problems"] = out.Paid, out.Failed, out.Already, len(out.Problems)
		return audit.Record(ctx, tx, now, who, audit.Act{Action: "payout.results", Subject: "payout", ID: fmt.Sprint(len(b.changed)), Detail: detail})
	})
	return out, err
}

// booking is one import as it goes through its lines.
type booking struct {
	tenant  uuid.UUID
	now     time.Time
	lines   map[string]*Line
	changed map[string]bool
	entries []ledger.Entry
	out     Imported
}

// load locks the lines that are spoken of, so that two imports take turns.
func (b *booking) load(ctx context.Context, tx *pg.Tx, results []bankfile.Result) error {
	b.lines, b.changed = map[string]*Line{}, map[string]bool{}
	var ids []uuid.UUID
	for _, r := range results {
		if id, err := uuid.Parse(r.Reference); err == nil && len(r.Reference) == 32 {
			ids = append(ids, id)
		}
	}
	rows, err := tx.Query(ctx, selectLines+`id = ANY ($2) ORDER BY id FOR UPDATE`, b.tenant, ids)
	if err != nil {
		return err
	}
	lines, err := pgx.CollectRows(rows, scanLine)
	for i := range lines {
		b.lines[Reference(lines[i].ID)] = &lines[i]
	}
	return err
}

// take decides what one result means for its line.
func (b *booking) take(r bankfile.Result) {
	l := b.lines[strings.ToLower(r.Reference)] // some banks send capitals back
	if l == nil {
		b.out.Unknown++
		return
	}
	if r.Amount != l.Amount {
		b.problem(r, "amount")
		return
	}
	p := ledger.Payout{Line: l.ID, Seller: l.Seller, Amount: l.Amount, At: b.now}
	switch {
	case r.Outcome == bankfile.Paid && l.State.CanBecome(LinePaid):
		b.move(l, LinePaid, p.Paid(), r)
		b.out.Paid++
	case r.Outcome == bankfile.Failed && l.State.CanBecome(LineFailed):
		b.move(l, LineFailed, p.Failed(), r)
		b.out.Failed++
	case r.Outcome == bankfile.Failed && l.State.CanBecome(LineReturned):
		b.move(l, LineReturned, p.Returned(), r)
		b.out.Failed++
	case said(r.Outcome, l.State):
		b.out.Already++
	default:
		b.problem(r, string(l.State))
	}
}

// said reports whether the line has been through this outcome before.
func said(o bankfile.Outcome, s LineState) bool {
	if o == bankfile.Paid {
		return s == LinePaid || s == LineReturned
	}
	return s == LineFailed || s == LineReturned
}

func (b *booking) move(l *Line, to LineState, e ledger.Entry, r bankfile.Result) {
	l.State, b.changed[Reference(l.ID)] = to, true
	if r.BankRef != "" {
		l.BankRef = r.BankRef
	}
	l.Failure = r.Reason
	b.entries = append(b.entries, e)
}

// problem notes a result that is not booked; a thousand are enough to read.
func (b *booking) problem(r bankfile.Result, why string) {
	if len(b.out.Problems) < 1000 {
		b.out.Problems = append(b.out.Problems, Problem{r.Reference, why})
	}
}

func (b *booking) write(ctx context.Context, tx *pg.Tx) error {
	batch := &pgx.Batch{}
	for ref := range b.changed {
		l := b.lines[ref]
		batch.Queue(`UPDATE payout_lines SET state = $3, bank_ref = $4, failure = $5, updated_at = $6 WHERE tenant_id = $1 AND id = $2`, b.tenant, l.ID, l.State, l.BankRef, l.Failure, b.now)
	}
	if err := ledger.Queue(batch, b.tenant, b.entries...); err != nil {
		return err
	}
	batch.Queue(`UPDATE payout_runs r SET state = 'settled', settled_at = $2 WHERE r.tenant_id = $1 AND r.state = 'approved'
		AND NOT EXISTS (SELECT FROM payout_lines l WHERE l.tenant_id = $1 AND l.run_id = r.id AND l.state = 'approved')`, b.tenant, b.now)
	return tx.SendBatch(ctx, batch).Close()
}

// Kinds are the entries that payout runs alone write.
func (s *Service) Kinds() []ledger.Kind {
	return []ledger.Kind{ledger.KindPayoutApproved, ledger.KindPayoutPaid, ledger.KindPayoutFailed, ledger.KindPayoutReturned}
}

// Facts retells what was approved and what became of it, for whoever checks the book.
func (s *Service) Facts(ctx context.Context, q pg.Querier, tenant uuid.UUID, visit func([]ledger.Fact) error) error {
	for after := uuid.Nil; ; {
		rows, err := q.Query(ctx, selectLines+`id > $2 AND state NOT IN ('proposed', 'dropped') ORDER BY id LIMIT 1000`, tenant, after)
		if err != nil {
			return err
		}
		lines, err := pgx.CollectRows(rows, scanLine)
		if err != nil || len(lines) == 0 {
			return err
		}
		var page []ledger.Fact
		for _, l := range lines {
			page = append(page, l.facts()...)
		}
		if err := visit(page); err != nil {
			return err
		}
		after = lines[len(lines)-1].ID
	}
}

func (l *Line) facts() []ledger.Fact {
	minus := money.Of(-l.Amount.Amount, l.Amount.Currency)
	fact := func(kind ledger.Kind, step string, a ledger.Account, m money.Money) ledger.Fact {
		return ledger.Fact{Name: ledger.PayoutFact(l.ID, step), Kind: kind, Account: a, Amount: m}
	}
	out := []ledger.Fact{fact(ledger.KindPayoutApproved, "approved", ledger.SellerPaidOut, minus)}
	if l.State == LinePaid || l.State == LineReturned {
		out = append(out, fact(ledger.KindPayoutPaid, "paid", ledger.PayoutsMade, l.Amount))
	}
	if l.State == LineFailed {
		out = append(out, fact(ledger.KindPayoutFailed, "failed", ledger.SellerPaidOut, l.Amount))
	}
	if l.State == LineReturned {
		out = append(out, fact(ledger.KindPayoutReturned, "returned", ledger.PayoutsMade, minus))
	}
	return out
}
