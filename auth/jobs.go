package auth

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/jobs"
	"countyfair/internal/pg"
)

type rotateArgs struct{ jobs.Of }

func (rotateArgs) Kind() string { return "auth.rotate_keys" }

type tidyArgs struct{ jobs.Of }

func (tidyArgs) Kind() string { return "auth.tidy" }

// sendResetArgs asks for a reset to be sent, if the login has an account. The
// look at the account happens in the job, so that the answer to the request
// takes as long either way.
type sendResetArgs struct {
	jobs.Of
	ID       uuid.UUID `json:"id"`
	Login    string    `json:"login"`
	Language string    `json:"language"`
}

func (sendResetArgs) Kind() string { return "auth.send_reset" }

func (s *Service) register(r *jobs.Registry) {
	jobs.Handle(r, func(ctx context.Context, _ rotateArgs) error { return s.keys.rotate(ctx, keyEarly) })
	jobs.Handle(r, func(ctx context.Context, _ tidyArgs) error { return s.tidy(ctx) })
	jobs.Handle(r, s.sendReset)
	jobs.Every(r, 12*time.Hour, rotateArgs{})
	jobs.Every(r, 6*time.Hour, tidyArgs{})
}

// How long what is over is kept: codes for a day, sessions for those who ask
// what happened to theirs.
const (
	keepCodes    = 24 * time.Hour
	keepSessions = 90 * 24 * time.Hour
)

// tidy removes what is over, county by county.
func (s *Service) tidy(ctx context.Context) error {
	ids, err := s.tenants(ctx)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	for _, id := range ids {
		ctx := pg.WithTenant(ctx, id)
		err := s.db.Write(ctx, func(tx *pg.Tx) error {
			b := &pgx.Batch{}
			b.Queue(`DELETE FROM rate_counts WHERE tenant_id = $1 AND paid_until < $2`, id, now)
			b.Queue(`DELETE FROM one_time_codes WHERE tenant_id = $1 AND expires_at < $2`, id, now.Add(-keepCodes))
			b.Queue(`DELETE FROM sessions WHERE tenant_id = $1 AND (expires_at < $2 OR ended_at < $2)`, id, now.Add(-keepSessions))
			b.Queue(`DELETE FROM refresh_tokens WHERE tenant_id = $1 AND expires_at < $2`, id, now)
			return tx.SendBatch(ctx, b).Close()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// tenants are all counties and the platform.
func (s *Service) tenants(ctx context.Context) (ids []uuid.UUID, err error) {
	err = s.db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, `SELECT id FROM tenants ORDER BY id`)
		if err != nil {
			return err
		}
		ids, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		return err
	})
	return ids, err
}
