package papers

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"countyfair/internal/cell"
)

// Codes of the customs' own tables (JGS-20), as far as two public
// implementations of its interface agree on them. A currency that is not here
// is refused rather than guessed.
var currencies = map[string]string{
	"CNY": "142", "HKD": "110", "JPY": "116", "KWD": "118", "MOP": "121", "MYR": "122", "PHP": "129", "SGD": "132", "THB": "136",
	"EUR": "300", "DKK": "302", "GBP": "303", "NOK": "326", "SEK": "330", "CHF": "331", "CAD": "501", "USD": "502", "AUD": "601", "NZD": "609",
}

// unitPiece is the customs' unit 件: orders count pieces.
const unitPiece = "011"

// Problem is something that keeps the electronic documents from being made.
type Problem struct {
	Field string // as the customs call it
	Of    string // county: its export registration; order: the order or its goods
	What  string // missing, too_long, unknown
	Line  int    // of the order, from 1; 0: of the whole
}

// String says it in plain English.
func (p Problem) String() string {
	where := "the order"
	switch {
	case p.Of == "county":
		where = "the county's export registration"
	case p.Line > 0:
		where = "line " + strconv.Itoa(p.Line) + " of the order"
	}
	switch p.What {
	case "missing":
		return p.Field + " is missing in " + where
	case "too_long":
		return p.Field + " in " + where + " is longer than the customs take"
	}
	return p.Field + " in " + where + " is not in the customs' tables"
}

// rule is what the customs' schema says of one text.
type rule struct {
	field, value string
	most         int // characters
	optional     bool
}

func (r rule) problem() (what string, wrong bool) {
	text := cell.Plain(r.value)
	switch {
	case text == "" && !r.optional:
		return "missing", true
	case utf8.RuneCountInString(text) > r.most:
		return "too_long", true
	}
	return "", false
}

func (r Registration) rules() []rule {
	return []rule{
		{"ebpCode", r.EbpCode, 50, false},
		{"ebpName", r.EbpName, 100, false},
		{"ebcCode", r.EbcCode, 18, false},
		{"ebcName", r.EbcName, 100, false},
		{"ebcTelephone", r.EbcTelephone, 50, true},
		{"copCode", r.CopCode, 18, false},
		{"copName", r.CopName, 100, false},
		{"dxpId", r.DxpID, 30, false},
		{"logisticsCode", r.LogisticsCode, 18, false},
		{"logisticsName", r.LogisticsName, 100, false},
		{"payCode", r.PayCode, 18, true},
		{"payName", r.PayName, 100, false},
	}
}

// Problems are what the registration lacks to file with; empty: nothing.
func (r Registration) Problems() []Problem {
	var out []Problem
	if orderTypes[r.Mode] == "" {
		out = append(out, Problem{Field: "mode", Of: "county", What: "missing"})
	}
	for _, rule := range r.rules() {
		if what, wrong := rule.problem(); wrong {
			out = append(out, Problem{Field: rule.field, Of: "county", What: what})
		}
	}
	return out
}

// TooLong are the fields that hold more than the customs take.
func (r Registration) TooLong() (fields []string) {
	for _, p := range r.Problems() {
		if p.What == "too_long" {
			fields = append(fields, p.Field)
		}
	}
	return fields
}

func check(r Registration, p *Parcel, paid Receipt) []Problem {
	out := r.Problems()
	of := func(line int, rules ...rule) {
		for _, rule := range rules {
			if what, wrong := rule.problem(); wrong {
				out = append(out, Problem{Field: rule.field, Of: "order", What: what, Line: line})
			}
		}
	}
	of(0, rule{"orderNo", p.Number, 60, false}, rule{"logisticsNo", p.Tracking, 80, false}, rule{"payNo", paid.Reference, 60, true})
	if currencies[p.Currency] == "" {
		out = append(out, Problem{Field: "currency", Of: "order", What: "unknown"})
	}
	if paid.At.IsZero() {
		out = append(out, Problem{Field: "accountingDate", Of: "order", What: "missing"})
	}
	if p.GrossG() <= 0 {
		out = append(out, Problem{Field: "grossWeight", Of: "order", What: "missing"})
	}
	for i, l := range p.Lines {
		of(i+1, rule{"itemNo", l.Item, 30, false}, rule{"itemName", l.local(), 250, false})
	}
	return out
}

// clean is the registration without stray space.
func (r Registration) clean() Registration {
	for _, f := range []*string{&r.EbpCode, &r.EbpName, &r.EbcCode, &r.EbcName, &r.EbcTelephone, &r.CopCode, &r.CopName, &r.DxpID, &r.LogisticsCode, &r.LogisticsName, &r.PayCode, &r.PayName} {
		*f = strings.TrimSpace(cell.Plain(*f))
	}
	return r
}
