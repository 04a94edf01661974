package design_test

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"countyfair/web/static"
	"countyfair/web/ui/design"
	"countyfair/web/words"
)

func render(t *testing.T, lang, name string) string {
	t.Helper()
	ctx := words.With(context.Background(), words.For(lang))
	c, ok := design.Page(ctx, name)
	require.True(t, ok, name)
	var b bytes.Buffer
	require.NoError(t, c.Render(ctx, &b))
	return b.String()
}

var (
	inline = regexp.MustCompile(`\s(style|on[a-z]+)="|<script>|<style>`)
	ids    = regexp.MustCompile(`\sid="([^"]+)"`)
	missed = regexp.MustCompile(`>\s*[a-z_]+\.[a-z_.]+\s*<`)
)

// Every page in every language keeps to the content policy, uses an id once,
// shows no message's id, and has one main heading.
func TestPages(t *testing.T) {
	for _, lang := range words.Languages() {
		for _, name := range append(design.Pages(), "") {
			html := render(t, lang, name)
			require.Empty(t, inline.FindAllString(html, 3), "%s %s: inline style or script", lang, name)
			require.Empty(t, missed.FindAllString(html, 3), "%s %s: a message's id is shown", lang, name)
			seen := map[string]bool{}
			for _, m := range ids.FindAllStringSubmatch(html, -1) {
				require.False(t, seen[m[1]], "%s %s: id %s twice", lang, name, m[1])
				seen[m[1]] = true
			}
			require.Equal(t, 1, strings.Count(html, "<h1"), "%s %s: main headings", lang, name)
		}
	}
}

// samples serves the sample pages.
func samples() *fiber.App {
	app := fiber.New(fiber.Config{DisableStartupMessage: true, Immutable: true})
	app.Get("/static/*", static.Handler())
	app.Get("/design/:name?", func(c *fiber.Ctx) error {
		ctx := words.With(context.Background(), words.For(c.Query("lang", "zh-Hans")))
		page, ok := design.Page(ctx, c.Params("name"))
		if !ok {
			return fiber.ErrNotFound
		}
		c.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'")
		c.Type("html")
		return page.Render(ctx, c)
	})
	return app
}
