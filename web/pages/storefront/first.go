package storefront

import (
	"math/bits"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"countyfair/catalog"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
)

// How much the first page shows of each.
const (
	homeSeason  = 10
	homeFresh   = 6
	homeLook    = 36 // from how many each of the two is chosen, so that it is no list of one kind
	homeSellers = 6
)

// home is the market's first page: what is in season, the kinds of produce,
// what is new, who sells.
func (h handlers) home(c *fiber.Ctx) error {
	ctx, who, r := c.UserContext(), page.Who(c), h.reader(c)
	categories, err := h.Catalog.Categories(ctx, who)
	if err != nil {
		return err
	}
	month := int(r.now.Month())
	season, err := h.Catalog.List(ctx, who, catalog.Filter{Month: month, Sort: catalog.BySold, Limit: homeLook})
	if err != nil {
		return err
	}
	fresh, err := h.Catalog.List(ctx, who, catalog.Filter{Sort: catalog.ByNewest, Limit: homeLook})
	if err != nil {
		return err
	}
	inSeason := seasonal(season.Items, homeSeason)
	growers, err := h.Sellers.List(ctx, who, homeSellers, "")
	if err != nil {
		return err
	}
	v := HomeView{
		Frame: h.frame(c, ""), Headline: r.in(r.county.Tagline), Lead: r.w.T("home.lead"), Month: r.w.MonthName(r.now.Month()),
		SeasonNote: r.in(r.county.SeasonNotes[strconv.Itoa(month)]), Season: r.items(c, inSeason), SeasonURL: ui.SearchPath + "?month=" + strconv.Itoa(month),
		FreshURL: ui.SearchPath + "?sort=newest", SellersURL: sellersPath,
	}
	v.Frame.Description = joined(v.Headline, v.SeasonNote)
	if v.Headline == "" {
		v.Headline = v.Frame.County.Name
	}
	if b := r.county.Brand.Banner; b != "" {
		v.Banner = ui.Picture{Src: page.PictureURL(b, widest), Width: 1600, Height: 600, Eager: true}
		v.Frame.Image = absolute(c, v.Banner.Src)
	}
	for _, k := range categories {
		if k.OnSale {
			p := small(k.PictureID, k.Hue)
			v.Categories = append(v.Categories, Category{Label: r.in(k.Names), URL: categoryPath + k.Code, Picture: p})
		}
	}
	for _, card := range arrived(fresh.Items, inSeason, homeFresh) {
		v.Fresh = append(v.Fresh, r.fresh(c, &card))
	}
	for _, s := range growers.Items {
		v.Sellers = append(v.Sellers, ui.Maker{Name: r.in(s.Names), URL: sellersPath + "/" + s.Slug, Place: r.in(s.Village), Face: face(s.PictureID)})
	}
	return page.Render(c, fiber.StatusOK, Home(v))
}

func (r reader) fresh(c *fiber.Ctx, card *catalog.Card) Fresh {
	it := r.item(c, card)
	return Fresh{
		Title: it.Title, URL: it.URL, Picture: it.Picture, Price: it.Price, Unit: it.Unit,
		By: it.From, Since: card.PublishedAt, Ago: r.w.Ago(card.PublishedAt, r.now, r.county.TimeZone),
	}
}

// seasonal are n things of the season of as many kinds as there are: those with
// a short harvest before those that are there all year.
func seasonal(cards []catalog.Card, n int) []catalog.Card {
	months := func(c catalog.Card) int { return bits.OnesCount(uint(c.Season)) }
	sorted := slices.Clone(cards)
	slices.SortStableFunc(sorted, func(a, b catalog.Card) int { return months(a)/9 - months(b)/9 })
	return varied(sorted, n, func(c *catalog.Card) string { return c.Category.Code })
}

// arrived are n new things of as many sellers as there are, those that are
// shown already after the others.
func arrived(cards, shown []catalog.Card, n int) []catalog.Card {
	out := varied(cards, len(cards), func(c *catalog.Card) string { return c.Seller.Slug })
	seen := func(c catalog.Card) int {
		if slices.ContainsFunc(shown, func(s catalog.Card) bool { return s.ID == c.ID }) {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(out, func(a, b catalog.Card) int { return seen(a) - seen(b) })
	out = out[:min(n, len(out))]
	slices.SortStableFunc(out, func(a, b catalog.Card) int { return b.PublishedAt.Compare(a.PublishedAt) })
	return out
}

// varied takes n cards, the first of each kind before the second of any.
func varied(cards []catalog.Card, n int, kind func(*catalog.Card) string) []catalog.Card {
	seen := map[string]int{}
	turn := make(map[uuid.UUID]int, len(cards))
	for i := range cards {
		k := kind(&cards[i])
		turn[cards[i].ID] = seen[k]
		seen[k]++
	}
	out := slices.Clone(cards)
	slices.SortStableFunc(out, func(a, b catalog.Card) int { return turn[a.ID] - turn[b.ID] })
	return out[:min(n, len(out))]
}
