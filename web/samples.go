package web

import (
	"github.com/gofiber/fiber/v2"

	"countyfair/web/pages/page"
	"countyfair/web/ui/design"
)

// registerSamples adds the page of all components and the sample pages.
func (d Deps) registerSamples(r fiber.Router) {
	if !d.Samples {
		return
	}
	r.Get("/design/:name?", func(c *fiber.Ctx) error {
		sample, ok := design.Page(page.Context(c), c.Params("name"))
		if !ok {
			return c.Next()
		}
		c.Set("X-Robots-Tag", "noindex")
		return page.Render(c, fiber.StatusOK, sample)
	})
}
