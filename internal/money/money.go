// Package money is an amount in minor units with its ISO 4217 currency.
//
// There is no float in it. Rounding happens once, half up, in MulRatio; parts
// made by Allocate always add up to the whole.
package money

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/bojanz/currency"
)

// Money is an amount in minor units (fen, cents; yen and won have none).
// The zero value is "nothing, in no currency" and adds to any currency.
type Money struct {
	Amount   int64  `json:"amount" doc:"Minor units of the currency (ISO 4217 exponent)" example:"1250"`
	Currency string `json:"currency" minLength:"3" maxLength:"3" pattern:"^[A-Z]{3}$" doc:"ISO 4217 code" example:"CNY"`
}

// Errors of this package.
var (
	ErrCurrency = errors.New("money: currencies differ")
	ErrOverflow = errors.New("money: amount out of range")
	ErrParse    = errors.New("money: not an amount")
)

// Of makes an amount of minor units.
func Of(amount int64, code string) Money { return Money{Amount: amount, Currency: code} }

// Known reports whether the code is an ISO 4217 currency.
func Known(code string) bool { return code != "" && currency.IsValid(code) }

// Exponent is the number of decimals of the currency (CNY 2, JPY 0, KWD 3).
func Exponent(code string) int {
	d, ok := currency.GetDigits(code)
	if !ok {
		return 2
	}
	return int(d)
}

// IsZero reports whether the amount is nothing.
func (m Money) IsZero() bool { return m.Amount == 0 }

// Add gives the sum; the currencies must agree, and the sum must fit.
func (m Money) Add(o Money) (Money, error) {
	code, err := common(m, o)
	if err != nil {
		return Money{}, err
	}
	sum := m.Amount + o.Amount
	if (o.Amount > 0 && sum < m.Amount) || (o.Amount < 0 && sum > m.Amount) {
		return Money{}, ErrOverflow
	}
	return Money{sum, code}, nil
}

// Sub gives the difference, under the rules of Add.
func (m Money) Sub(o Money) (Money, error) {
	if o.Amount == math.MinInt64 {
		return Money{}, ErrOverflow
	}
	return m.Add(Money{-o.Amount, o.Currency})
}

// Times gives the amount so many times.
func (m Money) Times(n int64) (Money, error) {
	if n != 0 && m.Amount != 0 {
		p := m.Amount * n
		if p/n != m.Amount || (m.Amount == math.MinInt64 && n == -1) {
			return Money{}, ErrOverflow
		}
		return Money{p, m.Currency}, nil
	}
	return Money{0, m.Currency}, nil
}

func common(a, b Money) (string, error) {
	switch {
	case a.Currency == b.Currency, b.Currency == "" && b.Amount == 0:
		return a.Currency, nil
	case a.Currency == "" && a.Amount == 0:
		return b.Currency, nil
	}
	return "", fmt.Errorf("%w: %s and %s", ErrCurrency, a.Currency, b.Currency)
}

// MulRatio gives amount × num ÷ den, rounded half up (away from zero for a
// negative amount), in one rounding. den must not be zero.
func MulRatio(amount, num, den int64) (int64, error) {
	if den == 0 {
		return 0, ErrOverflow
	}
	p := new(big.Int).Mul(big.NewInt(amount), big.NewInt(num))
	d := big.NewInt(den)
	if d.Sign() < 0 {
		p.Neg(p)
		d.Neg(d)
	}
	neg := p.Sign() < 0
	p.Abs(p)
	p.Lsh(p, 1).Add(p, d)
	p.Quo(p, new(big.Int).Lsh(d, 1))
	if neg {
		p.Neg(p)
	}
	if !p.IsInt64() {
		return 0, ErrOverflow
	}
	return p.Int64(), nil
}

// BasisPoints gives so many hundredths of a percent of the amount.
func (m Money) BasisPoints(bp int64) (Money, error) {
	a, err := MulRatio(m.Amount, bp, 10_000)
	return Money{a, m.Currency}, err
}

// Parse reads what a person types: "12.50", "¥12.5", "1,234", "12.50 元". It
// refuses more decimals than the currency has, and an amount with two readings.
func Parse(text, code string) (Money, error) {
	if !Known(code) {
		return Money{}, fmt.Errorf("%w: no currency %q", ErrParse, code)
	}
	s := strings.TrimSpace(foldDigits(text))
	for _, word := range []string{code, "元", "块", "¥", "KSh", "KES", "€", "$", "£"} {
		s = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(s, word), word))
	}
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	whole, frac, hasPoint := strings.Cut(s, ".")
	whole, err := ungroup(whole)
	if err != nil {
		return Money{}, fmt.Errorf("%w: %q", ErrParse, text)
	}
	exp := Exponent(code)
	if (hasPoint && frac == "") || !digits(frac) || len(strings.TrimRight(frac, "0")) > exp {
		return Money{}, fmt.Errorf("%w: %q", ErrParse, text)
	}
	frac = strings.TrimRight(frac, "0")
	n, err := strconv.ParseInt(whole+frac+strings.Repeat("0", exp-len(frac)), 10, 64)
	if err != nil {
		return Money{}, fmt.Errorf("%w: %q", ErrParse, text)
	}
	if neg {
		n = -n
	}
	return Money{n, code}, nil
}

// foldDigits turns full-width forms into ASCII: "１２．５" is "12.5".
func foldDigits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '￥':
			return '¥'
		case r == '　':
			return ' '
		}
		return r
	}, s)
}

// ungroup drops thousands separators where they stand every three digits.
func ungroup(s string) (string, error) {
	if !strings.Contains(s, ",") {
		if s == "" || !digits(s) {
			return "", ErrParse
		}
		return s, nil
	}
	groups := strings.Split(s, ",")
	for i, g := range groups {
		if !digits(g) || g == "" || len(g) > 3 || (i > 0 && len(g) != 3) {
			return "", ErrParse
		}
	}
	return strings.Join(groups, ""), nil
}

func digits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

// Decimal gives the plain number: 1250 CNY is "12.50".
func (m Money) Decimal() string {
	exp := Exponent(m.Currency)
	u := uint64(m.Amount) //nolint:gosec // of a negative amount the two's complement, negated below
	sign := ""
	if m.Amount < 0 {
		sign, u = "-", -u
	}
	s := strconv.FormatUint(u, 10)
	if exp == 0 {
		return sign + s
	}
	if len(s) <= exp {
		s = strings.Repeat("0", exp-len(s)+1) + s
	}
	return sign + s[:len(s)-exp] + "." + s[len(s)-exp:]
}

// String is for logs: "12.50 CNY". People get Format.
func (m Money) String() string { return m.Decimal() + " " + m.Currency }
