package checkout

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"countyfair/customs"
	"countyfair/internal/errs"
	"countyfair/internal/money"
	"countyfair/tenants"
)

// Borders tells what it takes to sell abroad; customs.Service does.
type Borders interface {
	Abroad(ctx context.Context, tenant uuid.UUID, country string, at time.Time) (*customs.Abroad, error)
}

// Grid is what a provider says of the currencies it charges, where it does not
// take every one to the minor unit.
type Grid interface {
	// Step is the smallest sum of a currency it can charge, and what every sum
	// must be a multiple of, in minor units; 0: it does not charge the currency.
	Step(currency string) int64
}

// step is the provider's grid for a currency.
func step(p PaymentProvider, currency string) int64 {
	if g, ok := p.(Grid); ok {
		return g.Step(currency)
	}
	return 1
}

// Estimate is what the buyer will have to pay on delivery, under DAP.
type Estimate struct {
	Duty  money.Money `json:"duty"`
	Tax   money.Money `json:"tax"`
	Known bool        `json:"known" doc:"False where a rate is not known, so that there may be more to pay"`
}

// Paper is a document that goods need to be let in.
type Paper struct {
	Variant   uuid.UUID `json:"variant_id"`
	Documents []string  `json:"documents" doc:"Ids of documents"`
	Source    string    `json:"source,omitempty"`
}

// Terms are what was promised with a seller's price, as its order keeps them.
type Terms struct {
	Exchange *customs.Exchange `json:"exchange,omitempty"`
	Sums     *customs.Sums     `json:"sums,omitempty"` // with duty and tax, charged or not
	Lines    []TermsLine       `json:"lines,omitempty"`
	Papers   []Paper           `json:"papers,omitempty"`
}

// TermsLine is one variant's share of its parcel's cost.
type TermsLine struct {
	Variant uuid.UUID `json:"variant_id"`
	customs.LandedLine
}

// The reasons why goods do not cross a border.
const (
	ExportProhibited = "export_prohibited" // the destination bars them
	ExportUnknown    = "export_unknown"    // nobody has found out: ask the office
	DutyUnknown      = "duty_unknown"      // no price that holds the duty can be named
)

var errOldRates = errs.New(errs.Unavailable, "exchange_rates_old", "The exchange rates are too old to charge in this currency. Choose the market's own.")

// crossing reads what is known of a country, where the parcel goes abroad or
// the price into another currency; else nil.
func (s *Service) crossing(ctx context.Context, county *tenants.County, country, currency string) (*customs.Abroad, error) {
	changes := currency != county.Currency
	if (country == county.Country || !county.Policy.ExportEnabled) && !changes {
		return nil, nil //nolint:nilnil // nothing foreign about it
	}
	if s.cfg.Borders == nil {
		if changes {
			return nil, s.sells(county, currency)
		}
		return nil, nil //nolint:nilnil // this installation sends nothing abroad
	}
	now := s.clock.Now()
	a, err := s.cfg.Borders.Abroad(ctx, county.ID, country, now)
	if err != nil || !changes {
		return a, err
	}
	provider, err := s.provider("")
	if err != nil {
		return nil, err
	}
	if !a.FX.Knows(currency) || !a.FX.Knows(county.Currency) || step(provider, currency) == 0 {
		return nil, s.sells(county, currency)
	}
	if s.cfg.RatesFor > 0 && now.Sub(a.FX.AsOf) > s.cfg.RatesFor {
		return nil, errOldRates
	}
	return a, nil
}

// exchange turns the quote into another currency: each price once, so that
// what a piece costs times the pieces is still what the line costs.
func (q *Quote) exchange(fx *customs.Snapshot, to string) error {
	from := q.Currency
	goods := map[uuid.UUID]int64{}
	for i := range q.Lines {
		l := &q.Lines[i]
		price, err := fx.Convert(l.Price.Amount, from, to)
		if err != nil {
			return err
		}
		l.Price = money.Of(max(price, 1), to) // what costs something is never free
		if l.Total, err = l.Price.Times(int64(l.Quantity)); err != nil {
			return err
		}
		sum, err := money.Of(goods[l.Seller], to).Add(l.Total)
		if err != nil {
			return err
		}
		goods[l.Seller] = sum.Amount
	}
	for i := range q.Consignments {
		c := &q.Consignments[i]
		freight, err := fx.Convert(c.Amounts.Shipping.Amount, from, to)
		if err != nil {
			return err
		}
		if c.Amounts, err = amounts(to, goods[c.Seller.ID], freight); err != nil {
			return err
		}
	}
	x := fx.Exchange(from, to)
	q.Currency, q.Exchange = to, &x
	return nil
}

// cross adds to each parcel what the border costs, and notes what may not go.
func (q *Quote) cross(a *customs.Abroad, county *tenants.County) error {
	q.Incoterm = a.Policy.Incoterm
	if q.Incoterm == customs.DAP {
		q.Estimate = &Estimate{money.Of(0, q.Currency), money.Of(0, q.Currency), true}
	}
	q.inspect(a)
	for i := range q.Consignments {
		if err := q.crossParcel(a, county, &q.Consignments[i]); err != nil {
			return err
		}
	}
	return nil
}

// inspect asks of each line whether it may be sent there.
func (q *Quote) inspect(a *customs.Abroad) {
	for _, l := range q.Lines {
		variant := l.Variant
		o := a.Outlook(customs.Goods{Product: l.Product, HSCode: l.HSCode, Origin: l.Origin})
		switch o.Verdict {
		case customs.Yes:
		case customs.WithDocument:
			q.Papers = append(q.Papers, Paper{variant, o.Documents, o.Source})
		case customs.No:
			q.Restrictions = append(q.Restrictions, Restriction{Code: ExportProhibited, Country: q.Address.Country, Variant: &variant, Reason: o.Reason, Source: o.Source})
		case customs.AskOffice:
			q.Restrictions = append(q.Restrictions, Restriction{Code: ExportUnknown, Country: q.Address.Country, Variant: &variant, Reason: o.Reason})
		}
	}
}

func (q *Quote) crossParcel(a *customs.Abroad, county *tenants.County, c *Consignment) error {
	p := customs.Parcel{Freight: c.Amounts.Shipping.Amount}
	var lines []int
	for i, l := range q.Lines {
		if l.Seller == c.Seller.ID {
			lines = append(lines, i)
			p.Lines = append(p.Lines, customs.Line{HSCode: l.HSCode, Origin: l.Origin, Quantity: l.Quantity, Goods: l.Total.Amount})
		}
	}
	insurance, err := c.Amounts.Goods.BasisPoints(int64(a.Policy.InsuranceBP))
	if err != nil {
		return err
	}
	p.Insurance = insurance.Amount
	if p.Handling, err = a.FX.Convert(a.Policy.Handling, county.Currency, q.Currency); err != nil {
		return err
	}
	landed, err := customs.Landed(&a.Tables, &a.FX, q.Currency, a.Policy.Incoterm, p)
	if err != nil {
		return err
	}
	for k, i := range lines {
		q.Lines[i].Landed = &landed.Lines[k]
	}
	for _, u := range landed.Unknown {
		if q.Estimate != nil {
			q.Estimate.Known = false
			continue
		}
		variant := q.Lines[lines[u.Line]].Variant
		q.Restrictions = append(q.Restrictions, Restriction{Code: DutyUnknown, Country: q.Address.Country, Variant: &variant, Reason: u.What})
	}
	c.Landed = &landed.Sums
	q.charge(c, landed.Sums)
	return nil
}

// charge puts the border's part into what the parcel costs; under DAP duty and
// tax are only foretold.
func (q *Quote) charge(c *Consignment, s customs.Sums) {
	if q.Estimate != nil {
		q.Estimate.Duty.Amount += s.Duty
		q.Estimate.Tax.Amount += s.Tax
		s.Duty, s.Tax = 0, 0
	}
	a := &c.Amounts
	a.Insurance.Amount, a.Handling.Amount, a.Duty.Amount, a.Tax.Amount, a.Total.Amount = s.Insurance, s.Handling, s.Duty, s.Tax, s.Total
}

// onGrid rounds what a parcel costs to what the provider can charge: what is
// too much is given as a discount, what is too little taken as handling.
func (a *Amounts) onGrid(step int64) {
	over := a.Total.Amount % max(step, 1)
	switch {
	case over == 0:
	case over*2 < step:
		a.Discount.Amount += over
		a.Total.Amount -= over
	default:
		a.Handling.Amount += step - over
		a.Total.Amount += step - over
	}
}

// settle adds up the parcels, each rounded to the provider's grid.
func (q *Quote) settle(step int64) error {
	nothing, err := amounts(q.Currency, 0, 0)
	if err != nil {
		return err
	}
	for i := range q.Consignments {
		c := &q.Consignments[i].Amounts
		c.onGrid(step)
		if nothing, err = nothing.plus(*c); err != nil {
			return err
		}
	}
	q.Amounts = nothing
	for i := range q.ShippingOptions {
		q.ShippingOptions[i].Price = q.Amounts.Shipping
	}
	return nil
}

func (a Amounts) plus(b Amounts) (sum Amounts, err error) {
	for _, part := range []struct {
		to   *money.Money
		x, y money.Money
	}{
		{&sum.Goods, a.Goods, b.Goods},
		{&sum.Shipping, a.Shipping, b.Shipping},
		{&sum.Insurance, a.Insurance, b.Insurance},
		{&sum.Handling, a.Handling, b.Handling},
		{&sum.Duty, a.Duty, b.Duty},
		{&sum.Tax, a.Tax, b.Tax},
		{&sum.Discount, a.Discount, b.Discount},
		{&sum.Total, a.Total, b.Total},
	} {
		if *part.to, err = part.x.Add(part.y); err != nil {
			return Amounts{}, err
		}
	}
	return sum, nil
}

// termsOf are the terms that one seller's order keeps.
func (q *Quote) termsOf(c Consignment) Terms {
	t := Terms{Exchange: q.Exchange, Sums: c.Landed}
	for _, l := range q.Lines {
		if l.Seller != c.Seller.ID || l.Landed == nil {
			continue
		}
		t.Lines = append(t.Lines, TermsLine{l.Variant, *l.Landed})
		for _, p := range q.Papers {
			if p.Variant == l.Variant {
				t.Papers = append(t.Papers, p)
			}
		}
	}
	return t
}

// borderColumns are what orders keep of their borders, an element for each order.
type borderColumns struct {
	insurance, handling, duty, tax, discount, total []int64
	terms                                           []string
}

func (b *borderColumns) add(t Terms, a Amounts) error {
	terms, err := json.Marshal(t)
	if err != nil {
		return err
	}
	b.insurance, b.handling, b.duty, b.tax = append(b.insurance, a.Insurance.Amount), append(b.handling, a.Handling.Amount), append(b.duty, a.Duty.Amount), append(b.tax, a.Tax.Amount)
	b.discount, b.total, b.terms = append(b.discount, a.Discount.Amount), append(b.total, a.Total.Amount), append(b.terms, string(terms))
	return nil
}
