package storefront

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"countyfair/catalog"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
)

// How much the first page shows of each.
const (
	homeSeason  = 10
	homeFresh   = 6
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
	season, err := h.Catalog.List(ctx, who, catalog.Filter{Month: month, Sort: catalog.BySold, Limit: homeSeason})
	if err != nil {
		return err
	}
	fresh, err := h.Catalog.List(ctx, who, catalog.Filter{Sort: catalog.ByNewest, Limit: homeFresh})
	if err != nil {
		return err
	}
	growers, err := h.Sellers.List(ctx, who, homeSellers, "")
	if err != nil {
		return err
	}
	v := HomeView{
		Frame: h.frame(c, ""), Headline: r.in(r.county.Tagline), Lead: r.w.T("home.lead"), Month: r.w.MonthName(r.now.Month()),
		SeasonNote: r.in(r.county.SeasonNotes[strconv.Itoa(month)]), Season: r.items(c, season.Items), SeasonURL: ui.SearchPath + "?month=" + strconv.Itoa(month),
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
		if k.Products > 0 {
			p := small(k.PictureID, k.Hue)
			v.Categories = append(v.Categories, Category{Label: r.in(k.Names), URL: categoryPath + k.Code, Picture: p})
		}
	}
	for i := range fresh.Items {
		v.Fresh = append(v.Fresh, r.fresh(c, &fresh.Items[i]))
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
		By: joined(it.From, r.w.Ago(card.PublishedAt, r.now, r.county.TimeZone)),
	}
}
