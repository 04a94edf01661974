package static_test

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"countyfair/web/static"
)

func TestHandler(t *testing.T) {
	app := fiber.New()
	app.Get("/static/*", static.Handler())

	for _, name := range []string{"storefront.css", "seller.css", "office.css", "pay.css", "app.js"} {
		url := static.URL(name)
		for _, enc := range []string{"", "gzip", "gzip, br"} {
			req := httptest.NewRequestWithContext(t.Context(), "GET", url, nil)
			req.Header.Set("Accept-Encoding", enc)
			res, err := app.Test(req, -1)
			require.NoError(t, err)
			body, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			require.Equal(t, 200, res.StatusCode, url)
			require.Contains(t, res.Header.Get("Cache-Control"), "immutable")
			require.NotEmpty(t, body)
			switch enc {
			case "":
				require.Empty(t, res.Header.Get("Content-Encoding"))
			case "gzip":
				require.Equal(t, "gzip", res.Header.Get("Content-Encoding"))
			default:
				require.Equal(t, "br", res.Header.Get("Content-Encoding"))
			}
		}
	}

	res, err := app.Test(httptest.NewRequestWithContext(t.Context(), "GET", "/static/storefront.0000000000.css", nil), -1)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, 404, res.StatusCode, "an old hash must not give another version's content")
}

// A first view's sheet and script together stay well under the page's budget.
func TestBudget(t *testing.T) {
	_, js := static.Size("app.js")
	for _, name := range []string{"storefront.css", "seller.css", "office.css"} {
		_, css := static.Size(name)
		t.Logf("%s %d B + app.js %d B (brotli)", name, css, js)
		require.Less(t, css+js, 30<<10, name)
	}
}

func TestURLNeedsAnAsset(t *testing.T) {
	require.Panics(t, func() { static.URL("nothing.css") })
	require.True(t, strings.HasPrefix(static.URL("app.js"), "/static/app."))
}
