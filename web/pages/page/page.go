// Package page is what every HTML handler does alike: draw a component with a
// status, build the frame of a page from the request's scope, read a form and
// say beside each input what is wrong, and after a change lead on with a short
// word about it.
//
// A handler that changes something follows one pattern: read the form, call the
// use-case, and then either draw the form again with what was typed, or send
// the browser on, so that reloading repeats nothing.
//
//	in := page.Read(c)
//	err := sellers.Rename(c.UserContext(), page.Who(c), in.Text("name"))
//	if in.Refuse(err) {
//		return h.draw(c, fiber.StatusUnprocessableEntity, in.Form())
//	} else if err != nil {
//		return err
//	}
//	return page.Done(c, "/office/sellers", "flash.saved")
package page

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/tenants"
	"countyfair/web/middleware"
	"countyfair/web/scope"
	"countyfair/web/ui"
	"countyfair/web/words"
)

// languageCookie keeps the language that a reader chose.
const languageCookie = "lang"

// Context is the request's context with the reader's words in it, as
// components want it.
func Context(c *fiber.Ctx) context.Context {
	return words.With(c.UserContext(), Words(c))
}

// Words speaks the language of the request.
func Words(c *fiber.Ctx) *words.Words { return words.For(scope.From(c.UserContext()).Language) }

// Who is asking.
func Who(c *fiber.Ctx) actor.Actor { return scope.From(c.UserContext()).Actor }

// County is the county of the request.
func County(c *fiber.Ctx) *tenants.County { return scope.From(c.UserContext()).County }

// Render answers with the component. It is drawn in full before the first byte
// is sent, so a failing component never leaves half a page.
func Render(c *fiber.Ctx, status int, v templ.Component) error {
	var b bytes.Buffer
	if err := v.Render(Context(c), &b); err != nil {
		return err
	}
	keepLanguage(c)
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	if len(c.Response().Header.Peek(fiber.HeaderCacheControl)) == 0 {
		c.Set(fiber.HeaderCacheControl, "private, no-cache")
	}
	c.Vary(fiber.HeaderCookie)
	if status == fiber.StatusOK && unchanged(c, b.Bytes()) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	return c.Status(status).Send(b.Bytes())
}

// unchanged reports whether the browser has this very page already. The tag is
// weak: the answer may be sent squeezed in several ways.
func unchanged(c *fiber.Ctx, body []byte) bool {
	if c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead {
		return false
	}
	if strings.Contains(string(c.Response().Header.Peek(fiber.HeaderCacheControl)), "no-store") {
		return false
	}
	sum := sha256.Sum256(body)
	tag := `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	c.Set(fiber.HeaderETag, tag)
	return strings.Contains(c.Get(fiber.HeaderIfNoneMatch), tag)
}

// keepLanguage remembers a language that was asked for in the address.
func keepLanguage(c *fiber.Ctx) {
	tag := scope.From(c.UserContext()).Language
	if c.Query("lang") == "" || !strings.EqualFold(c.Query("lang"), tag) || c.Cookies(languageCookie) == tag {
		return
	}
	middleware.Cookie(c, languageCookie, tag, 365*24*3600)
}

// See sends the browser on after a form.
func See(c *fiber.Ctx, url string) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Redirect(url, fiber.StatusSeeOther)
}

// SignIn sends a guest to sign in and back again.
func SignIn(c *fiber.Ctx) error {
	return See(c, ui.SignInPath+"?next="+url.QueryEscape(here(c)))
}

// here is where to come back to: the page itself, or for a form the page it
// most likely stood on.
func here(c *fiber.Ctx) string {
	if c.Method() == fiber.MethodGet {
		return Local(string(c.Request().URI().RequestURI()), "/")
	}
	return Back(c, "/")
}

// Back is the page of this site from which the browser came, or the fallback.
func Back(c *fiber.Ctx, fallback string) string {
	if u, err := url.Parse(c.Get(fiber.HeaderReferer)); err == nil && u.Host == string(c.Request().Host()) {
		return Local(u.RequestURI(), fallback)
	}
	return fallback
}

// Local gives the address where it is a path of this site, and otherwise the
// fallback: an address from outside must not lead people elsewhere.
func Local(address, fallback string) string {
	u, err := url.Parse(address)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || u.Opaque != "" || !strings.HasPrefix(u.Path, "/") ||
		strings.HasPrefix(u.Path, "//") || strings.ContainsAny(address, "\\\r\n\t") {
		return fallback
	}
	return u.RequestURI()
}

// Guard lets through those who have one of the roles; a guest is sent to sign
// in, anybody else is refused. Use-cases check again.
func Guard(roles ...actor.Role) fiber.Handler {
	return func(c *fiber.Ctx) error {
		switch err := Who(c).Need(roles...); errs.CodeOf(err) {
		case errs.Unauthenticated:
			return SignIn(c)
		case errs.Forbidden:
			return err
		default:
			return c.Next()
		}
	}
}
