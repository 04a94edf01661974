package sandboxpay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"countyfair/internal/jobs"
	"countyfair/internal/pg"
)

type tellArgs struct{ jobs.Of }

func (tellArgs) Kind() string { return "sandbox.tell" }

// tellEvery is how often the sandbox looks for news to tell.
const tellEvery = 2 * time.Second

// Register has the sandbox settle delayed payments and tell its events by a
// job, again and again.
func (s *Sandbox) Register(r *jobs.Registry) {
	jobs.Handle(r, func(ctx context.Context, _ tellArgs) error { return s.Work(ctx) })
	jobs.Every(r, tellEvery, tellArgs{})
}

// Work settles the payments whose time has come and tells what happened since
// the last time. An event that is not taken is told again.
func (s *Sandbox) Work(ctx context.Context) error {
	if err := s.settle(ctx); err != nil {
		return err
	}
	if s.o.Tell == nil {
		return nil
	}
	news, err := s.news(ctx)
	if err != nil {
		return err
	}
	var problems []error
	b := &pgx.Batch{}
	for _, n := range news {
		if err := s.tell(ctx, n); err != nil {
			problems = append(problems, err)
			continue
		}
		b.Queue(`UPDATE sandbox_payments SET told = $2 WHERE ref = $1 AND told < $2`, n.Ref, n.Version)
	}
	if b.Len() > 0 {
		problems = append(problems, s.db.Query(ctx, func(q pg.Querier) error { return q.SendBatch(ctx, b).Close() }))
	}
	return errors.Join(problems...)
}

func (s *Sandbox) settle(ctx context.Context) error {
	return s.db.Query(ctx, func(q pg.Querier) error {
		_, err := q.Exec(ctx, `UPDATE sandbox_payments SET state = 'succeeded', version = version + 1 WHERE state = 'processing' AND settles_at <= $1`, s.clock.Now())
		return err
	})
}

type fact struct {
	Ref     string
	State   string
	Version int
}

func (s *Sandbox) news(ctx context.Context) (news []fact, err error) {
	err = s.db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, `SELECT ref, state, version FROM sandbox_payments WHERE told < version LIMIT 1000`)
		if err != nil {
			return err
		}
		news, err = pgx.CollectRows(rows, pgx.RowToStructByPos[fact])
		return err
	})
	return news, err
}

func (s *Sandbox) tell(ctx context.Context, f fact) error {
	body, err := json.Marshal(event{ID: fmt.Sprintf("evt_%s_%d", f.Ref, f.Version), Kind: "payment." + f.State, Payment: f.Ref})
	if err != nil {
		return err
	}
	return s.o.Tell(ctx, s.Sign(body, s.clock.Now()), body)
}
