package catalog

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"countyfair/internal/actor"
	"countyfair/internal/cursor"
	"countyfair/internal/errs"
	"countyfair/internal/lang"
	"countyfair/internal/pg"
)

// OwnPage is a part of a list of products as their seller sees them.
type OwnPage struct {
	Items []Own
	Next  string // empty at the end
}

// Mine is a product of the actor's own.
func (s *Service) Mine(ctx context.Context, who actor.Actor, id uuid.UUID) (*Own, error) {
	if !who.SignedIn() {
		return nil, errs.SignIn()
	}
	seller, err := s.sellerOf(ctx, who)
	if err != nil {
		return nil, err
	}
	own, err := s.own(ctx, who.Tenant, id)
	if err == nil && own.SellerID != seller {
		return nil, ErrNotFound
	}
	return own, err
}

// ListMine is the actor's own products, those changed last first; of one state
// where it is named.
func (s *Service) ListMine(ctx context.Context, who actor.Actor, state State, limit int, after string) (*OwnPage, error) {
	if !who.SignedIn() {
		return nil, errs.SignIn()
	}
	seller, err := s.sellerOf(ctx, who)
	if err != nil {
		return nil, err
	}
	return s.listOwn(ctx, who.Tenant, limit, after, "updated_at DESC, id DESC", "(updated_at, id) < (?, ?)", func(q *gorm.DB) *gorm.DB {
		q = q.Where("seller_id = ?", seller)
		if state != "" {
			q = q.Where("state = ?", state)
		}
		return q
	})
}

// ListInReview is what the officer has to look at, the longest waiting first.
func (s *Service) ListInReview(ctx context.Context, who actor.Actor, limit int, after string) (*OwnPage, error) {
	if err := who.Need(actor.Officer, actor.Supervisor, actor.Operator); err != nil {
		return nil, err
	}
	return s.listOwn(ctx, who.Tenant, limit, after, "updated_at, id", "(updated_at, id) > (?, ?)", func(q *gorm.DB) *gorm.DB {
		return q.Where("state = ?", InReview)
	})
}

// Inspect is any product of the county, for its officers.
func (s *Service) Inspect(ctx context.Context, who actor.Actor, id uuid.UUID) (*Own, error) {
	if err := who.Need(actor.Officer, actor.Supervisor, actor.Operator); err != nil {
		return nil, err
	}
	return s.own(ctx, who.Tenant, id)
}

func (s *Service) sellerOf(ctx context.Context, who actor.Actor) (id uuid.UUID, err error) {
	err = s.db.Query(ctx, func(q pg.Querier) error {
		id, err = sellerOf(ctx, q, who)
		return err
	})
	return id, err
}

func (s *Service) own(ctx context.Context, tenant, id uuid.UUID) (*Own, error) {
	var out *Own
	err := s.db.Read(ctx, func(g *gorm.DB) error {
		var p Product
		err := g.Where("tenant_id = ? AND id = ?", tenant, id).Take(&p).Error
		if pg.NoRows(err) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		out, err = loadOwn(g, tenant, &p)
		return err
	})
	return out, err
}

func loadOwn(g *gorm.DB, tenant uuid.UUID, p *Product) (*Own, error) {
	all, err := loadOwns(g, tenant, []Product{*p})
	if err != nil {
		return nil, err
	}
	return &all[0], nil
}

func (s *Service) listOwn(ctx context.Context, tenant uuid.UUID, limit int, after, order, beyond string, filter func(*gorm.DB) *gorm.DB) (*OwnPage, error) {
	limit = cursor.Limit(limit)
	var from cursor.Place
	more, err := cursor.Decode(after, &from)
	if err != nil {
		return nil, err
	}
	page := &OwnPage{}
	err = s.db.Read(ctx, func(g *gorm.DB) error {
		q := filter(g.Where("tenant_id = ?", tenant))
		if more {
			q = q.Where(beyond, from.At, from.ID)
		}
		var rows []Product
		if err := q.Order(order).Limit(limit + 1).Find(&rows).Error; err != nil {
			return err
		}
		if len(rows) > limit {
			rows = rows[:limit]
			page.Next = cursor.Encode(cursor.Place{At: rows[limit-1].UpdatedAt, ID: rows[limit-1].ID})
		}
		page.Items, err = loadOwns(g, tenant, rows)
		return err
	})
	return page, err
}

// loadOwns fills in what belongs to the products, one query for each kind of thing.
func loadOwns(g *gorm.DB, tenant uuid.UUID, rows []Product) ([]Own, error) {
	out := make([]Own, len(rows))
	at := map[uuid.UUID]*Own{}
	ids := make([]uuid.UUID, len(rows))
	for i := range rows {
		out[i].Product = rows[i]
		ids[i], at[rows[i].ID] = rows[i].ID, &out[i]
	}
	if len(rows) == 0 {
		return out, nil
	}
	if err := loadNames(g, tenant, ids, at); err != nil {
		return nil, err
	}
	var variants []struct {
		Variant
		OnHand   int
		Reserved int
	}
	if err := g.Raw(`SELECT v.*, coalesce(st.on_hand, 0) AS on_hand, coalesce(st.reserved, 0) AS reserved FROM variants v
		LEFT JOIN stock st ON st.tenant_id = v.tenant_id AND st.variant_id = v.id
		WHERE v.tenant_id = ? AND v.product_id IN ? ORDER BY v.active DESC, v.position, v.id`, tenant, ids).Scan(&variants).Error; err != nil {
		return nil, err
	}
	for _, v := range variants {
		o := at[v.ProductID]
		o.Variants = append(o.Variants, OwnVariant{v.Variant, v.OnHand, v.Reserved})
	}
	var pictures []struct{ ProductID, PictureID uuid.UUID }
	if err := g.Raw(`SELECT product_id, picture_id FROM product_pictures WHERE tenant_id = ? AND product_id IN ? ORDER BY position`, tenant, ids).Scan(&pictures).Error; err != nil {
		return nil, err
	}
	for _, p := range pictures {
		at[p.ProductID].Pictures = append(at[p.ProductID].Pictures, p.PictureID)
	}
	var batches []struct {
		ProductID uuid.UUID
		Batch
	}
	if err := g.Raw(`SELECT product_id, trace_code, harvested_on, certificate_no FROM batches WHERE tenant_id = ? AND product_id IN ? ORDER BY created_at DESC, id DESC`, tenant, ids).Scan(&batches).Error; err != nil {
		return nil, err
	}
	for _, b := range batches {
		at[b.ProductID].Batches = append(at[b.ProductID].Batches, b.Batch)
	}
	return out, nil
}

func loadNames(g *gorm.DB, tenant uuid.UUID, ids []uuid.UUID, at map[uuid.UUID]*Own) error {
	var names []struct {
		ID       uuid.UUID
		Seller   lang.Text
		Code     string
		Category lang.Text
	}
	err := g.Raw(`SELECT p.id, s.names AS seller, c.code, c.names AS category FROM products p
		JOIN sellers s ON s.tenant_id = p.tenant_id AND s.id = p.seller_id JOIN categories c ON c.tenant_id = p.tenant_id AND c.id = p.category_id
		WHERE p.tenant_id = ? AND p.id IN ?`, tenant, ids).Scan(&names).Error
	for _, n := range names {
		at[n.ID].SellerNames, at[n.ID].CategoryCode, at[n.ID].CategoryNames = n.Seller, n.Code, n.Category
	}
	return err
}
