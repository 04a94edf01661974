package storefront

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"countyfair/internal/lang"
	"countyfair/tenants"
	"countyfair/web/pages/page"
	"countyfair/web/problem"
	"countyfair/web/scope"
	"countyfair/web/words"
)

// ProblemPage draws a refusal as a page, for middleware.ErrorHandler. Who has to
// sign in first is sent to do so. It works without a county, too: the address
// may be of none.
func ProblemPage(kit page.Kit, home string) func(c *fiber.Ctx, d *problem.Document) error {
	return func(c *fiber.Ctx, d *problem.Document) error {
		s := scope.From(c.UserContext())
		if s.County == nil {
			kit.Cart, kit.Place = nil, nil
			s.County = &tenants.County{Platform: true, Names: lang.Text{"en": "Countyfair", "zh-Hans": "乡集"}, Languages: []string{words.Match(c.Get(fiber.HeaderAcceptLanguage))}}
		}
		if s.Language == "" {
			s.Language = s.County.DefaultLanguage()
		}
		if d.Status == fiber.StatusUnauthorized && c.Method() == fiber.MethodGet {
			return page.SignIn(c)
		}
		if s.County.State == tenants.Suspended || s.County.State == tenants.Closed {
			kit.Cart, kit.Place = nil, nil
		}
		v := ProblemView{Frame: kit.Frame(c, problemTitle(page.Context(c), d.Status)), Status: d.Status, Text: saidBy(page.Words(c), d), Home: home}
		v.Frame.NoIndex, v.Frame.Canonical = true, ""
		if s.County.Version == 0 {
			v.Frame.County.BrandURL = "" // there is no county whose colours these could be
		}
		if d.Status >= fiber.StatusInternalServerError {
			v.Code = d.RequestID
		}
		if d.Retry() > 0 {
			c.Set(fiber.HeaderRetryAfter, strconv.Itoa(d.Retry()))
		}
		return page.Render(c, d.Status, Problem(v))
	}
}

// saidBy is the refusal's own sentence in the reader's language; where there is
// none, the page says what it says of every such status.
func saidBy(w *words.Words, d *problem.Document) string {
	if s, ok := w.Try("error." + d.Code); ok {
		return s
	}
	return ""
}
