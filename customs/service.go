package customs

import (
	"context"
	"log/slog"
	"time"

	"countyfair/internal/clock"
	"countyfair/internal/pg"
)

// RateSource is where fresh reference rates come from; adapters/ecb is one.
type RateSource interface {
	// Fetch gets the newest day's rates.
	Fetch(ctx context.Context) (Snapshot, error)
}

// Service is the use-cases on the tables of customs and on what a county says of
// its own exports.
type Service struct {
	db     *pg.DB
	clock  clock.Clock
	source RateSource
	log    *slog.Logger
}

// NewService makes the use-cases. Without a source, reference rates are only
// those that were shipped or imported.
func NewService(db *pg.DB, c clock.Clock, source RateSource, log *slog.Logger) *Service {
	return &Service{db: db, clock: c, source: source, log: log}
}

// day is the day of a moment, as the tables count: in UTC.
func day(t time.Time) time.Time {
	y, m, d := t.UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
