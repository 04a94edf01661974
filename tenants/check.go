package tenants

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/idna"
	"golang.org/x/text/language"

	"countyfair/internal/errs"
	"countyfair/internal/lang"
	"countyfair/internal/money"
)

var (
	slugForm    = regexp.MustCompile(`^[a-z][a-z0-9-]{1,38}[a-z0-9]$`)
	colourForm  = regexp.MustCompile(`^#[0-9a-f]{6}$`)
	codeForm    = regexp.MustCompile(`^([0-9]{6})?$`)
	countryForm = regexp.MustCompile(`^[A-Z]{2}$`)
	areaForm    = regexp.MustCompile(`^[A-Z]{2}-[A-Z0-9]{1,3}$`)
)

// reserved slugs would shadow the platform's own hosts.
var reserved = []string{"www", "api", "admin", "static", "platform", "mail", "cdn", "assets", "status"}

const maxName = 80

// check gathers everything that is wrong with a county.
func (c *County) check() error {
	var wrong errs.Fields
	if !slugForm.MatchString(c.Slug) || slices.Contains(reserved, c.Slug) {
		wrong.Add("slug", "slug", "Use 3 to 40 small letters, digits and dashes, beginning with a letter.")
	}
	if c.Names.In("en") == "" {
		wrong.Add("names", "required", "Give the market a name.")
	}
	for tag, name := range c.Names {
		if len([]rune(name)) > maxName {
			wrong.Add("names."+tag, "too_long", "Keep the name under 80 characters.")
		}
	}
	if !codeForm.MatchString(c.DivisionCode) {
		wrong.Add("division_code", "division_code", "A division code has six digits.")
	}
	if region, err := language.ParseRegion(c.Country); err != nil || !region.IsCountry() || !countryForm.MatchString(c.Country) {
		wrong.Add("country", "country", "Give the country as two capital letters, such as CN.")
	}
	if _, err := time.LoadLocation(c.TimeZone); err != nil || c.TimeZone == "" || c.TimeZone == "Local" {
		wrong.Add("time_zone", "time_zone", "Give the time zone as Asia/Shanghai.")
	}
	if !money.Known(c.Currency) {
		wrong.Add("currency", "currency", "Give the currency as three capital letters, such as CNY.")
	}
	if !colourForm.MatchString(c.Brand.Colour) {
		wrong.Add("colour", "colour", "Give the colour as #rrggbb.")
	}
	if c.Policy.CommissionBP < 0 || c.Policy.CommissionBP > 5000 {
		wrong.Add("commission_bp", "out_of_range", "The commission is between 0 and 50 percent.")
	}
	c.Policy.Payout.check(&wrong)
	c.checkLanguages(&wrong)
	return wrong.Err()
}

func (p Payout) check(wrong *errs.Fields) {
	for _, f := range []struct {
		name    string
		is, max int
		message string
	}{
		{"platform_bp", p.PlatformBP, 5000, "The platform's share is between 0 and 50 percent."},
		{"hold_days", p.HoldDays, 90, "Hold sellers' money for 0 to 90 days."},
		{"reserve_bp", p.ReserveBP, 10_000, "The reserve is between 0 and 100 percent."},
		{"reserve_days", p.ReserveDays, 365, "Keep the reserve for 0 to 365 days."},
	} {
		if f.is < 0 || f.is > f.max {
			wrong.Add(f.name, "out_of_range", f.message)
		}
	}
	if p.Minimum < 1 {
		wrong.Add("payout_minimum", "out_of_range", "The least payout is more than nothing.")
	}
}

func (c *County) checkLanguages(wrong *errs.Fields) {
	if len(c.Languages) == 0 {
		wrong.Add("languages", "required", "Choose at least one language.")
	}
	for _, tag := range c.Languages {
		if _, err := language.Parse(tag); err != nil {
			wrong.Add("languages", "language", "This is not a language tag: "+tag)
		}
	}
}

// checkDomain gives the domain in the form it is kept: ASCII, small letters.
func (s *Service) checkDomain(domain string) (string, error) {
	ascii, err := idna.Lookup.ToASCII(strings.TrimSuffix(strings.TrimSpace(domain), "."))
	base := s.dir.baseDomain
	if err != nil || !strings.Contains(ascii, ".") || ascii == base || strings.HasSuffix(ascii, "."+base) {
		var wrong errs.Fields
		wrong.Add("domain", "domain", "Give a domain of your own, such as market.example.org.")
		return "", wrong.Err()
	}
	return ascii, nil
}

func checkZones(zones []Zone) error {
	var wrong errs.Fields
	if len(zones) > 100 {
		wrong.Add("zones", "too_many", "Keep to 100 delivery areas.")
	}
	for _, z := range zones {
		if z.Names.In("en") == "" {
			wrong.Add("names", "required", "Give each delivery area a name.")
		}
		if len(z.Countries) == 0 || slices.ContainsFunc(z.Countries, func(s string) bool { return !countryForm.MatchString(s) }) {
			wrong.Add("countries", "country", "Give countries as two capital letters, such as CN.")
		}
		if slices.ContainsFunc(z.Areas, func(s string) bool { return !areaForm.MatchString(s) }) {
			wrong.Add("areas", "area", "Give areas by their ISO 3166-2 code, such as CN-SH.")
		}
		if z.FirstKg < 0 || z.NextKg < 0 || (z.FreeAbove != nil && *z.FreeAbove <= 0) {
			wrong.Add("first_kg", "out_of_range", "A rate cannot be negative.")
		}
		if z.DaysMin < 0 || z.DaysMax < z.DaysMin || z.DaysMax > 120 {
			wrong.Add("days_max", "out_of_range", "Give the days of travel as a range, such as 2 to 4.")
		}
	}
	return wrong.Err()
}

func checkPage(p Page) error {
	var wrong errs.Fields
	if !slices.Contains(PageKinds, p.Kind) {
		wrong.Add("kind", "unknown", "There is no such page.")
	}
	if _, err := language.Parse(p.Language); err != nil {
		wrong.Add("language", "language", "This is not a language tag.")
	}
	if len(p.Body) > 100_000 {
		wrong.Add("body", "too_long", "Keep the page under 100,000 characters.")
	}
	return wrong.Err()
}

func sameText(a, b lang.Text) bool { return maps.Equal(a, b) }

func sortBySlug(counties []*County) {
	slices.SortFunc(counties, func(a, b *County) int { return strings.Compare(a.Slug, b.Slug) })
}
