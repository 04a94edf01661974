package sheet

import (
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"countyfair/internal/lang"
	"countyfair/internal/money"
)

// Settings are what a line is read against.
type Settings struct {
	Currency string
	Language string    // the county's first
	Today    time.Time // goods are not harvested after it
}

// Problem is one thing that is wrong with a line, in words and for programs.
type Problem struct {
	Column  Column         `json:"column"`
	Reason  string         `json:"reason"` // stable, snake_case
	Message string         `json:"message"`
	Data    map[string]any `json:"data,omitempty"`
	// Warning: the line goes in nevertheless.
	Warning bool `json:"warning,omitempty"`
}

// Values are a line's cells, read.
type Values struct {
	Code         string
	VariantCode  string
	Title        lang.Text
	Description  lang.Text
	Origin       lang.Text
	VariantTitle lang.Text
	Category     string // a code or a name
	Seller       string // a code or a name; may be empty
	Grade        string
	Packing      string
	Unit         string
	Grams        int
	Price        money.Money
	Stock        *int // nil: not said
	Season       int  // a bit a month, January the lowest
	Harvested    *time.Time
	TraceCode    string
	Certificate  string
	HSCode       string
	Pictures     []string // file names
}

// The longest texts, in characters.
const (
	longestTitle       = 200
	longestVariant     = 120
	longestOrigin      = 160
	longestDescription = 4000
	mostStock          = 1_000_000
	mostPrice          = 100_000_000_00
)

type reader struct {
	cells    Cells
	set      Settings
	problems []Problem
}

func (r *reader) wrong(c Column, reason, message string, data ...any) {
	p := Problem{Column: c, Reason: reason, Message: message}
	for i := 0; i+1 < len(data); i += 2 {
		if p.Data == nil {
			p.Data = map[string]any{}
		}
		p.Data[fmt.Sprint(data[i])] = data[i+1]
	}
	r.problems = append(r.problems, p)
}

// Values reads the line. Where a problem is no warning, the line must be left out.
func (l *Line) Values(set Settings) (Values, []Problem) {
	r := &reader{cells: l.Cells, set: set}
	v := Values{
		Code: l.Cells.ProductKey(), VariantCode: l.Cells.VariantKey(),
		Title:        r.text(Name, NameZh, NameEn, longestTitle),
		Description:  r.text(Description, DescriptionZh, DescriptionEn, longestDescription),
		Origin:       r.text(Origin, OriginZh, OriginEn, longestOrigin),
		VariantTitle: r.text(Variant, VariantZh, VariantEn, longestVariant),
		Category:     l.Cells[Category], Seller: l.Cells[Seller],
		Grade: r.short(Grade, 80), Packing: r.short(Packing, 80), Unit: r.short(Unit, 20), Certificate: r.short(Certificate, 80),
	}
	if len(v.Title) == 0 {
		r.wrong(Name, "missing_name", "The name of the product is missing.")
	}
	if v.Category == "" {
		r.wrong(Category, "missing_category", "The category is missing.")
	}
	if l.Repeats > 0 {
		r.wrong(Variant, "repeated_line", fmt.Sprintf("This is the same product and size as row %d.", l.Repeats), "row", l.Repeats)
	}
	r.price(&v)
	r.weight(&v)
	r.stock(&v)
	r.dates(&v)
	r.codes(&v)
	v.Pictures = r.pictures()
	if len(v.VariantTitle) == 0 {
		v.VariantTitle = lang.Text{set.Language: strings.TrimSpace(l.Cells[Weight] + " " + l.Cells[Packing])}.Trimmed()
	}
	return v, r.problems
}

// text gathers a text's languages. A column that names none is Chinese where
// it is written so, and else the county's own language, or English in China.
func (r *reader) text(plain, zh, en Column, longest int) lang.Text {
	out := lang.Text{}
	put := func(c Column, tag string) {
		words := r.cells[c]
		if utf8.RuneCountInString(words) > longest {
			r.wrong(c, "too_long", fmt.Sprintf("This is longer than %d characters.", longest), "most", longest)
			words = cut(words, longest)
		}
		if words != "" && out[tag] == "" {
			out[tag] = words
		}
	}
	put(zh, "zh-Hans")
	put(en, "en")
	tag := r.set.Language
	switch {
	case strings.ContainsFunc(r.cells[plain], func(c rune) bool { return unicode.Is(unicode.Han, c) }):
		tag = "zh-Hans"
	case strings.HasPrefix(tag, "zh"):
		tag = "en"
	}
	put(plain, tag)
	return out
}

func (r *reader) short(c Column, longest int) string {
	s := r.cells[c]
	if utf8.RuneCountInString(s) > longest {
		r.wrong(c, "too_long", fmt.Sprintf("This is longer than %d characters.", longest), "most", longest)
	}
	return s
}

func (r *reader) price(v *Values) {
	text := tidyNumber(r.cells[Price])
	if text == "" {
		r.wrong(Price, "missing_price", "The price is missing.")
		return
	}
	spoken := blocksTenth.ReplaceAllString(plainNumbers(fold(text)), "$1.$2") // 三十五块五
	p, err := money.Parse(spoken, r.set.Currency)
	switch {
	case err != nil:
		r.wrong(Price, "bad_price", fmt.Sprintf("“%s” is not a price. Write it like 68.00.", text), "text", text)
	case p.Amount <= 0:
		r.wrong(Price, "price_not_positive", "The price must be more than nothing.")
	case p.Amount > mostPrice:
		r.wrong(Price, "price_too_high", "This price is too high to be right.")
	}
	v.Price = p
}

func (r *reader) weight(v *Values) {
	text := r.cells[Weight]
	if text == "" {
		r.wrong(Weight, "missing_weight", "The net weight is missing; delivery is charged by it.")
		return
	}
	n, fault := grams(text)
	switch fault {
	case weightWithoutUnit:
		r.wrong(Weight, "weight_without_unit", fmt.Sprintf("Say what “%s” is: %s g, %s kg or %s斤?", text, text, text, text), "text", text)
	case weightUnclear:
		r.wrong(Weight, "bad_weight", fmt.Sprintf("“%s” is not a weight. Write it like 500 g, 2.5 kg or 5斤.", text), "text", text)
	case weightFine:
		v.Grams = n
	}
}

func (r *reader) stock(v *Values) {
	text := strings.ReplaceAll(tidyNumber(fold(r.cells[Stock])), ",", "")
	if text == "" {
		return
	}
	text = strings.TrimRightFunc(plainNumbers(text), func(c rune) bool { return unicode.Is(unicode.Han, c) || c == ' ' }) // "120 袋"
	n, err := strconv.Atoi(strings.TrimSuffix(text, ".0"))
	if err != nil || n < 0 || n > mostStock {
		r.wrong(Stock, "bad_stock", fmt.Sprintf("“%s” is not a number of pieces.", r.cells[Stock]), "text", r.cells[Stock])
		return
	}
	v.Stock = &n
}

func (r *reader) dates(v *Values) {
	if text := r.cells[Season]; text != "" {
		mask, ok := season(text)
		if !ok {
			r.wrong(Season, "bad_season", fmt.Sprintf("“%s” is not a season. Write months like 9-11月 or Sep-Nov.", text), "text", text)
		}
		v.Season = mask
	}
	if text := r.cells[Harvested]; text != "" {
		day, ok := date(text)
		switch {
		case !ok:
			r.wrong(Harvested, "bad_date", fmt.Sprintf("“%s” is not a day. Write it like 2026-09-28.", text), "text", text)
		case day.After(r.set.Today):
			r.wrong(Harvested, "date_in_future", "This day of harvest has not come yet.")
		default:
			v.Harvested = &day
		}
	}
}

func (r *reader) codes(v *Values) {
	v.TraceCode = exponent(fold(r.cells[TraceCode]))
	if n := utf8.RuneCountInString(v.TraceCode); n > 0 && (n < 4 || n > 64) {
		r.wrong(TraceCode, "bad_trace_code", "A trace code has 4 to 64 characters.")
	}
	if v.Certificate != "" && v.TraceCode == "" {
		r.wrong(Certificate, "certificate_without_trace", "A certificate belongs to a batch: the trace code is missing.")
	}
	hs := strings.NewReplacer(".", "", " ", "").Replace(fold(r.cells[HSCode]))
	if len(hs) == 5 || len(hs) == 7 || len(hs) == 9 { // spreadsheets drop the leading zero of a number
		hs = "0" + hs
	}
	if hs != "" && (len(hs) < 6 || len(hs) > 10 || strings.Trim(hs, "0123456789") != "") {
		r.wrong(HSCode, "bad_hs_code", fmt.Sprintf("“%s” is not an HS code of 6 to 10 digits.", r.cells[HSCode]), "text", r.cells[HSCode])
		return
	}
	v.HSCode = hs
}

func (r *reader) pictures() []string {
	var out []string
	for _, name := range strings.FieldsFunc(r.cells[Pictures], func(c rune) bool { return strings.ContainsRune(";；,，、|", c) }) {
		if name = strings.TrimSpace(name); name != "" && len(out) < 12 {
			out = append(out, name)
		}
	}
	return out
}

// PictureKey is a picture's file name as it is compared: without folders, in
// small letters, full-width forms plain, without its ending.
func PictureKey(name string) string {
	name = strings.ToLower(fold(strings.ReplaceAll(name, "\\", "/")))
	name = strings.TrimSpace(path.Base(name))
	switch ext := path.Ext(name); ext {
	case ".jpg", ".jpeg", ".png", ".webp":
		name = strings.TrimSuffix(name, ext)
	}
	return name
}
