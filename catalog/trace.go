package catalog

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/lang"
	"countyfair/internal/pg"
)

// Traced is a batch by the code on its pack. Packs outlive offers: it is shown
// whether or not the product is on sale still.
type Traced struct {
	Batch
	PackedAt time.Time // when the batch was entered
	Titles   lang.Text // the product's
	Slug     string    // the product's; empty where it is not on sale
	Origin   lang.Text
	Hue      int
	Picture  *PictureRef
	Seller   SellerRef
	Face     *uuid.UUID // the seller's picture
}

// ErrTraceNotFound says that there is no batch of that code.
var ErrTraceNotFound = errs.NotFoundOf("batch")

// mostTrace is the longest code that a pack can carry.
const mostTrace = 80

// Trace is the batch of a code, for anybody who holds the pack. Capitals and
// the spaces around it don't matter.
func (s *Service) Trace(ctx context.Context, who actor.Actor, code string) (*Traced, error) {
	code = strings.TrimSpace(code)
	if code == "" || len(code) > mostTrace {
		return nil, ErrTraceNotFound
	}
	var t Traced
	var onSale bool
	var picture *uuid.UUID
	var cutout bool
	err := s.db.Query(ctx, func(q pg.Querier) error {
		return q.QueryRow(ctx, `SELECT b.trace_code, b.harvested_on, b.certificate_no, b.created_at, p.titles, p.slug, p.state = 'published' AND s.state = 'approved', p.origin, c.hue,
			pic.id, coalesce(pic.cutout, false), s.id, CASE WHEN s.state = 'approved' THEN s.slug ELSE '' END, s.names, s.village, s.picture_id
			FROM batches b JOIN products p ON p.tenant_id = $1 AND p.id = b.product_id JOIN sellers s ON s.tenant_id = $1 AND s.id = p.seller_id
			JOIN categories c ON c.tenant_id = $1 AND c.id = p.category_id
			LEFT JOIN LATERAL (SELECT i.id, i.cutout FROM product_pictures pp JOIN pictures i ON i.tenant_id = $1 AND i.id = pp.picture_id
				WHERE pp.tenant_id = $1 AND pp.product_id = p.id ORDER BY pp.position LIMIT 1) pic ON true
			WHERE b.tenant_id = $1 AND b.trace_code IN ($2, upper($2))`, who.Tenant, code).
			Scan(&t.TraceCode, &t.HarvestedOn, &t.CertificateNo, &t.PackedAt, &t.Titles, &t.Slug, &onSale, &t.Origin, &t.Hue, &picture, &cutout,
				&t.Seller.ID, &t.Seller.Slug, &t.Seller.Names, &t.Seller.Village, &t.Face)
	})
	if pg.NoRows(err) {
		return nil, ErrTraceNotFound
	}
	if err != nil {
		return nil, err
	}
	if !onSale {
		t.Slug = ""
	}
	if picture != nil {
		t.Picture = &PictureRef{*picture, cutout}
	}
	return &t, nil
}

// Listed is a page that search engines may know of.
type Listed struct {
	Slug    string
	Changed time.Time
}

// mostListed is how many addresses a site map may hold.
const mostListed = 45_000

// Slugs is what is on sale, changed last first, for the county's site map.
func (s *Service) Slugs(ctx context.Context, who actor.Actor) (out []Listed, err error) {
	err = s.db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, `SELECT p.slug, p.updated_at FROM products p JOIN sellers s ON s.tenant_id = $1 AND s.id = p.seller_id AND s.state = 'approved'
			WHERE p.tenant_id = $1 AND p.state = 'published' ORDER BY p.updated_at DESC, p.id DESC LIMIT $2`, who.Tenant, mostListed)
		if err != nil {
			return err
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Listed])
		return err
	})
	return out, err
}
