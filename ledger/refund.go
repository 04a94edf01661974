package ledger

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/money"
	"countyfair/internal/pg"
)

// Refund is money that goes back to a buyer, in two steps: it is promised
// (Asked), and the provider returns it (Done) or cannot (Failed).
type Refund struct {
	ID       uuid.UUID
	Payment  uuid.UUID
	Orders   []uuid.UUID // whose money it is; none for late money
	Provider string
	Amount   money.Money
	At       time.Time
}

// RefundFact names a step of a refund: asked, done or failed.
func RefundFact(id uuid.UUID, step string) string { return "refund/" + id.String() + "/" + step }

func (r Refund) entry(kind Kind, step string) Entry {
	e := entry(kind, r.At, RefundFact(r.ID, step))
	e.Payment = r.Payment
	if len(r.Orders) == 1 {
		e.Order = r.Orders[0]
	}
	return e
}

// Asked shares the refund over what remains of the orders; commissions go back
// in proportion. More than what remains is ErrTooMuch.
func (r Refund) Asked(left Remains) (Entry, error) {
	e := r.entry(KindRefundAsked, "asked")
	if err := e.take(left, r.Amount); err != nil {
		return Entry{}, err
	}
	e.credit(BuyerRefunds, "", uuid.Nil, r.Amount)
	return e, nil
}

// Done books that the provider has returned the money.
func (r Refund) Done() Entry {
	e := r.entry(KindRefundDone, "done")
	e.debit(BuyerRefunds, "", uuid.Nil, r.Amount)
	e.credit(ProviderClearing, r.Provider, uuid.Nil, r.Amount)
	return e
}

// Failed undoes the lines of the promise. Where the orders were released
// meanwhile the seller's part comes back as available, not as pending, which
// nothing would release any more.
func (r Refund) Failed(asked []Line, released bool) Entry {
	back := reversal(KindRefundFailed, r.At, RefundFact(r.ID, "failed"), asked)
	e := r.entry(KindRefundFailed, "failed")
	for _, l := range back.Lines {
		if released && (l.Account == SellerPending || l.Account == SellerReserved || l.Account == ShippingPayable) {
			l.Account = SellerAvailable
		}
		e.Lines = append(e.Lines, l)
	}
	return e
}

// PostRefundFailed undoes the promise of a refund, as the book has it.
func PostRefundFailed(ctx context.Context, tx *pg.Tx, tenant uuid.UUID, r Refund) error {
	if _, err := Of(ctx, tx, tenant, r.Orders...); err != nil { // nobody else changes the orders now
		return err
	}
	rows, err := tx.Query(ctx, `SELECT l.account, l.party, coalesce(l.order_id, $3), l.currency, l.amount FROM ledger_lines l JOIN ledger_entries e ON e.tenant_id = l.tenant_id AND e.id = l.entry_id
		WHERE e.tenant_id = $1 AND e.fact = $2 ORDER BY l.line`, tenant, RefundFact(r.ID, "asked"), uuid.Nil)
	if err != nil {
		return err
	}
	asked, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Line])
	if err != nil {
		return err
	}
	var released bool
	for _, o := range r.Orders {
		if err := tx.QueryRow(ctx, `SELECT $3 OR EXISTS (SELECT FROM ledger_entries WHERE tenant_id = $1 AND fact = $2)`, tenant, ReleaseFact(o), released).Scan(&released); err != nil {
			return err
		}
	}
	return Post(ctx, tx, tenant, r.Failed(asked, released))
}
