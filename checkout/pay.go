package checkout

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/catalog"
	"countyfair/internal/actor"
	"countyfair/internal/jobs"
	"countyfair/internal/notify"
	"countyfair/internal/pg"
	"countyfair/tenants"
)

// patience is how long a buyer waits for the provider.
const patience = 15 * time.Second

// openPayment opens the group's payment at the provider and notes it. A
// provider that does not answer is not the buyer's fault: the order stands, and
// the payment is opened later.
func (s *Service) openPayment(ctx context.Context, county *tenants.County, g *group) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := s.open1(ctx, county, g); err != nil {
		s.log.WarnContext(ctx, "payment not opened yet", "payment", g.Payment.ID, "provider", g.Payment.Provider, "error", err)
	}
}

func (s *Service) open1(ctx context.Context, county *tenants.County, g *group) error {
	provider, err := s.provider(g.Payment.Provider)
	if err != nil {
		return err
	}
	rec, err := provider.Create(ctx, NewPayment{
		ID: g.Payment.ID, Amount: g.Payment.Amount, Email: g.Email, Description: g.Orders[0].Number,
		ReturnURL: s.cfg.OrderURL(county, s.orderPath(county.ID, g.ID, g.Orders[0].Number)), IP: g.ip,
	})
	if err != nil {
		return err
	}
	s.step("after provider")
	if err := s.noteOpened(ctx, county.ID, g, rec); err != nil {
		return err
	}
	s.step("after note")
	if rec.State == PaymentSucceeded || g.Payment.State == PaymentCancelled {
		return s.reconcile(ctx, county.ID, g.Payment.ID)
	}
	return nil
}

// noteOpened stores what the provider calls the payment, and whose it is.
func (s *Service) noteOpened(ctx context.Context, tenant uuid.UUID, g *group, rec ProviderPayment) error {
	state := rec.State
	if state == PaymentSucceeded || state == PaymentCancelled {
		state = PaymentNeedsAction // what ends a payment goes through apply, with all that hangs on it
	}
	b := &pgx.Batch{}
	b.Queue(`WITH p AS (
			UPDATE payments SET provider_ref = $3, state = CASE WHEN state = 'created' THEN $4 ELSE state END, client_secret = $5, redirect_url = $6, updated_at = $7
			WHERE tenant_id = $1 AND id = $2 AND (provider_ref IS NULL OR provider_ref = $3) RETURNING state, provider
		), o AS (
			INSERT INTO payment_owners (provider, provider_ref, tenant_id, payment_id) SELECT provider, $3, $1, $2 FROM p ON CONFLICT DO NOTHING
		)
		SELECT state FROM p`, tenant, g.Payment.ID, rec.Ref, state, rec.ClientSecret, rec.RedirectURL, s.clock.Now())
	p := &g.Payment
	err := s.atomic(ctx, b, func(r pgx.BatchResults) error { return r.QueryRow().Scan(&p.State) })
	if pg.NoRows(err) {
		return fmt.Errorf("checkout: payment %s is known by another reference than %s", p.ID, rec.Ref)
	}
	p.Ref, p.ClientSecret, p.RedirectURL = rec.Ref, rec.ClientSecret, rec.RedirectURL
	return err
}

// ConfirmPayment lets a payment page of our own act on a payment (act gets the
// provider's reference and returns where the payment stands then), or, with no
// act, asks the provider where it stands, as when a buyer comes back from the
// provider's page. It gives the payment as it is known afterwards.
func (s *Service) ConfirmPayment(ctx context.Context, who actor.Actor, payment uuid.UUID, act func(ctx context.Context, ref string) (ProviderPayment, error)) (Payment, error) {
	g, err := s.byPayment(ctx, who.Tenant, payment)
	if err != nil {
		return Payment{}, err
	}
	if act != nil {
		rec, err := act(ctx, g.Payment.Ref)
		if err != nil {
			return Payment{}, err
		}
		if err := s.apply(ctx, who.Tenant, g, rec); err != nil {
			return Payment{}, err
		}
		return g.Payment, nil
	}
	if err := s.reconcile(ctx, who.Tenant, payment); err != nil {
		return Payment{}, err
	}
	g, err = s.byPayment(ctx, who.Tenant, payment)
	if err != nil {
		return Payment{}, err
	}
	return g.Payment, nil
}

func (s *Service) byPayment(ctx context.Context, tenant, payment uuid.UUID) (g *group, err error) {
	err = s.db.Query(ctx, func(q pg.Querier) error {
		g, err = groupOfPayment(ctx, q, tenant, payment)
		return err
	})
	return g, err
}

// reconcile brings what we know of a payment and what the provider knows to
// the same: it opens it where that was lost, closes it where nobody waits for
// it any more, and applies where it stands.
func (s *Service) reconcile(ctx context.Context, tenant, payment uuid.UUID) error {
	g, err := s.byPayment(ctx, tenant, payment)
	if err != nil || g.Payment.settled {
		return err
	}
	provider, err := s.provider(g.Payment.Provider)
	if err != nil {
		return err
	}
	if g.Payment.Ref == "" {
		county, err := s.counties.ByID(tenant)
		if err != nil {
			return err
		}
		return s.open1(ctx, county, g) // comes back here where the payment has ended
	}
	var rec ProviderPayment
	if g.Payment.State == PaymentCancelled {
		rec, err = provider.Cancel(ctx, g.Payment.Ref)
	} else {
		rec, err = provider.Retrieve(ctx, g.Payment.Ref)
	}
	if err != nil {
		return err
	}
	return s.apply(ctx, tenant, g, rec)
}

// apply has our records follow where the payment stands at the provider. g is
// brought up to date in what it says of the payment.
func (s *Service) apply(ctx context.Context, tenant uuid.UUID, g *group, rec ProviderPayment) error {
	if rec.Amount != g.Payment.Amount {
		return fmt.Errorf("checkout: payment %s: the provider has %s, we asked for %s", g.Payment.ID, rec.Amount, g.Payment.Amount)
	}
	if rec.State == PaymentSucceeded {
		if g.Payment.State == PaymentSucceeded {
			return nil
		}
		err := s.paid(ctx, tenant, g)
		if refused(err, notPending) {
			err = s.paidLate(ctx, tenant, g)
		}
		if err == nil {
			g.Payment.State, g.Payment.Failure = PaymentSucceeded, ""
		}
		return err
	}
	return s.follow(ctx, tenant, g, rec)
}

// follow stores a state of a payment on which no order hangs.
func (s *Service) follow(ctx context.Context, tenant uuid.UUID, g *group, rec ProviderPayment) error {
	from := []string{string(rec.State)}
	for state := range paymentMoves {
		if state.CanBecome(rec.State) {
			from = append(from, string(state))
		}
	}
	b := &pgx.Batch{}
	b.Queue(`UPDATE payments SET state = $3, failure = $4, settled = $5, updated_at = $6 WHERE tenant_id = $1 AND id = $2 AND state = ANY ($7) RETURNING state, failure`,
		tenant, g.Payment.ID, rec.State, rec.Failure, rec.State == PaymentCancelled, s.clock.Now(), from)
	err := s.atomic(ctx, b, func(r pgx.BatchResults) error { return r.QueryRow().Scan(&g.Payment.State, &g.Payment.Failure) })
	if pg.NoRows(err) {
		return nil // late news: we already know more
	}
	return err
}

// notPending is the SQLSTATE by which paid refuses a group that awaits no money.
const notPending = "CF002"

const markPaid = `WITH g AS (
	UPDATE order_groups SET state = 'paid' WHERE tenant_id = $1 AND id = $2 AND state = 'pending' RETURNING id
), p AS (
	UPDATE payments p SET state = 'succeeded', failure = '', settled = true, updated_at = $4 FROM g WHERE p.tenant_id = $1 AND p.id = $3 AND p.group_id = g.id
), o AS (
	UPDATE orders o SET state = 'paid', updated_at = $4 FROM g WHERE o.tenant_id = $1 AND o.group_id = g.id AND o.state = 'pending' RETURNING o.id
), e AS (
	INSERT INTO order_events (tenant_id, id, order_id, state, at) SELECT $1, ($5::uuid[])[row_number() OVER ()], o.id, 'paid', $4 FROM o
)
SELECT refuse('CF002', '') WHERE NOT EXISTS (SELECT FROM g)`

// paid turns a pending group into a paid one: the orders go to their sellers,
// the stock leaves the store. It breaks off with notPending where the group is
// not pending any more.
func (s *Service) paid(ctx context.Context, tenant uuid.UUID, g *group) error {
	now := s.clock.Now()
	events := make([]uuid.UUID, len(g.Orders))
	messages := []notify.Message{s.toBuyer(tenant, g, tellPaid)}
	for i, o := range g.Orders {
		events[i] = newID()
		messages = append(messages, toSeller(o, tellToShip))
	}
	b := &pgx.Batch{}
	b.Queue(markPaid, tenant, g.ID, g.Payment.ID, now, events)
	sale, err := g.sale(now)
	if err != nil {
		return err
	}
	if err := s.book(b, tenant, sale); err != nil {
		return err
	}
	if err := notify.QueueBatch(b, tenant, now, messages...); err != nil {
		return err
	}
	catalog.QueueTake(b, tenant, g.ID, now)
	s.step("before paid")
	err = s.atomic(ctx, b, nil)
	if err == nil {
		s.step("after paid")
	}
	return err
}

// paidLate deals with money for a group that is paid already (nothing to do)
// or that has ended: then it goes back, and the buyer is told.
func (s *Service) paidLate(ctx context.Context, tenant uuid.UUID, seen *group) error {
	return s.db.Write(ctx, func(tx *pg.Tx) error {
		g, err := lockGroup(ctx, tx, tenant, seen.ID)
		if err != nil {
			return err
		}
		if g.State == GroupPending {
			return errors.New("checkout: the group is pending after all") // cannot be: it never goes back
		}
		if g.State == GroupPaid || g.Payment.State == PaymentSucceeded {
			return nil
		}
		now := s.clock.Now()
		if _, err := tx.Exec(ctx, `UPDATE payments SET state = 'succeeded', failure = '', settled = true, updated_at = $3 WHERE tenant_id = $1 AND id = $2`, tenant, g.Payment.ID, now); err != nil {
			return err
		}
		g.Payment.State, g.Payment.updated = PaymentSucceeded, now
		for _, o := range g.Orders {
			if err := addEvent(ctx, tx, tenant, o.ID, o.State, now, nil, "late_payment"); err != nil {
				return err
			}
		}
		if err := s.askRefund(ctx, tx, g, refund{Tenant: tenant, Payment: g.Payment.ID, Amount: g.Payment.Amount, Reason: "late_payment"}); err != nil {
			return err
		}
		return notify.Queue(ctx, tx, now, s.toBuyer(tenant, g, tellLate))
	})
}

// addEvent adds a row to an order's history.
func addEvent(ctx context.Context, tx *pg.Tx, tenant, order uuid.UUID, state OrderState, at time.Time, account *uuid.UUID, note string) error {
	_, err := tx.Exec(ctx, `INSERT INTO order_events (tenant_id, id, order_id, state, at, account_id, note) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		tenant, newID(), order, state, at, account, note)
	return err
}

type reconcileArgs struct {
	jobs.Of
	Payment uuid.UUID `json:"payment"`
}

func (reconcileArgs) Kind() string { return "checkout.reconcile" }

func (s *Service) reconcileJob(ctx context.Context, a reconcileArgs) error {
	return s.reconcile(ctx, a.Tenant, a.Payment)
}
