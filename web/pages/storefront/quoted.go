package storefront

import (
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"countyfair/checkout"
	"countyfair/internal/money"
	"countyfair/shipping"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
)

// drawQuote shows the second and third step: how it travels, and what it costs.
func (h handlers) drawQuote(c *fiber.Ctx, status int, q checkout.Quote, f ui.Form) error {
	r := h.reader(c)
	cart, err := h.currentCart(c)
	if err != nil {
		return err
	}
	v := CheckoutView{
		Frame: h.ownFrame(c, r.w.T("checkout.title")), Stage: StageTravel, AddressText: r.address(q.Address), EditAddress: quoteURL(q.ID) + "&edit=1",
		ShippingAction: travelPath, PayAction: placePath, QuoteID: q.ID.String(), Form: f, Farms: r.parcels(q, cart.Lines), Sums: r.sums(q.Amounts),
		Total: q.Amounts.Total, Expires: r.w.T("checkout.expires", "Time", q.ExpiresAt.In(r.county.Location()).Format("15:04")), Refusals: r.refusals(q),
	}
	for _, o := range q.ShippingOptions {
		option := ui.Option{Value: o.ID, Label: r.w.T("checkout.courier"), Note: r.span(o.DaysMin, o.DaysMax), Amount: r.w.Money(o.Price), Chosen: o.ID == q.ShippingOption}
		if o.Price.IsZero() {
			option.Amount = r.w.T("delivery.free_word")
		}
		v.Shipping = append(v.Shipping, option)
	}
	for i, name := range h.Methods {
		v.Methods = append(v.Methods, ui.Option{Value: name, Label: r.w.T("method." + name), Note: r.w.T("method." + name + "_note"), Chosen: i == 0})
		v.Sandbox = v.Sandbox || name == "sandbox"
	}
	return page.Render(c, status, Checkout(v))
}

func (r reader) span(least, most int) string {
	switch {
	case most == 0:
		return ""
	case least == most:
		return r.w.T("delivery.days_exact", "Count", most)
	}
	return r.w.T("delivery.days", "From", least, "Count", most)
}

// address is how people write it: in China from the province down.
func (r reader) address(a shipping.Address) string {
	country := ""
	if a.Country != r.county.Country {
		country = countryName(r, a.Country)
	}
	who := a.Name + "  " + a.Phone
	if strings.HasPrefix(a.City, a.AdminArea) { // 上海市, 上海; Nairobi
		a.AdminArea = ""
	}
	if a.Country == "CN" {
		return lines(who, country+a.AdminArea+a.City+a.District, a.Line1+" "+a.Line2, a.PostalCode)
	}
	return lines(who, a.Line1, a.Line2, a.District, strings.TrimSpace(a.PostalCode+" "+a.City), a.AdminArea, country)
}

// lines are those with something in them.
func lines(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, "\n")
}

// parcels are a quote's goods by farm, each with what its parcel costs. The
// pictures come from the cart, which the quote was made of.
func (r reader) parcels(q checkout.Quote, cart []checkout.CartLine) []ui.Farm {
	inCart, faces := map[uuid.UUID]checkout.CartLine{}, map[uuid.UUID]string{}
	for _, l := range cart {
		inCart[l.Product], faces[l.Seller.ID] = l, face(l.Face)
	}
	var out []ui.Farm
	for _, p := range q.Consignments {
		f := ui.Farm{Maker: ui.Maker{Name: r.in(p.Seller.Names), Face: faces[p.Seller.ID]}, Note: joined(r.w.Weight(p.WeightG), r.sending(p.Amounts.Shipping))}
		for _, l := range q.Lines {
			if l.Seller == p.Seller.ID {
				line := ui.Line{Title: r.in(l.Title), Pack: r.w.T("order.pieces", "Pack", r.in(l.VariantTitle), "Number", l.Quantity), Picture: small(inCart[l.Product].Picture, inCart[l.Product].Hue), Total: l.Total}
				if slug := inCart[l.Product].Slug; slug != "" {
					line.URL = productPath + slug
				}
				f.Lines = append(f.Lines, line)
			}
		}
		out = append(out, f)
	}
	return out
}

func (r reader) sending(price money.Money) string {
	if price.IsZero() {
		return r.w.T("delivery.free")
	}
	return r.w.T("delivery.price", "Price", r.w.Money(price))
}

// sums are how a total comes about; parts that are nothing are left out, but
// for the courier's, which is then free.
func (r reader) sums(a checkout.Amounts) []ui.SumLine {
	out := []ui.SumLine{{Label: r.w.T("sum.goods"), Amount: a.Goods}, {Label: r.w.T("sum.shipping"), Amount: a.Shipping}}
	if a.Shipping.IsZero() {
		out[1].Word = r.w.T("delivery.free_word")
	}
	for _, part := range []struct {
		id     string
		amount money.Money
	}{{"sum.insurance", a.Insurance}, {"sum.handling", a.Handling}, {"sum.duty", a.Duty}, {"sum.tax", a.Tax}} {
		if !part.amount.IsZero() {
			out = append(out, ui.SumLine{Label: r.w.T(part.id), Amount: part.amount})
		}
	}
	if !a.Discount.IsZero() {
		out = append(out, ui.SumLine{Label: r.w.T("sum.discount"), Amount: money.Of(-a.Discount.Amount, a.Discount.Currency)})
	}
	return out
}

// crossing is why a line does not cross a border.
func (r reader) crossing(x checkout.Restriction, title string) string {
	why, known := r.w.Try("border." + x.Reason)
	if !known {
		return r.w.T("error." + x.Code)
	}
	return r.w.T("checkout.border", "Title", title, "Country", countryName(r, x.Country), "Why", why)
}

// refusals are why a basket cannot go as it stands, each in a sentence.
func (r reader) refusals(q checkout.Quote) []string {
	titles := map[uuid.UUID]string{}
	for _, l := range q.Lines {
		titles[l.Variant] = r.in(l.Title)
	}
	var out []string
	for _, x := range q.Restrictions {
		title := ""
		if x.Variant != nil {
			title = titles[*x.Variant]
		}
		switch {
		case x.Code == checkout.NotDelivered:
			out = append(out, r.w.T("error.not_delivered"))
		case x.Code == checkout.ProblemShort && x.Available != nil && *x.Available > 0:
			out = append(out, r.w.T("checkout.short", "Title", title, "Count", *x.Available))
		case x.Code == checkout.ProblemShort:
			out = append(out, r.w.T("checkout.sold_out", "Title", title))
		case x.Reason != "":
			out = append(out, r.crossing(x, title))
		default:
			out = append(out, r.w.T("error.not_available"))
		}
	}
	return out
}
