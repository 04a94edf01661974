package checkout

import (
	"context"
	"time"

	"github.com/google/uuid"

	"countyfair/internal/jobs"
	"countyfair/internal/money"
	"countyfair/internal/notify"
	"countyfair/internal/pg"
)

// refund is money that goes back: of one order, or (without one) of all.
type refund struct {
	Tenant  uuid.UUID
	ID      uuid.UUID
	Payment uuid.UUID
	Order   *uuid.UUID
	Amount  money.Money
	Reason  string
	Key     string // tells two refunds of one order apart
	Note    string // why, in words
	State   string
}

type refundArgs struct {
	jobs.Of
	Refund uuid.UUID `json:"refund"`
}

func (refundArgs) Kind() string { return "checkout.refund" }

// askRefund writes down that money is to go back, and has a job see to it. The
// same reason (and key) for the same order counts once. The caller has locked
// the group.
func (s *Service) askRefund(ctx context.Context, tx *pg.Tx, g *group, r refund) error {
	if r.ID == uuid.Nil {
		r.ID = newID()
	}
	tag, err := tx.Exec(ctx, `INSERT INTO refunds (tenant_id, id, payment_id, order_id, amount, currency, reason, ask_key, note, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
		r.Tenant, r.ID, r.Payment, r.Order, r.Amount.Amount, r.Amount.Currency, r.Reason, r.Key, r.Note, s.clock.Now())
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	if err := s.bookPayment(ctx, tx, r.Tenant, g); err != nil {
		return err
	}
	return jobs.Insert(ctx, tx, refundArgs{Of: jobs.Of{Tenant: r.Tenant}, Refund: r.ID})
}

// refundJob gives the money back at the provider and notes it. Run again after
// a crash it calls the provider with the same key, which gives it back once.
func (s *Service) refundJob(ctx context.Context, a refundArgs) error {
	r := refund{Tenant: a.Tenant, ID: a.Refund}
	var name, ref string
	err := s.db.Query(ctx, func(q pg.Querier) error {
		return q.QueryRow(ctx, `SELECT r.payment_id, r.order_id, r.amount, r.currency, r.reason, r.state, p.provider, coalesce(p.provider_ref, '')
			FROM refunds r JOIN payments p ON p.tenant_id = r.tenant_id AND p.id = r.payment_id WHERE r.tenant_id = $1 AND r.id = $2`, a.Tenant, a.Refund).
			Scan(&r.Payment, &r.Order, &r.Amount.Amount, &r.Amount.Currency, &r.Reason, &r.State, &name, &ref)
	})
	if pg.NoRows(err) || r.State == "done" {
		return nil
	}
	if err != nil {
		return err
	}
	provider, err := s.provider(name)
	if err != nil {
		return err
	}
	done, err := provider.Refund(ctx, NewRefund{ID: r.ID, Ref: ref, Amount: r.Amount})
	if err != nil {
		return err
	}
	s.step("after refund")
	return s.db.Write(ctx, func(tx *pg.Tx) error { return s.noteRefund(ctx, tx, r, done.Ref) })
}

func (s *Service) noteRefund(ctx context.Context, tx *pg.Tx, r refund, ref string) error {
	now := s.clock.Now()
	tag, err := tx.Exec(ctx, `UPDATE refunds SET state = 'done', provider_ref = $3, done_at = $4 WHERE tenant_id = $1 AND id = $2 AND state = 'waiting'`, r.Tenant, r.ID, ref, now)
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE payments SET refunded = refunded + $3, updated_at = $4 WHERE tenant_id = $1 AND id = $2`, r.Tenant, r.Payment, r.Amount.Amount, now); err != nil {
		return err
	}
	seen, err := groupOfPayment(ctx, tx, r.Tenant, r.Payment)
	if err != nil {
		return err
	}
	g, err := lockGroup(ctx, tx, r.Tenant, seen.ID)
	if err != nil {
		return err
	}
	if err := s.bookPayment(ctx, tx, r.Tenant, g); err != nil {
		return err
	}
	for _, o := range g.Orders {
		if r.Order == nil || o.ID == *r.Order {
			if err := addEvent(ctx, tx, r.Tenant, o.ID, o.State, now, nil, "refunded"); err != nil {
				return err
			}
		}
	}
	if r.Order == nil { // late money: the buyer was told that it goes back
		return nil
	}
	m := s.toBuyerOf(r.Tenant, g, *g.order(*r.Order), tellRefunded)
	m.Dedupe, m.Data["total"] = m.Dedupe+"/"+r.ID.String(), r.Amount
	return notify.Queue(ctx, tx, now, m)
}

// waitingRefunds finds refunds whose job was given up or lost.
func (s *Service) waitingRefunds(ctx context.Context, tenant uuid.UUID, before time.Time) ([]uuid.UUID, error) {
	return s.ids(ctx, `SELECT id FROM refunds WHERE tenant_id = $1 AND state = 'waiting' AND created_at < $2 ORDER BY created_at LIMIT 500`, tenant, before)
}
