package catalog

import (
	"strings"

	"countyfair/internal/money"
)

// Grams that prices are compared by.
const (
	PerJin  = 500 // 斤: what markets in China reckon in
	PerKilo = 1000
	Per100g = 100
)

// Basis is the weight by which buyers in a county compare prices: the jin
// where its first language is Chinese; elsewhere the kilogram, and 100 g for
// packs under 250 g.
func Basis(language string, netWeightG int) int {
	switch {
	case strings.HasPrefix(language, "zh"):
		return PerJin
	case netWeightG < 250:
		return Per100g
	}
	return PerKilo
}

// UnitPrice is what perGrams would cost at this price for that weight, rounded
// half up. A weight of nothing has none: zero.
func UnitPrice(price money.Money, grams, perGrams int) money.Money {
	if grams <= 0 {
		return money.Of(0, price.Currency)
	}
	n, err := money.MulRatio(price.Amount, int64(perGrams), int64(grams))
	if err != nil {
		n = 0 // only a price beyond every market overflows
	}
	return money.Of(n, price.Currency)
}
