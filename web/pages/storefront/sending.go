package storefront

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"countyfair/catalog"
	"countyfair/internal/money"
	"countyfair/shipping"
	"countyfair/tenants"
	"countyfair/web/middleware"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
)

// placeCookie keeps where a buyer wants goods: "CN-SH", or a country alone.
const placeCookie = "place"

const placeLife = 365 * 24 * 3600 // seconds

// place is where a buyer wants goods, as far as they said.
type place struct {
	country string
	area    string // ISO 3166-2; empty where it is not known
}

// placeOf is the place that the reader chose; the county's country otherwise.
func placeOf(c *fiber.Ctx) place {
	home := place{country: page.County(c).Country}
	value := c.Cookies(placeCookie)
	country, _, _ := strings.Cut(value, "-")
	if len(country) != 2 {
		return home
	}
	if value == country {
		if _, err := language.ParseRegion(country); err != nil {
			return home
		}
		return place{country: country}
	}
	if code := shipping.AreaCode(country, value); code != "" {
		return place{country, code}
	}
	return home
}

// name is how people call the place, "" where they have not said any.
func (p place) name(r reader) string {
	for _, a := range r.areas(p.country) {
		if a.Code == p.area {
			return a.Name
		}
	}
	if p.country != r.county.Country {
		return countryName(r, p.country)
	}
	return ""
}

// areas are a country's first-level divisions, by the names and in the order of
// the reader's language; none where they are not known.
func (r reader) areas(country string) []shipping.Area {
	return shipping.Areas(country, strings.HasPrefix(r.w.Lang(), "zh"))
}

// label is what the header's button to change the place says.
func (p place) label(r reader) string {
	if s := p.name(r); s != "" {
		return s
	}
	return r.w.T("place.choose")
}

func countryName(r reader, code string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	if s := display.Regions(language.Make(r.w.Lang())).Name(region); s != "" {
		return s
	}
	return code
}

// delivery says what it costs to send one of this to the reader's place.
func (h handlers) delivery(c *fiber.Ctx, r reader, o *catalog.Offer) (Delivery, error) {
	p := placeOf(c)
	zones, err := h.Counties.Directory().Zones(c.UserContext(), r.county.ID)
	if err != nil || o == nil {
		return Delivery{}, err
	}
	zone := shipping.ZoneFor(zones, p.country, p.area)
	name := p.name(r)
	if zone == nil || !zone.Delivers || p.country != r.county.Country {
		if name == "" {
			name = countryName(r, p.country)
		}
		return Delivery{Lead: r.w.T("delivery.refused", "Place", name), Text: r.w.T("delivery.refused_text"), Refused: true}, nil
	}
	d := Delivery{Lead: r.w.T("delivery.to", "Place", name), When: r.days(zone)}
	if name == "" {
		d.Lead = r.w.T("delivery.most", "Place", countryName(r, p.country))
	}
	rate, err := shipping.Rate(zone, shipping.Parcel{Goods: o.Price.Amount, Grams: int64(o.NetWeightG)})
	if err != nil {
		return Delivery{}, err
	}
	d.Text = r.freight(zone, rate)
	return d, nil
}

// freight says what a parcel costs, and from when it costs nothing.
func (r reader) freight(z *tenants.Zone, rate int64) string {
	switch {
	case rate == 0:
		return r.w.T("delivery.free")
	case z.FreeAbove != nil:
		return r.w.T("delivery.price_free_from", "Price", r.w.Money(money.Of(rate, r.county.Currency)), "Sum", r.w.Money(money.Of(*z.FreeAbove, r.county.Currency)))
	}
	return r.w.T("delivery.price", "Price", r.w.Money(money.Of(rate, r.county.Currency)))
}

func (r reader) days(z *tenants.Zone) string {
	switch {
	case z.DaysMax == 0:
		return ""
	case z.DaysMin == z.DaysMax:
		return r.w.T("delivery.days_exact", "Count", z.DaysMax)
	}
	return r.w.T("delivery.days", "From", z.DaysMin, "Count", z.DaysMax)
}

func (h handlers) drawPlace(c *fiber.Ctx, status int, f ui.Form, back string) error {
	r := h.reader(c)
	v := PlaceView{Frame: h.ownFrame(c, r.w.T("place.title")), Action: ui.PlacePath, Back: back, Form: f}
	chosen := placeOf(c)
	if chosen.area == "" {
		v.Regions = append(v.Regions, ui.Option{Label: r.w.T("place.choose_region"), Chosen: true})
	}
	for _, a := range r.areas(r.county.Country) {
		v.Regions = append(v.Regions, ui.Option{Value: a.Code, Label: a.Name, Chosen: a.Code == chosen.area})
	}
	zones, err := h.Counties.Directory().Zones(c.UserContext(), r.county.ID)
	if err != nil {
		return err
	}
	v.Within = countryName(r, r.county.Country)
	for _, code := range countries(r.county, zones) {
		v.Other = append(v.Other, ui.Option{Value: code, Label: countryName(r, code), Chosen: code == chosen.country})
	}
	return page.Render(c, status, Place(v))
}

// countries are those of the county's zones, its own first.
func countries(county *tenants.County, zones []tenants.Zone) []string {
	out := []string{county.Country}
	for _, z := range zones {
		for _, code := range z.Countries {
			if !slices.Contains(out, code) {
				out = append(out, code)
			}
		}
	}
	slices.Sort(out[1:])
	return out
}

func (h handlers) placePage(c *fiber.Ctx) error {
	back := page.Local(c.Query("back"), "")
	if back == "" {
		back = page.Back(c, ui.HomePath)
	}
	return h.drawPlace(c, fiber.StatusOK, ui.Form{}, back)
}

func (h handlers) keepPlace(c *fiber.Ctx) error {
	r := h.reader(c)
	in := page.Read(c)
	p := place{country: in.Text("country")}
	if p.country == "" {
		p.country = r.county.Country
	}
	if p.country == r.county.Country {
		if p.area = shipping.AreaCode(p.country, in.Text("region")); p.area == "" && len(shipping.Areas(p.country, false)) > 0 {
			in.Fail("region", "error.field_unknown")
		}
	} else if _, err := language.ParseRegion(p.country); err != nil || len(p.country) != 2 {
		in.Fail("country", "error.field_unknown_country")
	}
	back := page.Local(in.Text("back"), ui.HomePath)
	if in.Bad() {
		return h.drawPlace(c, fiber.StatusUnprocessableEntity, in.Form(), back)
	}
	p.keep(c)
	return page.Done(c, back, "flash.place_kept", "Place", p.label(r))
}

// keep has every page from now on know the place.
func (p place) keep(c *fiber.Ctx) {
	value := p.area
	if value == "" {
		value = p.country
	}
	middleware.Cookie(c, placeCookie, value, placeLife)
}
