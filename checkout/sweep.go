package checkout

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/catalog"
	"countyfair/internal/jobs"
	"countyfair/internal/pg"
)

// How long a thing is left to those who deal with it first.
const (
	sweepEvery  = 20 * time.Second
	untilAsked  = 2 * time.Minute  // a payment we have heard nothing of
	untilRepeat = 10 * time.Minute // a refund or an event whose job does not come on
	cartLife    = 90 * 24 * time.Hour
)

type sweepArgs struct{ jobs.Of }

func (sweepArgs) Kind() string { return "checkout.sweep" }

// register says which functions do which jobs.
func (s *Service) register(r *jobs.Registry) {
	jobs.Handle(r, s.reconcileJob)
	jobs.Handle(r, s.refundJob)
	jobs.Handle(r, s.webhookJob)
	jobs.Handle(r, func(ctx context.Context, _ sweepArgs) error { return s.Sweep(ctx) })
	jobs.Every(r, sweepEvery, sweepArgs{})
	jobs.Handle(r, s.releaseJob)
	jobs.Handle(r, func(ctx context.Context, _ backfillArgs) error { return s.Backfill(ctx) })
	jobs.Every(r, backfillEvery, backfillArgs{})
}

// Sweep finds whatever a crash, a silent provider or the passing of time has
// left behind, in every county: orders past their time, payments that were
// never opened, never closed or never heard of again, stock held for no living
// order, refunds and events that nobody works on. What it does can be repeated.
func (s *Service) Sweep(ctx context.Context) error {
	counties, err := s.countiesAtWork(ctx)
	if err != nil {
		return err
	}
	problems := []error{s.sweepInbox(ctx)}
	for _, c := range counties {
		if err := s.sweepCounty(pg.WithTenant(ctx, c), c); err != nil {
			problems = append(problems, fmt.Errorf("county %s: %w", c, err))
		}
	}
	return errors.Join(problems...)
}

// countiesAtWork are all counties that may have orders.
func (s *Service) countiesAtWork(ctx context.Context) (counties []uuid.UUID, err error) {
	err = s.db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, `SELECT id FROM tenants WHERE kind = 'county' AND state <> 'draft'`)
		if err != nil {
			return err
		}
		counties, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		return err
	})
	return counties, err
}

func (s *Service) sweepCounty(ctx context.Context, tenant uuid.UUID) error {
	now := s.clock.Now()
	var problems []error
	each := func(ids []uuid.UUID, err error, do func(ctx context.Context, tenant, id uuid.UUID) error) {
		if err != nil {
			problems = append(problems, err)
		}
		for _, id := range ids {
			if err := do(ctx, tenant, id); err != nil {
				problems = append(problems, err)
			}
		}
	}
	ids, err := s.ids(ctx, `SELECT id FROM order_groups WHERE tenant_id = $1 AND state = 'pending' AND expires_at <= $2 ORDER BY expires_at LIMIT 500`, tenant, now)
	each(ids, err, s.expire)
	ids, err = s.ids(ctx, `SELECT id FROM payments WHERE tenant_id = $1 AND NOT settled AND updated_at < $2 ORDER BY updated_at LIMIT 500`, tenant, dueAt(now, untilAsked))
	each(ids, err, s.askAgain)
	ids, err = s.ids(ctx, `SELECT DISTINCT r.group_id FROM reservations r WHERE r.tenant_id = $1 AND r.state = 'held' AND r.expires_at <= $2
		AND NOT EXISTS (SELECT FROM order_groups g WHERE g.tenant_id = $1 AND g.id = r.group_id AND g.state = 'pending') LIMIT 500`, tenant, now)
	each(ids, err, s.letGo)
	ids, err = s.waitingRefunds(ctx, tenant, dueAt(now, untilRepeat))
	each(ids, err, s.refundAgain)
	return errors.Join(append(problems, s.dropCarts(ctx, tenant, now))...)
}

// ids runs a query for ids with one moment as its parameter.
func (s *Service) ids(ctx context.Context, sql string, tenant uuid.UUID, at time.Time) (ids []uuid.UUID, err error) {
	err = s.db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, sql, tenant, at)
		if err != nil {
			return err
		}
		ids, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		return err
	})
	return ids, err
}

// askAgain reconciles a payment, and puts it to the end of the queue whatever
// comes of it, so that one that fails keeps no other waiting.
func (s *Service) askAgain(ctx context.Context, tenant, payment uuid.UUID) error {
	err := s.reconcile(ctx, tenant, payment)
	b := &pgx.Batch{}
	b.Queue(`UPDATE payments SET updated_at = $3 WHERE tenant_id = $1 AND id = $2 AND NOT settled`, tenant, payment, s.clock.Now())
	return errors.Join(err, s.atomic(ctx, b, nil))
}

// letGo frees stock that is held for a group that does not live.
func (s *Service) letGo(ctx context.Context, tenant, group uuid.UUID) error {
	b := &pgx.Batch{}
	catalog.QueueRelease(b, tenant, group, s.clock.Now())
	return s.atomic(ctx, b, nil)
}

func (s *Service) refundAgain(ctx context.Context, tenant, id uuid.UUID) error {
	return s.db.Write(ctx, func(tx *pg.Tx) error {
		return jobs.Insert(ctx, tx, refundArgs{Of: jobs.Of{Tenant: tenant}, Refund: id}, jobs.Once())
	})
}

// dropCarts forgets carts that nobody has touched for a season, and with them
// their quotes. Orders keep what they need of either.
func (s *Service) dropCarts(ctx context.Context, tenant uuid.UUID, now time.Time) error {
	b := &pgx.Batch{}
	b.Queue(`DELETE FROM carts WHERE tenant_id = $1 AND id IN (SELECT id FROM carts WHERE tenant_id = $1 AND updated_at < $2 ORDER BY updated_at LIMIT 1000)`, tenant, now.Add(-cartLife))
	return s.atomic(ctx, b, nil)
}
