package catalog

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"countyfair/internal/actor"
	"countyfair/internal/audit"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
)

// Create drafts a product of the actor's own.
func (s *Service) Create(ctx context.Context, who actor.Actor, d Draft) (*Own, error) {
	if !who.SignedIn() {
		return nil, errs.SignIn()
	}
	county, err := s.counties.ByID(who.Tenant)
	if err != nil {
		return nil, err
	}
	var id uuid.UUID
	err = s.db.Write(ctx, func(tx *pg.Tx) error {
		seller, err := sellerOf(ctx, tx, who)
		if err != nil {
			return err
		}
		w := &writing{tx: tx, county: county, now: s.clock.Now(), account: &who.Account, reason: "listed"}
		p, err := w.create(ctx, seller, d)
		if err == nil {
			id = p.ID
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.own(ctx, who.Tenant, id)
}

// Update changes a product of the actor's own. version is the one the actor
// saw; zero takes whichever there is. edit gets the product as it stands and
// may run again.
func (s *Service) Update(ctx context.Context, who actor.Actor, id uuid.UUID, version int, edit func(*Draft) error) (*Own, error) {
	if !who.SignedIn() {
		return nil, errs.SignIn()
	}
	county, err := s.counties.ByID(who.Tenant)
	if err != nil {
		return nil, err
	}
	err = s.db.Write(ctx, func(tx *pg.Tx) error {
		p, err := lockOwn(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if version != 0 && version != p.Version {
			return ErrStale
		}
		was, err := loadOwn(tx.Gorm(), who.Tenant, p)
		if err != nil {
			return err
		}
		d := was.Draft()
		before := d
		if err := edit(&d); err != nil {
			return err
		}
		if p.State == Published && county.Policy.ReviewProducts && reworded(before, d) {
			p.State = InReview
		}
		w := &writing{tx: tx, county: county, now: s.clock.Now(), account: &who.Account, reason: "listed"}
		return w.update(ctx, p, d)
	})
	if err != nil {
		return nil, err
	}
	return s.own(ctx, who.Tenant, id)
}

// reworded reports whether an edit changes what an officer has approved: the
// words, pictures and kind of goods, not prices, sizes or stock.
func reworded(a, b Draft) bool {
	return !maps.Equal(a.Title, b.Title) || !maps.Equal(a.Description, b.Description) || a.Category != b.Category ||
		a.HSCode != b.HSCode || a.OriginCountry != b.OriginCountry || !slices.Equal(a.Pictures, b.Pictures)
}

// Publish puts a product of the actor's own on sale, or before the officer
// where the county reviews first. Publishing what is published changes nothing.
func (s *Service) Publish(ctx context.Context, who actor.Actor, id uuid.UUID) (State, error) {
	if !who.SignedIn() {
		return "", errs.SignIn()
	}
	county, err := s.counties.ByID(who.Tenant)
	if err != nil {
		return "", err
	}
	next := Published
	if county.Policy.ReviewProducts {
		next = InReview
	}
	return s.moveOwn(ctx, who, id, next)
}

// Withdraw takes a product of the actor's own off sale.
func (s *Service) Withdraw(ctx context.Context, who actor.Actor, id uuid.UUID) (State, error) {
	if !who.SignedIn() {
		return "", errs.SignIn()
	}
	return s.moveOwn(ctx, who, id, Withdrawn)
}

func (s *Service) moveOwn(ctx context.Context, who actor.Actor, id uuid.UUID, next State) (State, error) {
	state := next
	err := s.db.Write(ctx, func(tx *pg.Tx) error {
		state = next
		p, err := lockOwn(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if p.State == next || (next == InReview && p.State == Published) {
			state = p.State
			return nil
		}
		return move(ctx, tx, p, next, "", s.clock.Now())
	})
	return state, err
}

// move takes a locked product to its next state, with its search document.
func move(ctx context.Context, tx *pg.Tx, p *Product, next State, reason string, now time.Time) error {
	if !p.State.CanBecome(next) {
		return ErrWrongState
	}
	if (next == Published || next == InReview) && p.LowPrice == 0 {
		return ErrNotReady
	}
	p.State, p.Reason, p.UpdatedAt = next, reason, now
	p.Version++
	if next == Published && p.PublishedAt == nil {
		p.PublishedAt = &now
	}
	if err := tx.Gorm().Select("state", "reason", "version", "updated_at", "published_at").Updates(p).Error; err != nil {
		return err
	}
	return index(ctx, tx, p)
}

// Decide publishes a product that waits for review, or sends it back to its
// seller with a reason.
func (s *Service) Decide(ctx context.Context, who actor.Actor, id uuid.UUID, approve bool, reason string) (*Own, error) {
	if err := who.Need(actor.Officer, actor.Operator, actor.System); err != nil {
		return nil, err
	}
	reason = strings.TrimSpace(reason)
	var wrong errs.Fields
	if !approve && reason == "" {
		wrong.Add("reason", "missing", "Please say why, so that the seller knows what to do.")
	}
	line(&wrong, "reason", reason, 1000)
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	next, action := Published, "product.approve"
	if !approve {
		next, action = Drafted, "product.send_back"
	}
	err := s.db.Write(ctx, func(tx *pg.Tx) error {
		p, err := lock(tx.Gorm(), who.Tenant, id, nil)
		if err != nil {
			return err
		}
		if p.State != InReview {
			return ErrWrongState
		}
		now := s.clock.Now()
		if err := move(ctx, tx, p, next, reason, now); err != nil {
			return err
		}
		return audit.Record(ctx, tx, now, who, audit.Act{Action: action, Subject: "product", ID: id.String(), Detail: map[string]any{"to": next, "reason": reason, "title": p.Titles}})
	})
	if err != nil {
		return nil, err
	}
	return s.own(ctx, who.Tenant, id)
}

// lockOwn locks a product of the actor's own; another seller's is not found.
func lockOwn(ctx context.Context, tx *pg.Tx, who actor.Actor, id uuid.UUID) (*Product, error) {
	seller, err := sellerOf(ctx, tx, who)
	if err != nil {
		return nil, err
	}
	return lock(tx.Gorm(), who.Tenant, id, &seller)
}

func lock(g *gorm.DB, tenant, id uuid.UUID, seller *uuid.UUID) (*Product, error) {
	q := g.Clauses(clause.Locking{Strength: "UPDATE"}).Where("tenant_id = ? AND id = ?", tenant, id)
	if seller != nil {
		q = q.Where("seller_id = ?", *seller)
	}
	var p Product
	err := q.Take(&p).Error
	if pg.NoRows(err) {
		return nil, ErrNotFound
	}
	return &p, err
}
