package demo

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"countyfair/auth"
	"countyfair/catalog"
	"countyfair/checkout"
	"countyfair/customs"
	"countyfair/internal/actor"
	"countyfair/internal/clock"
	"countyfair/internal/pg"
	"countyfair/sellers"
	"countyfair/tenants"
)

// Services are the use-cases that the seed goes through.
type Services struct {
	Counties *tenants.Service
	Auth     *auth.Service
	Sellers  *sellers.Service
	Catalog  *catalog.Service
	Customs  *customs.Service
	Checkout *checkout.Service
	// At is the same use-cases at another time: sample orders are some days old.
	At func(c clock.Clock) Services
	// Pay is the buyer's click on the sandbox's page.
	Pay  func(ctx context.Context, ref string) (checkout.ProviderPayment, error)
	Seed int64 // decides which sample orders there are
}

// say tells a person how far it is.
type say = func(format string, args ...any)

// Seed brings the three counties in, where they are not there yet. Jobs must
// be running: the imports are theirs.
func Seed(ctx context.Context, s Services, say say) error {
	operator, err := s.account(ctx, tenants.PlatformID, "operator@demo", actor.Operator, "Operator", "en")
	if err != nil {
		return err
	}
	var all errgroup.Group // side by side: an import mostly waits
	for _, slug := range Slugs {
		all.Go(func() error { return s.seed(ctx, operator, slug, say) })
	}
	return all.Wait()
}

func (s Services) seed(ctx context.Context, operator actor.Actor, slug string, say say) error {
	began := time.Now() //nolint:forbidigo // tells a person how long it took
	c, err := read(slug)
	if err != nil {
		return err
	}
	if known, err := s.Counties.Directory().BySlug(slug); err != nil || known.State == tenants.Draft {
		n, err := s.county(ctx, operator, c, say)
		if err != nil {
			return fmt.Errorf("demo: %s: %w", slug, err)
		}
		say("%s: %d kinds of produce from %d sellers (%.1f s)", c.Names.In("en"), n, len(c.Sellers), time.Since(began).Seconds())
	}
	t, err := s.Counties.Directory().BySlug(slug)
	if err != nil || t.State != tenants.Open {
		return err
	}
	if err := s.orders(pg.WithTenant(ctx, t.ID), c, t); err != nil {
		return fmt.Errorf("demo: %s: %w", slug, err)
	}
	return nil
}

// county makes one county and opens it when all is in. A half-made county
// stays a draft and is gone on with: each step does nothing the second time.
func (s Services) county(ctx context.Context, operator actor.Actor, c *county, say say) (products int, err error) {
	t, err := s.Counties.Directory().BySlug(c.Slug)
	if err != nil {
		if t, err = s.Counties.Create(ctx, operator, tenants.New{
			Slug: c.Slug, Names: c.Names, Tagline: c.Tagline, DivisionCode: c.DivisionCode, Country: c.Country, TimeZone: c.TimeZone,
			Languages: c.Languages, Currency: c.Currency, Brand: tenants.Brand{Colour: c.Colour}, SeasonNotes: c.SeasonNotes,
			Policy: tenants.Policy{CommissionBP: c.CommissionBP, ReviewProducts: c.ReviewProducts, ExportEnabled: c.Export},
		}); err != nil {
			return 0, err
		}
	}
	ctx = pg.WithTenant(ctx, t.ID)
	officer, err := s.people(ctx, t, c)
	if err != nil {
		return 0, err
	}
	if err := s.look(ctx, officer, c, t); err != nil {
		return 0, err
	}
	if err := s.exports(ctx, officer, c); err != nil {
		return 0, err
	}
	if err := s.stalls(ctx, officer, c, t); err != nil {
		return 0, err
	}
	if products, err = s.produce(ctx, officer, c, say); err != nil {
		return 0, err
	}
	if err := s.waiting(ctx, officer, c, t); err != nil {
		return 0, err
	}
	_, err = s.Counties.MoveTo(ctx, operator, t.ID, tenants.Open, "")
	return products, err
}

// people makes the accounts that a person trying the demo signs in with.
func (s Services) people(ctx context.Context, t *tenants.County, c *county) (officer actor.Actor, err error) {
	language := t.DefaultLanguage()
	for _, p := range []struct {
		name string
		role actor.Role
		show string
	}{
		{"officer", actor.Officer, c.samples.People["officer"]},
		{"supervisor", actor.Supervisor, c.samples.People["supervisor"]},
		{"seller", actor.Buyer, c.Sellers[0].Contact},
		{"buyer", actor.Buyer, c.samples.People["buyer"]},
	} {
		a, err := s.account(ctx, t.ID, p.name+"@"+c.Slug+".demo", p.role, p.show, language)
		if err != nil {
			return officer, err
		}
		if p.role == actor.Officer {
			officer = a
		}
	}
	return officer, nil
}

// account finds an account of the demo, or makes it.
func (s Services) account(ctx context.Context, tenant uuid.UUID, login string, role actor.Role, name, language string) (actor.Actor, error) {
	system := actor.OfSystem(tenant)
	found, _, err := s.Auth.ListUsers(ctx, system, tenant, auth.UserFilter{Query: login})
	if err != nil {
		return actor.Actor{}, err
	}
	found = slices.DeleteFunc(found, func(a auth.Account) bool { return a.Email != login }) // a part of an address finds others too
	if len(found) == 0 {
		made, err := s.Auth.CreateUser(ctx, system, tenant, auth.NewUser{Login: login, Password: Password, Role: role, Name: name, Language: language})
		if err != nil {
			return actor.Actor{}, err
		}
		found = append(found, made)
	}
	a := actor.Actor{Tenant: tenant, Account: found[0].ID, Language: language}
	if role != actor.Buyer {
		a.Roles = []actor.Role{role}
	}
	return a, nil
}

// look gives the county its mark, banner, delivery rates and legal pages.
func (s Services) look(ctx context.Context, officer actor.Actor, c *county, t *tenants.County) error {
	mark, err := s.picture(ctx, officer, c.Slug+"/mark.webp")
	if err != nil {
		return err
	}
	scene, err := s.picture(ctx, officer, c.Slug+"/scene.webp")
	if err != nil {
		return err
	}
	if _, err := s.Counties.Change(ctx, officer, t.ID, "county.brand", func(t *tenants.County) error {
		t.Brand.Logo, t.Brand.Banner = mark.String(), scene.String()
		return nil
	}); err != nil {
		return err
	}
	if err := s.Counties.SetZones(ctx, officer, t.ID, c.zones()); err != nil {
		return err
	}
	for kind, texts := range c.Pages {
		for language, body := range texts {
			if err := s.Counties.SetPage(ctx, officer, t.ID, tenants.Page{Kind: tenants.PageKind(kind), Language: language, Body: body}); err != nil {
				return err
			}
		}
	}
	for i, k := range c.Categories {
		picture, err := s.picture(ctx, officer, c.Slug+"/pictures/"+k.Picture)
		if err != nil {
			return err
		}
		if _, err := s.Catalog.SaveCategory(ctx, officer, catalog.Category{Code: k.Code, Names: k.Names, Hue: k.Hue, PictureID: &picture, Position: i}); err != nil {
			return err
		}
	}
	return nil
}

func (s Services) picture(ctx context.Context, who actor.Actor, file string) (uuid.UUID, error) {
	raw, err := fs.ReadFile(Files, file)
	if err != nil {
		return uuid.Nil, err
	}
	p, err := s.Catalog.Upload(ctx, who, raw)
	if err != nil {
		return uuid.Nil, fmt.Errorf("%s: %w", file, err)
	}
	return p.ID, nil
}

// stalls has each seller apply and the officer approve. The first seller is the
// account seller@<county>.demo; the others have accounts nobody signs in with.
func (s Services) stalls(ctx context.Context, officer actor.Actor, c *county, t *tenants.County) error {
	for i, sl := range c.Sellers {
		who, err := s.account(ctx, t.ID, c.login(sl.Code), actor.Buyer, sl.Contact, t.DefaultLanguage())
		if err != nil {
			return err
		}
		if mine, err := s.Sellers.Mine(ctx, who); err == nil && mine.State == sellers.Approved {
			continue
		}
		face, err := s.picture(ctx, who, c.Slug+"/pictures/"+sl.Face)
		if err != nil {
			return err
		}
		made, err := s.Sellers.Apply(ctx, who, sl.profile(c.Country, i, face))
		if err != nil {
			return fmt.Errorf("%s: %w", sl.Code, err)
		}
		if _, err := s.Sellers.Decide(ctx, officer, made.ID, sellers.Decision{Approve: true}); err != nil {
			return err
		}
	}
	return nil
}

func (sl seller) profile(country string, n int, face uuid.UUID) sellers.Profile {
	p := sellers.Profile{Kind: sellers.Kind(sl.Kind), Names: sl.Names, Village: sl.Village, Story: sl.Story, Contact: sl.Contact, PictureID: &face}
	for to, from := range map[**int]int{&p.Households: sl.Households, &p.SinceYear: sl.Since, &p.AltitudeM: sl.AltitudeM} {
		if from != 0 {
			*to = &from
		}
	}
	p.LicenceNo = sampleLicence(country, sl.Kind, n)
	return p
}

// produce imports the county's own spreadsheet, with the pictures beside it.
func (s Services) produce(ctx context.Context, officer actor.Actor, c *county, say say) (products int, err error) {
	name := c.Slug + "/produce.csv"
	if _, err := fs.Stat(Files, c.Slug+"/produce.xlsx"); err == nil {
		name = c.Slug + "/produce.xlsx"
	}
	sheet, err := fs.ReadFile(Files, name)
	if err != nil {
		return 0, err
	}
	pictures, err := zipped(c.Slug + "/pictures")
	if err != nil {
		return 0, err
	}
	return s.importSheet(ctx, officer, c.Slug+"-"+path.Base(name), sheet, pictures, say)
}

// zipped is a folder as a person would zip it.
func zipped(dir string) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	entries, err := fs.ReadDir(Files, dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		raw, err := fs.ReadFile(Files, dir+"/"+e.Name())
		if err != nil {
			return nil, err
		}
		f, err := w.CreateHeader(&zip.FileHeader{Name: e.Name(), Method: zip.Store})
		if err != nil {
			return nil, err
		}
		if _, err := f.Write(raw); err != nil {
			return nil, err
		}
	}
	err = w.Close()
	return out.Bytes(), err
}
