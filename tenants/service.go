package tenants

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"countyfair/internal/actor"
	"countyfair/internal/audit"
	"countyfair/internal/clock"
	"countyfair/internal/errs"
	"countyfair/internal/lang"
	"countyfair/internal/pg"
)

// Refusals of this package.
var (
	ErrChangedMeanwhile = errs.New(errs.Conflict, "changed_meanwhile", "Somebody else changed this since you opened it. Please look again and repeat your change.")
	ErrSlugTaken        = errs.New(errs.Conflict, "slug_taken", "Another county already has this address.")
	ErrDomainTaken      = errs.New(errs.Conflict, "domain_taken", "Another county already uses this domain.")
	ErrState            = errs.New(errs.Conflict, "county_state", "The county cannot go from its present state to this one.")
)

// Service changes counties. Each change is audited in its own transaction and
// seen by this process at once, by the others within moments.
type Service struct {
	db    *pg.DB
	dir   *Directory
	clock clock.Clock
}

// NewService makes the service.
func NewService(db *pg.DB, dir *Directory, c clock.Clock) *Service { return &Service{db, dir, c} }

// Directory is where counties are looked up.
func (s *Service) Directory() *Directory { return s.dir }

// New is what an operator says of a county to be made.
type New struct {
	Slug         string
	Names        lang.Text
	Tagline      lang.Text
	DivisionCode string
	Country      string
	TimeZone     string
	Languages    []string
	Currency     string
	Brand        Brand
	Policy       Policy
	SeasonNotes  map[string]lang.Text
}

// Create makes a county, as a draft.
func (s *Service) Create(ctx context.Context, who actor.Actor, n New) (*County, error) {
	if err := who.Need(actor.Operator, actor.System); err != nil {
		return nil, err
	}
	now := s.clock.Now()
	c := &County{
		ID: uuid.Must(uuid.NewV7()), Slug: n.Slug, Names: n.Names.Trimmed(), Tagline: n.Tagline.Trimmed(), DivisionCode: n.DivisionCode,
		Country: n.Country, TimeZone: n.TimeZone, Languages: n.Languages, Currency: n.Currency, Brand: n.Brand, Policy: n.Policy,
		SeasonNotes: n.SeasonNotes, State: Draft, Version: 1, CreatedAt: now, UpdatedAt: now,
	}
	if c.Brand.Colour == "" {
		c.Brand.Colour = "#963a2f"
	}
	if c.Policy.Payout == (Payout{}) {
		c.Policy.Payout = StandardPayout
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	ctx = pg.WithTenant(ctx, c.ID)
	err := s.db.Write(ctx, func(tx *pg.Tx) error {
		if err := insertCounty(ctx, tx, c); err != nil {
			return err
		}
		return audit.Record(ctx, tx, now, who, audit.Act{Action: "county.create", Subject: "county", ID: c.ID.String(), Detail: map[string]any{"slug": c.Slug}})
	})
	if pg.Violates(err, "tenants_slug_key") {
		return nil, ErrSlugTaken
	}
	if err != nil {
		return nil, err
	}
	return s.fresh(ctx, c.ID)
}

// List gives all counties by slug, for operators.
func (s *Service) List(ctx context.Context, who actor.Actor) ([]*County, error) {
	if err := who.Need(actor.Operator, actor.System); err != nil {
		return nil, err
	}
	all, err := readCounties(ctx, s.db, uuid.Nil)
	if err != nil {
		return nil, err
	}
	counties := all[:0]
	for _, c := range all {
		if !c.Platform {
			counties = append(counties, c)
		}
	}
	sortBySlug(counties)
	return counties, nil
}

// Change edits a county: edit changes a copy, which is then checked and
// written if nobody else was faster. Officers change their own county;
// operators any.
func (s *Service) Change(ctx context.Context, who actor.Actor, id uuid.UUID, action string, edit func(c *County) error) (*County, error) {
	if err := s.mayChange(who, id); err != nil {
		return nil, err
	}
	ctx = pg.WithTenant(ctx, id)
	found, err := readCounties(ctx, s.db, id)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 || found[0].Platform {
		return nil, ErrUnknownCounty
	}
	c, before := found[0], *found[0]
	if err := edit(c); err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	if c.State != before.State && !before.State.CanBecome(c.State) {
		return nil, ErrState
	}
	now := s.clock.Now()
	err = s.db.Write(ctx, func(tx *pg.Tx) error {
		if err := updateCounty(ctx, tx, c, now); err != nil {
			return err
		}
		return audit.Record(ctx, tx, now, who, audit.Act{Action: action, Subject: "county", ID: id.String(), Detail: changes(&before, c)})
	})
	if err != nil {
		return nil, err
	}
	return s.fresh(ctx, id)
}

// MoveTo takes the county to a state of its life. Opening and closing is the
// operator's; officers may open their own draft.
func (s *Service) MoveTo(ctx context.Context, who actor.Actor, id uuid.UUID, next State, reason string) (*County, error) {
	if !who.Is(actor.Operator, actor.System) && (next != Open || !who.Is(actor.Officer)) {
		return nil, who.Need(actor.Operator)
	}
	return s.Change(ctx, who, id, "county."+string(next), func(c *County) error {
		if who.Is(actor.Officer) && c.State != Draft {
			return ErrState // what an operator suspended, an operator opens again
		}
		if !c.State.CanBecome(next) {
			return ErrState
		}
		c.State, c.StateReason = next, reason
		return nil
	})
}

// AddDomain makes the county reachable under a domain of its own.
func (s *Service) AddDomain(ctx context.Context, who actor.Actor, id uuid.UUID, domain string) (*County, error) {
	domain, err := s.checkDomain(domain)
	if err != nil {
		return nil, err
	}
	return s.changeDomain(ctx, who, id, "county.domain_add", domain,
		`INSERT INTO tenant_domains (tenant_id, domain, created_at) VALUES ($1, $2, $3)`)
}

// RemoveDomain takes a domain away again.
func (s *Service) RemoveDomain(ctx context.Context, who actor.Actor, id uuid.UUID, domain string) (*County, error) {
	return s.changeDomain(ctx, who, id, "county.domain_remove", domain,
		`DELETE FROM tenant_domains WHERE tenant_id = $1 AND domain = $2 AND $3::timestamptz IS NOT NULL`)
}

func (s *Service) changeDomain(ctx context.Context, who actor.Actor, id uuid.UUID, action, domain, sql string) (*County, error) {
	if err := s.mayChange(who, id); err != nil {
		return nil, err
	}
	ctx = pg.WithTenant(ctx, id)
	now := s.clock.Now()
	err := s.db.Write(ctx, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, sql, id, domain, now); err != nil {
			return err
		}
		return audit.Record(ctx, tx, now, who, audit.Act{Action: action, Subject: "domain", ID: domain})
	})
	if pg.Violates(err, "tenant_domains_pkey") {
		return nil, ErrDomainTaken
	}
	if err != nil {
		return nil, err
	}
	return s.fresh(ctx, id)
}

// SetZones replaces where the county delivers, in the order given.
func (s *Service) SetZones(ctx context.Context, who actor.Actor, id uuid.UUID, zones []Zone) error {
	if err := s.mayChange(who, id); err != nil {
		return err
	}
	c, err := s.dir.ByID(id)
	if err != nil {
		return err
	}
	if err := checkZones(zones); err != nil {
		return err
	}
	ctx = pg.WithTenant(ctx, id)
	now := s.clock.Now()
	err = s.db.Write(ctx, func(tx *pg.Tx) error {
		if err := replaceZones(ctx, tx, c.Currency, zones); err != nil {
			return err
		}
		return audit.Record(ctx, tx, now, who, audit.Act{Action: "county.delivery", Subject: "county", ID: id.String(), Detail: map[string]any{"zones": len(zones)}})
	})
	if err != nil {
		return err
	}
	return s.dir.reload(ctx, id)
}

// SetPage writes a legal page in one language. An empty body takes it away.
func (s *Service) SetPage(ctx context.Context, who actor.Actor, id uuid.UUID, p Page) error {
	if err := s.mayChange(who, id); err != nil {
		return err
	}
	if err := checkPage(p); err != nil {
		return err
	}
	ctx = pg.WithTenant(ctx, id)
	now := s.clock.Now()
	return s.db.Write(ctx, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO county_pages (tenant_id, kind, language, body, updated_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (tenant_id, kind, language) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at`,
			id, p.Kind, p.Language, p.Body, now)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, now, who, audit.Act{Action: "county.page", Subject: string(p.Kind), ID: p.Language, Detail: map[string]any{"length": len(p.Body)}})
	})
}

// Pages gives all legal pages of the county of ctx that have words.
func (s *Service) Pages(ctx context.Context) ([]Page, error) {
	var out []Page
	err := s.db.Read(ctx, func(g *gorm.DB) error {
		return g.Table("county_pages").Where("tenant_id = ? AND body <> ''", pg.Tenant(ctx)).Order("kind, language").Find(&out).Error
	})
	return out, err
}

func (s *Service) mayChange(who actor.Actor, id uuid.UUID) error {
	if who.Is(actor.Operator, actor.System) {
		return nil
	}
	if err := who.Need(actor.Officer); err != nil {
		return err
	}
	if who.Tenant != id {
		return ErrUnknownCounty
	}
	return nil
}

// fresh has this process see the change at once and gives the county as it is.
func (s *Service) fresh(ctx context.Context, id uuid.UUID) (*County, error) {
	if err := s.dir.reload(ctx, id); err != nil {
		return nil, err
	}
	return s.dir.ByID(id)
}

// changes tells the audit what differs: old and new, by field.
func changes(a, b *County) map[string]any {
	out := map[string]any{}
	note := func(field string, from, to any, differs bool) {
		if differs {
			out[field] = map[string]any{"from": from, "to": to}
		}
	}
	note("state", a.State, b.State, a.State != b.State)
	note("brand", a.Brand, b.Brand, a.Brand != b.Brand)
	note("policy", a.Policy, b.Policy, a.Policy != b.Policy)
	note("names", a.Names, b.Names, !sameText(a.Names, b.Names))
	note("tagline", a.Tagline, b.Tagline, !sameText(a.Tagline, b.Tagline))
	if b.StateReason != "" {
		out["reason"] = b.StateReason
	}
	return out
}
