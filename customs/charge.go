package customs

import (
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"countyfair/internal/money"
)

// choose finds the band of each line and what its customs value is.
func (w *work) choose() error {
	bands := slices.Clone(w.t.Bands)
	slices.SortStableFunc(bands, func(a, b Band) int { return compareLimits(a.UpTo, b.UpTo) })
	parcel := int64(0)
	for i := range w.lines {
		parcel += w.lines[i].value
	}
	for i := range w.lines {
		l := &w.lines[i]
		err := w.find(bands, l, parcel)
		if errors.Is(err, ErrNoRate) {
			l.unknown = UnknownExchange
			continue
		}
		if err == nil && l.band != nil {
			err = l.enter()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// find takes the lowest band whose limit the line keeps.
func (w *work) find(bands []Band, l *item, parcel int64) error {
	for b := range bands {
		fits, err := w.fits(&bands[b], l, parcel)
		if err != nil {
			return err
		}
		if fits {
			l.band = &bands[b]
			return nil
		}
	}
	l.unknown = UnknownBand
	return nil
}

// enter notes what the band says of the line.
func (l *item) enter() (err error) {
	l.Scheme, l.Reason = l.band.Scheme, l.band.reason()
	if l.HSCode == "" && (l.band.Duty != DutyNone || l.band.Tax != TaxNone) {
		l.unknown = UnknownCode
		return nil
	}
	value := l.value
	if l.band.Basis == CIF {
		value += l.Freight + l.Insurance
	}
	l.customs, err = money.MulRatio(value, l.band.ValuePPM, Whole)
	return err
}

func compareLimits(a, b *int64) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return int(max(-1, min(1, *a-*b)))
}

// fits compares the value of the parcel, or of one piece, with the band's limit.
func (w *work) fits(b *Band, l *item, parcel int64) (bool, error) {
	if b.UpTo == nil {
		return true, nil
	}
	value, limit := parcel, *b.UpTo
	if b.Per == PerItem {
		value = l.value
	}
	here, err := w.fx.Convert(value, w.currency, b.Currency)
	if err != nil {
		return false, err
	}
	if b.Per == PerItem {
		pieces := int64(l.Quantity)
		return (here+pieces-1)/pieces <= limit, nil
	}
	return here <= limit, nil
}

// reason is the id of the text that says why a parcel is taxed as it is.
func (b *Band) reason() string {
	switch {
	case b.Duty == DutyNone && b.Tax == TaxNone:
		return "border_free"
	case b.Tax == TaxSale && b.Duty == DutyFlat:
		return "border_low_value_flat"
	case b.Tax == TaxSale:
		return "border_low_value"
	case b.UpTo != nil:
		return "border_reduced"
	}
	return "border_full"
}

// duties charges what each line's band asks for.
func (w *work) duties() error {
	if err := w.flat(); err != nil {
		return err
	}
	groups := rateGroups{}
	for i := range w.lines {
		l := &w.lines[i]
		if l.unknown != "" || l.band.Duty != DutyRate {
			continue
		}
		rates := append([]*Rate{w.t.rate(Duty, l.HSCode, l.Origin)}, w.t.additional(l.HSCode, l.Origin)...)
		for _, r := range rates {
			if r == nil || r.PPM == nil {
				l.unknown = UnknownDuty
			}
		}
		if l.unknown == "" {
			for _, r := range rates {
				groups.add(r, i)
			}
		}
	}
	return groups.each(func(r *Rate, lines []int) error {
		return w.charge(r, r.Measure, lines, func(l *item) int64 { return l.customs }, func(l *item) *int64 { return &l.Duty })
	})
}

// flat charges the fixed sum of a band once for each distinct HS6.
func (w *work) flat() error {
	byCode := map[string][]int{}
	var codes []string
	for i := range w.lines {
		l := &w.lines[i]
		if l.unknown != "" || l.band.Duty != DutyFlat {
			continue
		}
		hs6 := l.HSCode[:6]
		if byCode[hs6] == nil {
			codes = append(codes, hs6)
		}
		byCode[hs6] = append(byCode[hs6], i)
	}
	for _, code := range codes {
		b := w.lines[byCode[code][0]].band
		sum, err := w.fx.Convert(b.FlatDuty, b.Currency, w.currency)
		if errors.Is(err, ErrNoRate) {
			for _, i := range byCode[code] {
				w.lines[i].unknown = UnknownExchange
			}
			continue
		}
		if err != nil {
			return err
		}
		c := Charge{Kind: Duty, Name: b.Scheme}
		c.from(b.ID, b.Held)
		w.spread(c, sum, byCode[code], func(l *item) int64 { return l.value }, func(l *item) *int64 { return &l.Duty })
	}
	return nil
}

// taxes charges what is left to charge once duty is known.
func (w *work) taxes() error {
	groups := rateGroups{}
	for i := range w.lines {
		l := &w.lines[i]
		if l.unknown != "" || l.band.Tax == TaxNone {
			continue
		}
		r := w.t.rate(Tax, l.HSCode, l.Origin)
		if r == nil || r.PPM == nil {
			l.unknown = UnknownTax
			continue
		}
		groups.add(r, i)
	}
	return groups.each(func(r *Rate, lines []int) error {
		name := w.lines[lines[0]].band.TaxName
		return w.charge(r, name, lines, (*item).taxable, func(l *item) *int64 { return &l.Tax })
	})
}

func (l *item) taxable() int64 {
	switch l.band.TaxBase {
	case BaseGoods:
		return l.value
	case BaseCustoms:
		return l.customs + l.Duty
	}
	return l.value + l.Freight + l.Insurance + l.Duty
}

// charge applies a rate to the lines' base as a whole and shares the result.
func (w *work) charge(r *Rate, name string, lines []int, base func(*item) int64, to func(*item) *int64) error {
	whole := int64(0)
	for _, i := range lines {
		whole += base(&w.lines[i])
	}
	sum, err := money.MulRatio(whole, *r.PPM, Whole)
	if err != nil {
		return err
	}
	c := Charge{Kind: r.Kind, Name: name, RatePPM: r.PPM}
	c.from(r.ID, r.Held)
	w.spread(c, sum, lines, base, to)
	return nil
}

// spread shares a sum over lines by their base and notes it on each.
func (w *work) spread(c Charge, sum int64, lines []int, base func(*item) int64, to func(*item) *int64) {
	weights := make([]int64, len(lines))
	for k, i := range lines {
		weights[k] = base(&w.lines[i])
	}
	for k, amount := range money.Allocate(sum, weights) {
		l := &w.lines[lines[k]]
		c.Base, c.Amount = weights[k], amount
		*to(l) += amount
		l.Charges = append(l.Charges, c)
	}
}

func (c *Charge) from(row uuid.UUID, h Held) {
	c.Row, c.Source, c.From = row, h.Source, h.ValidFrom.Format(time.DateOnly)
	if h.CheckedAt != nil {
		c.Checked = h.CheckedAt.Format(time.DateOnly)
	}
}

// rateGroups are lines by the row that rates them, in the order they came.
type rateGroups struct {
	rates []*Rate
	lines [][]int
}

func (g *rateGroups) add(r *Rate, line int) {
	for k, have := range g.rates {
		if have == r {
			g.lines[k] = append(g.lines[k], line)
			return
		}
	}
	g.rates, g.lines = append(g.rates, r), append(g.lines, []int{line})
}

func (g *rateGroups) each(do func(r *Rate, lines []int) error) error {
	for k, r := range g.rates {
		if err := do(r, g.lines[k]); err != nil {
			return err
		}
	}
	return nil
}
