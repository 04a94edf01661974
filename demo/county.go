package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"

	"countyfair/customs"
	"countyfair/internal/actor"
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
	Exports        []export             `json:"export_decisions"`
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

// export is what the sample office decided, for each of the countries, of goods
// that the tables say nothing of.
type export struct {
	Countries []string        `json:"countries"`
	Prefixes  []string        `json:"hs_prefixes"`
	Outcome   customs.Outcome `json:"outcome"`
	Documents []string        `json:"documents"`
	Note      string          `json:"note"`
}

// exports has the office settle what the county sends abroad.
func (s Services) exports(ctx context.Context, officer actor.Actor, c *county) error {
	for _, e := range c.Exports {
		for _, country := range e.Countries {
			for _, prefix := range e.Prefixes {
				d := customs.Decision{Destination: country, HSPrefix: prefix, Outcome: e.Outcome, Documents: e.Documents, Note: e.Note}
				if _, err := s.Customs.Decide(ctx, officer, d); err != nil {
					return err
				}
			}
		}
	}
	return nil
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
