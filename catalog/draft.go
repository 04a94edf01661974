package catalog

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"golang.org/x/text/language"

	"countyfair/internal/errs"
	"countyfair/internal/lang"
	"countyfair/internal/money"
	"countyfair/tenants"
)

// Draft is a product as somebody wants it to be.
type Draft struct {
	Code        string // empty: made up for a new product
	Title       lang.Text
	Description lang.Text
	Category    string // code or id
	Origin      lang.Text
	Season      int
	HarvestedOn *time.Time
	HSCode      string
	// OriginCountry is where it comes from for customs, ISO 3166-1 alpha-2;
	// empty: the county's own country.
	OriginCountry string
	Variants      []VariantDraft // those left out are taken off sale
	Pictures      []uuid.UUID    // in the order they are shown
	Batch         *BatchDraft    // a new or changed batch; nil leaves batches as they are
}

// VariantDraft is a variant as somebody wants it to be. It is known by its id,
// else by its code; a new one has neither or a new code.
type VariantDraft struct {
	ID         uuid.UUID
	Code       string
	Title      lang.Text
	Grade      string
	Packing    string
	Unit       string
	NetWeightG int
	// GrossWeightG is what a piece weighs packed; nil where nobody weighed it.
	GrossWeightG *int
	Price        money.Money
	Stock        *int // pieces there are; nil leaves the stock as it is
	Inactive     bool // not on sale
}

// BatchDraft is a batch, known by its trace code.
type BatchDraft struct {
	TraceCode     string
	HarvestedOn   *time.Time
	CertificateNo string
}

// Bounds of a product.
const (
	longestTitle        = 200
	longestDescription  = 4000
	longestOrigin       = 160
	longestVariantTitle = 120
	mostVariants        = 40
	mostPictures        = 12
	mostPieces          = 1_000_000
	mostPrice           = 100_000_000_00
	mostGrams           = 10_000_000
)

// check gives everything that is wrong at once.
func (d *Draft) check(county *tenants.County, now time.Time) error {
	var wrong errs.Fields
	d.Title, d.Description, d.Origin = d.Title.Trimmed(), d.Description.Trimmed(), d.Origin.Trimmed()
	d.HSCode = strings.TrimSpace(d.HSCode)
	d.Title.Check(&wrong, "title", longestTitle, true)
	d.Description.Check(&wrong, "description", longestDescription, false)
	d.Origin.Check(&wrong, "origin", longestOrigin, false)
	line(&wrong, "code", d.Code, 80)
	if d.Season < 0 || d.Season > 0xfff {
		wrong.Add("season", "bad_season", "Choose months.")
	}
	if !digits(d.HSCode) || (d.HSCode != "" && (len(d.HSCode) < 6 || len(d.HSCode) > 10)) {
		wrong.Add("hs_code", "bad_hs_code", "An HS code has 6 to 10 digits.")
	}
	if d.OriginCountry = strings.ToUpper(strings.TrimSpace(d.OriginCountry)); !country(d.OriginCountry) {
		wrong.Add("origin_country", "bad_country", "Give the country as two capital letters, such as CN.")
	}
	today := now.In(county.Location()).Format(time.DateOnly)
	if d.HarvestedOn != nil && d.HarvestedOn.Format(time.DateOnly) > today {
		wrong.Add("harvested_on", "date_in_future", "This day of harvest has not come yet.")
	}
	if len(d.Variants) == 0 || len(d.Variants) > mostVariants {
		wrong.Add("variants", "wrong_number", fmt.Sprintf("A product has 1 to %d sizes.", mostVariants))
	}
	if len(d.Pictures) > mostPictures {
		wrong.Add("pictures", "too_many", fmt.Sprintf("A product has at most %d pictures.", mostPictures))
	}
	for i := range min(len(d.Variants), mostVariants) {
		d.Variants[i].check(&wrong, fmt.Sprintf("variants[%d]", i), county.Currency)
	}
	d.checkBatch(&wrong)
	return wrong.Err()
}

func (d *Draft) checkBatch(wrong *errs.Fields) {
	if d.Batch == nil {
		return
	}
	d.Batch.TraceCode = strings.TrimSpace(d.Batch.TraceCode)
	if n := utf8.RuneCountInString(d.Batch.TraceCode); n < 4 || n > 64 || !lang.Plain(d.Batch.TraceCode) {
		wrong.Add("batch.trace_code", "bad_trace_code", "A trace code has 4 to 64 characters.")
	}
	line(wrong, "batch.certificate_no", d.Batch.CertificateNo, 80)
}

func (v *VariantDraft) check(wrong *errs.Fields, at, currency string) {
	v.Title = v.Title.Trimmed()
	v.Title.Check(wrong, at+".title", longestVariantTitle, true)
	line(wrong, at+".code", v.Code, 80)
	line(wrong, at+".grade", v.Grade, 80)
	line(wrong, at+".packing", v.Packing, 80)
	line(wrong, at+".unit", v.Unit, 20)
	switch {
	case v.Price.Currency != currency:
		wrong.Add(at+".price.currency", "wrong_currency", "This market sells in "+currency+".")
	case v.Price.Amount <= 0 || v.Price.Amount > mostPrice:
		wrong.Add(at+".price.amount", "out_of_range", "The price must be more than nothing.")
	}
	if v.NetWeightG < 1 || v.NetWeightG > mostGrams {
		wrong.Add(at+".net_weight_g", "out_of_range", "The net weight in grams must be between 1 and 10,000,000.")
	}
	if v.GrossWeightG != nil && (*v.GrossWeightG < v.NetWeightG || *v.GrossWeightG > 2*mostGrams) {
		wrong.Add(at+".gross_weight_g", "out_of_range", "Packed, it weighs at least its net weight.")
	}
	if v.Stock != nil && (*v.Stock < 0 || *v.Stock > mostPieces) {
		wrong.Add(at+".stock", "out_of_range", "The stock must be between 0 and 1,000,000.")
	}
}

// StillPacked keeps a gross weight where the net weight, which has changed,
// still fits in it; else nobody knows it any more.
func StillPacked(gross *int, net int) *int {
	if gross == nil || *gross < net {
		return nil
	}
	return gross
}

// line checks a text of one line.
func line(wrong *errs.Fields, name, s string, longest int) {
	if utf8.RuneCountInString(s) > longest || !lang.Plain(s) {
		wrong.Add(name, "too_long", fmt.Sprintf("Please keep this to %d characters.", longest))
	}
}

// country reports whether the code is one, or nothing.
func country(code string) bool {
	if code == "" {
		return true
	}
	r, err := language.ParseRegion(code)
	return err == nil && len(code) == 2 && r.IsCountry() && r.String() == code
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// Draft gives the product as a draft, to be changed and written back.
func (o *Own) Draft() Draft {
	d := Draft{
		Code: o.Code, Title: o.Titles, Description: o.Descriptions, Category: o.CategoryCode, Origin: o.Origin, Season: o.Season,
		HarvestedOn: o.HarvestedOn, HSCode: o.HSCode, OriginCountry: o.OriginCountry, Pictures: o.Pictures,
	}
	for _, v := range o.Variants {
		d.Variants = append(d.Variants, VariantDraft{
			ID: v.ID, Code: v.Code, Title: v.Titles, Grade: v.Grade, Packing: v.Packing, Unit: v.Unit,
			NetWeightG: v.NetWeightG, GrossWeightG: v.GrossWeightG, Price: v.Cost(), Inactive: !v.Active,
		})
	}
	return d
}
