package middleware

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
	"countyfair/tenants"
	"countyfair/web/scope"
)

// ErrSuspended is every answer of a county that an operator has suspended.
var ErrSuspended = errs.New(errs.Unavailable, "county_suspended", "This market is closed for the moment. Please come back later.").After(3600)

// ErrClosed is every answer of a county that has closed for good.
var ErrClosed = errs.New(errs.Gone, "county_closed", "This market has closed.")

// County finds the county of the request, binds it to the context, and turns
// the request away where the county is suspended or closed. scheme is how the
// market is reached from outside, which no header of a request can change;
// match is as in Language: who is turned away is told why in their own language.
func County(dir *tenants.Directory, scheme string, match func(accept string, offered ...string) string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		s := scope.From(c.UserContext())
		county, err := dir.Resolve(string(c.Request().Host()), c.Get("X-County"))
		if err != nil {
			return err
		}
		s.County, s.Language = county, county.DefaultLanguage()
		s.Origin = scheme + "://" + string(c.Request().Host())
		s.Actor = actor.Guest(county.ID)
		c.SetUserContext(pg.WithTenant(c.UserContext(), county.ID))
		c.Vary(fiber.HeaderHost, "X-County")
		switch county.State {
		case tenants.Suspended:
			s.Language = choose(c, s, match)
			return ErrSuspended
		case tenants.Closed:
			s.Language = choose(c, s, match)
			return ErrClosed
		case tenants.Draft, tenants.Open:
		}
		return c.Next()
	}
}

// Language picks the language of the answer: the one asked for in the address,
// the one chosen before (cookie), the account's, what the browser prefers, the
// county's first. match finds the best of those offered for an Accept-Language.
func Language(match func(accept string, offered ...string) string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		s := scope.From(c.UserContext())
		s.Language = choose(c, s, match)
		s.Actor.Language = s.Language
		c.Set(fiber.HeaderContentLanguage, s.Language)
		return c.Next()
	}
}

func choose(c *fiber.Ctx, s *scope.Scope, match func(string, ...string) string) string {
	for _, tag := range []string{c.Query("lang"), c.Cookies("lang"), s.Actor.Language} {
		for _, spoken := range s.County.Languages {
			if tag != "" && strings.EqualFold(tag, spoken) {
				return spoken
			}
		}
	}
	if accept := c.Get(fiber.HeaderAcceptLanguage); accept != "" {
		c.Vary(fiber.HeaderAcceptLanguage)
		if tag := match(accept, s.County.Languages...); tag != "" {
			return tag
		}
	}
	return s.County.DefaultLanguage()
}
