package stripe

import (
	"fmt"
	"slices"
	"strings"

	"countyfair/internal/errs"
	"countyfair/internal/money"
)

// Stripe counts by its own table of decimals, which is not ISO 4217's
// (Stripe's documentation, "Supported currencies", read 2026-11): these have
// none; these have three, of which the last must be 0; ISK and UGX are sent in
// hundredths that must be 00.
var (
	none       = []string{"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}
	three      = []string{"BHD", "JOD", "KWD", "OMR", "TND"}
	hundredths = []string{"ISK", "UGX"}
)

func stripeExponent(code string) int {
	switch {
	case slices.Contains(none, code):
		return 0
	case slices.Contains(three, code):
		return 3
	}
	return 2
}

// toStripe gives the amount as Stripe takes it: JPY 1,980 is 1980, ISK 1,500 is
// 150000. What is not on Stripe's grid (KWD 5.124) is refused: totals are
// rounded to the grid when they are quoted, so that order and charge agree.
func toStripe(m money.Money) (int64, error) {
	amount := m.Amount
	for range max(0, stripeExponent(m.Currency)-money.Exponent(m.Currency)) {
		amount *= 10
	}
	for range max(0, money.Exponent(m.Currency)-stripeExponent(m.Currency)) {
		if amount%10 != 0 {
			return 0, offGrid(m)
		}
		amount /= 10
	}
	if slices.Contains(three, m.Currency) && amount%10 != 0 || slices.Contains(hundredths, m.Currency) && amount%100 != 0 {
		return 0, offGrid(m)
	}
	return amount, nil
}

func offGrid(m money.Money) error {
	return errs.New(errs.Internal, "amount_off_grid", "This amount cannot be charged.").Because(fmt.Errorf("stripe: %s is not on the provider's grid", m))
}

func lower(s string) string { return strings.ToLower(s) }
func upper(s string) string { return strings.ToUpper(s) }

// Step is what sums of a currency must be a multiple of, in ISO 4217's minor
// units; 0 where such a sum cannot be charged at all.
func (*Provider) Step(currency string) int64 {
	step := int64(1)
	for range 4 {
		if _, err := toStripe(money.Of(step, currency)); err == nil {
			return step
		}
		step *= 10
	}
	return 0
}
