package customs

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/errs"
	"countyfair/internal/jobs"
	"countyfair/internal/pg"
)

// refreshArgs asks for fresh reference rates.
type refreshArgs struct{}

// Kind names the job.
func (refreshArgs) Kind() string { return "customs.fx" }

// County is none: rates are the installation's.
func (refreshArgs) County() uuid.UUID { return uuid.Nil }

// refreshEvery is how often the source is asked; it has new rates once a
// working day, at about 16:00 in Frankfurt.
const refreshEvery = 3 * time.Hour

// Register adds the job that fetches reference rates, where there is a source.
func (s *Service) Register(r *jobs.Registry) {
	if s.source == nil {
		return
	}
	jobs.Handle(r, func(ctx context.Context, _ refreshArgs) error { return s.RefreshFX(ctx) })
	jobs.Every(r, refreshEvery, refreshArgs{})
}

// ErrFutureRates refuses rates of a day that is not yet.
var ErrFutureRates = errs.New(errs.Invalid, "future_rates", "These exchange rates are of a day to come.")

// RefreshFX fetches the newest reference rates and keeps them. A day that is
// there already stays as it is, so quotes of that day can be recomputed.
func (s *Service) RefreshFX(ctx context.Context) error {
	snapshot, err := s.source.Fetch(ctx)
	if err != nil {
		return err
	}
	if snapshot.AsOf.After(s.clock.Now().Add(24 * time.Hour)) {
		return ErrFutureRates
	}
	return s.keepFX(ctx, snapshot)
}

func (s *Service) keepFX(ctx context.Context, snapshot Snapshot) error {
	codes, rates := make([]string, 0, len(snapshot.PerEuro)), make([]int64, 0, len(snapshot.PerEuro))
	for code, rate := range snapshot.PerEuro {
		codes, rates = append(codes, code), append(rates, rate)
	}
	b := &pgx.Batch{}
	b.Queue(`INSERT INTO fx_rates (as_of, currency, per_euro, source, fetched_at)
		SELECT $1, code, rate, $4, $5 FROM unnest($2::text[], $3::bigint[]) AS u (code, rate)
		WHERE NOT EXISTS (SELECT FROM fx_rates WHERE as_of = $1) ON CONFLICT DO NOTHING`, snapshot.AsOf, codes, rates, snapshot.Source, s.clock.Now())
	return s.db.Query(ctx, func(q pg.Querier) error { return q.SendBatch(ctx, b).Close() })
}
