package storefront

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"countyfair/catalog"
	"countyfair/internal/money"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
)

// widths are those in which pictures are made; the widest stands for all.
var widths = []int{160, 320, 640, 960}

const widest = 960

// calmHue tints a picture whose category is not at hand: an order keeps its
// goods' names and pictures, not their shelves.
const calmHue = 90

// picture is a picture of the catalog in its widths.
func picture(ref *catalog.PictureRef, alt string, hue int) ui.Picture {
	if ref == nil {
		return ui.Picture{Alt: alt, Hue: hue}
	}
	p := ui.Picture{Src: page.PictureURL(ref.ID.String(), widest), Width: widest, Height: widest, Alt: alt, Cutout: ref.Cutout, Hue: hue}
	for _, w := range widths {
		p.Set = append(p.Set, ui.Source{URL: page.PictureURL(ref.ID.String(), w), Width: w})
	}
	return p
}

// small is a picture that is only ever shown small.
func small(id *uuid.UUID, hue int) ui.Picture {
	if id == nil {
		return ui.Picture{Hue: hue}
	}
	return ui.Picture{
		Src: page.PictureURL(id.String(), 320), Width: 320, Height: 320, Hue: hue, Cutout: true,
		Set: []ui.Source{{URL: page.PictureURL(id.String(), 160), Width: 160}, {URL: page.PictureURL(id.String(), 320), Width: 320}},
	}
}

// face is the address of a seller's picture, "" where there is none.
func face(id *uuid.UUID) string {
	if id == nil {
		return ""
	}
	return page.PictureURL(id.String(), 160)
}

// per is the weight that a unit price is of, as people say it.
func (r reader) per(grams int) string {
	if s, ok := r.w.Try("per.weight_" + strconv.Itoa(grams)); ok {
		return s
	}
	return r.w.Weight(int64(grams))
}

// unitLine says a size's pack and its price for a comparable weight.
func (r reader) unitLine(c *fiber.Ctx, pack string, price money.Money, grams int) string {
	per := ""
	if grams > 0 {
		per = r.per(grams)
	}
	return ui.UnitLine(page.Context(c), pack, price, per)
}

// from says which part of the county it comes from, and whose it is.
func (r reader) from(card *catalog.Card) string {
	return joined(r.in(card.Areas), r.in(card.Seller.Names))
}

// joined are the parts that are there.
func joined(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, " · ")
}

// item is a product on sale, in a grid.
func (r reader) item(c *fiber.Ctx, card *catalog.Card) ui.Item {
	it := ui.Item{
		URL: productPath + card.Slug, Title: r.in(card.Titles), From: r.from(card), Picture: picture(card.Picture, "", card.Category.Hue),
		Price: card.LowPrice, Months: card.Season, Now: r.now.Month(), Stock: ui.Stock(card.Level),
	}
	if best := card.Cheapest(); best != nil {
		it.Unit = r.unitLine(c, r.in(best.Titles), best.UnitPrice, best.PerGrams)
	}
	for _, o := range card.Offers {
		if o.Price != card.LowPrice {
			it.Many = true
		}
	}
	return it
}

func (r reader) items(c *fiber.Ctx, cards []catalog.Card) []ui.Item {
	out := make([]ui.Item, len(cards))
	for i := range cards {
		out[i] = r.item(c, &cards[i])
	}
	return out
}

// eager has the pictures of the first view fetched at once.
func eager(items []ui.Item, n int) []ui.Item {
	for i := range items[:min(n, len(items))] {
		items[i].Picture.Eager = true
	}
	return items
}

// maker is a product's seller.
func (r reader) maker(s catalog.SellerRef, picture *uuid.UUID) ui.Maker {
	m := ui.Maker{Name: r.in(s.Names), Place: r.in(s.Village), Face: face(picture)}
	if s.Slug != "" {
		m.URL = sellersPath + "/" + s.Slug
	}
	return m
}
