package reports

import (
	"fmt"
	"strings"
	"time"

	"countyfair/checkout"
	"countyfair/customs"
	"countyfair/customs/papers"
	"countyfair/internal/lang"
	"countyfair/shipping"
)

// describe writes the order as its papers tell it. Everything is as it was
// frozen in the order; only the date of the papers is of today.
func (d *dossier) describe(country string, at *time.Location, now time.Time) *papers.Parcel {
	o, i, a := &d.order, &d.identity, &d.order.Amounts
	p := &papers.Parcel{
		Number: o.Number, Placed: o.CreatedAt.In(at), Printed: now.In(at), Seller: bothNames(o.Seller.Names), Currency: o.Currency, Incoterm: string(o.Incoterm),
		From: papers.Party{Name: i.Sender.Name, Street: []string{i.Sender.Address}, City: i.Sender.City, Postcode: i.Sender.Postcode, Country: country, Phone: i.Sender.Phone},
		To:   recipient(o.Address),
		Amounts: papers.Amounts{
			Goods: a.Goods.Amount, Discount: a.Discount.Amount, Freight: a.Shipping.Amount, Insurance: a.Insurance.Amount, Handling: a.Handling.Amount, Duty: a.Duty.Amount, Tax: a.Tax.Amount, Total: a.Total.Amount,
		},
		Exchange: exchange(&o.Terms), Numbers: d.numbers(),
	}
	if o.Shipment != nil {
		p.Tracking, p.Carrier = o.Shipment.TrackingNumber, o.Shipment.Carrier
	}
	for _, l := range o.Lines {
		p.Lines = append(p.Lines, line(o, &l, country))
	}
	return p
}

func recipient(a shipping.Address) papers.Party {
	street := []string{a.Line1}
	if a.Line2 != "" {
		street = append(street, a.Line2)
	}
	city := strings.Join(strings.Fields(strings.Join([]string{a.City, a.District, a.AdminArea}, " ")), " ")
	return papers.Party{Name: a.Name, Street: street, City: city, Postcode: a.PostalCode, Country: a.Country, Phone: a.Phone}
}

func line(o *checkout.Order, l *checkout.OrderLine, country string) papers.Line {
	out := papers.Line{
		Item: itemNumber(l), Name: titled(l, "en"), LocalName: titled(l, "zh-Hans"), Unit: l.Unit, HSCode: l.HSCode, Origin: l.Origin,
		Quantity: l.Quantity, NetG: int64(l.NetWeightG), Price: l.Price.Amount, Total: l.Total.Amount,
	}
	if out.Name == "" && out.LocalName == "" { // in neither language: whatever there is
		out.Name = l.Title.In("en", "zh-Hans")
	}
	if out.Origin == "" {
		out.Origin = country
	}
	if l.GrossWeightG != nil {
		out.GrossG = int64(*l.GrossWeightG)
	}
	for _, paper := range o.Terms.Papers {
		if paper.Variant == l.Variant {
			out.Documents, out.Source = append(out.Documents, paper.Documents...), paper.Source
		}
	}
	return out
}

// titled is the line's name in one language, if it has one there.
func titled(l *checkout.OrderLine, language string) string {
	return strings.TrimSpace(only(l.Title, language) + " " + only(l.VariantTitle, language))
}

func only(t lang.Text, language string) string { return t[language] }

// itemNumber is the goods' number on electronic documents: thirty characters
// at most, which a whole id has not.
func itemNumber(l *checkout.OrderLine) string {
	return strings.ReplaceAll(l.Variant.String(), "-", "")[8:]
}

// exchange is the rate that the prices were made with.
func exchange(t *checkout.Terms) string {
	x := t.Exchange
	if x == nil {
		return ""
	}
	sides := []string{"1 EUR"}
	for _, side := range [][2]string{{x.FromPerEuro, x.From}, {x.ToPerEuro, x.To}} {
		if side[1] != customs.Euro {
			sides = append(sides, side[0]+" "+side[1])
		}
	}
	return fmt.Sprintf("%s (%s, %s)", strings.Join(sides, " = "), x.Source, x.AsOf.Format(time.DateOnly))
}

// numbers are the county's numbers abroad. IOSS stands only on what was sold
// under it: on another parcel it would be a false claim that tax is paid.
func (d *dossier) numbers() []papers.Number {
	var out []papers.Number
	if d.identity.IOSS != "" && d.soldUnder("IOSS") {
		out = append(out, papers.Number{Kind: "IOSS", Value: d.identity.IOSS})
	}
	for _, n := range []papers.Number{{Kind: "VAT", Value: d.identity.VAT}, {Kind: "EORI", Value: d.identity.EORI}} {
		if n.Value != "" {
			out = append(out, n)
		}
	}
	return out
}

func (d *dossier) soldUnder(scheme string) bool {
	for _, l := range d.order.Terms.Lines {
		if l.Scheme == scheme {
			return d.order.Incoterm == "DDP"
		}
	}
	return false
}
