package e2e_test

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// heaviest is what a first view may weigh as it is sent, pictures apart.
const heaviest = 60 << 10

// get gives an answer and its body as it was sent, in the coding asked for.
func get(t *testing.T, url, coding string) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, url, nil) //nolint:noctx // the client has a timeout
	require.NoError(t, err)
	req.Header.Set("Accept-Encoding", coding)
	res, err := client.Do(req)
	require.NoError(t, err)
	defer res.Body.Close() //nolint:errcheck // a test's answer
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, 200, res.StatusCode, url)
	return res, body
}

var (
	loads    = regexp.MustCompile(`<(?:link rel="stylesheet" href|script src)="([^"]+)"`)
	products = regexp.MustCompile(`href="(/p/[^"?]+)`)
	kinds    = regexp.MustCompile(`href="(/c/[^"?]+)`)
)

// first is the first address on the page that the expression finds.
func first(t *testing.T, page []byte, what *regexp.Regexp) string {
	t.Helper()
	found := what.FindSubmatch(page)
	require.NotNil(t, found, what)
	return string(found[1])
}

// TestAFirstViewIsLight weighs pages with their style sheets and scripts.
func TestAFirstViewIsLight(t *testing.T) {
	m := demo(t)
	for _, county := range []string{"longnan", "nyeri"} {
		host := m.host(county)
		_, home := get(t, host+"/", "identity")
		for _, path := range []string{"/", first(t, home, kinds), first(t, home, products)} {
			_, plain := get(t, host+path, "identity")
			for _, coding := range []string{"br", "gzip"} {
				res, sent := get(t, host+path, coding)
				require.Equal(t, coding, res.Header.Get("Content-Encoding"), path)
				weight := len(sent)
				for _, l := range loads.FindAllSubmatch(plain, -1) {
					_, part := get(t, host+strings.ReplaceAll(string(l[1]), "&amp;", "&"), coding)
					weight += len(part)
				}
				require.LessOrEqual(t, weight, heaviest, path)
				t.Logf("%s%s %s: %.1f KB", county, path, coding, float64(weight)/1024)
			}
		}
	}
}

var (
	meta      = regexp.MustCompile(`<meta (?:name|property)="([^"]+)" content="([^"]*)"`)
	canonical = regexp.MustCompile(`<link rel="canonical" href="([^"]+)"`)
	alternate = regexp.MustCompile(`<link rel="alternate" hreflang="([^"]+)" href="([^"]+)"`)
	told      = regexp.MustCompile(`(?s)<script type="application/ld\+json">(.*?)</script>`)
)

// card is what a page tells search engines and whoever shares it.
type card struct {
	canonical  string
	meta, lang map[string]string
	things     map[string]object // of schema.org, by type
}

func cardOf(t *testing.T, url string) card {
	t.Helper()
	_, page := get(t, url, "identity")
	c := card{meta: map[string]string{}, lang: map[string]string{}, things: map[string]object{}}
	c.canonical = first(t, page, canonical)
	for _, f := range meta.FindAllSubmatch(page, -1) {
		c.meta[string(f[1])] = string(f[2])
	}
	for _, f := range alternate.FindAllSubmatch(page, -1) {
		c.lang[string(f[1])] = string(f[2])
	}
	if doc := told.FindSubmatch(page); doc != nil {
		var g struct {
			Graph []object `json:"@graph"`
		}
		require.NoError(t, json.Unmarshal(doc[1], &g), url)
		for _, thing := range g.Graph {
			c.things[text(t, thing, "@type")] = thing
		}
	}
	return c
}

// TestPagesTellWhatTheyAre reads what the pages in a county's site map tell:
// their own address, their languages, a picture, what is sold.
func TestPagesTellWhatTheyAre(t *testing.T) {
	m := demo(t)
	host := m.host("longnan")
	_, robots := get(t, host+"/robots.txt", "identity")
	require.Contains(t, string(robots), "Sitemap: "+host+"/sitemap.xml")
	require.Contains(t, string(robots), "Disallow: /checkout")
	_, raw := get(t, host+"/sitemap.xml", "identity")
	var sitemap struct {
		URLs []struct {
			Loc string `xml:"loc"`
		} `xml:"url"`
	}
	require.NoError(t, xml.Unmarshal(raw, &sitemap))
	require.Greater(t, len(sitemap.URLs), 60)
	pictured := 0
	for _, u := range sitemap.URLs {
		c := cardOf(t, u.Loc)
		require.Equal(t, u.Loc, c.canonical)
		require.Equal(t, u.Loc+"?lang=en", c.lang["en"])
		require.Equal(t, u.Loc, c.lang["x-default"])
		require.NotEmpty(t, c.meta["description"], u.Loc)
		require.NotEmpty(t, c.meta["og:title"], u.Loc)
		require.NotEqual(t, "noindex", c.meta["robots"], u.Loc)
		switch {
		case strings.HasPrefix(u.Loc, host+"/p/"):
			isSold(t, c, u.Loc)
			if p := c.things["Product"]; p["image"] != nil { // other tests sell things without one
				pictured++
				require.Equal(t, c.meta["og:image"], text(t, p, "image", 0))
			}
		case strings.HasPrefix(u.Loc, host+"/c/"):
			require.Contains(t, c.things, "BreadcrumbList", u.Loc)
		}
	}
	require.Greater(t, pictured, 50)
	home := cardOf(t, host+"/?lang=en")
	require.Equal(t, host+"/?lang=en", home.canonical, "each language has an address of its own")
	res, _ := get(t, home.meta["og:image"], "identity")
	require.Equal(t, "image/webp", res.Header.Get("Content-Type"))
}

// isSold checks what a product's page tells of it.
func isSold(t *testing.T, c card, url string) {
	t.Helper()
	p, way := c.things["Product"], c.things["BreadcrumbList"]
	require.Equal(t, c.meta["og:title"], text(t, p, "name"))
	require.Equal(t, url, text(t, p, "url"))
	require.Equal(t, "CNY", text(t, p, "offers", 0, "priceCurrency"))
	require.Regexp(t, `^\d+\.\d\d$`, text(t, p, "offers", 0, "price"))
	require.Regexp(t, `^https://schema.org/(InStock|OutOfStock|LimitedAvailability)$`, text(t, p, "offers", 0, "availability"))
	require.Contains(t, text(t, way, "itemListElement", 1, "item"), "/c/")
	require.Equal(t, text(t, p, "name"), text(t, way, "itemListElement", 2, "name"))
}

// TestNamesComeBeforeMentions looks for pepper where a pepper cooperative sells
// eggs, and for coffee among coffee growers: what is named so stands first.
func TestNamesComeBeforeMentions(t *testing.T) {
	m := demo(t)
	for _, row := range []struct{ county, language, word string }{{"longnan", "zh-Hans", "花椒"}, {"nyeri", "en", "coffee"}} {
		_, body := get(t, m.host(row.county)+"/api/v1/products?limit=24&lang="+row.language+"&q="+url.QueryEscape(row.word), "identity")
		var list struct {
			Items []struct {
				Title string `json:"title"`
			} `json:"items"`
		}
		require.NoError(t, json.Unmarshal(body, &list))
		named, over := 0, ""
		for _, i := range list.Items {
			if !strings.Contains(strings.ToLower(i.Title), row.word) {
				over = i.Title
				continue
			}
			named++
			require.Empty(t, over, "%s stands before %s", over, i.Title)
		}
		require.Greater(t, named, 2, row.county)
	}
}
