package middleware

import (
	"github.com/gofiber/fiber/v2"

	"countyfair/web/scope"
)

// Cookie gives the browser a cookie of ours for so many seconds; with fewer than
// none it takes it away. Scripts cannot read it, forms of other sites do not
// send it, and where the market is served over TLS it travels by TLS alone.
func Cookie(c *fiber.Ctx, name, value string, seconds int) {
	CookieAt(c, "/", name, value, seconds)
}

// CookieAt is Cookie for one part of the site.
func CookieAt(c *fiber.Ctx, path, name, value string, seconds int) {
	c.Cookie(&fiber.Cookie{
		Name: name, Value: value, Path: path, MaxAge: seconds,
		HTTPOnly: true, Secure: scope.From(c.UserContext()).Secure(), SameSite: fiber.CookieSameSiteLaxMode,
	})
}
