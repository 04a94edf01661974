package storefront

import (
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"countyfair/catalog"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
)

// graph is a schema.org document of several things.
func graph(things ...map[string]any) (string, error) {
	body, err := json.Marshal(map[string]any{"@context": "https://schema.org", "@graph": things})
	return string(body), err
}

// trail is the way to a page, as search engines show it above a result.
func trail(c *fiber.Ctx, crumbs []ui.Link) map[string]any {
	items := make([]map[string]any, len(crumbs))
	for i, l := range crumbs {
		items[i] = map[string]any{"@type": "ListItem", "position": i + 1, "name": l.Label}
		if l.URL != "" { // the last is the page itself
			items[i]["item"] = absolute(c, l.URL)
		}
	}
	return map[string]any{"@type": "BreadcrumbList", "itemListElement": items}
}

// structured is what search engines read of the product: schema.org's Product
// with an Offer for each size.
func (r reader) structured(c *fiber.Ctx, p *catalog.Page, crumbs []ui.Link) (string, error) {
	address := absolute(c, productPath+p.Slug)
	offers := make([]map[string]any, 0, len(p.Offers))
	for _, o := range p.Offers {
		available := "https://schema.org/InStock"
		switch o.Level {
		case catalog.Out:
			available = "https://schema.org/OutOfStock"
		case catalog.Low:
			available = "https://schema.org/LimitedAvailability"
		case catalog.InStock:
		}
		offers = append(offers, map[string]any{
			"@type": "Offer", "sku": o.ID.String(), "name": r.in(o.Titles), "url": address + "?variant=" + o.ID.String(), "price": o.Price.Decimal(),
			"priceCurrency": o.Price.Currency, "availability": available, "seller": map[string]any{"@type": "Organization", "name": r.in(p.Seller.Names)},
		})
	}
	doc := map[string]any{
		"@type": "Product", "name": r.in(p.Titles), "url": address, "productID": p.ID.String(),
		"category": r.in(p.Category.Names), "brand": map[string]any{"@type": "Brand", "name": r.in(p.Seller.Names)}, "offers": offers,
	}
	if s := r.in(p.Descriptions); s != "" {
		doc["description"] = s
	}
	if len(p.Pictures) > 0 {
		var images []string
		for _, pic := range p.Pictures {
			images = append(images, absolute(c, page.PictureURL(pic.ID.String(), widest)))
		}
		doc["image"] = images
	}
	return graph(doc, trail(c, crumbs))
}
