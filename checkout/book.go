package checkout

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/jobs"
	"countyfair/internal/money"
	"countyfair/internal/pg"
	"countyfair/ledger"
)

// capture is the fact that the group's payment came: shared out where the
// orders live, promised back where they had ended.
func (g *group) capture(at time.Time) (ledger.Entry, error) {
	if g.State != GroupPaid {
		return ledger.Late{Payment: g.Payment.ID, Group: g.ID, Provider: g.Payment.Provider, Amount: g.Payment.Amount, At: at}.Entry(), nil
	}
	return g.sale(at)
}

func (g *group) sale(at time.Time) (ledger.Entry, error) {
	s := ledger.Sale{Payment: g.Payment.ID, Group: g.ID, Provider: g.Payment.Provider, Total: g.Payment.Amount, At: at}
	for _, o := range g.Orders {
		s.Parts = append(s.Parts, o.part)
	}
	return s.Entry()
}

// bookedRefund is a refund and whether the book knows of it.
type bookedRefund struct {
	refund
	created time.Time
	done    time.Time
	booked  bool // that it was promised
}

// bookPayment brings the book up to date with all that is known of a payment
// that came: what is in it already stays. The caller has locked the group.
func (s *Service) bookPayment(ctx context.Context, tx *pg.Tx, tenant uuid.UUID, g *group) error {
	if g.Payment.State != PaymentSucceeded {
		return nil
	}
	at, refunds, err := factsOf(ctx, tx, tenant, g)
	if err != nil {
		return err
	}
	e, err := g.capture(at)
	if err != nil {
		return err
	}
	if err := ledger.Post(ctx, tx, tenant, e); err != nil {
		return err
	}
	for _, r := range refunds {
		if err := bookRefund(ctx, tx, tenant, g, r); err != nil {
			return err
		}
	}
	return nil
}

// factsOf tells when the payment came, and its refunds in the order they were asked.
func factsOf(ctx context.Context, tx *pg.Tx, tenant uuid.UUID, g *group) (at time.Time, refunds []bookedRefund, err error) {
	b := &pgx.Batch{}
	b.Queue(`SELECT coalesce((SELECT min(e.at) FROM order_events e JOIN orders o ON o.tenant_id = e.tenant_id AND o.id = e.order_id
		WHERE o.tenant_id = $1 AND o.group_id = $2 AND (e.state = 'paid' OR e.note = 'late_payment')), $3)`, tenant, g.ID, g.Payment.updated)
	b.Queue(`SELECT r.id, r.order_id, r.amount, r.currency, r.state, r.created_at, coalesce(r.done_at, r.created_at),
			EXISTS (SELECT FROM ledger_entries e WHERE e.tenant_id = $1 AND e.fact = 'refund/' || r.id || '/asked')
		FROM refunds r WHERE r.tenant_id = $1 AND r.payment_id = $2 ORDER BY r.created_at, r.id`, tenant, g.Payment.ID)
	r := tx.SendBatch(ctx, b)
	defer func() {
		if bad := r.Close(); err == nil {
			err = bad
		}
	}()
	if err := r.QueryRow().Scan(&at); err != nil {
		return at, nil, err
	}
	rows, err := r.Query()
	if err != nil {
		return at, nil, err
	}
	refunds, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (x bookedRefund, err error) {
		err = row.Scan(&x.ID, &x.Order, &x.Amount.Amount, &x.Amount.Currency, &x.State, &x.created, &x.done, &x.booked)
		return x, err
	})
	return at, refunds, err
}

func bookRefund(ctx context.Context, tx *pg.Tx, tenant uuid.UUID, g *group, r bookedRefund) error {
	f := ledger.Refund{ID: r.ID, Payment: g.Payment.ID, Provider: g.Payment.Provider, Amount: r.Amount, At: r.created}
	if r.Order != nil {
		f.Orders = []uuid.UUID{*r.Order}
	}
	if r.Order != nil && !r.booked {
		left, err := ledger.Of(ctx, tx, tenant, *r.Order)
		if err != nil {
			return err
		}
		e, err := f.Asked(left)
		if err != nil {
			return err
		}
		if err := ledger.Post(ctx, tx, tenant, e); err != nil {
			return err
		}
	}
	f.At = r.done
	switch r.State {
	case "done":
		return ledger.Post(ctx, tx, tenant, f.Done())
	case "failed":
		return ledger.PostRefundFailed(ctx, tx, tenant, f)
	}
	return nil
}

// left is what can still be given back of an order of the group, which is locked.
func (s *Service) left(ctx context.Context, tx *pg.Tx, tenant uuid.UUID, g *group, order uuid.UUID) (money.Money, error) {
	if err := s.bookPayment(ctx, tx, tenant, g); err != nil {
		return money.Money{}, err
	}
	held, err := ledger.Of(ctx, tx, tenant, order)
	return held.Left(g.Total.Currency), err
}

type releaseArgs struct {
	jobs.Of
	Order   uuid.UUID `json:"order"`
	Reserve bool      `json:"reserve"` // the second step: what was kept back
}

func (releaseArgs) Kind() string { return "checkout.release" }

// releaseLater has the seller's share of a delivered order become available
// when the county's hold is over.
func (s *Service) releaseLater(ctx context.Context, tx *pg.Tx, tenant, order uuid.UUID, delivered time.Time) error {
	county, err := s.counties.ByID(tenant)
	if err != nil {
		return err
	}
	return jobs.Insert(ctx, tx, releaseArgs{Of: jobs.Of{Tenant: tenant}, Order: order}, jobs.At(delivered.AddDate(0, 0, county.Policy.Payout.HoldDays)), jobs.Once())
}

// releaseJob ends an order's hold, or its reserve. Run twice it changes nothing.
func (s *Service) releaseJob(ctx context.Context, a releaseArgs) error {
	county, err := s.counties.ByID(a.Tenant)
	if err != nil {
		return err
	}
	policy, now := county.Policy.Payout, s.clock.Now()
	return s.db.Write(ctx, func(tx *pg.Tx) error {
		left, err := ledger.Of(ctx, tx, a.Tenant, a.Order)
		if err != nil {
			return err
		}
		if a.Reserve {
			return ledger.Post(ctx, tx, a.Tenant, ledger.ReserveReleased(a.Order, now, left))
		}
		e, err := ledger.Release{Order: a.Order, At: now, ReserveBP: policy.ReserveBP}.Entry(left)
		if err != nil {
			return err
		}
		if err := ledger.Post(ctx, tx, a.Tenant, e); err != nil || policy.ReserveBP == 0 {
			return err
		}
		return jobs.Insert(ctx, tx, releaseArgs{Of: a.Of, Order: a.Order, Reserve: true}, jobs.At(now.AddDate(0, 0, policy.ReserveDays)), jobs.Once())
	})
}
