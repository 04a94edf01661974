package catalog

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/actor"
	"countyfair/internal/lang"
	"countyfair/internal/money"
	"countyfair/internal/pg"
)

// Page is a product on sale, as its own page shows it.
type Page struct {
	Card
	HSCode   string
	Version  int
	Pictures []PictureRef
	Batches  []Batch // the newest first
	Farm     Farm
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

const pageColumns = `, p.hs_code, p.version, s.kind, s.story, s.households, s.since_year, s.altitude_m, s.picture_id,
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
	card, err := sc.card(row, &p.HSCode, &p.Version, &f.Kind, &f.Story, &f.Households, &f.SinceYear, &f.AltitudeM, &f.PictureID, &pictures, &cutouts, &batches)
	if err != nil {
		return nil, err
	}
	p.Card = card
	for i, id := range pictures {
		p.Pictures = append(p.Pictures, PictureRef{id, cutouts[i]})
	}
	return &p, json.Unmarshal([]byte(batches), &p.Batches)
}

// CartVariant is what a cart needs to know of a size.
type CartVariant struct {
	ID            uuid.UUID
	ProductID     uuid.UUID
	ProductSlug   string
	Titles        lang.Text // the product's
	VariantTitles lang.Text
	Unit          string
	HSCode        string
	NetWeightG    int
	Price         money.Money
	SellerID      uuid.UUID
	SellerNames   lang.Text
	Picture       *uuid.UUID
	Available     int
	Level         StockLevel
	OnSale        bool // the size, its product and its seller are all open
}

// VariantsForCart gives sizes by id, in the county of ctx. Those that are not
// there are left out.
func (s *Service) VariantsForCart(ctx context.Context, ids []uuid.UUID) ([]CartVariant, error) {
	var out []CartVariant
	err := s.db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, `SELECT v.id, p.id, p.slug, p.titles, v.titles, v.unit, p.hs_code, v.net_weight_g, v.price, v.currency, s.id, s.names,
			(SELECT picture_id FROM product_pictures pp WHERE pp.tenant_id = $1 AND pp.product_id = p.id ORDER BY pp.position LIMIT 1),
			coalesce(st.on_hand - st.reserved, 0), v.active AND p.state = 'published' AND s.state = 'approved'
			FROM variants v JOIN products p ON p.tenant_id = $1 AND p.id = v.product_id JOIN sellers s ON s.tenant_id = $1 AND s.id = p.seller_id
			LEFT JOIN stock st ON st.tenant_id = $1 AND st.variant_id = v.id
			WHERE v.tenant_id = $1 AND v.id = ANY ($2)`, pg.Tenant(ctx), ids)
		if err != nil {
			return err
		}
		out, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (v CartVariant, err error) {
			err = row.Scan(&v.ID, &v.ProductID, &v.ProductSlug, &v.Titles, &v.VariantTitles, &v.Unit, &v.HSCode, &v.NetWeightG, &v.Price.Amount, &v.Price.Currency,
				&v.SellerID, &v.SellerNames, &v.Picture, &v.Available, &v.OnSale)
			v.Level = LevelOf(v.Available)
			return v, err
		})
		return err
	})
	return out, err
}
