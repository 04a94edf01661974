package page_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/internal/actor"
	"countyfair/internal/clock"
	"countyfair/internal/errs"
	"countyfair/internal/lang"
	"countyfair/tenants"
	"countyfair/web/pages/page"
	"countyfair/web/scope"
	"countyfair/web/ui"
)

var county = &tenants.County{
	ID: uuid.Must(uuid.NewV7()), Slug: "longnan", Names: lang.Text{"zh-Hans": "陇南集", "en": "Longnan Fair"},
	Languages: []string{"zh-Hans", "en"}, Currency: "CNY", TimeZone: "Asia/Shanghai", Version: 7, State: tenants.Open,
}

// serve answers every request with h, for a person with these roles.
func serve(t *testing.T, r *http.Request, h fiber.Handler, roles ...actor.Role) *http.Response {
	t.Helper()
	app := fiber.New(fiber.Config{Immutable: true, ErrorHandler: func(c *fiber.Ctx, err error) error {
		status := 500
		if errs.CodeOf(err) == errs.Forbidden {
			status = 403
		}
		return c.Status(status).SendString(err.Error())
	}})
	app.Use(func(c *fiber.Ctx) error {
		s := &scope.Scope{County: county, Language: "en", Origin: "http://longnan.localhost", Actor: actor.Guest(county.ID)}
		if c.Query("lang") == "zh-Hans" {
			s.Language = "zh-Hans"
		}
		if roles != nil {
			s.Actor.Account, s.Actor.Roles = uuid.Must(uuid.NewV7()), roles
		}
		c.SetUserContext(scope.With(c.UserContext(), s))
		return c.Next()
	})
	app.All("/*", h)
	res, err := app.Test(r, -1)
	require.NoError(t, err)
	return res
}

func form(t *testing.T, values url.Values) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), "POST", "http://longnan.localhost/x", strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func TestReadsAFormAndSaysWhatIsWrong(t *testing.T) {
	r := form(t, url.Values{
		"name": {"  陇南\r\n集 \x00"}, "kg": {"12.50"}, "bad": {"1.2.3"}, "n": {"7"}, "m": {"seven"}, "rate": {"2.5 %"}, "password": {" p "},
		"day": {"a", "b"}, "text.en": {"Hello"}, "text.fr": {"Salut"},
	})
	serve(t, r, func(c *fiber.Ctx) error {
		in := page.Read(c)
		require.Equal(t, "陇南\n集", in.Text("name"))
		require.Equal(t, int64(1250), in.Money("kg", "CNY"))
		require.Equal(t, 7, in.Int("n"))
		require.Equal(t, 250, in.Percent("rate"))
		require.Equal(t, []string{"a", "b"}, in.All("day"))
		require.Equal(t, lang.Text{"en": "Hello"}, in.Texts("text", "en", "zh-Hans"))
		require.Equal(t, " p ", in.Secret("password"))
		require.False(t, in.Bad())
		require.Zero(t, in.Money("bad", "CNY"))
		require.Zero(t, in.Int("m"))
		in.Require("name", "absent")
		f := in.Form()
		require.Equal(t, map[string]string{"bad": "Give an amount, such as 12.50.", "m": "Give a whole number, in digits.", "absent": "Please fill this in."}, f.Errors)
		require.Equal(t, "seven", f.Values["m"])
		require.NotContains(t, f.Values, "password")
		return nil
	})
}

func TestTakesRefusalsOfWhatWasTyped(t *testing.T) {
	serve(t, form(t, nil), func(c *fiber.Ctx) error {
		var wrong errs.Fields
		wrong.Add("slug", "slug", "in English")
		wrong.Add("odd", "never_heard_of", "In its own words.")
		in := page.Read(c)
		require.True(t, in.Refuse(wrong.Err()))
		require.Equal(t, "In its own words.", in.Form().Errors["odd"])
		require.Contains(t, in.Form().Errors["slug"], "3 to 40")
		require.True(t, in.Refuse(tenants.ErrSlugTaken))
		require.Contains(t, in.Form().Whole, "already has this address")
		require.False(t, in.Refuse(errs.NotFoundOf("county")))
		require.False(t, in.Refuse(nil))
		return nil
	})
}

func TestAFlashIsShownOnceInTheLanguageOfTheNextPage(t *testing.T) {
	res := serve(t, form(t, nil), func(c *fiber.Ctx) error { return page.Done(c, "/there", "flash.saved") })
	require.Equal(t, 303, res.StatusCode)
	require.Equal(t, "/there", res.Header.Get("Location"))
	cookie := res.Cookies()[0]
	require.True(t, cookie.HttpOnly)
	kit := page.Kit{Clock: &clock.Fixed{At: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)}}
	show := func(value, query string) (*ui.Flash, *http.Response) {
		var seen *ui.Flash
		r := httptest.NewRequestWithContext(t.Context(), "GET", "http://longnan.localhost/there"+query, nil)
		r.AddCookie(&http.Cookie{Name: "flash", Value: value})
		res := serve(t, r, func(c *fiber.Ctx) error {
			seen = kit.Frame(c, "There").Flash
			return nil
		})
		return seen, res
	}
	seen, res := show(cookie.Value, "?lang=zh-Hans")
	require.Contains(t, seen.Text, "存好了")
	require.Negative(t, res.Cookies()[0].MaxAge, "it is shown once")
	for _, forged := range []string{"", "x", "eyJpIjoibmF2LnNlYXJjaCJ9", strings.Repeat("A", 4000)} {
		seen, _ = show(forged, "")
		require.Nil(t, seen, forged)
	}
}

func TestTheFrameKnowsTheCounty(t *testing.T) {
	kit := page.Kit{Clock: clock.System{}}
	r := httptest.NewRequestWithContext(t.Context(), "GET", "http://longnan.localhost/search?q=a%26b&lang=zh-Hans", nil)
	res := serve(t, r, func(c *fiber.Ctx) error {
		f := kit.Frame(c, "找")
		require.Equal(t, "陇南集", f.County.Name)
		require.Equal(t, "/brand.css?v=7", f.County.BrandURL)
		require.Equal(t, "http://longnan.localhost/search?lang=zh-Hans", f.Canonical, "as the alternates name it, without what was looked for")
		require.Len(t, f.Alternates, 3)
		require.Equal(t, "http://longnan.localhost/search?q=a%26b&lang=en", f.Alternates[1].URL)
		require.True(t, f.Alternates[0].Current)
		require.Len(t, f.Links, 3)
		require.True(t, f.Account.Officer)
		return page.Render(c, 200, ui.Storefront(f))
	}, actor.Officer)
	require.Equal(t, "text/html; charset=utf-8", res.Header.Get("Content-Type"))
	require.Equal(t, "lang", res.Cookies()[0].Name, "the language asked for is kept")
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Contains(t, string(body), `lang="zh-Hans"`)
}

func TestGuardsAPage(t *testing.T) {
	get := func(roles ...actor.Role) *http.Response {
		guard := page.Guard(actor.Officer)
		return serve(t, httptest.NewRequestWithContext(t.Context(), "GET", "http://longnan.localhost/office?a=b", nil), func(c *fiber.Ctx) error {
			return guard(c)
		}, roles...)
	}
	res := get()
	require.Equal(t, 303, res.StatusCode)
	require.Equal(t, "/sign-in?next=%2Foffice%3Fa%3Db", res.Header.Get("Location"))
	require.Equal(t, 403, get(actor.Supervisor).StatusCode)
	require.Equal(t, 500, get(actor.Officer).StatusCode, "goes on, to where nothing answers")
}

func TestNobodyIsLedAway(t *testing.T) {
	for address, want := range map[string]string{
		"/office?a=b": "/office?a=b", "/": "/", "": "/home", "https://evil.test/": "/home", "//evil.test": "/home", "/\\evil.test": "/home",
		"javascript:alert(1)": "/home", "office": "/home", "/a\r\nb": "/home",
	} {
		require.Equal(t, want, page.Local(address, "/home"), address)
	}
}
