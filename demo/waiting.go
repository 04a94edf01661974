package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"countyfair/catalog"
	"countyfair/internal/actor"
	"countyfair/internal/clock"
	"countyfair/internal/money"
	"countyfair/tenants"
)

// waiting leaves the office something to decide: sellers who have applied and,
// where the county looks first, products to look at.
func (s Services) waiting(ctx context.Context, officer actor.Actor, c *county, t *tenants.County) error {
	for i, a := range c.samples.Applicants {
		who, err := s.account(ctx, t.ID, a.Code+"@"+c.Slug+".demo", actor.Buyer, a.Contact, t.DefaultLanguage())
		if err != nil {
			return err
		}
		if _, err := s.Sellers.Mine(ctx, who); err == nil {
			continue
		}
		face, err := s.picture(ctx, who, c.Slug+"/pictures/"+a.Face)
		if err != nil {
			return err
		}
		p := a.profile(c.Country, len(c.Sellers)+i, face)
		p.Phone = a.Phone
		if _, err := s.ago(time.Duration(a.Days)*24*time.Hour).Sellers.Apply(ctx, who, p); err != nil {
			return fmt.Errorf("%s: %w", a.Code, err)
		}
	}
	if some, err := s.Catalog.ListInReview(ctx, officer, 1, ""); err != nil || len(some.Items) > 0 {
		return err
	}
	for _, n := range c.samples.Review {
		if err := s.novelty(ctx, c, t, n); err != nil {
			return fmt.Errorf("%s: %w", n.Title.In("en"), err)
		}
	}
	return nil
}

// novelty has a seller list a product and ask for it to be published.
func (s Services) novelty(ctx context.Context, c *county, t *tenants.County, n novelty) error {
	who, err := s.account(ctx, t.ID, c.login(n.Seller), actor.Buyer, "", t.DefaultLanguage())
	if err != nil {
		return err
	}
	picture, err := s.picture(ctx, who, c.Slug+"/pictures/"+n.Picture)
	if err != nil {
		return err
	}
	then := s.ago(time.Duration(n.Hours) * time.Hour)
	made, err := then.Catalog.Create(ctx, who, catalog.Draft{
		Title: n.Title, Description: n.Description, Category: n.Category, Pictures: []uuid.UUID{picture},
		Variants: []catalog.VariantDraft{{Title: n.Size, Unit: n.Unit, NetWeightG: n.Grams, Price: money.Of(n.Price, c.Currency), Stock: &n.Stock}},
	})
	if err != nil {
		return err
	}
	_, err = then.Catalog.Publish(ctx, who, made.ID)
	return err
}

// ago is the use-cases as they were so long ago.
func (s Services) ago(d time.Duration) Services {
	return s.At(&clock.Fixed{At: clock.System{}.Now().Add(-d)})
}

// seller finds the seller of that code, as an actor.
func (s Services) seller(ctx context.Context, c *county, t *tenants.County, code string) (actor.Actor, error) {
	who, err := s.account(ctx, t.ID, c.login(code), actor.Buyer, "", t.DefaultLanguage())
	if err != nil {
		return who, err
	}
	mine, err := s.Sellers.Mine(ctx, who)
	if err != nil {
		return who, err
	}
	who.Seller, who.Roles = mine.ID, []actor.Role{actor.Seller}
	return who, nil
}
