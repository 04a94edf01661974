package e2e_test

import (
	"context"
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"countyfair/internal/testkit/chrome"
)

// A tour walks the pages that one person reaches by links, one page of each
// kind, and looks at each of them.
type tour struct {
	name, county, login string
	language            string
	width               int
	dark                bool
	from                []string       // where it starts
	inside              *regexp.Regexp // the paths it keeps to
	least               int            // kinds of pages that it must find
}

var (
	shop   = regexp.MustCompile(`^/($|search|c/|p/|sellers|trace/|terms|privacy|contact|place|cart|sign-|forgot|api/docs$|design/?$)`)
	mine   = regexp.MustCompile(`^/(account|orders/|cart|place)`)
	stall  = regexp.MustCompile(`^/sell(/|$)`)
	desk   = regexp.MustCompile(`^/office`)
	people = regexp.MustCompile(`^/(platform|$)`)
)

var tours = []tour{
	{"guest on a phone", "longnan", "", "zh-CN", 390, false, []string{"/", "/search?q=花椒&sort=price", "/search?q=pizza", "/nowhere", "/c/fruit?month=11", "/api/docs"}, shop, 16},
	{"guest at a desk, in the dark", "nyeri", "", "en", 1280, true, []string{"/", "/search?q=coffee", "/search?q=xyzzy", "/nowhere", "/orders/NR-1?t=forged", "/api/docs", "/design"}, shop, 15},
	{"guest on a small phone, in the dark", "xinfeng", "", "zh-CN", 320, true, []string{"/", "/sign-up", "/sign-in/code"}, shop, 14},
	{"buyer on a tablet", "longnan", "buyer@longnan.demo", "en", 820, false, []string{"/account"}, mine, 5},
	{"seller on a phone", "longnan", "seller@longnan.demo", "zh-CN", 390, true, []string{"/sell"}, stall, 9},
	{"officer at a desk", "nyeri", "officer@nyeri.demo", "en", 1280, false, []string{"/office"}, desk, 13},
	{"supervisor on a tablet, in the dark", "longnan", "supervisor@longnan.demo", "zh-CN", 820, true, []string{"/office"}, desk, 13},
	{"operator at a desk", "", "operator@demo", "zh-CN", 1280, true, []string{"/", "/platform"}, people, 4},
}

// TestEveryPageIsForEverybody looks at all pages of the demo: axe finds nothing,
// nothing runs off sideways, and what one presses is what one meant to press.
func TestEveryPageIsForEverybody(t *testing.T) {
	m := demo(t)
	axe := chrome.Axe(t)
	for _, v := range tours {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			began := time.Now() //nolint:forbidigo // measures a duration
			b := open(t, "tour-"+strings.ReplaceAll(v.name, " ", "-"), v.language, v.width)
			b.do(chrome.Scheme(v.dark))
			base := m.host(v.county)
			if v.login != "" {
				b.visit(base + "/sign-in")
				b.fill("login", v.login)
				b.fill("password", password)
				b.send("password")
			}
			seen := v.walk(b, axe, base)
			require.GreaterOrEqual(t, len(seen), v.least, "kinds of pages: %v", seen)
			t.Logf("%d kinds of pages in %.0f s: %s", len(seen), time.Since(began).Seconds(), strings.Join(seen, " "))
		})
	}
}

// walk visits the first page of each kind, from link to link.
func (v tour) walk(b *browser, axe chrome.Checker, base string) (seen []string) {
	b.t.Helper()
	known := map[string]bool{}
	queue := append([]string{}, v.from...)
	for i := 0; i < len(queue); i++ {
		b.visit(base + queue[i])
		seen = append(seen, kindOf(queue[i]))
		known[kindOf(queue[i])] = true
		inspect(b, axe, queue[i])
		for _, path := range linked(b) {
			if v.inside.MatchString(path) && !known[kindOf(path)] {
				known[kindOf(path)] = true
				queue = append(queue, path)
			}
		}
	}
	return seen
}

// inspect fails on whatever would stand in anybody's way on the page.
func inspect(b *browser, axe chrome.Checker, page string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, within)
	defer cancel()
	faults, err := axe.Faults(ctx)
	require.NoError(b.t, err, page)
	stolen, err := chromedp.Run(ctx, chromedp.Evaluate[string](covered))
	require.NoError(b.t, err, page)
	if stolen != "" {
		faults = append(faults, "something lies over "+stolen)
	}
	for _, f := range faults {
		b.t.Errorf("%s: %s", page, f)
	}
}

// covered names a link or button of the first view that something else takes
// the presses of. What sticks to the window's edge is scrolled away from.
const covered = `(() => {
  const sticks = (e) => { for (; e; e = e.parentElement) if (/sticky|fixed/.test(getComputedStyle(e).position)) return true; return false; };
  for (const e of document.querySelectorAll("a[href], button, input, select")) {
    const r = e.getClientRects()[0];
    if (!r || r.width < 3 || r.height < 3) continue;
    const x = r.left + r.width / 2, y = r.top + r.height / 2;
    if (x < 0 || y < 0 || x > innerWidth || y > innerHeight || !e.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
    const hit = document.elementFromPoint(x, y);
    if (!hit || e.contains(hit) || hit.contains(e) || sticks(hit) || hit.closest("label")) continue;
    return e.outerHTML.slice(0, 160) + " : " + hit.outerHTML.slice(0, 160);
  }
  return "";
})()`

// linked are the addresses on the same host that the page leads to.
func linked(b *browser) []string {
	b.t.Helper()
	raw, err := ask[string](b, `JSON.stringify([...document.querySelectorAll("a[href]")].filter((a) => a.host === location.host && !a.hasAttribute("download")).map((a) => a.pathname + a.search))`)
	require.NoError(b.t, err)
	var all, out []string
	require.NoError(b.t, json.Unmarshal([]byte(raw), &all))
	for _, path := range all {
		if u, err := url.Parse(path); err == nil && !file.MatchString(u.Path) {
			out = append(out, path)
		}
	}
	return out
}

var (
	file  = regexp.MustCompile(`\.\w+$|/(pictures|static|documents|certificate)/`)
	names = regexp.MustCompile(`^(/(?:p|c|trace|sellers|orders|sell/orders|sell/products|sell/import|office/sellers|office/products|office/orders|office/imports|office/people|platform)/)([^/]+)`)
)

// kindOf is an address without what tells pages of one kind apart. What a
// search finds, what it does not and what is nowhere are kinds of their own.
func kindOf(path string) string {
	path, query, _ := strings.Cut(path, "?")
	if strings.HasSuffix(path, "/new") {
		return path
	}
	kind := names.ReplaceAllString(path, "$1*")
	for _, mark := range []string{"q=pizza", "q=xyzzy", "t=forged"} {
		if strings.Contains(query, mark) {
			kind += "?" + mark
		}
	}
	return kind
}

// TestTheCheckoutIsForEverybody looks at each step of a purchase: what was left
// out, what is paid, what came of it, what became of the order.
func TestTheCheckoutIsForEverybody(t *testing.T) {
	m := demo(t)
	axe := chrome.Axe(t)
	b := open(t, "checkout", "en", 390)
	base := m.host("nyeri")
	see := func(page string) { t.Helper(); inspect(b, axe, page) }
	for _, q := range []string{"coffee", "honey"} {
		b.visit(base + "/search?q=" + q)
		b.press(".items h3 a")
		b.run(`const e = document.getElementById("buy"); window.__old = true; HTMLFormElement.prototype.submit.call(e)`)
		b.await(`!window.__old && document.readyState === "complete"`)
	}
	see("product with a word that it is in the basket")
	b.visit(base + "/cart")
	see("cart of two sellers")
	b.visit(base + "/checkout")
	see("checkout")
	b.send("line1")
	see("checkout with faults")
	for name, text := range map[string]string{"name": "Wanjiru Featherstonehaugh-Kamau", "phone": "0712345678", "city": "Nairobi", "line1": "Kenyatta Avenue 1", "email": "w@home.example"} {
		b.fill(name, text)
	}
	b.run(`const e = ` + named("admin_area") + `; e.selectedIndex = 5`)
	b.send("line1")
	see("checkout with its prices")
	b.press("#pay button")
	see("payment")
	b.press(`button[value="decline"]`)
	see("declined")
	b.press("main a.btn, main form button")
	b.press(`button[value="delay"]`)
	see("waiting for the bank")
	b.await(`!document.querySelector("[data-poll], meta[http-equiv=refresh]")`)
	see("paid")
	b.press(`main a[href^="/orders/"]`)
	see("order")
}
