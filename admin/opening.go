package admin

import (
	"context"

	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
	"countyfair/tenants"
)

// ErrNotReady refuses to open a market in which nobody could buy.
var ErrNotReady = errs.New(errs.Conflict, "not_ready", "Say first where the market delivers, and make a category.")

// Step is one thing to do before a market opens.
type Step string

// The steps, in the order in which they are best taken.
const (
	SetBrand      Step = "brand"
	SetDelivery   Step = "delivery"
	SetCategories Step = "categories"
	WritePages    Step = "pages"
	ApproveSeller Step = "seller"
)

// Opening is how far a county is on its way to opening.
type Opening struct {
	Steps []StepDone
	Ready bool // what nobody can do without is there
}

// StepDone is a step and whether it is taken.
type StepDone struct {
	Step Step
	Done bool
}

const selectOpening = `SELECT EXISTS (SELECT FROM delivery_zones WHERE tenant_id = $1 AND delivers), EXISTS (SELECT FROM categories WHERE tenant_id = $1),
	(SELECT count(DISTINCT kind) FROM county_pages WHERE tenant_id = $1 AND body <> ''), EXISTS (SELECT FROM sellers WHERE tenant_id = $1 AND state = 'approved')`

// Opening tells what the actor's county still needs before it opens. Delivery
// and categories are a must: without them nobody can order, or list anything.
func (s *Service) Opening(ctx context.Context, who actor.Actor) (o Opening, err error) {
	if err := who.Need(actor.Officer, actor.Supervisor); err != nil {
		return o, err
	}
	county, err := s.counties.Directory().ByID(who.Tenant)
	if err != nil {
		return o, err
	}
	var delivery, categories, seller bool
	var pages int
	err = s.db.Query(ctx, func(q pg.Querier) error {
		return q.QueryRow(ctx, selectOpening, who.Tenant).Scan(&delivery, &categories, &pages, &seller)
	})
	o.Steps = []StepDone{{SetBrand, county.Brand.Logo != ""}, {SetDelivery, delivery}, {SetCategories, categories}, {WritePages, pages == len(tenants.PageKinds)}, {ApproveSeller, seller}}
	o.Ready = delivery && categories
	return o, err
}

// Open opens the actor's own county, if it is ready.
func (s *Service) Open(ctx context.Context, who actor.Actor) (*tenants.County, error) {
	if err := who.Need(actor.Officer); err != nil {
		return nil, err
	}
	o, err := s.Opening(ctx, who)
	if err != nil {
		return nil, err
	}
	if !o.Ready {
		return nil, ErrNotReady
	}
	return s.counties.MoveTo(ctx, who, who.Tenant, tenants.Open, "")
}
