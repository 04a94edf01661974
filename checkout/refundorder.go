package checkout

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"countyfair/internal/actor"
	"countyfair/internal/audit"
	"countyfair/internal/errs"
	"countyfair/internal/money"
	"countyfair/internal/pg"
	"countyfair/ledger"
)

// Refund is money that was promised back to the buyer of an order.
type Refund struct {
	ID     uuid.UUID
	Order  uuid.UUID
	Amount money.Money
	State  string // waiting, done, failed
	At     time.Time
}

// RefundRequest says how much of an order goes back, and why.
type RefundRequest struct {
	Amount *money.Money // nil: all that is left
	Reason string       // the office reads it
	Key    string       // asked twice with one key it is one refund; empty: a new one
}

// Refund gives back a part of a paid order, or all that is left of it. Its own
// seller may, and the county's officers; the order itself goes on as it was.
func (s *Service) Refund(ctx context.Context, who actor.Actor, order uuid.UUID, r RefundRequest) (Refund, error) {
	if err := who.NeedAccount(); err != nil {
		return Refund{}, err
	}
	seen, err := s.findOrder(ctx, who, orderByID, order, Credentials{})
	if err != nil {
		return Refund{}, err
	}
	if !seen.view.Seller && !who.Is(actor.Officer, actor.System) { // its buyer, or a supervisor
		return Refund{}, errs.NotAllowed()
	}
	r.Reason = strings.TrimSpace(r.Reason)
	if err := checkReason(r.Reason, true); err != nil {
		return Refund{}, err
	}
	var out Refund
	err = s.db.Write(ctx, func(tx *pg.Tx) error {
		g, err := lockGroup(ctx, tx, who.Tenant, seen.Group)
		if err != nil {
			return err
		}
		if out, err = s.refundOf(ctx, tx, who, g, order, r); err != nil || !seen.view.Officer {
			return err
		}
		return audit.Record(ctx, tx, s.clock.Now(), who, audit.Act{Action: "order.refund", Subject: "order", ID: order.String(), Detail: map[string]any{"reason": r.Reason, "amount": out.Amount}})
	})
	return out, err
}

// refundOf asks for the refund of one order of a group, which is locked.
func (s *Service) refundOf(ctx context.Context, tx *pg.Tx, who actor.Actor, g *group, order uuid.UUID, r RefundRequest) (Refund, error) {
	if r.Key != "" {
		if old, err := askedBefore(ctx, tx, who.Tenant, order, r.Key); err == nil || !pg.NoRows(err) {
			return old, err
		}
	}
	if g.State != GroupPaid {
		return Refund{}, errs.New(errs.Conflict, "not_paid", "This order is not paid.")
	}
	left, err := s.left(ctx, tx, who.Tenant, g, order)
	if err != nil {
		return Refund{}, err
	}
	amount := left
	if r.Amount != nil {
		amount = *r.Amount
	}
	if amount.Currency != left.Currency {
		var wrong errs.Fields
		wrong.Add("amount", "currency", "Refund in the currency that was paid.")
		return Refund{}, wrong.Err()
	}
	if amount.Amount <= 0 || amount.Amount > left.Amount {
		return Refund{}, ledger.ErrTooMuch.With("left", left)
	}
	out := Refund{ID: newID(), Order: order, Amount: amount, State: "waiting", At: s.clock.Now()}
	if r.Key == "" {
		r.Key = out.ID.String()
	}
	return out, s.askRefund(ctx, tx, g, refund{Tenant: who.Tenant, ID: out.ID, Payment: g.Payment.ID, Order: &order, Amount: amount, Reason: "requested", Key: r.Key, Note: r.Reason})
}

func askedBefore(ctx context.Context, tx *pg.Tx, tenant, order uuid.UUID, key string) (r Refund, err error) {
	err = tx.QueryRow(ctx, `SELECT id, order_id, amount, currency, state, created_at FROM refunds WHERE tenant_id = $1 AND order_id = $2 AND reason = 'requested' AND ask_key = $3`, tenant, order, key).
		Scan(&r.ID, &r.Order, &r.Amount.Amount, &r.Amount.Currency, &r.State, &r.At)
	return r, err
}
