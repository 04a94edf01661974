package money

import (
	"strings"
	"sync"

	"github.com/bojanz/currency"
)

var formatters sync.Map // language tag → *currency.Formatter

// Format writes the amount as the language writes it: ¥68.00, Ksh 450.00.
func (m Money) Format(language string) string {
	return formatterFor(language).Format(m.decimal())
}

// Parts splits the formatted amount at its sign, so that a page can set the
// sign smaller than the figure: "¥" and "68.00".
func (m Money) Parts(language string) (sign, figure string) {
	f := formatterFor(language)
	s := f.Format(m.decimal())
	for i, r := range s {
		if r >= '0' && r <= '9' || r == '-' {
			return strings.TrimRight(s[:i], "\u00a0 "), s[i:]
		}
	}
	return "", s
}

func (m Money) decimal() currency.Amount {
	a, err := currency.NewAmount(m.Decimal(), m.Currency)
	if err != nil {
		a, _ = currency.NewAmount(m.Decimal(), "XXX")
	}
	return a
}

func formatterFor(language string) *currency.Formatter {
	if f, ok := formatters.Load(language); ok {
		return f.(*currency.Formatter)
	}
	f := currency.NewFormatter(currency.NewLocale(language))
	f.CurrencyDisplay = currency.DisplaySymbol
	f.SymbolMap = map[string]string{"CNY": "¥", "KES": "KSh"}
	formatters.Store(language, f)
	return f
}
