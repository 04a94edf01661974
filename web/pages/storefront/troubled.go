package storefront

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"countyfair/internal/lang"
	"countyfair/tenants"
	"countyfair/web/pages/page"
	"countyfair/web/problem"
	"countyfair/web/scope"
	"countyfair/web/ui"
	"countyfair/web/words"
)

// ProblemPage draws a refusal as a page, for middleware.ErrorHandler. Who has to
// sign in first is sent to do so. It works without a county, too: the address
// may be of none.
func ProblemPage(kit page.Kit) func(c *fiber.Ctx, d *problem.Document) error {
	return func(c *fiber.Ctx, d *problem.Document) error {
		s := scope.From(c.UserContext())
		kit := kit // what this answer leaves out, the next one has again
		if s.County == nil {
			kit.Cart, kit.Place = nil, nil
			s.County = &tenants.County{Platform: true, Names: lang.Text{"en": "Countyfair"}, Languages: []string{words.Match(c.Get(fiber.HeaderAcceptLanguage))}}
		}
		if s.Language == "" {
			s.Language = s.County.DefaultLanguage()
		}
		if d.Status == fiber.StatusUnauthorized && c.Method() == fiber.MethodGet {
			return page.SignIn(c)
		}
		shut := s.County.State == tenants.Suspended || s.County.State == tenants.Closed
		if shut {
			kit.Cart, kit.Place = nil, nil
		}
		v := ProblemView{Frame: kit.Frame(c, problemTitle(page.Context(c), d.Status)), Status: d.Status, Text: saidBy(page.Words(c), d)}
		v.Frame.NoIndex, v.Frame.Canonical = true, ""
		if shut || s.County.Version == 0 { // nothing answers here: no colours, no mark, nowhere to go
			v.Frame.County = ui.County{Name: v.Frame.County.Name, Platform: true, Shut: true}
		} else {
			v.lead(page.Words(c), s.County)
		}
		if d.Status >= fiber.StatusInternalServerError && !shut {
			v.Code = d.RequestID
		}
		if d.Retry() > 0 {
			c.Set(fiber.HeaderRetryAfter, strconv.Itoa(d.Retry()))
		}
		return page.Render(c, d.Status, Problem(v))
	}
}

// lead offers a way on.
func (v *ProblemView) lead(w *words.Words, county *tenants.County) {
	v.Act = ui.Link{Label: w.T("problem.home"), URL: ui.HomePath}
	if !county.Platform {
		v.Other = ui.Link{Label: w.T("nav.search"), URL: ui.SearchPath}
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
