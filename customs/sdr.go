package customs

import (
	"fmt"
	"time"

	"countyfair/internal/money"
)

// basket is what one special drawing right (SDR, XDR) is made of, in
// hundred-millionths of each currency: amounts that the IMF sets for five
// years, so that its value follows from the day's reference rates.
type basket struct {
	from, to time.Time // to is the first day it no longer holds
	amounts  map[string]int64
	source   string
}

var baskets = []basket{{
	from: time.Date(2022, 8, 1, 0, 0, 0, 0, time.UTC), to: time.Date(2027, 8, 1, 0, 0, 0, 0, time.UTC),
	amounts: map[string]int64{"USD": 57813000, Euro: 37379000, "CNY": 109930000, "JPY": 1345200000, "GBP": 8087000},
	source:  "IMF Executive Board, 29 July 2022: currency amounts of the SDR basket from 1 August 2022 to 31 July 2027",
}}

// SDR says what an amount is worth on a day, in hundredths of an SDR; false
// where a rate is missing or no basket holds.
func (s *Snapshot) SDR(m money.Money, day time.Time) (hundredths int64, known bool) {
	for _, b := range baskets {
		if day.Before(b.from) || !day.Before(b.to) {
			continue
		}
		perSDR, known := s.euroPer(b)
		if !known || !s.Knows(m.Currency) {
			return 0, false
		}
		// amount ÷ 10^exponent ÷ perEuro = euro; ÷ (euro for one SDR) = SDR
		n, err := money.MulRatio(m.Amount, 100*fxScale, tenTo(money.Exponent(m.Currency)))
		if err != nil {
			return 0, false
		}
		n, err = money.MulRatio(n, fxScale, s.perEuro(m.Currency))
		if err != nil {
			return 0, false
		}
		n, err = money.MulRatio(n, 1, perSDR)
		return n, err == nil
	}
	return 0, false
}

// euroPer is what one SDR of the basket costs in hundred-millionths of a euro.
func (s *Snapshot) euroPer(b basket) (sum int64, known bool) {
	for currency, amount := range b.amounts {
		if !s.Knows(currency) {
			return 0, false
		}
		part, err := money.MulRatio(amount, fxScale, s.perEuro(currency))
		if err != nil {
			return 0, false
		}
		sum += part
	}
	return sum, true
}

// SDRSource says what the value of an SDR on a day rests on.
func (s *Snapshot) SDRSource(day time.Time) string {
	for _, b := range baskets {
		if !day.Before(b.from) && day.Before(b.to) {
			return fmt.Sprintf("%s; rates: %s, %s", b.source, s.Source, s.AsOf.Format(time.DateOnly))
		}
	}
	return ""
}
