package customs

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"countyfair/internal/errs"
	"countyfair/internal/money"
)

// fxScale is the unit of a reference rate: hundred-millionths.
const fxScale = 100_000_000

// Euro is the base of the reference rates.
const Euro = "EUR"

// Snapshot is the reference rates of one day: so much of a currency for one
// euro, in units of a hundred-millionth.
type Snapshot struct {
	AsOf    time.Time
	Source  string
	PerEuro map[string]int64 // without the euro itself
}

// ErrNoRate says that the snapshot does not know a currency.
var ErrNoRate = errs.New(errs.Conflict, "no_exchange_rate", "There is no exchange rate for this currency at the moment.")

// Knows reports whether the snapshot can convert the currency.
func (s *Snapshot) Knows(code string) bool { return s.perEuro(code) > 0 }

func (s *Snapshot) perEuro(code string) int64 {
	if code == Euro {
		return fxScale
	}
	if s == nil {
		return 0
	}
	return s.PerEuro[code]
}

// Convert turns an amount of minor units into another currency by way of the
// euro, with one rounding, half up.
func (s *Snapshot) Convert(amount int64, from, to string) (int64, error) {
	if from == to {
		return amount, nil
	}
	f, t := s.perEuro(from), s.perEuro(to)
	if f == 0 || t == 0 {
		return 0, ErrNoRate.Because(fmt.Errorf("customs: %s to %s", from, to))
	}
	return money.MulRatio(amount, t*tenTo(money.Exponent(to)), f*tenTo(money.Exponent(from)))
}

func tenTo(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

// Exchange is how a price came into another currency, as an order keeps it.
type Exchange struct {
	From        string    `json:"from"`
	To          string    `json:"to"`
	FromPerEuro string    `json:"from_per_euro"`
	ToPerEuro   string    `json:"to_per_euro"`
	AsOf        time.Time `json:"as_of"`
	Source      string    `json:"source"`
}

// Exchange tells the rates between two currencies, exactly.
func (s *Snapshot) Exchange(from, to string) Exchange {
	return Exchange{From: from, To: to, FromPerEuro: decimal(s.perEuro(from)), ToPerEuro: decimal(s.perEuro(to)), AsOf: s.AsOf, Source: s.Source}
}

// decimal writes a reference rate without trailing zeros: "7.7748".
func decimal(rate int64) string {
	s := strconv.FormatInt(rate/fxScale, 10) + "." + fmt.Sprintf("%08d", rate%fxScale)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// parseRate reads "7.7748" exactly. It refuses what is not positive, has more
// than eight decimals or would not fit.
func parseRate(text string) (int64, error) {
	whole, part, _ := strings.Cut(text, ".")
	if whole == "" || len(whole) > 7 || len(part) > 8 || strings.Trim(whole+part, "0123456789") != "" {
		return 0, fmt.Errorf("customs: %q is not a rate", text)
	}
	n, err := strconv.ParseInt(whole+part+strings.Repeat("0", 8-len(part)), 10, 64)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("customs: %q is not a rate", text)
	}
	return n, nil
}
