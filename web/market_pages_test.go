package web_test

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"countyfair/catalog"
	"countyfair/internal/actor"
	"countyfair/tenants"
	"countyfair/web"
)

func TestTheMarketsPages(t *testing.T) {
	s := newShop(t)
	s.open()
	wang := s.farm("wang@example.org", "王家", "Wang family")
	pepper := s.grow(wang, "武都花椒", "Wudu pepper", 6800, 100, func(d *catalog.Draft) {
		d.Batch = &catalog.BatchDraft{TraceCode: "LN-6212-0728-0387", HarvestedOn: d.HarvestedOn, CertificateNo: "62-2026-0387"}
	})
	s.grow(wang, "花椒粉", "Pepper powder", 1500, 3)
	s.grow(wang, "花椒油", "Pepper oil", 4500, 0)
	b := s.browser()

	b.open("/").is(200).sees("Spices", "New from the villages", "Wudu pepper", "Wang family").misses("Nuts")
	require.Contains(t, b.body, `rel="alternate" hreflang="zh-Hans"`)
	b.open("/c/spice").is(200).sees("Spices", "3 things", "Only a few left", "Sold out")
	b.open("/c/none").is(404)
	b.open("/search?q=pepper+powder").is(200).sees("Pepper powder").misses("Pepper oil")
	require.Contains(t, b.body, "noindex")
	b.open("/search?q=huajiao").is(200).sees("Wudu pepper")
	b.open("/search?q=zzz").is(200).sees("Nothing found for “zzz”", "Perhaps this")
	b.open("/search?min=40&max=50&sort=price").is(200).sees("Pepper oil", "¥40.00 and up").misses("Pepper powder")
	b.submit("/search", "min", "", "max", "20").is(200).sees("Pepper powder").misses("Wudu pepper")
	b.open("/search?stock=1").is(200).misses("Pepper oil")
	b.open("/search?cursor=nonsense&month=99&sort=up").is(200)
	b.open("/search?q=" + strings.Repeat("%F0%9F%8C%B6", 200)).is(200)

	b.open("/p/"+pepper.Slug).is(200).sees("Wudu pepper", "68.00", "500 g bag", "Harvested 28 Jul 2026", "To most places in China", "Courier ¥12.00, free from ¥99.00 a farm", "LN-6212-0728-0387", "No. 62-2026-0387", "Picked by <b>hand</b>.")
	require.NotContains(t, b.body, "<b>hand</b>")
	doc := between(t, b.body, `<script type="application/ld+json">`, `</script>`)
	var told struct {
		Graph []struct {
			Type   string `json:"@type"`
			Name   string
			Offers []struct{ Price, PriceCurrency, Availability string }
			Items  []struct{ Name, Item string } `json:"itemListElement"`
		} `json:"@graph"`
	}
	require.NoError(t, json.Unmarshal([]byte(doc), &told))
	product, way := told.Graph[0], told.Graph[1]
	require.Equal(t, "Product", product.Type)
	require.Equal(t, "68.00", product.Offers[0].Price)
	require.Equal(t, "https://schema.org/InStock", product.Offers[0].Availability)
	require.Equal(t, "BreadcrumbList", way.Type)
	require.Contains(t, way.Items[1].Item, "/c/")
	require.Equal(t, "Wudu pepper", way.Items[2].Name)
	require.Contains(t, b.body, `property="og:title"`)

	b.open("/p/" + pepper.ID.String()).is(200)
	require.Equal(t, "/p/"+pepper.Slug, b.at, "one thing has one address")
	s.abroad().open("/p/" + pepper.Slug).is(404)
	s.abroad().open("/trace/LN-6212-0728-0387").is(404)
	b.open("/trace/ln-6212-0728-0387").is(200).sees("Where it came from: Wudu pepper", "Harvested", "62-2026-0387")
	b.open("/sellers").is(200).sees("Wang family")
	seller := b.links("/sellers/")[0]
	b.open(seller).is(200).sees("Four generations on one slope.", "A family farm", "Wudu pepper", "Checked by the county")
	s.abroad().open(seller).is(404)

	zh := b.open("/p/" + pepper.Slug + "?lang=zh-Hans")
	zh.is(200).sees("武都花椒", "斤", "快递")
}

func TestThePlaceOfTheBuyer(t *testing.T) {
	s := newShop(t)
	s.open()
	pepper := s.grow(s.farm("wang@example.org", "王家", "Wang family"), "武都花椒", "Wudu pepper", 12000, 100)
	b := s.browser()
	b.open("/place").is(200).submit("/place", "region", "CN-SH", "back", "/p/"+pepper.Slug).is(200).sees("To Shanghai", "The courier is free")
	require.Equal(t, "/p/"+pepper.Slug, b.at)
	b.open("/place").submit("/place", "region", "CN-TW", "back", "/p/"+pepper.Slug).sees("We don't deliver to Taiwan")
	b.open("/place").submit("/place", "region", "nowhere").is(422).sees("Choose one from the list.")
	b.open("/place").submit("/place", "region", "CN-SH", "back", "https://evil.example/").is(200)
	require.Equal(t, "/", b.at)
	b.cookies["place"] = "XX-<script>"
	b.open("/p/" + pepper.Slug).is(200)
}

func TestTheCountysOwnPages(t *testing.T) {
	s := newShop(t)
	b := s.browser()
	b.open("/terms").is(200).sees("The county has not written this page yet")
	require.NoError(t, s.owners.SetPage(s.ctx, actor.OfSystem(s.county), s.county, tenants.Page{
		Kind: tenants.Terms, Language: "en",
		Body: "# Returns\n\nWithin *seven* days.\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1))",
	}))
	b.open("/terms").is(200).sees("Returns", "seven")
	require.Contains(t, b.body, "<h2>Returns</h2>")
	require.Contains(t, b.body, "<em>seven</em>")
	require.NotContains(t, b.body, "alert(1)")

	b.open("/robots.txt").is(200)
	require.Contains(t, b.body, "Disallow: /checkout")
	require.Contains(t, b.body, "Sitemap: http://longnan.localhost/sitemap.xml")
	b.open("/sitemap.xml").is(200)
	var doc struct {
		URL []struct {
			Loc string `xml:"loc"`
		} `xml:"url"`
	}
	require.NoError(t, xml.Unmarshal([]byte(b.body), &doc))
	require.Equal(t, "http://longnan.localhost/", doc.URL[0].Loc)
	b.open("/brand.css").is(200)
	b.open("/pictures/none/640.webp").is(404)
	b.open("/pictures/00000000-0000-7000-8000-000000000009/640.webp").is(404)
}

func TestAnswersAreSmallAndNotSentTwice(t *testing.T) {
	s := newShop(t)
	s.open()
	wang := s.farm("wang@example.org", "王家", "Wang family")
	for _, name := range []string{"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"} {
		s.grow(wang, "花椒 "+name, "Pepper "+name, 6800, 100)
	}
	for _, path := range []string{"/", "/search", "/sellers", "/p/" + s.grow(wang, "花椒油", "Pepper oil", 4500, 9).Slug} {
		b := s.browser()
		b.open(path).is(200)
		plain := len(b.body)
		tag := b.answer.Get("ETag")
		require.NotEmpty(t, tag)
		b.header.Set("If-None-Match", tag)
		b.open(path).is(304)
		require.Empty(t, b.body)
		b.header.Del("If-None-Match")
		b.header.Set("Accept-Encoding", "gzip, br")
		b.open(path).is(200)
		require.Equal(t, "br", b.answer.Get("Content-Encoding"))
		require.Contains(t, b.answer.Values("Vary")[0], "Accept-Encoding")
		require.Less(t, len(b.body), 12<<10, "%s takes %d bytes of %d", path, len(b.body), plain)
		t.Logf("%s: %d bytes, squeezed %d", path, plain, len(b.body))
	}
}

func TestHeldPagesAreGuestsOnlyAndGiveWayToChanges(t *testing.T) {
	s := newShop(t, func(f *web.Shop) { f.CacheFor = time.Hour })
	s.open()
	wang := s.farm("wang@example.org", "王家", "Wang family")
	pepper := s.grow(wang, "武都花椒", "Wudu pepper", 6800, 100)
	s.user("buyer@example.org", actor.Buyer)
	guest, zh, buyer := s.browser(), s.browser(), s.browser()
	zh.header.Set("Accept-Language", "zh-CN")
	guest.open("/search").sees("Wudu pepper", "Sign in")
	zh.open("/search").sees("武都花椒", "登录")
	s.abroad().open("/search").misses("Wudu pepper")
	s.grow(wang, "花椒油", "Pepper oil", 4500, 9) // behind the program's back
	first := guest.open("/search").misses("Pepper oil").body
	guest.header.Set("If-None-Match", guest.answer.Get("ETag"))
	guest.open("/search").is(304)
	guest.header.Del("If-None-Match")
	guest.header.Set("Accept-Encoding", "br")
	for range 2 {
		guest.open("/sellers").is(200)
		require.Equal(t, "br", guest.answer.Get("Content-Encoding"))
	}
	guest.header.Del("Accept-Encoding")
	guest.open("/sellers").sees("Wang family")

	buyer.signIn("buyer@example.org") // a change, as any form is
	buyer.open("/search").sees("Pepper oil", "Your account")
	guest.open("/search").sees("Pepper oil", "Sign in")
	require.NotEqual(t, first, guest.body)
	buyer.open("/p/" + pepper.Slug).misses("Sign in")
	guest.open("/p/"+pepper.Slug).sees("Sign in").submit("/cart/add", "quantity", "1").is(200)
	guest.open("/p/" + pepper.Slug).sees("1 thing in your basket")
	s.browser().open("/p/" + pepper.Slug).misses("1 thing in your basket")
	shanghai := s.browser()
	shanghai.cookies["place"] = "CN-SH"
	shanghai.open("/p/" + pepper.Slug).sees("To Shanghai")
	s.browser().open("/p/" + pepper.Slug).misses("To Shanghai")
}

func between(t *testing.T, s, from, to string) string {
	t.Helper()
	_, tail, ok := strings.Cut(s, from)
	require.True(t, ok, "no %s", from)
	out, _, _ := strings.Cut(tail, to)
	return out
}
