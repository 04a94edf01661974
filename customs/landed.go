package customs

import (
	"github.com/google/uuid"

	"countyfair/internal/errs"
	"countyfair/internal/money"
)

// Incoterm says who pays duty and tax (Incoterms 2020).
type Incoterm string

// The incoterms that counties choose from.
const (
	DDP Incoterm = "DDP" // all prepaid: the price holds duty and tax
	DAP Incoterm = "DAP" // the buyer pays them on delivery; they are only estimated
)

// Line is goods of one kind in a parcel.
type Line struct {
	HSCode   string // 6 to 10 digits, or empty where nobody knows
	Origin   string // ISO 3166-1 alpha-2
	Quantity int
	Goods    int64 // of all pieces, before the discount
}

// Parcel is a consignment as sent, in minor units of one currency.
type Parcel struct {
	Lines                                  []Line
	Freight, Insurance, Discount, Handling int64
}

// Sums is what a parcel, or a line of it, comes to. Under DDP
// total = goods − discount + freight + insurance + handling + duty + tax;
// under DAP duty and tax are an estimate and no part of the total.
type Sums struct {
	Goods     int64 `json:"goods"`
	Discount  int64 `json:"discount"`
	Freight   int64 `json:"freight"`
	Insurance int64 `json:"insurance"`
	Duty      int64 `json:"duty"`
	Tax       int64 `json:"tax"`
	Handling  int64 `json:"handling"`
	Total     int64 `json:"total"`
}

// Charge is one duty or tax on a line: how it was reckoned, and on whose word.
type Charge struct {
	Kind    Kind      `json:"kind"`
	Name    string    `json:"name,omitempty"`
	RatePPM *int64    `json:"rate_ppm,omitempty"` // nil: a flat sum
	Base    int64     `json:"base"`
	Amount  int64     `json:"amount"`
	Row     uuid.UUID `json:"row"` // of the tables
	Source  string    `json:"source"`
	From    string    `json:"valid_from"`
	Checked string    `json:"checked_at,omitempty"`
}

// LandedLine is a line with its share of everything.
type LandedLine struct {
	Sums
	Scheme  string   `json:"scheme,omitempty"`
	Reason  string   `json:"reason,omitempty"` // id of a text: why it is taxed as it is
	Charges []Charge `json:"charges"`
}

// LandedParcel is what a parcel costs at the door.
type LandedParcel struct {
	Incoterm Incoterm     `json:"incoterm"`
	Currency string       `json:"currency"`
	Sums     Sums         `json:"sums"`
	Lines    []LandedLine `json:"lines"`
	Unknown  []Unknown    `json:"unknown,omitempty"`
}

// Unknown is what the tables do not say of a line.
type Unknown struct {
	Line int    `json:"line"`
	What string `json:"what"` // one of the constants below
}

// What can be unknown of a line.
const (
	UnknownCode     = "hs_code"       // the goods have no HS code
	UnknownBand     = "regime"        // nothing is known of the destination
	UnknownDuty     = "duty"          // no rate of duty
	UnknownTax      = "tax"           // no rate of tax
	UnknownExchange = "exchange_rate" // the destination's limits are in a currency without a rate
)

// Known reports whether duty and tax of everything could be reckoned.
func (p *LandedParcel) Known() bool { return len(p.Unknown) == 0 }

// mostAmount bounds what is reckoned with, so that no sum overflows.
const mostAmount = 1_000_000_000_000_00

var errTooMuch = errs.New(errs.Invalid, "amount_too_large", "This is more than can be sent in one parcel.")

// Landed reckons what a parcel costs at the door of a country: pure arithmetic
// over the rows and rates given. Amounts are in minor units of currency, each
// duty and tax rounded half up once over all lines of the same rate and then
// shared over them by value. Where several rates meet, freight, insurance and
// duty are shared over the lines first.
func Landed(t *Tables, fx *Snapshot, currency string, term Incoterm, p Parcel) (LandedParcel, error) {
	if err := p.check(); err != nil {
		return LandedParcel{}, err
	}
	w := work{t: t, fx: fx, currency: currency, lines: make([]item, len(p.Lines))}
	w.share(p)
	for _, step := range []func() error{w.choose, w.duties, w.taxes} {
		if err := step(); err != nil {
			return LandedParcel{}, err
		}
	}
	return w.result(term, p.Handling), nil
}

func (p *Parcel) check() error {
	goods := int64(0)
	for _, l := range p.Lines {
		if l.Goods < 0 || l.Goods > mostAmount || l.Quantity < 1 {
			return errTooMuch
		}
		goods += l.Goods
	}
	for _, n := range []int64{goods, p.Freight, p.Insurance, p.Handling, p.Discount} {
		if n < 0 || n > mostAmount {
			return errTooMuch
		}
	}
	if len(p.Lines) == 0 || len(p.Lines) > 1000 || p.Discount > goods {
		return errTooMuch
	}
	return nil
}

// item is a line at work.
type item struct {
	Line
	LandedLine
	value   int64 // what is paid for the goods: less the discount, without freight and insurance
	customs int64 // the customs value
	band    *Band
	unknown string
}

type work struct {
	t        *Tables
	fx       *Snapshot
	currency string
	lines    []item
}

// share gives each line its part of what is the parcel's, by value.
func (w *work) share(p Parcel) {
	weights := make([]int64, len(p.Lines))
	for i, l := range p.Lines {
		weights[i] = l.Goods
	}
	discounts := money.Allocate(p.Discount, weights)
	for i := range weights {
		weights[i] -= discounts[i]
	}
	freight, insurance := money.Allocate(p.Freight, weights), money.Allocate(p.Insurance, weights)
	for i, l := range p.Lines {
		w.lines[i] = item{Line: l, value: weights[i], LandedLine: LandedLine{
			Sums: Sums{Goods: l.Goods, Discount: discounts[i], Freight: freight[i], Insurance: insurance[i]}, Charges: []Charge{},
		}}
	}
}

func (w *work) result(term Incoterm, handling int64) LandedParcel {
	out := LandedParcel{Incoterm: term, Currency: w.currency, Lines: make([]LandedLine, len(w.lines)), Sums: Sums{Handling: handling}}
	s := &out.Sums
	for i := range w.lines {
		l := &w.lines[i]
		if l.unknown != "" {
			out.Unknown = append(out.Unknown, Unknown{i, l.unknown})
		}
		l.Total = l.LandedLine.Goods - l.Discount + l.Freight + l.Insurance
		if term == DDP {
			l.Total += l.Duty + l.Tax
		}
		out.Lines[i] = l.LandedLine
		s.Goods, s.Discount, s.Freight, s.Insurance = s.Goods+l.LandedLine.Goods, s.Discount+l.Discount, s.Freight+l.Freight, s.Insurance+l.Insurance
		s.Duty, s.Tax, s.Total = s.Duty+l.Duty, s.Tax+l.Tax, s.Total+l.Total
	}
	s.Total += handling
	return out
}
