package web_test

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

// browser is a person's browser without scripts: it keeps cookies, follows
// redirects and sends forms as they stand on the page.
type browser struct {
	t       testing.TB
	app     *fiber.App
	host    string
	cookies map[string]string
	header  http.Header
	site    string // where its requests come from

	at     string // the path of the page
	status int
	body   string
	answer http.Header
	doc    *html.Node
}

func newBrowser(t testing.TB, app *fiber.App, host string) *browser {
	t.Helper()
	return &browser{t: t, app: app, host: host, cookies: map[string]string{}, site: "same-origin", header: http.Header{"Accept": {"text/html"}, "Accept-Language": {"en"}}}
}

// open fetches a page and follows where it leads.
func (b *browser) open(path string) *browser {
	b.t.Helper()
	b.send(http.MethodGet, path, nil)
	return b
}

func (b *browser) send(method, path string, form url.Values) {
	b.t.Helper()
	for range 6 {
		var body io.Reader
		if form != nil {
			body = strings.NewReader(form.Encode())
		}
		r := httptest.NewRequestWithContext(b.t.Context(), method, "http://"+b.host+path, body)
		maps.Copy(r.Header, b.header)
		r.Header.Set("Sec-Fetch-Site", b.site)
		if form != nil {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		for k, v := range b.cookies {
			r.AddCookie(&http.Cookie{Name: k, Value: v})
		}
		res, err := b.app.Test(r, -1)
		require.NoError(b.t, err)
		raw, err := io.ReadAll(res.Body)
		require.NoError(b.t, err)
		require.NoError(b.t, res.Body.Close())
		for _, c := range res.Cookies() {
			if c.MaxAge < 0 || c.Value == "" {
				delete(b.cookies, c.Name)
			} else {
				b.cookies[c.Name] = c.Value
			}
		}
		b.at, b.status, b.body, b.answer = path, res.StatusCode, string(raw), res.Header
		if b.status != http.StatusSeeOther && b.status != http.StatusFound && b.status != http.StatusMovedPermanently {
			break
		}
		u, err := url.Parse(res.Header.Get("Location"))
		require.NoError(b.t, err)
		require.True(b.t, u.Host == "" || u.Host == b.host, "led away to %s", u)
		path, method, form = u.RequestURI(), http.MethodGet, nil
	}
	doc, err := html.Parse(strings.NewReader(b.body))
	require.NoError(b.t, err)
	b.doc = doc
	b.inspect()
}

var (
	inline  = regexp.MustCompile(`\s(style|on[a-z]+)="|<script>|<style>`)
	idShown = regexp.MustCompile(`>\s*[a-z_]+\.[a-z_.0-9]+\s*<`)
)

// inspect holds every page to what all pages keep: the content policy, one main
// heading, ids used once, and no message's id in place of its words.
func (b *browser) inspect() {
	b.t.Helper()
	if b.status == http.StatusNotModified || !strings.HasPrefix(b.answer.Get("Content-Type"), "text/html") || b.answer.Get("Content-Encoding") != "" {
		return
	}
	require.Empty(b.t, inline.FindAllString(b.body, 3), "%s: inline style or script", b.at)
	require.Empty(b.t, idShown.FindAllString(strings.ReplaceAll(b.body, ".localhost", ""), 3), "%s: a message's id is shown", b.at)
	require.Equal(b.t, 1, strings.Count(b.body, "<h1"), "%s: main headings", b.at)
	seen := map[string]bool{}
	each(b.doc, func(n *html.Node) {
		if id := attr(n, "id"); id != "" {
			require.False(b.t, seen[id], "%s: id %s twice", b.at, id)
			seen[id] = true
		}
	})
}

// submit sends the form of this action as it stands, with these values set.
// The button "name=value" that is pressed is among the values.
func (b *browser) submit(action string, pairs ...string) *browser {
	b.t.Helper()
	form := b.form(action)
	require.NotNil(b.t, form, "no form posts to %s on %s:\n%s", action, b.at, b.body)
	values := filled(form)
	if id := attr(form, "id"); id != "" { // inputs outside that belong to it
		each(b.doc, func(n *html.Node) {
			if n.Data == "input" && attr(n, "form") == id {
				values.Set(attr(n, "name"), attr(n, "value"))
			}
		})
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	method := http.MethodPost
	path := attr(form, "action")
	if !strings.EqualFold(attr(form, "method"), "post") {
		method, path = http.MethodGet, path+"?"+values.Encode()
		values = nil
	}
	b.send(method, path, values)
	return b
}

// filled is what a form would send as it stands.
func filled(form *html.Node) url.Values {
	values := url.Values{}
	each(form, func(n *html.Node) {
		name := attr(n, "name")
		if name == "" || has(n, "disabled") {
			return
		}
		switch {
		case n.Data == "input" && (attr(n, "type") == "checkbox" || attr(n, "type") == "radio"):
			if has(n, "checked") {
				values.Set(name, attr(n, "value"))
			}
		case n.Data == "input":
			values.Set(name, attr(n, "value"))
		case n.Data == "textarea":
			values.Set(name, textOf(n))
		case n.Data == "select":
			each(n, func(o *html.Node) {
				if o.Data == "option" && (has(o, "selected") || !values.Has(name)) {
					values.Set(name, attr(o, "value"))
				}
			})
		}
	})
	return values
}

func (b *browser) form(action string) (found *html.Node) {
	each(b.doc, func(n *html.Node) {
		if path, _, _ := strings.Cut(attr(n, "action"), "?"); n.Data == "form" && found == nil && (path == action || attr(n, "action") == action) {
			found = n
		}
	})
	return found
}

// links are the addresses of the page's links that begin so.
func (b *browser) links(prefix string) (out []string) {
	each(b.doc, func(n *html.Node) {
		if n.Data == "a" && strings.HasPrefix(attr(n, "href"), prefix) {
			out = append(out, attr(n, "href"))
		}
	})
	return out
}

// text is all that the page says.
func (b *browser) text() string { return strings.Join(strings.Fields(textOf(b.doc)), " ") }

func (b *browser) sees(words ...string) *browser {
	b.t.Helper()
	said := strings.ReplaceAll(b.text(), "\u00a0", " ")
	for _, w := range words {
		require.Contains(b.t, said, w, "on %s", b.at)
	}
	return b
}

func (b *browser) misses(words ...string) *browser {
	b.t.Helper()
	for _, w := range words {
		require.NotContains(b.t, b.text(), w, "on %s", b.at)
	}
	return b
}

func (b *browser) is(status int) *browser {
	b.t.Helper()
	require.Equal(b.t, status, b.status, "%s says: %s", b.at, b.text())
	return b
}

func each(n *html.Node, see func(*html.Node)) {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode {
			see(d)
		}
	}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode && d.Parent.Data != "script" && d.Parent.Data != "style" {
			b.WriteString(d.Data)
			b.WriteByte(' ')
		}
	}
	return b.String()
}
