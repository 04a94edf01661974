package sheet

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// fold gives full-width letters and digits their plain form.
func fold(s string) string { return strings.TrimSpace(norm.NFKC.String(s)) }

// gramsOf is what one of a unit weighs, by its name as bare writes it.
var gramsOf = map[string]int64{
	"g": 1_000, "gram": 1_000, "grams": 1_000, "gm": 1_000, "克": 1_000, "mg": 1, "毫克": 1,
	"kg": 1_000_000, "kgs": 1_000_000, "kilo": 1_000_000, "kilos": 1_000_000, "kilogram": 1_000_000, "kilograms": 1_000_000,
	"千克": 1_000_000, "公斤": 1_000_000, "斤": 500_000, "市斤": 500_000, "jin": 500_000, "两": 50_000,
	"t": 1_000_000_000, "吨": 1_000_000_000, "ton": 1_000_000_000, "tonne": 1_000_000_000,
	"lb": 453_592, "lbs": 453_592, "pound": 453_592, "pounds": 453_592, "oz": 28_350,
}

var (
	weightPart  = regexp.MustCompile(`^([0-9]+(?:[.,][0-9]+)?)\s*(\p{L}+)\.?`)
	weightTimes = regexp.MustCompile(`^([0-9]{1,4})\s*(?:\p{Han}{1,2})?\s*[x×*]\s*`)
	timesWeight = regexp.MustCompile(`^\s*[x×*]\s*([0-9]{1,4})\s*(\p{Han}{0,2}|\p{Latin}{0,8})$`)
)

type weightFault int

const (
	weightFine weightFault = iota
	weightUnclear
	weightWithoutUnit
)

// grams reads a weight: "500 g", "2.5 kg", "5斤", "3斤2两", "二斤半", "6×250 g", "250g*4袋".
func grams(text string) (int, weightFault) {
	s := strings.ToLower(fold(text))
	s = plainNumbers(strings.TrimLeft(strings.TrimPrefix(s, "约"), "~≈ "))
	s = halfMore.ReplaceAllString(s, "$1.5$2") // 二斤半
	if s != "" && strings.Trim(s, "0123456789.") == "" {
		return 0, weightWithoutUnit
	}
	times := int64(1)
	if m := weightTimes.FindStringSubmatch(s); m != nil && len(m[0]) < len(s) {
		times, _ = strconv.ParseInt(m[1], 10, 64)
		s = s[len(m[0]):]
	}
	sum := new(big.Rat) // thousandths of a gram
	parts := 0
	for ; s != "" && parts < 3; parts++ {
		m := weightPart.FindStringSubmatch(s)
		if m == nil {
			break
		}
		per, ok := gramsOf[m[2]]
		n, fine := new(big.Rat).SetString(strings.ReplaceAll(m[1], ",", "."))
		if !ok || !fine {
			return 0, weightUnclear
		}
		sum.Add(sum, n.Mul(n, new(big.Rat).SetInt64(per)))
		s = strings.TrimSpace(s[len(m[0]):])
	}
	if m := timesWeight.FindStringSubmatch(s); m != nil && parts > 0 {
		n, _ := strconv.ParseInt(m[1], 10, 64)
		times, s = times*n, ""
	}
	if parts == 0 || s != "" || times < 1 {
		return 0, weightUnclear
	}
	sum.Mul(sum, new(big.Rat).SetInt64(times))
	sum.Quo(sum, new(big.Rat).SetInt64(1000))
	half := new(big.Rat).Add(sum, big.NewRat(1, 2))
	whole := new(big.Int).Quo(half.Num(), half.Denom())
	if !whole.IsInt64() || whole.Int64() < 1 || whole.Int64() > 10_000_000 {
		return 0, weightUnclear
	}
	return int(whole.Int64()), weightFine
}

// exponent writes out a number that a spreadsheet shortened: "6.2e+11".
func exponent(s string) string {
	if !strings.ContainsAny(s, "eE") || strings.Trim(s, "0123456789.eE+") != "" || len(s) > 40 {
		return s
	}
	f, _, err := big.ParseFloat(s, 10, 200, big.ToNearestEven)
	if err != nil || !f.IsInt() || f.MantExp(nil) > 120 {
		return s
	}
	return f.Text('f', 0)
}

// tidyNumber takes the error of binary fractions off a number that a
// spreadsheet stored: 68.099999999999994 is 68.1.
func tidyNumber(s string) string {
	_, frac, ok := strings.Cut(s, ".")
	if !ok || len(frac) < 9 || len(s) > 30 || strings.Trim(s, "0123456789.") != "" {
		return s
	}
	r, fine := new(big.Rat).SetString(s)
	if !fine {
		return s
	}
	return strings.TrimRight(strings.TrimRight(r.FloatString(6), "0"), ".")
}

var dateForms = []string{"2006-1-2", "2006/1/2", "2006.1.2", "2006年1月2日", "2006年1月2号", "20060102", "2 January 2006", "2 Jan 2006", "January 2, 2006", "Jan 2, 2006", time.RFC3339, "2006-1-2 15:04:05", "2006/1/2 15:04:05", "2006-01-02T15:04:05"}

// date reads a day; spreadsheets store it as days since the end of 1899.
func date(text string) (time.Time, bool) {
	s := fold(text)
	for _, form := range dateForms {
		if t, err := time.Parse(form, s); err == nil && t.Year() > 1990 && t.Year() < 2200 {
			return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC), true
		}
	}
	whole, _, _ := strings.Cut(s, ".")
	if n, err := strconv.Atoi(whole); err == nil && n > 33_000 && n < 80_000 && strings.Trim(s, "0123456789.") == "" {
		return time.Date(1899, 12, 30+n, 0, 0, 0, 0, time.UTC), true
	}
	return time.Time{}, false
}
