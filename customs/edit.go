package customs

import (
	"context"
	"fmt"
	"io"
	"maps"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/actor"
	"countyfair/internal/audit"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
	"countyfair/tenants"
)

// ErrRowsRefused says that some rows of a file cannot be taken, so none was.
var ErrRowsRefused = errs.New(errs.Conflict, "rows_refused", "Some rows cannot be taken; nothing was changed. Look at the preview, mend them and send the file again.")

// Filter narrows a table to a destination, and to the rows not yet over.
type Filter struct {
	Destination string
	Past        bool // rows that are over too
	today       time.Time
}

// Rows lists a table for operators, by destination and prefix.
func (s *Service) Rows(ctx context.Context, who actor.Actor, t Table, f Filter) (rows []Cells, err error) {
	if err := who.Need(actor.Operator, actor.System); err != nil {
		return nil, err
	}
	l, ok := layouts[t]
	if !ok {
		return nil, errs.NotFoundOf("table")
	}
	f.today = day(s.clock.Now())
	there, err := s.records(ctx, &l, f)
	for _, r := range there {
		rows = append(rows, r.cells)
	}
	return rows, err
}

// Export writes a table as a file that Preview finds unchanged.
func (s *Service) Export(ctx context.Context, who actor.Actor, t Table, w io.Writer) error {
	rows, err := s.Rows(ctx, who, t, Filter{Past: true})
	if err != nil {
		return err
	}
	return WriteCSV(t, w, rows)
}

// Preview says what rows would do, and changes nothing.
func (s *Service) Preview(ctx context.Context, who actor.Actor, t Table, rows []Cells) (Preview, error) {
	if err := who.Need(actor.Operator, actor.System); err != nil {
		return Preview{}, err
	}
	l, ok := layouts[t]
	if !ok {
		return Preview{}, errs.NotFoundOf("table")
	}
	there, err := s.records(ctx, &l, Filter{Past: true})
	if err != nil {
		return Preview{}, err
	}
	p, _ := l.plan(there, rows)
	return p, nil
}

// Import takes rows into a table: all of them, or none where one is refused. A
// row for what has one already ends that one on the day it begins; nothing that
// held is rewritten.
func (s *Service) Import(ctx context.Context, who actor.Actor, t Table, rows []Cells) (p Preview, err error) {
	if err := who.Need(actor.Operator, actor.System); err != nil {
		return Preview{}, err
	}
	l, ok := layouts[t]
	if !ok {
		return Preview{}, errs.NotFoundOf("table")
	}
	ctx = pg.WithTenant(ctx, tenants.PlatformID)
	err = s.db.Write(ctx, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext($1))`, l.sql); err != nil {
			return err
		}
		there, err := readRecords(ctx, tx, &l, Filter{Past: true})
		if err != nil {
			return err
		}
		var work []*record
		if p, work = l.plan(there, rows); p.Count[Refused] > 0 {
			return ErrRowsRefused
		}
		return s.write(ctx, tx, who, t, &l, work)
	})
	return p, err
}

func (s *Service) write(ctx context.Context, tx *pg.Tx, who actor.Actor, t Table, l *layout, work []*record) error {
	now := s.clock.Now()
	var by *uuid.UUID
	if who.SignedIn() {
		by = &who.Account
	}
	b := &pgx.Batch{}
	for _, r := range work { // what ends, first: its key is free then
		if r.touched {
			b.Queue(`UPDATE `+l.sql+` SET valid_to = nullif($2, '')::date, checked_at = nullif($3, '')::date WHERE id = $1`, r.id, r.cells["valid_to"], r.cells["checked_at"])
		}
	}
	for _, r := range work {
		if r.fresh {
			l.queueInsert(b, uuid.Must(uuid.NewV7()), r.cells, now, by)
		}
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	for _, r := range work {
		detail := map[string]any{"table": string(t), "new": r.fresh}
		for k, v := range maps.All(r.cells) {
			detail[k] = v
		}
		if err := audit.Record(ctx, tx, now, who, audit.Act{Action: "customs.row", Subject: string(t), ID: l.keyOf(r.cells), Detail: detail}); err != nil {
			return err
		}
	}
	return nil
}

// queueInsert adds the insertion of a row to the batch.
func (l *layout) queueInsert(b *pgx.Batch, id uuid.UUID, c Cells, args ...any) {
	names, values := []string{"id"}, []string{"$1"}
	params := []any{id}
	for _, col := range l.columns {
		name := col.name
		if name == "rate_percent" {
			name = "rate_ppm"
		}
		params = append(params, c[col.name])
		names, values = append(names, name), append(values, strings.ReplaceAll(col.in, "$", fmt.Sprintf("$%d", len(params))))
	}
	params = append(params, args...)
	b.Queue(fmt.Sprintf(`INSERT INTO %s (%s, created_at, created_by) VALUES (%s, $%d, $%d) ON CONFLICT (id) DO NOTHING`,
		l.sql, strings.Join(names, ", "), strings.Join(values, ", "), len(params)-1, len(params)), params...)
}

func (s *Service) records(ctx context.Context, l *layout, f Filter) (out []*record, err error) {
	err = s.db.Query(ctx, func(q pg.Querier) error {
		out, err = readRecords(ctx, q, l, f)
		return err
	})
	return out, err
}

// readRecords reads the rows that held, hold or will.
func readRecords(ctx context.Context, q pg.Querier, l *layout, f Filter) ([]*record, error) {
	outs := make([]string, len(l.columns))
	for i, c := range l.columns {
		outs[i] = c.out
	}
	rows, err := q.Query(ctx, `SELECT id, ARRAY[`+strings.Join(outs, ", ")+`] FROM `+l.sql+`
		WHERE (valid_to IS NULL OR valid_to > valid_from) AND ($1 = '' OR destination = $1) AND ($2 OR valid_to IS NULL OR valid_to > $3)
		ORDER BY `+strings.Join(l.key, ", ")+`, valid_from`, f.Destination, f.Past, f.today)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (*record, error) {
		var cells []string
		r := &record{cells: Cells{}}
		err := row.Scan(&r.id, &cells)
		for i, v := range cells {
			r.cells[l.columns[i].name] = v
		}
		return r, err
	})
}
