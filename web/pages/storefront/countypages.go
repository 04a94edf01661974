package storefront

import (
	"bytes"
	"encoding/xml"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"countyfair/catalog"
	"countyfair/tenants"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
)

// legal is one of the county's own pages, in the reader's language or the
// county's first.
func (h handlers) legal(kind tenants.PageKind) fiber.Handler {
	return func(c *fiber.Ctx) error {
		r := h.reader(c)
		pages, err := h.Counties.Pages(c.UserContext())
		if err != nil {
			return err
		}
		heading := r.w.T("legal." + string(kind))
		v := LegalView{Frame: h.frame(c, heading), Heading: heading, Body: r.w.T("legal.none")}
		found := pageIn(pages, kind, r.w.Lang(), r.county.DefaultLanguage())
		if found != nil {
			v.Body, v.Updated = found.Body, r.w.DateLong(found.UpdatedAt, r.county.TimeZone)
		}
		return page.Render(c, fiber.StatusOK, Legal(v))
	}
}

// pageIn is a page in the first of these languages that it is written in, else
// in whichever there is.
func pageIn(pages []tenants.Page, kind tenants.PageKind, languages ...string) *tenants.Page {
	for _, want := range append(languages, "") {
		for i := range pages {
			if pages[i].Kind == kind && (want == "" || pages[i].Language == want) {
				return &pages[i]
			}
		}
	}
	return nil
}

const (
	forEver   = "public, max-age=31536000, immutable"
	aWhile    = "public, max-age=60"
	someHours = "public, max-age=14400"
)

// brand is the county's colours as a style sheet. Its address holds the
// county's version, so it never changes.
func (h handlers) brand(c *fiber.Ctx) error {
	county := page.County(c)
	b, err := ui.BrandOf(county.Brand.Colour)
	css := b.CSS()
	if err != nil {
		css = "" // no colour was chosen: the palette's own stands
	}
	c.Set(fiber.HeaderCacheControl, aWhile)
	if c.Query("v") == strconv.Itoa(county.Version) {
		c.Set(fiber.HeaderCacheControl, forEver)
	}
	c.Set(fiber.HeaderContentType, "text/css; charset=utf-8")
	return c.SendString(css)
}

// picture serves one of a picture's widths.
func (h handlers) picture(c *fiber.Ctx) error {
	id, err := uuid.Parse(c.Params("id"))
	digits, isWebP := strings.CutSuffix(c.Params("file"), ".webp")
	width, bad := strconv.Atoi(digits)
	if err != nil || !isWebP || bad != nil {
		return catalog.ErrPictureNotFound
	}
	file, final, err := h.Catalog.OpenPicture(c.UserContext(), page.Who(c).Tenant, id, width)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, aWhile)
	if final {
		c.Set(fiber.HeaderCacheControl, forEver)
	}
	c.Set(fiber.HeaderContentType, "image/webp")
	return c.SendStream(file) // closes it
}

type siteMap struct {
	XMLName xml.Name  `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	URLs    []siteURL `xml:"url"`
}

type siteURL struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod,omitempty"`
}

// sitemap tells search engines what there is.
func (h handlers) sitemap(c *fiber.Ctx) error {
	ctx, who := c.UserContext(), page.Who(c)
	doc := siteMap{URLs: []siteURL{{Loc: absolute(c, ui.HomePath)}, {Loc: absolute(c, sellersPath)}}}
	categories, err := h.Catalog.Categories(ctx, who)
	if err != nil {
		return err
	}
	for _, k := range categories {
		if k.OnSale {
			doc.URLs = append(doc.URLs, siteURL{Loc: absolute(c, categoryPath+k.Code)})
		}
	}
	for _, kind := range tenants.PageKinds {
		doc.URLs = append(doc.URLs, siteURL{Loc: absolute(c, "/"+string(kind))})
	}
	products, err := h.Catalog.Slugs(ctx, who)
	if err != nil {
		return err
	}
	for _, p := range products {
		doc.URLs = append(doc.URLs, siteURL{absolute(c, productPath+p.Slug), p.Changed.UTC().Format(time.RFC3339)})
	}
	body, err := xml.Marshal(doc)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, someHours)
	c.Set(fiber.HeaderContentType, "application/xml; charset=utf-8")
	return c.Send(append([]byte(xml.Header), body...))
}

// robots tells crawlers what is nobody's business, and where the map is.
func (h handlers) robots(c *fiber.Ctx) error {
	var b bytes.Buffer
	b.WriteString("User-agent: *\n")
	for _, path := range []string{"/api/", ui.AccountPath, ui.CartPath, ui.CheckoutPath, orderPath, "/pay/", ui.SignInPath, "/sign-up", "/forgot", "/reset", ui.PlacePath, ui.DeskPath + "/", ui.OfficePath} {
		b.WriteString("Disallow: " + path + "\n")
	}
	b.WriteString("Sitemap: " + absolute(c, "/sitemap.xml") + "\n")
	c.Set(fiber.HeaderCacheControl, someHours)
	return c.Type("txt", "utf-8").Send(b.Bytes())
}
