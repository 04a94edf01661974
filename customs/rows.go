package customs

import (
	"strings"
	"time"

	"github.com/google/uuid"
)

// Whole is 100 percent in parts per million, in which all rates are kept.
const Whole = 1_000_000

// Held is when a row holds and who says so.
type Held struct {
	ValidFrom time.Time  // a day, 00:00 UTC
	ValidTo   *time.Time // the first day it no longer holds; nil: none is known
	Source    string     // the law, tariff or office it was taken from
	CheckedAt *time.Time // when somebody last looked there; nil: written from memory
}

// Kind is what a rate is of.
type Kind string

// The kinds of rates.
const (
	Duty       Kind = "duty"
	Additional Kind = "additional" // on top of the duty, each measure by itself
	Tax        Kind = "tax"        // VAT, GST and their like
)

// Rate is a share of the value that a destination asks for goods.
type Rate struct {
	ID          uuid.UUID
	Kind        Kind
	Destination string // a country, or Union
	HSPrefix    string // empty: all goods
	Origin      string // empty: from anywhere
	Measure     string // its name; for Additional, also which one it is
	PPM         *int64 // nil: not settled, ask the office
	Held
}

// Per is what a band's limit is compared with.
type Per string

// A limit is for the whole parcel, or for the price of a single piece.
const (
	PerConsignment Per = "consignment"
	PerItem        Per = "item"
)

// The ways in which a band asks for duty and tax.
const (
	DutyNone = "none"
	DutyFlat = "flat" // a fixed sum for each distinct HS6
	DutyRate = "rate" // by the tables

	TaxNone   = "none"
	TaxSale   = "sale"   // the seller collects it, by a scheme
	TaxImport = "import" // customs collects it

	BaseGoods   = "goods"   // tax on the goods alone
	BaseCustoms = "customs" // on the customs value and the duty
	BaseLanded  = "landed"  // on goods, freight, insurance and duty

	CIF = "CIF" // the customs value holds freight and insurance
	FOB = "FOB" // it does not
)

// Band is how a destination taxes a parcel, or a piece, up to a value.
type Band struct {
	ID          uuid.UUID
	Destination string
	Currency    string
	UpTo        *int64 // inclusive, in minor units of Currency; nil: any value
	Per         Per
	Basis       string // CIF or FOB
	ValuePPM    int64  // what share of it is the customs value
	Duty        string // DutyNone, DutyFlat, DutyRate
	FlatDuty    int64  // for each distinct HS6, in minor units of Currency
	Tax         string // TaxNone, TaxSale, TaxImport
	TaxBase     string // BaseGoods, BaseCustoms, BaseLanded
	TaxName     string // "VAT"
	Scheme      string // "IOSS"
	Held
}

// Outcome is what a destination says of goods.
type Outcome string

// The outcomes, the gentlest first.
const (
	Allow       Outcome = "allow"
	Certificate Outcome = "certificate" // with a paper that goes along
	Permit      Outcome = "permit"      // with leave that somebody must have beforehand
	Prohibit    Outcome = "prohibit"
)

// Restriction is what a destination says of goods of an HS prefix.
type Restriction struct {
	ID          uuid.UUID
	Destination string
	HSPrefix    string
	Origin      string
	Outcome     Outcome
	Documents   []string // ids of papers, for Certificate and Permit
	Reason      string   // id of a text, or empty
	Held
}

// closeness says how closely a row fits goods: -1 not at all, else the greater
// the closer. The longest prefix decides, then the origin, then the country's
// own rows before its union's.
func closeness(prefix, rowOrigin, rowDestination, hs, origin, country string) int {
	if !strings.HasPrefix(hs, prefix) || (rowOrigin != "" && rowOrigin != origin) {
		return -1
	}
	c := len(prefix) * 4
	if rowOrigin != "" {
		c += 2
	}
	if rowDestination == country {
		c++
	}
	return c
}

// Tables are the rows for one country that hold at one moment.
type Tables struct {
	Country      string
	Rates        []Rate
	Bands        []Band
	Restrictions []Restriction
}

// rate finds the one rate of a kind that fits best; nil: the tables are silent.
func (t *Tables) rate(kind Kind, hs, origin string) *Rate {
	best, at := -1, -1
	for i := range t.Rates {
		r := &t.Rates[i]
		if r.Kind != kind {
			continue
		}
		if c := closeness(r.HSPrefix, r.Origin, r.Destination, hs, origin, t.Country); c > best {
			best, at = c, i
		}
	}
	if at < 0 {
		return nil
	}
	return &t.Rates[at]
}

// additional finds, of each additional measure, the rate that fits best.
func (t *Tables) additional(hs, origin string) []*Rate {
	var out []*Rate
	best := map[string]int{} // measure → place in out
	for i := range t.Rates {
		r := &t.Rates[i]
		if r.Kind != Additional || closeness(r.HSPrefix, r.Origin, r.Destination, hs, origin, t.Country) < 0 {
			continue
		}
		at, there := best[r.Measure]
		if !there {
			best[r.Measure] = len(out)
			out = append(out, r)
		} else if o := out[at]; closeness(r.HSPrefix, r.Origin, r.Destination, hs, origin, t.Country) > closeness(o.HSPrefix, o.Origin, o.Destination, hs, origin, t.Country) {
			out[at] = r
		}
	}
	return out
}

// restriction finds what the country says of the goods; nil: nothing.
func (t *Tables) restriction(hs, origin string) *Restriction {
	best, at := -1, -1
	for i := range t.Restrictions {
		r := &t.Restrictions[i]
		if c := closeness(r.HSPrefix, r.Origin, r.Destination, hs, origin, t.Country); c > best {
			best, at = c, i
		}
	}
	if at < 0 {
		return nil
	}
	return &t.Restrictions[at]
}
