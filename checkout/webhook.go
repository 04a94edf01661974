package checkout

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/errs"
	"countyfair/internal/jobs"
	"countyfair/internal/pg"
)

type webhookArgs struct {
	jobs.Of
	Provider string `json:"provider"`
	Event    string `json:"event"`
}

func (webhookArgs) Kind() string { return "checkout.webhook" }

// The job is written beside the event, as River itself would, so that neither
// is there without the other. An event about a payment of which nothing more
// is to be learnt needs no job.
const storeEvent = `WITH i AS (
	INSERT INTO webhook_inbox (provider, event_id, kind, provider_ref, payload, received_at, processed_at)
	VALUES ($1, $2, $3, $4, $5, $6::timestamptz, CASE WHEN $4 = '' OR EXISTS (SELECT FROM payments WHERE tenant_id = $7 AND id = $8 AND settled) THEN $6::timestamptz END)
	ON CONFLICT (provider, event_id) DO NOTHING RETURNING processed_at
)
INSERT INTO river_job (args, kind, max_attempts, metadata, priority, queue, state, tags, scheduled_at, created_at)
SELECT jsonb_build_object('tenant', '00000000-0000-0000-0000-000000000000', 'provider', $1::text, 'event', $2::text), $9, 25, '{}', 1, 'default', 'available', '{}', now(), now()
FROM i WHERE processed_at IS NULL`

// ReceiveWebhook takes a provider's event: checks it, keeps it once, and leaves
// the rest to a job. It is not bound to a county; the payment is looked up in
// our own book.
func (s *Service) ReceiveWebhook(ctx context.Context, name string, header http.Header, body []byte) error {
	provider, ok := s.providers[name]
	if !ok {
		return errs.NotFoundOf("provider")
	}
	e, err := provider.ParseWebhook(header, body)
	if err != nil {
		return err
	}
	tenant, payment, err := s.owner(ctx, name, e.Ref)
	if err != nil {
		return err
	}
	b := &pgx.Batch{}
	b.Queue(storeEvent, name, e.ID, e.Kind, e.Ref, body, s.clock.Now(), tenant, payment, webhookArgs{}.Kind())
	if err := s.atomic(pg.WithTenant(ctx, tenant), b, nil); err != nil {
		return err
	}
	s.step("after event")
	return nil
}

// owner finds whose payment a provider speaks of; zero ids where we know of none.
func (s *Service) owner(ctx context.Context, provider, ref string) (tenant, payment uuid.UUID, err error) {
	if ref == "" {
		return tenant, payment, nil
	}
	err = s.db.Query(ctx, func(q pg.Querier) error {
		return q.QueryRow(ctx, `SELECT tenant_id, payment_id FROM payment_owners WHERE provider = $1 AND provider_ref = $2`, provider, ref).Scan(&tenant, &payment)
	})
	if pg.NoRows(err) {
		return uuid.Nil, uuid.Nil, nil
	}
	return tenant, payment, err
}

// strangerLife is how long an event about an unknown payment is kept in mind:
// it may have overtaken the answer that tells us the payment's name.
const strangerLife = time.Hour

// webhookJob looks at the payment that an event is about.
func (s *Service) webhookJob(ctx context.Context, a webhookArgs) error {
	var ref string
	var received time.Time
	var done *time.Time
	err := s.db.Query(ctx, func(q pg.Querier) error {
		return q.QueryRow(ctx, `SELECT provider_ref, received_at, processed_at FROM webhook_inbox WHERE provider = $1 AND event_id = $2`, a.Provider, a.Event).Scan(&ref, &received, &done)
	})
	if err != nil || done != nil {
		return err
	}
	tenant, payment, err := s.owner(ctx, a.Provider, ref)
	if err != nil {
		return err
	}
	switch {
	case payment != uuid.Nil:
		if err := s.reconcile(pg.WithTenant(ctx, tenant), tenant, payment); err != nil {
			return err
		}
	case s.clock.Now().Sub(received) < strangerLife:
		return jobs.Later(15 * time.Second)
	default:
		s.log.WarnContext(ctx, "event about a payment that is not ours", "provider", a.Provider, "event", a.Event)
	}
	b := &pgx.Batch{}
	b.Queue(`UPDATE webhook_inbox SET processed_at = $3 WHERE provider = $1 AND event_id = $2`, a.Provider, a.Event, s.clock.Now())
	return s.atomic(ctx, b, nil)
}

// sweepInbox gives events that nobody works on to a job again.
func (s *Service) sweepInbox(ctx context.Context) error {
	type key struct{ Provider, Event string }
	var keys []key
	err := s.db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, `SELECT provider, event_id FROM webhook_inbox WHERE processed_at IS NULL AND received_at < $1 ORDER BY received_at LIMIT 500`, dueAt(s.clock.Now(), untilRepeat))
		if err != nil {
			return err
		}
		keys, err = pgx.CollectRows(rows, pgx.RowToStructByPos[key])
		return err
	})
	if err != nil || len(keys) == 0 {
		return err
	}
	return s.db.Write(ctx, func(tx *pg.Tx) error {
		for _, k := range keys {
			if err := jobs.Insert(ctx, tx, webhookArgs{Provider: k.Provider, Event: k.Event}, jobs.Once()); err != nil {
				return err
			}
		}
		return nil
	})
}
