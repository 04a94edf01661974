package customs

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/pg"
)

// Abroad is all that is known, at one moment, of sending from a county to a
// country.
type Abroad struct {
	Tables    Tables
	FX        Snapshot
	Policy    Policy
	Decisions []Decision
}

const (
	selectRates = `SELECT id, kind, destination, hs_prefix, origin, measure, rate_ppm, valid_from, valid_to, source, checked_at
		FROM customs_rates WHERE destination = ANY ($1) AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2) ORDER BY kind, measure, hs_prefix, id`
	selectBands = `SELECT id, destination, currency, up_to, per, basis, value_ppm, duty, flat_duty, tax, tax_base, tax_name, scheme, valid_from, valid_to, source, checked_at
		FROM customs_bands WHERE destination = ANY ($1) AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2) ORDER BY up_to NULLS LAST, id`
	selectRestrictions = `SELECT id, destination, hs_prefix, origin, outcome, documents, reason, valid_from, valid_to, source, checked_at
		FROM customs_restrictions WHERE destination = ANY ($1) AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2) ORDER BY hs_prefix, id`
	selectFX        = `SELECT as_of, source, currency, per_euro FROM fx_rates WHERE as_of = (SELECT max(as_of) FROM fx_rates WHERE as_of <= $1)`
	selectPolicy    = `SELECT incoterm, insurance_bp, handling FROM county_export_policies WHERE tenant_id = $1`
	selectDecisions = `SELECT id, destination, product_id, hs_prefix, outcome, documents, note, decided_at FROM county_export_decisions
		WHERE tenant_id = $1 AND ($2 = '' OR destination = $2) ORDER BY destination, hs_prefix, id`
)

// Abroad reads what holds at a moment, in one round trip.
func (s *Service) Abroad(ctx context.Context, tenant uuid.UUID, country string, at time.Time) (*Abroad, error) {
	a := &Abroad{Tables: Tables{Country: country}}
	places, today := jurisdictions(country), day(at)
	b := &pgx.Batch{}
	b.Queue(selectRates, places, today).Query(into(&a.Tables.Rates, func(row pgx.CollectableRow, r *Rate) error {
		return row.Scan(&r.ID, &r.Kind, &r.Destination, &r.HSPrefix, &r.Origin, &r.Measure, &r.PPM, &r.ValidFrom, &r.ValidTo, &r.Source, &r.CheckedAt)
	}))
	b.Queue(selectBands, places, today).Query(into(&a.Tables.Bands, func(row pgx.CollectableRow, r *Band) error {
		return row.Scan(&r.ID, &r.Destination, &r.Currency, &r.UpTo, &r.Per, &r.Basis, &r.ValuePPM, &r.Duty, &r.FlatDuty, &r.Tax, &r.TaxBase, &r.TaxName, &r.Scheme,
			&r.ValidFrom, &r.ValidTo, &r.Source, &r.CheckedAt)
	}))
	b.Queue(selectRestrictions, places, today).Query(into(&a.Tables.Restrictions, func(row pgx.CollectableRow, r *Restriction) error {
		return row.Scan(&r.ID, &r.Destination, &r.HSPrefix, &r.Origin, &r.Outcome, &r.Documents, &r.Reason, &r.ValidFrom, &r.ValidTo, &r.Source, &r.CheckedAt)
	}))
	b.Queue(selectFX, today).Query(a.FX.read)
	b.Queue(selectPolicy, tenant).Query(a.Policy.read)
	b.Queue(selectDecisions, tenant, country).Query(into(&a.Decisions, scanDecision))
	return a, s.db.Query(ctx, func(q pg.Querier) error { return q.SendBatch(ctx, b).Close() })
}

// into collects rows, each read by scan.
func into[T any](out *[]T, scan func(row pgx.CollectableRow, v *T) error) func(pgx.Rows) error {
	return func(rows pgx.Rows) (err error) {
		*out, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (v T, err error) { return v, scan(row, &v) })
		return err
	}
}

// read takes the rates of one day.
func (s *Snapshot) read(rows pgx.Rows) error {
	s.PerEuro = map[string]int64{}
	var code string
	var rate int64
	_, err := pgx.ForEachRow(rows, []any{&s.AsOf, &s.Source, &code, &rate}, func() error {
		s.PerEuro[code] = rate
		return nil
	})
	return err
}

// FX gives the newest reference rates; none where there are no rates at all.
func (s *Service) FX(ctx context.Context) (Snapshot, error) {
	var out Snapshot
	b := &pgx.Batch{}
	b.Queue(selectFX, day(s.clock.Now())).Query(out.read)
	return out, s.db.Query(ctx, func(q pg.Querier) error { return q.SendBatch(ctx, b).Close() })
}
