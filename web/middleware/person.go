package middleware

import (
	"context"
	"net/netip"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/web/scope"
)

// Authenticator knows people by what they bring.
type Authenticator interface {
	// Bearer knows an API client by its access token.
	Bearer(ctx context.Context, tenant uuid.UUID, token string) (actor.Actor, error)
	// Cookie knows a browser by its session cookie. A session that has ended is
	// an Unauthenticated error.
	Cookie(ctx context.Context, tenant uuid.UUID, token string) (who actor.Actor, name string, err error)
}

// The cookies of a browser.
const (
	SessionCookie = "session"
	CartCookie    = "cart"
)

// Person finds who asks: by Authorization where it is given, else by cookie. A
// bad token is refused; a bad cookie is a guest, whose cookie is taken away.
// proxies are those that we believe who asked them.
func Person(auth Authenticator, proxies []netip.Prefix) fiber.Handler {
	return func(c *fiber.Ctx) error {
		s := scope.From(c.UserContext())
		s.CartToken = c.Get("X-Cart-Token", c.Cookies(CartCookie))
		if header := c.Get(fiber.HeaderAuthorization); header != "" {
			token, ok := strings.CutPrefix(header, "Bearer ")
			if !ok {
				return errs.SignIn()
			}
			who, err := auth.Bearer(c.UserContext(), s.County.ID, token)
			if err != nil {
				return err
			}
			s.Actor = who
		} else if token := c.Cookies(SessionCookie); token != "" {
			who, name, err := auth.Cookie(c.UserContext(), s.County.ID, token)
			switch {
			case err == nil:
				s.Actor, s.Name = who, name
			case errs.CodeOf(err) == errs.Unauthenticated:
				Cookie(c, SessionCookie, "", -1)
			default:
				return err
			}
		}
		s.Actor.IP = address(c, proxies)
		return c.Next()
	}
}

// ErrForeignPage refuses a form that another site sent in the visitor's name.
var ErrForeignPage = errs.New(errs.Forbidden, "foreign_page", "This request came from another site. Please open the page here and try again.")

// SameOrigin refuses unsafe requests that another site's page makes with this
// browser's cookies. Browsers say where a request comes from (Sec-Fetch-Site,
// or Origin before it); what says neither is no browser. Together with
// SameSite=Lax cookies this is the defence against forged requests.
func SameOrigin() fiber.Handler {
	return func(c *fiber.Ctx) error {
		switch c.Method() {
		case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions:
			return c.Next()
		}
		if c.Cookies(SessionCookie) == "" && c.Cookies(CartCookie) == "" && c.Get(fiber.HeaderAuthorization) != "" {
			return c.Next() // nothing of this browser's is used
		}
		if site := c.Get("Sec-Fetch-Site"); site != "" {
			if site == "same-origin" || site == "none" {
				return c.Next()
			}
			return ErrForeignPage
		}
		if origin := c.Get(fiber.HeaderOrigin); origin != "" {
			u, err := url.Parse(origin)
			if err != nil || u.Host != string(c.Request().Host()) {
				return ErrForeignPage
			}
		}
		return c.Next()
	}
}
