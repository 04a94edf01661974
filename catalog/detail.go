package catalog

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/actor"
	"countyfair/internal/lang"
	"countyfair/internal/pg"
)

// Page is a product on sale, as its own page shows it.
type Page struct {
	Card
	HSCode string
	// OriginCountry is for customs; empty: the county's own.
	OriginCountry string
	Version       int
	Pictures      []PictureRef
	Batches       []Batch // the newest first
	Farm          Farm
}

// Farm is what a product's page says of its seller beside the name.
type Farm struct {
	Kind       string
	Story      lang.Text
	Households *int
	SinceYear  *int
	AltitudeM  *int
	PictureID  *uuid.UUID
}

const pageColumns = `, p.hs_code, p.origin_country, p.version, s.kind, s.story, s.households, s.since_year, s.altitude_m, s.picture_id,
	ARRAY (SELECT pp.picture_id FROM product_pictures pp WHERE pp.tenant_id = $1 AND pp.product_id = p.id ORDER BY pp.position),
	ARRAY (SELECT i.cutout FROM product_pictures pp JOIN pictures i ON i.tenant_id = $1 AND i.id = pp.picture_id WHERE pp.tenant_id = $1 AND pp.product_id = p.id ORDER BY pp.position),
	coalesce((SELECT json_agg(json_build_object('trace_code', b.trace_code, 'harvested_on', to_char(b.harvested_on, 'YYYY-MM-DD"T00:00:00Z"'), 'certificate_no', b.certificate_no) ORDER BY b.created_at DESC, b.id DESC)
		FROM batches b WHERE b.tenant_id = $1 AND b.product_id = p.id), '[]')::text`

const pageFrom = ` FROM products p JOIN sellers s ON s.tenant_id = $1 AND s.id = p.seller_id AND s.state = 'approved'` + cardJoins + ` WHERE p.tenant_id = $1 AND p.state = 'published' AND `

// Get is a product on sale by its id or slug, for anybody, in one round trip.
func (s *Service) Get(ctx context.Context, who actor.Actor, idOrSlug string) (*Page, error) {
	county, err := s.counties.ByID(who.Tenant)
	if err != nil {
		return nil, err
	}
	sql, arg := "SELECT "+cardColumns+pageColumns+pageFrom+"p.slug = $2", any(idOrSlug)
	if id, err := uuid.Parse(idOrSlug); err == nil {
		sql, arg = "SELECT "+cardColumns+pageColumns+pageFrom+"p.id = $2", id
	}
	var out *Page
	err = s.db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, sql, who.Tenant, arg)
		if err != nil {
			return err
		}
		out, err = pgx.CollectExactlyOneRow(rows, newScanner(county).page)
		return err
	})
	if pg.NoRows(err) {
		return nil, ErrNotFound
	}
	return out, err
}

func (sc scanner) page(row pgx.CollectableRow) (*Page, error) {
	var p Page
	var pictures []uuid.UUID
	var cutouts []bool
	var batches string
	f := &p.Farm
	card, err := sc.card(row, &p.HSCode, &p.OriginCountry, &p.Version, &f.Kind, &f.Story, &f.Households, &f.SinceYear, &f.AltitudeM, &f.PictureID, &pictures, &cutouts, &batches)
	if err != nil {
		return nil, err
	}
	p.Card = card
	for i, id := range pictures {
		p.Pictures = append(p.Pictures, PictureRef{id, cutouts[i]})
	}
	return &p, json.Unmarshal([]byte(batches), &p.Batches)
}
