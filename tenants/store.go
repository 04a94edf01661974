package tenants

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/lang"
	"countyfair/internal/pg"
)

const countyColumns = `t.id, t.kind = 'platform', t.slug, t.names, t.tagline, t.division_code, t.country, t.time_zone, t.languages,
	t.currency, t.colour, t.logo, t.banner, t.season_notes, t.commission_bp, t.review_products, t.export_enabled,
	t.platform_bp, t.hold_days, t.reserve_bp, t.reserve_days, t.payout_minimum,
	t.state, t.state_reason, t.version, t.created_at, t.updated_at,
	array(SELECT d.domain FROM tenant_domains d WHERE d.tenant_id = t.id ORDER BY d.created_at, d.domain)`

// readCounties reads one county, or with the zero UUID all of them.
func readCounties(ctx context.Context, db *pg.DB, id uuid.UUID) ([]*County, error) {
	var out []*County
	err := db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, `SELECT `+countyColumns+` FROM tenants t WHERE $1 = '00000000-0000-0000-0000-000000000000'::uuid OR t.id = $1`, id)
		if err != nil {
			return err
		}
		out, err = pgx.CollectRows(rows, scanCounty)
		return err
	})
	return out, err
}

func scanCounty(row pgx.CollectableRow) (*County, error) {
	c := &County{}
	p := &c.Policy.Payout
	err := row.Scan(&c.ID, &c.Platform, &c.Slug, &c.Names, &c.Tagline, &c.DivisionCode, &c.Country, &c.TimeZone, &c.Languages,
		&c.Currency, &c.Brand.Colour, &c.Brand.Logo, &c.Brand.Banner, &c.SeasonNotes, &c.Policy.CommissionBP, &c.Policy.ReviewProducts,
		&c.Policy.ExportEnabled, &p.PlatformBP, &p.HoldDays, &p.ReserveBP, &p.ReserveDays, &p.Minimum, &c.State, &c.StateReason, &c.Version, &c.CreatedAt, &c.UpdatedAt, &c.Domains)
	if err != nil {
		return nil, err
	}
	if c.location, err = time.LoadLocation(c.TimeZone); err != nil {
		c.location = time.UTC
	}
	return c, nil
}

func readZones(ctx context.Context, db *pg.DB) ([]Zone, error) {
	zones := []Zone{}
	err := db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, `SELECT id, names, countries, areas, delivers, first_kg, next_kg, free_above, days_min, days_max
			FROM delivery_zones WHERE tenant_id = $1 ORDER BY position, id`, pg.Tenant(ctx))
		if err != nil {
			return err
		}
		zones, err = pgx.AppendRows(zones, rows, pgx.RowToStructByPos[Zone])
		return err
	})
	return zones, err
}

func insertCounty(ctx context.Context, tx *pg.Tx, c *County) error {
	p := c.Policy.Payout
	_, err := tx.Exec(ctx, `INSERT INTO tenants (id, slug, names, tagline, division_code, country, time_zone, languages, currency, colour, logo, banner,
		season_notes, commission_bp, review_products, export_enabled, state, version, created_at, updated_at, platform_bp, hold_days, reserve_bp, reserve_days, payout_minimum)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 1, $18, $18, $19, $20, $21, $22, $23)`,
		c.ID, c.Slug, c.Names, c.Tagline, c.DivisionCode, c.Country, c.TimeZone, c.Languages, c.Currency, c.Brand.Colour, c.Brand.Logo, c.Brand.Banner,
		notes(c.SeasonNotes), c.Policy.CommissionBP, c.Policy.ReviewProducts, c.Policy.ExportEnabled, c.State, c.CreatedAt, p.PlatformBP, p.HoldDays, p.ReserveBP, p.ReserveDays, p.Minimum)
	return err
}

// updateCounty writes the county if it is still at the version that was read.
func updateCounty(ctx context.Context, tx *pg.Tx, c *County, now time.Time) error {
	p := c.Policy.Payout
	tag, err := tx.Exec(ctx, `UPDATE tenants SET names = $3, tagline = $4, division_code = $5, time_zone = $6, languages = $7, colour = $8, logo = $9,
		banner = $10, season_notes = $11, commission_bp = $12, review_products = $13, export_enabled = $14, state = $15, state_reason = $16,
		version = version + 1, updated_at = $17, platform_bp = $18, hold_days = $19, reserve_bp = $20, reserve_days = $21, payout_minimum = $22 WHERE id = $1 AND version = $2`,
		c.ID, c.Version, c.Names, c.Tagline, c.DivisionCode, c.TimeZone, c.Languages, c.Brand.Colour, c.Brand.Logo,
		c.Brand.Banner, notes(c.SeasonNotes), c.Policy.CommissionBP, c.Policy.ReviewProducts, c.Policy.ExportEnabled, c.State, c.StateReason, now, p.PlatformBP, p.HoldDays, p.ReserveBP, p.ReserveDays, p.Minimum)
	if err == nil && tag.RowsAffected() == 0 {
		return ErrChangedMeanwhile
	}
	return err
}

func notes(n map[string]lang.Text) map[string]lang.Text {
	if n == nil {
		return map[string]lang.Text{}
	}
	return n
}

func replaceZones(ctx context.Context, tx *pg.Tx, currency string, zones []Zone) error {
	tenant := pg.Tenant(ctx)
	b := &pgx.Batch{}
	b.Queue(`DELETE FROM delivery_zones WHERE tenant_id = $1`, tenant)
	for i, z := range zones {
		b.Queue(`INSERT INTO delivery_zones (tenant_id, id, names, countries, areas, delivers, currency, first_kg, next_kg, free_above, days_min, days_max, position)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`, tenant, uuid.Must(uuid.NewV7()), z.Names, z.Countries, nonNil(z.Areas),
			z.Delivers, currency, z.FirstKg, z.NextKg, z.FreeAbove, z.DaysMin, z.DaysMax, i)
	}
	return tx.SendBatch(ctx, b).Close()
}

func nonNil(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
