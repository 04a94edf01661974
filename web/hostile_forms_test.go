package web_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

// sentForm is a form as it stands on a page.
type sentForm struct {
	action string
	values url.Values
}

// forms are those on the page that post something.
func (b *browser) forms() (out []sentForm) {
	each(b.doc, func(n *html.Node) {
		if n.Data != "form" || !strings.EqualFold(attr(n, "method"), "post") {
			return
		}
		f := sentForm{attr(n, "action"), url.Values{}}
		each(n, func(in *html.Node) {
			if name := attr(in, "name"); name != "" {
				f.values.Set(name, attr(in, "value"))
			}
		})
		out = append(out, f)
	})
	return out
}

// walk opens pages from these on, as far as links lead, and gathers their forms by action.
func (b *browser) walk(most int, from ...string) map[string]url.Values {
	forms, seen := map[string]url.Values{}, map[string]bool{}
	for len(from) > 0 && len(seen) < most {
		path := from[0]
		from = from[1:]
		if seen[path] || strings.Contains(path, "sign-out") {
			continue
		}
		seen[path] = true
		b.open(path)
		require.Less(b.t, b.status, 500, "%s", path)
		for _, f := range b.forms() {
			forms[f.action] = f.values
		}
		for _, link := range b.links("/") {
			if link, _, _ = strings.Cut(link, "#"); !strings.Contains(link, "lang=") {
				from = append(from, link)
			}
		}
	}
	return forms
}

func TestNoFormBreaks(t *testing.T) {
	a := newAttacked(t)
	platform := newBrowser(t, a.app, "localhost")
	people := map[string]*browser{
		"guest": a.browser(), "buyer": a.browser().signIn("buyer@example.org"), "seller": a.browser().signIn("farm@example.org"),
		"officer": a.browser().signIn("boss@example.org"), "operator": platform.signIn("operator@example.org"),
	}
	starts := map[string][]string{
		"guest": {"/", "/cart", "/sign-in", "/sign-up", "/forgot", "/reset?token=x", "/sign-in/code"}, "buyer": {"/account", "/sell"}, "seller": {"/sell", "/sell/products/new"},
		"officer": {"/office"}, "operator": {"/platform"},
	}
	guest := people["guest"]
	guest.open("/p/"+a.slug()).submit("/cart/add", "quantity", "1", "then", "checkout")
	starts["guest"] = append(starts["guest"], guest.at)
	nasty := []string{"", "a\x00b", "\xff\xfe", "-1", "99999999999999999999999", strings.Repeat("多", 30_000), "<script>alert(1)</script>", "//evil.example/", uuid.Nil.String()}
	tried := 0
	for _, who := range []string{"guest", "buyer", "seller", "officer", "operator"} { // the last may well close the county
		b := people[who]
		forms := b.walk(60, starts[who]...)
		require.NotEmpty(t, forms, who)
		for _, action := range slices.Sorted(maps.Keys(forms)) {
			if strings.Contains(action, "sign-out") || strings.Contains(action, "/end") || strings.HasSuffix(action, "/suspend") {
				continue
			}
			for name := range forms[action] {
				for _, bad := range nasty {
					values := maps.Clone(forms[action])
					values[name] = []string{bad}
					b.send(http.MethodPost, action, values)
					tried++
					if b.status >= 500 {
						t.Errorf("%s: %s with %s=%.20q: %d %s", who, action, name, bad, b.status, b.text())
					}
					require.NotContains(t, b.body, "<script>alert", action)
				}
			}
			b.send(http.MethodPost, action, url.Values{})
			require.Less(t, b.status, 500, "%s: an empty %s", who, action)
			b.send(http.MethodPost, action, url.Values{"surprise": {"1"}})
			require.Less(t, b.status, 500, "%s: a strange %s", who, action)
		}
		t.Logf("%s: %d forms", who, len(forms))
	}
	t.Logf("%d forms sent", tried)
}

func (a *attacked) slug() (slug string) {
	a.t.Helper()
	require.NoError(a.t, a.super.QueryRow(a.ctx, `SELECT slug FROM products WHERE id = $1`, a.known["product"]).Scan(&slug))
	return slug
}

// posts are the routes of pages that take forms, with this for each parameter.
func (a *attacked) posts(id string) (out []string) {
	for _, r := range a.app.GetRoutes(true) {
		if r.Method != http.MethodPost || strings.HasPrefix(r.Path, "/api/") || strings.Contains(r.Path, "*") {
			continue
		}
		parts := strings.Split(r.Path, "/")
		for i, p := range parts {
			if strings.HasPrefix(p, ":") {
				parts[i] = id
			}
		}
		out = append(out, strings.Join(parts, "/"))
	}
	return out
}

func TestNoRouteOfFormsTakesGarbage(t *testing.T) {
	a := newAttacked(t)
	before := a.fingerprint()
	routes := a.posts("x")
	require.Greater(t, len(routes), 40)
	for _, id := range []string{"x", uuid.Nil.String(), "%00", "%ff", "..%2f..%2f", strings.Repeat("9", 400)} {
		for _, path := range a.posts(id) {
			for _, head := range [][]string{
				{"Content-Type", "application/x-www-form-urlencoded"},
				{"Content-Type", "multipart/form-data"},
				{"Content-Type", "multipart/form-data; boundary=x"},
				{"Content-Type", "application/json"},
				{"Content-Type", "\xff"},
				{"Content-Type", "application/x-www-form-urlencoded", "Cookie", "session=\xff; cart=\xff; flash=\xff; place=\xff; lang=\xff"},
			} {
				status, kind, answer := a.ask("POST", path, []byte("%zz=%00&a=%ff&--x\r\n\r\n"), append(head, "Accept", "text/html", "Sec-Fetch-Site", "same-origin")...)
				require.Less(t, status, 500, "%s: %s", path, answer)
				if status >= 400 {
					require.Equal(t, "text/html; charset=utf-8", kind, "%s: %s", path, answer)
					require.NotContains(t, string(answer), "internal")
				}
			}
			status, _, _ := a.ask("POST", path, []byte("a=b"), "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "cross-site", "Cookie", "session=x")
			require.Contains(t, []int{400, 403}, status, path)
			status, _, _ = a.ask("POST", path, []byte("a=b"), "Content-Type", "application/x-www-form-urlencoded", "Origin", "https://evil.example")
			require.Contains(t, []int{400, 403}, status, path)
		}
	}
	require.Equal(t, before, a.fingerprint())
}
