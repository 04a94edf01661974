package sellers

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"countyfair/internal/actor"
	"countyfair/internal/cursor"
)

// Page is a part of a list, and where it goes on.
type Page struct {
	Items []Seller
	Next  string // empty at the end
}

// List is the approved sellers, those who came first first, for anybody.
func (s *Service) List(ctx context.Context, who actor.Actor, limit int, after string) (*Page, error) {
	return s.list(ctx, who.Tenant, Approved, limit, after)
}

// Applications is what the officer has to decide, the longest waiting first;
// or the sellers in another state, where one is named.
func (s *Service) Applications(ctx context.Context, who actor.Actor, state State, limit int, after string) (*Page, error) {
	if err := who.Need(actor.Officer, actor.Supervisor, actor.Operator); err != nil {
		return nil, err
	}
	if state == "" {
		state = Applied
	}
	return s.list(ctx, who.Tenant, state, limit, after)
}

func (s *Service) list(ctx context.Context, tenant uuid.UUID, state State, limit int, after string) (*Page, error) {
	limit = cursor.Limit(limit)
	var from cursor.Place
	more, err := cursor.Decode(after, &from)
	if err != nil {
		return nil, err
	}
	page := &Page{}
	err = s.db.Read(ctx, func(g *gorm.DB) error {
		q := g.Where("tenant_id = ? AND state = ?", tenant, state)
		if more {
			q = q.Where("(applied_at, id) > (?, ?)", from.At, from.ID)
		}
		return q.Order("applied_at, id").Limit(limit + 1).Find(&page.Items).Error
	})
	if len(page.Items) > limit {
		page.Items = page.Items[:limit]
		last := page.Items[limit-1]
		page.Next = cursor.Encode(cursor.Place{At: last.AppliedAt, ID: last.ID})
	}
	return page, err
}

// Inspect is any seller of the county, in whatever state, for its officers.
func (s *Service) Inspect(ctx context.Context, who actor.Actor, id uuid.UUID) (*Seller, error) {
	if err := who.Need(actor.Officer, actor.Supervisor, actor.Operator); err != nil {
		return nil, err
	}
	return s.one(ctx, who.Tenant, "id = ?", id)
}
