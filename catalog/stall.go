package catalog

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
)

// Stall counts a seller's products by where they stand. Low and Short are
// products on sale: Short lacks a size altogether, Low has few of one left.
type Stall struct {
	Published int
	InReview  int
	Drafts    int
	SentBack  int // of the drafts, those an officer sent back with a reason
	Withdrawn int
	Low       int
	Short     int
}

// All is how many products there are.
func (s Stall) All() int { return s.Published + s.InReview + s.Drafts + s.Withdrawn }

// leastLeft is what is left of the size of which there is least.
const leastLeft = `(SELECT min(coalesce(st.on_hand - st.reserved, 0)) FROM variants v LEFT JOIN stock st ON st.tenant_id = v.tenant_id AND st.variant_id = v.id
	WHERE v.tenant_id = p.tenant_id AND v.product_id = p.id AND v.active)`

// Stall counts the actor's own products.
func (s *Service) Stall(ctx context.Context, who actor.Actor) (out Stall, err error) {
	if !who.SignedIn() {
		return out, errs.SignIn()
	}
	seller, err := s.sellerOf(ctx, who)
	if err != nil {
		return out, err
	}
	err = s.db.Query(ctx, func(q pg.Querier) error {
		return q.QueryRow(ctx, `SELECT count(*) FILTER (WHERE state = 'published'), count(*) FILTER (WHERE state = 'in_review'),
			count(*) FILTER (WHERE state = 'draft'), count(*) FILTER (WHERE state = 'draft' AND reason <> ''), count(*) FILTER (WHERE state = 'withdrawn'),
			count(*) FILTER (WHERE state = 'published' AND least BETWEEN 1 AND $3), count(*) FILTER (WHERE state = 'published' AND least <= 0)
			FROM (SELECT p.state, p.reason, `+leastLeft+` AS least FROM products p WHERE p.tenant_id = $1 AND p.seller_id = $2) t`,
			who.Tenant, seller, lowFrom).Scan(&out.Published, &out.InReview, &out.Drafts, &out.SentBack, &out.Withdrawn, &out.Low, &out.Short)
	})
	return out, err
}

// ListShort is the actor's own products on sale of which a size is sold out or
// nearly so, those changed last first.
func (s *Service) ListShort(ctx context.Context, who actor.Actor, limit int, after string) (*OwnPage, error) {
	if !who.SignedIn() {
		return nil, errs.SignIn()
	}
	seller, err := s.sellerOf(ctx, who)
	if err != nil {
		return nil, err
	}
	return s.listOwn(ctx, who.Tenant, limit, after, "updated_at DESC, id DESC", "(updated_at, id) < (?, ?)", func(q *gorm.DB) *gorm.DB {
		return q.Table("products AS p").Where("seller_id = ? AND state = ? AND "+leastLeft+" <= ?", seller, Published, lowFrom)
	})
}

// ListImports is the actor's own last imports, the newest first.
func (s *Service) ListImports(ctx context.Context, who actor.Actor, limit int) (out []Import, err error) {
	if !who.SignedIn() {
		return nil, errs.SignIn()
	}
	err = s.db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, `SELECT `+importColumns+` FROM imports WHERE tenant_id = $1 AND account_id = $2 ORDER BY created_at DESC, id DESC LIMIT $3`,
			who.Tenant, who.Account, min(max(limit, 1), 100))
		if err != nil {
			return err
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Import])
		return err
	})
	return out, err
}

// Cutouts tells which of the pictures are drawings with a see-through ground.
func (s *Service) Cutouts(ctx context.Context, who actor.Actor, ids []uuid.UUID) (map[uuid.UUID]bool, error) {
	if err := who.NeedAccount(); err != nil {
		return nil, err
	}
	out := map[uuid.UUID]bool{}
	err := s.db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, `SELECT id FROM pictures WHERE tenant_id = $1 AND id = ANY ($2) AND cutout`, who.Tenant, ids)
		if err != nil {
			return err
		}
		for rows.Next() {
			var id uuid.UUID
			if err := rows.Scan(&id); err != nil {
				return err
			}
			out[id] = true
		}
		return rows.Err()
	})
	return out, err
}
