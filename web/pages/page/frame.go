package page

import (
	"context"
	"fmt"

	"github.com/gofiber/fiber/v2"

	"countyfair/internal/actor"
	"countyfair/internal/clock"
	"countyfair/tenants"
	"countyfair/web/scope"
	"countyfair/web/ui"
	"countyfair/web/words"
)

// Kit is what frames are built with. Cart and Place may be nil.
type Kit struct {
	Clock clock.Clock
	Cart  func(ctx context.Context, s *scope.Scope) int // pieces in the reader's cart
	Place func(c *fiber.Ctx) string                     // where the reader wants goods, as the header says it
}

// Frame is the page's frame as the request knows it: the county, its colours
// and legal pages, who reads, the languages there are, and the flash.
func (k Kit) Frame(c *fiber.Ctx, title string) ui.Frame {
	s := scope.From(c.UserContext())
	w := Words(c)
	f := ui.Frame{
		Title: title, County: Face(s.County, s.Language), TimeTZ: s.County.TimeZone, Now: k.Clock.Now(), Query: c.Query("q"),
		Account: ui.Account{SignedIn: s.Actor.SignedIn(), Name: s.Name, Seller: s.Actor.Is(actor.Seller), Officer: s.Actor.Is(actor.Officer, actor.Supervisor)},
		Flash:   takeFlash(c, w),
	}
	if c.Method() != fiber.MethodPost { // what a form was answered with has no address of its own
		f.Canonical, f.Alternates = canonical(c, s), alternates(c, s)
	}
	if !s.County.Platform {
		for _, kind := range tenants.PageKinds {
			f.Links = append(f.Links, ui.Link{Label: w.T("legal." + string(kind)), URL: "/" + string(kind), Current: c.Path() == "/"+string(kind)})
		}
	}
	if k.Place != nil && !s.County.Platform {
		f.Place = k.Place(c)
	}
	if k.Cart != nil {
		f.Cart = k.Cart(c.UserContext(), s)
	}
	return f
}

// Face is a county as layouts show it.
func Face(c *tenants.County, language string) ui.County {
	return ui.County{
		Name: c.Names.In(language, c.DefaultLanguage()), Tagline: c.Tagline.In(language, c.DefaultLanguage()),
		LogoURL: PictureURL(c.Brand.Logo, 160), BrandURL: BrandURL(c), Platform: c.Platform,
	}
}

// BrandURL is the county's style sheet; its address changes with the county,
// so it may be cached for ever.
func BrandURL(c *tenants.County) string { return fmt.Sprintf("/brand.css?v=%d", c.Version) }

// PictureURL is where one of a picture's made widths is served; "" of no picture.
func PictureURL(id string, width int) string {
	if id == "" {
		return ""
	}
	return fmt.Sprintf("/pictures/%s/%d.webp", id, width)
}

// canonical is the address the page is known by: with the language where it was
// asked for, as the alternates name it, and without the rest of the query.
func canonical(c *fiber.Ctx, s *scope.Scope) string {
	if c.Query("lang") == s.Language {
		return s.Origin + c.Path() + "?lang=" + s.Language
	}
	return s.Origin + c.Path()
}

// alternates are the page's addresses in the county's languages.
func alternates(c *fiber.Ctx, s *scope.Scope) []ui.Language {
	var out []ui.Language
	query := c.Context().QueryArgs()
	for _, tag := range s.County.Languages {
		args := fiber.AcquireArgs()
		query.CopyTo(args)
		args.Set("lang", tag)
		out = append(out, ui.Language{Tag: tag, Name: words.For(tag).Name(), URL: s.Origin + c.Path() + "?" + string(args.QueryString()), Current: tag == s.Language})
		fiber.ReleaseArgs(args)
	}
	if len(out) > 1 {
		out = append(out, ui.Language{Tag: "x-default", URL: s.Origin + c.Path()})
	}
	return out
}
