package storefront

import (
	"github.com/gofiber/fiber/v2"

	"countyfair/catalog"
	"countyfair/internal/errs"
	"countyfair/sellers"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
)

// sellers lists who sells in the county.
func (h handlers) sellers(c *fiber.Ctx) error {
	r := h.reader(c)
	list, err := h.Sellers.List(c.UserContext(), page.Who(c), 0, c.Query("cursor"))
	if errs.CodeOf(err) == errs.Invalid {
		return page.See(c, sellersPath)
	} else if err != nil {
		return err
	}
	v := SellersView{Frame: h.frame(c, r.w.T("seller.all"))}
	for _, s := range list.Items {
		v.Sellers = append(v.Sellers, ui.Maker{Name: r.in(s.Names), URL: sellersPath + "/" + s.Slug, Place: r.in(s.Village), Face: face(s.PictureID)})
	}
	if list.Next != "" {
		v.Next = sellersPath + "?cursor=" + list.Next
	}
	return page.Render(c, fiber.StatusOK, Sellers(v))
}

// seller is the public page of one who sells.
func (h handlers) seller(c *fiber.Ctx) error {
	r := h.reader(c)
	s, err := h.Sellers.Get(c.UserContext(), page.Who(c), c.Params("slug"))
	if err != nil {
		return err
	}
	if s.Slug != c.Params("slug") {
		return c.Redirect(sellersPath+"/"+s.Slug, fiber.StatusMovedPermanently)
	}
	list, err := h.Catalog.List(c.UserContext(), page.Who(c), catalog.Filter{Seller: s.ID.String(), Limit: listLimit, After: c.Query("cursor")})
	if errs.CodeOf(err) == errs.Invalid {
		return page.See(c, c.Path())
	} else if err != nil {
		return err
	}
	v := SellerView{
		Frame: h.frame(c, r.in(s.Names)), Maker: ui.Maker{Name: r.in(s.Names), Place: r.in(s.Village), Face: face(s.PictureID)},
		About: r.in(s.Story), Facts: r.sellerFacts(s), Items: r.items(c, list.Items),
	}
	v.Frame.Description = shortened(joined(v.Maker.Place, v.About))
	v.Frame.Image = absolute(c, v.Maker.Face)
	if s.DecidedAt != nil {
		v.Verdict = r.w.T("seller.checked", "Date", r.w.DateLong(*s.DecidedAt, r.county.TimeZone))
	}
	if list.Next != "" {
		v.Next = with(c.Path(), nil, "cursor", list.Next)
	}
	return page.Render(c, fiber.StatusOK, Seller(v))
}

func (r reader) sellerFacts(s *sellers.Seller) []ui.Fact {
	out := []ui.Fact{{Term: r.w.T("fact.kind"), Value: r.w.T("seller.kind." + string(s.Kind))}}
	if s.Households != nil {
		out = append(out, ui.Fact{Term: r.w.T("fact.households"), Value: r.w.Number(int64(*s.Households))})
	}
	if s.SinceYear != nil {
		out = append(out, ui.Fact{Term: r.w.T("fact.since"), Value: r.w.T("seller.since", "Year", *s.SinceYear)})
	}
	if s.AltitudeM != nil {
		out = append(out, ui.Fact{Term: r.w.T("fact.altitude"), Value: r.w.T("seller.metres", "Metres", r.w.Number(int64(*s.AltitudeM)))})
	}
	return out
}

// trace is a batch's page, where the code on its pack leads.
func (h handlers) trace(c *fiber.Ctx) error {
	r := h.reader(c)
	t, err := h.Catalog.Trace(c.UserContext(), page.Who(c), c.Params("code"))
	if err != nil {
		return err
	}
	title := r.in(t.Titles)
	v := TraceView{
		Frame: h.frame(c, r.w.T("trace.title", "Product", title)), Product: title, Picture: picture(t.Picture, title, t.Hue),
		Trace: ui.Trace{Code: t.TraceCode, URL: absolute(c, tracePath+t.TraceCode)}, Maker: r.maker(t.Seller, t.Face), Path: r.traced(t),
	}
	if t.Slug != "" {
		v.URL = productPath + t.Slug
	}
	if t.CertificateNo != "" {
		v.Certs = []ui.Cert{r.cert(t.Batch, "")}
	}
	if s := r.in(t.Origin); s != "" {
		v.Facts = append(v.Facts, ui.Fact{Term: r.w.T("fact.origin"), Value: s})
	}
	return page.Render(c, fiber.StatusOK, TracePage(v))
}

// traced is the batch's way: grown, gathered, packed, certified.
func (r reader) traced(t *catalog.Traced) []ui.PathStep {
	steps := []ui.PathStep{{Icon: "village", Title: r.w.T("trace.grown"), Note: joined(r.in(t.Origin), r.in(t.Seller.Names))}}
	if t.HarvestedOn != nil {
		steps = append(steps, ui.PathStep{Icon: "leaf", Title: r.w.T("trace.harvested"), When: r.w.DateLong(*t.HarvestedOn, "")})
	}
	packed := ui.PathStep{Icon: "box", Title: r.w.T("trace.packed"), Note: r.w.T("trace.packed_note", "Code", t.TraceCode), When: r.w.DateLong(t.PackedAt, r.county.TimeZone)}
	steps = append(steps, packed)
	if t.CertificateNo != "" {
		steps = append(steps, ui.PathStep{Icon: "shield", Title: r.w.T("trace.certified"), Note: r.w.T("cert.number", "Number", t.CertificateNo)})
	}
	return steps
}
