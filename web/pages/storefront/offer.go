package storefront

import (
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"countyfair/catalog"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
)

const (
	relatedLimit  = 5
	mostPieces    = 999 // that one click can put into a basket
	longestResume = 160 // characters of a description for search engines
)

func monthOf(n int) time.Month { return time.Month(n) }

// product is the page of one thing.
func (h handlers) product(c *fiber.Ctx) error {
	r := h.reader(c)
	p, err := h.Catalog.Get(c.UserContext(), page.Who(c), c.Params("slug"))
	if err != nil {
		return err
	}
	if p.Slug != c.Params("slug") {
		return c.Redirect(productPath+p.Slug, fiber.StatusMovedPermanently) // by its id
	}
	chosen := chosenOffer(p, c.Query("variant"))
	v := r.offer(c, p, chosen)
	v.Frame = h.frame(c, v.Title)
	v.Frame.Description = shortened(joined(r.in(p.Descriptions), r.in(p.Origin)))
	if p.Picture != nil {
		v.Frame.Image = absolute(c, page.PictureURL(p.Picture.ID.String(), widest))
	}
	if v.Frame.JSONLD, err = r.structured(c, p, v.Crumbs); err != nil {
		return err
	}
	if v.Delivery, err = h.delivery(c, r, chosen); err != nil {
		return err
	}
	if v.Related, err = h.related(c, r, p); err != nil {
		return err
	}
	return page.Render(c, fiber.StatusOK, Product(v))
}

// chosenOffer is the size that was asked for, else the first that there is.
func chosenOffer(p *catalog.Page, id string) *catalog.Offer {
	if wanted, err := uuid.Parse(id); err == nil {
		if i := slices.IndexFunc(p.Offers, func(o catalog.Offer) bool { return o.ID == wanted }); i >= 0 {
			return &p.Offers[i]
		}
	}
	if i := slices.IndexFunc(p.Offers, func(o catalog.Offer) bool { return o.Level != catalog.Out }); i >= 0 {
		return &p.Offers[i]
	}
	if len(p.Offers) > 0 {
		return &p.Offers[0]
	}
	return nil
}

func (r reader) offer(c *fiber.Ctx, p *catalog.Page, chosen *catalog.Offer) ProductView {
	v := ProductView{
		Crumbs: []ui.Link{{Label: r.w.T("nav.home"), URL: ui.HomePath}, {Label: r.in(p.Category.Names), URL: categoryPath + p.Category.Code}, {Label: r.in(p.Titles), Current: true}},
		Title:  r.in(p.Titles), Price: p.LowPrice, Stock: ui.Stock(p.Level), Months: p.Season, Now: r.now.Month(),
		PackLegend: r.w.T("product.pack"), AddAction: cartAdd, Most: mostPieces, Maker: r.maker(p.Seller, p.Farm.PictureID),
		Origin: r.in(p.Origin), Description: r.in(p.Descriptions), Facts: r.facts(p, chosen),
	}
	if v.Origin != "" && p.Farm.AltitudeM != nil {
		v.OriginNote = r.w.T("product.altitude", "Metres", r.w.Number(int64(*p.Farm.AltitudeM)))
	}
	if v.Maker.Place == v.Origin {
		v.Maker.Place = "" // said below, once
	}
	if p.Farm.Households != nil {
		v.Maker.Note = r.w.T("seller.households", "Count", *p.Farm.Households)
	}
	if p.HarvestedOn != nil {
		v.Harvested = r.w.T("product.harvested", "Date", r.w.DateLong(*p.HarvestedOn, ""))
	}
	for i := range p.Pictures {
		pic := picture(&p.Pictures[i], v.Title, p.Category.Hue)
		pic.Eager = i == 0
		v.Pictures = append(v.Pictures, pic)
	}
	if chosen != nil {
		v.Price, v.Unit = chosen.Price, r.unitLine(c, r.in(chosen.Titles), chosen.UnitPrice, chosen.PerGrams)
	}
	for i := range p.Offers {
		o := &p.Offers[i]
		v.Packs = append(v.Packs, PackOption(page.Context(c), o.ID.String(), r.in(o.Titles), o.Price, r.unitLine(c, "", o.UnitPrice, o.PerGrams), chosen == o, o.Level == catalog.Out))
	}
	r.batches(c, p, &v)
	return v
}

// batches adds the certificates and the newest batch's trace.
func (r reader) batches(c *fiber.Ctx, p *catalog.Page, v *ProductView) {
	for _, b := range p.Batches {
		if b.CertificateNo != "" && len(v.Certs) < 3 {
			v.Certs = append(v.Certs, r.cert(b, tracePath+b.TraceCode))
		}
	}
	if len(p.Batches) > 0 {
		v.Trace = r.traceOf(c, p.Batches[0])
	}
}

func (r reader) cert(b catalog.Batch, url string) ui.Cert {
	cert := ui.Cert{Title: r.w.T("cert.compliance"), Note: r.w.T("cert.number", "Number", b.CertificateNo), URL: url}
	return cert
}

func (r reader) traceOf(c *fiber.Ctx, b catalog.Batch) *ui.Trace {
	t := &ui.Trace{Code: b.TraceCode, URL: absolute(c, tracePath+b.TraceCode)}
	if b.HarvestedOn != nil {
		t.Steps = append(t.Steps, ui.TraceStep{Title: r.w.T("trace.harvested"), Day: r.w.DateLong(*b.HarvestedOn, "")})
	}
	return t
}

func (r reader) facts(p *catalog.Page, o *catalog.Offer) []ui.Fact {
	var out []ui.Fact
	add := func(term, value string) {
		if value != "" {
			out = append(out, ui.Fact{Term: r.w.T(term), Value: value})
		}
	}
	if o != nil {
		if o.NetWeightG > 0 {
			add("fact.weight", r.w.Weight(int64(o.NetWeightG)))
		}
		if r.w.Lang() == r.county.DefaultLanguage() { // sellers write these in one language
			add("fact.grade", o.Grade)
			add("fact.packing", o.Packing)
		}
	}
	add("fact.season", r.w.Months(p.Season))
	if p.Farm.SinceYear != nil {
		add("fact.since", r.w.T("seller.since", "Year", *p.Farm.SinceYear))
	}
	return out
}

// related is what else the same people sell, else what is of the same kind.
func (h handlers) related(c *fiber.Ctx, r reader, p *catalog.Page) ([]ui.Item, error) {
	for _, f := range []catalog.Filter{{Seller: p.Seller.ID.String()}, {Category: p.Category.Code}} {
		f.Sort, f.Limit = catalog.BySold, relatedLimit+1
		list, err := h.Catalog.List(c.UserContext(), page.Who(c), f)
		if err != nil {
			return nil, err
		}
		others := slices.DeleteFunc(list.Items, func(o catalog.Card) bool { return o.ID == p.ID })
		if len(others) > 1 {
			return r.items(c, others[:min(len(others), relatedLimit)]), nil
		}
	}
	return nil, nil
}

// shortened is the beginning of a text, in one line.
func shortened(s string) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) <= longestResume {
		return string(r)
	}
	return string(r[:longestResume-1]) + "…"
}
