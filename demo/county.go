package demo

import (
	"encoding/json"
	"fmt"
	"io/fs"

	"countyfair/internal/lang"
	"countyfair/tenants"
)

// county is what county.json says.
type county struct {
	Slug           string               `json:"slug"`
	Names          lang.Text            `json:"names"`
	Tagline        lang.Text            `json:"tagline"`
	DivisionCode   string               `json:"division_code"`
	Country        string               `json:"country"`
	TimeZone       string               `json:"time_zone"`
	Languages      []string             `json:"languages"`
	Currency       string               `json:"currency"`
	Colour         string               `json:"colour"`
	CommissionBP   int                  `json:"commission_bp"`
	ReviewProducts bool                 `json:"review_products"`
	Export         bool                 `json:"export"`
	SeasonNotes    map[string]lang.Text `json:"season_notes"`
	Categories     []category           `json:"categories"`
	Sellers        []seller             `json:"sellers"`
	Delivery       []zone               `json:"delivery"`
	NotDelivered   []string             `json:"not_delivered"`
	Pages          map[string]lang.Text `json:"pages"`

	samples *samples
}

type category struct {
	Code    string    `json:"code"`
	Names   lang.Text `json:"names"`
	Picture string    `json:"picture"`
	Hue     int       `json:"hue"`
}

type seller struct {
	Code       string    `json:"code"`
	Kind       string    `json:"kind"`
	Names      lang.Text `json:"names"`
	Village    lang.Text `json:"village"`
	Story      lang.Text `json:"story"`
	Households int       `json:"households"`
	Since      int       `json:"since"`
	AltitudeM  int       `json:"altitude_m"`
	Face       string    `json:"face"`
	Contact    string    `json:"contact"`
}

type zone struct {
	Names     lang.Text `json:"names"`
	Countries []string  `json:"countries"`
	Areas     []string  `json:"areas"`
	FirstKg   int64     `json:"first_kg"`
	NextKg    int64     `json:"next_kg"`
	FreeAbove int64     `json:"free_above"`
	DaysMin   int       `json:"days_min"`
	DaysMax   int       `json:"days_max"`
}

func read(slug string) (*county, error) {
	raw, err := fs.ReadFile(Files, slug+"/county.json")
	if err != nil {
		return nil, err
	}
	c := &county{}
	if err := json.Unmarshal(raw, c); err != nil {
		return nil, fmt.Errorf("demo: %s/county.json: %w", slug, err)
	}
	c.samples, err = readSamples(c)
	return c, err
}

// login is the account of the seller of that code: the first of the county has
// the one that the demo names.
func (c *county) login(code string) string {
	if code == c.Sellers[0].Code {
		code = "seller"
	}
	return code + "@" + c.Slug + ".demo"
}

// zones in the order in which they are tried: where nothing is sent comes first.
func (c *county) zones() []tenants.Zone {
	var out []tenants.Zone
	if len(c.NotDelivered) > 0 {
		out = append(out, tenants.Zone{Names: lang.Text{"zh-Hans": "不送的地方", "en": "Not delivered"}, Countries: []string{c.Country}, Areas: c.NotDelivered})
	}
	for _, z := range c.Delivery {
		t := tenants.Zone{Names: z.Names, Countries: z.Countries, Areas: z.Areas, Delivers: true, FirstKg: z.FirstKg, NextKg: z.NextKg, DaysMin: z.DaysMin, DaysMax: z.DaysMax}
		if z.FreeAbove > 0 {
			t.FreeAbove = &z.FreeAbove
		}
		out = append(out, t)
	}
	return out
}
