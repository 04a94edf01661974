package customs

import (
	"bytes"
	"context"
	"embed"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/pg"
)

//go:embed seed
var seedFiles embed.FS

// seedSpace is where the ids of shipped rows come from, so that one row has the
// same id in every installation.
var seedSpace = uuid.MustParse("0190a3c0-5eed-7000-8000-c05705000001")

// Seed puts the shipped rows and reference rates into tables that do not have
// them: a row only where there was never one for the same thing, so that what
// operators did stands. It may run at every start, and in several processes.
func (s *Service) Seed(ctx context.Context) error {
	for _, t := range []Table{Rates, Bands, Restrictions} {
		if err := s.seed(ctx, t); err != nil {
			return fmt.Errorf("customs: seed of %s: %w", t, err)
		}
	}
	raw, err := seedFiles.ReadFile("seed/eurofxref-daily.xml")
	if err != nil {
		return err
	}
	shipped, err := ParseECB(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	return s.keepFX(ctx, shipped)
}

// Shipped are the rows of a table that come with the program.
func Shipped(t Table) ([]Cells, error) {
	raw, err := seedFiles.ReadFile("seed/" + string(t) + ".csv")
	if err != nil {
		return nil, err
	}
	return ReadCSV(t, bytes.NewReader(raw))
}

func (s *Service) seed(ctx context.Context, t Table) error {
	rows, err := Shipped(t)
	if err != nil {
		return err
	}
	l := layouts[t]
	there, err := s.records(ctx, &l, Filter{Past: true})
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, r := range there {
		known[l.keyOf(r.cells)] = true
	}
	b, now := &pgx.Batch{}, s.clock.Now()
	for i, row := range rows {
		c, wrong := l.clean(row)
		if err := wrong.Err(); err != nil {
			return fmt.Errorf("row %d: %w", i+1, err)
		}
		if !known[l.keyOf(c)] {
			l.queueInsert(b, uuid.NewSHA1(seedSpace, []byte(string(t)+"|"+l.keyOf(c)+"|"+c["valid_from"])), c, now, nil)
		}
	}
	if b.Len() == 0 {
		return nil
	}
	return s.db.Query(ctx, func(q pg.Querier) error { return q.SendBatch(ctx, b).Close() })
}
