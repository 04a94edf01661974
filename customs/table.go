package customs

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"countyfair/internal/errs"
	"countyfair/internal/money"
)

// Table names one of the tables that operators keep.
type Table string

// The tables.
const (
	Rates        Table = "rates"
	Bands        Table = "bands"
	Restrictions Table = "restrictions"
)

// Cells are a row as a file has it, by column.
type Cells map[string]string

// column is one column: its name in the file and the database, and how text
// turns into it and back.
type column struct {
	name   string
	in     string // SQL, $ stands for the text
	out    string // SQL
	form   *regexp.Regexp
	reason string // why a text of another form is refused
}

// layout is a table as files and statements see it.
type layout struct {
	sql     string
	columns []column
	key     []string // what makes two rows about the same thing; valid_from tells them apart
	check   func(c Cells) (column, reason string)
}

func plain(name, form, reason string) column {
	return column{name, "$::text", name, regexp.MustCompile(`^(?:` + form + `)$`), reason}
}

func number(name, form, reason string) column {
	return column{name, "nullif($::text, '')::bigint", "coalesce(" + name + "::text, '')", regexp.MustCompile(`^(?:` + form + `)$`), reason}
}

func date(name, form string) column {
	return column{name, "nullif($::text, '')::date", "coalesce(" + name + "::text, '')", regexp.MustCompile(`^(?:` + form + `)$`), "bad_date"}
}

const (
	placeForm = `[A-Z]{2}`
	dayForm   = `\d{4}-\d{2}-\d{2}`
)

// common are the columns with which every row says since when and on whose word.
func common() []column {
	return []column{date("valid_from", dayForm), date("valid_to", dayForm+`|`), plain("source", `.{3,500}`, "no_source"), date("checked_at", dayForm+`|`)}
}

var layouts = map[Table]layout{
	Rates: {
		"customs_rates", append([]column{
			plain("destination", placeForm, "bad_country"),
			plain("kind", `duty|additional|tax`, "bad_kind"),
			plain("hs_prefix", `\d{0,10}`, "bad_hs_prefix"),
			plain("origin", placeForm+`|`, "bad_country"),
			plain("measure", `.{0,80}`, "too_long"),
			{"rate_percent", "(nullif($::text, '')::numeric * 10000)::bigint", "coalesce(trim_scale(rate_ppm / 10000.0)::text, '')", regexp.MustCompile(`^(\d{1,3}(\.\d{1,4})?)?$`), "bad_rate"},
		}, common()...),
		[]string{"destination", "kind", "hs_prefix", "origin", "measure"},
		checkRate,
	},
	Bands: {
		"customs_bands", append([]column{
			plain("destination", placeForm, "bad_country"),
			plain("currency", `[A-Z]{3}`, "bad_currency"),
			number("up_to", `\d{0,15}`, "bad_amount"),
			plain("per", `consignment|item`, "bad_per"),
			plain("basis", `CIF|FOB`, "bad_basis"),
			number("value_ppm", `[1-9]\d{0,6}`, "bad_amount"),
			plain("duty", `none|flat|rate`, "bad_duty"),
			number("flat_duty", `\d{1,12}`, "bad_amount"),
			plain("tax", `none|sale|import`, "bad_tax"),
			plain("tax_base", `goods|customs|landed`, "bad_base"),
			plain("tax_name", `.{0,40}`, "too_long"),
			plain("scheme", `.{0,40}`, "too_long"),
		}, common()...),
		[]string{"destination", "up_to"},
		checkBand,
	},
	Restrictions: {
		"customs_restrictions", append([]column{
			plain("destination", placeForm, "bad_country"),
			plain("hs_prefix", `\d{2,10}`, "bad_hs_prefix"),
			plain("origin", placeForm+`|`, "bad_country"),
			plain("outcome", `allow|certificate|permit|prohibit`, "bad_outcome"),
			{"documents", "string_to_array($::text, ' ')", "array_to_string(documents, ' ')", regexp.MustCompile(`^[a-z_ ]{0,200}$`), "bad_document"},
			plain("reason", `[a-z_]{0,40}`, "bad_reason"),
		}, common()...),
		[]string{"destination", "hs_prefix", "origin"},
		checkRestriction,
	},
}

func checkRate(c Cells) (string, string) {
	if c["kind"] == string(Additional) && c["measure"] == "" {
		return "measure", "no_measure"
	}
	return "", ""
}

func checkBand(c Cells) (string, string) {
	switch {
	case !money.Known(c["currency"]):
		return "currency", "bad_currency"
	case (c["duty"] == DutyFlat) != (strings.Trim(c["flat_duty"], "0") != ""):
		return "flat_duty", "flat_duty"
	case len(c["value_ppm"]) == 7 && c["value_ppm"] != "1000000":
		return "value_ppm", "bad_amount"
	}
	return "", ""
}

// Papers are the documents a restriction may ask for; their names are texts.
var Papers = []string{
	"phytosanitary_certificate", "health_certificate", "fda_prior_notice", "import_permit", "origin_certificate", "fumigation_certificate", "organic_certificate",
}

func checkRestriction(c Cells) (string, string) {
	papers := strings.Fields(c["documents"])
	if (len(papers) > 0) != (c["outcome"] == string(Certificate) || c["outcome"] == string(Permit)) {
		return "documents", "documents_needed"
	}
	for _, p := range papers {
		if !slices.Contains(Papers, p) {
			return "documents", "bad_document"
		}
	}
	return "", ""
}

// messages say, in plain English, what is wrong with a cell.
var messages = map[string]string{
	"bad_country": "Give the country as two capital letters, or EU.", "bad_kind": "This is duty, additional or tax.", "bad_hs_prefix": "An HS prefix has digits only, ten at most.",
	"too_long": "This is too long.", "bad_rate": "Give the rate in percent, as 6.4, with four decimals at most.", "bad_currency": "Give the currency as three capital letters.",
	"bad_amount": "Give a whole number of minor units.", "bad_per": "This is consignment or item.", "bad_basis": "This is CIF or FOB.", "bad_duty": "This is none, flat or rate.",
	"bad_tax": "This is none, sale or import.", "bad_base": "This is goods, customs or landed.", "bad_outcome": "This is allow, certificate, permit or prohibit.",
	"bad_document": "This paper is not known.", "bad_reason": "A reason is a text's id.", "bad_date": "Give the day as 2026-07-01.", "no_source": "Say which law, tariff or office this is from.",
	"no_measure": "An additional duty needs a name.", "flat_duty": "Give the sum of a flat duty, and only of that.", "documents_needed": "Papers go with certificate and permit, and only with them.",
	"ends_before": "This ends before it begins.", "twice": "Another row of this file says the same from the same day.", "overlaps_later": "A later row is already there; say until when this one holds.",
	"missing_column": "This column is missing.", "unknown_column": "This column is not known.",
}

// clean trims a row's cells and gathers everything that is wrong with them.
func (l *layout) clean(c Cells) (Cells, errs.Fields) {
	var wrong errs.Fields
	out := Cells{}
	for _, col := range l.columns {
		v := strings.Join(strings.Fields(c[col.name]), " ")
		if col.name == "rate_percent" && strings.Contains(v, ".") {
			v = strings.TrimSuffix(strings.TrimRight(v, "0"), ".")
		}
		out[col.name] = v
		if !col.form.MatchString(v) || (col.reason == "bad_date" && v != "" && !isDay(v)) {
			wrong.Add(col.name, col.reason, messages[col.reason])
		}
	}
	if len(wrong) > 0 {
		return out, wrong
	}
	if name, reason := l.check(out); reason != "" {
		wrong.Add(name, reason, messages[reason])
	}
	if out["valid_to"] != "" && out["valid_to"] < out["valid_from"] {
		wrong.Add("valid_to", "ends_before", messages["ends_before"])
	}
	return out, wrong
}

func isDay(v string) bool {
	_, err := time.Parse(time.DateOnly, v)
	return err == nil
}

func (l *layout) keyOf(c Cells) string {
	parts := make([]string, len(l.key))
	for i, k := range l.key {
		if parts[i] = c[k]; k == "measure" && c["kind"] != string(Additional) {
			parts[i] = "" // a name only
		}
	}
	return strings.Join(parts, "|")
}

// same reports whether two rows say the same, but for the days they end and
// were checked.
func (l *layout) same(a, b Cells) bool {
	for _, col := range l.columns {
		if col.name != "valid_to" && col.name != "checked_at" && a[col.name] != b[col.name] {
			return false
		}
	}
	return true
}
