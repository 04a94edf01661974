package shipping

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/language"

	"countyfair/internal/errs"
)

// Address is where a parcel goes, as a person writes it.
type Address struct {
	Name       string `json:"name" doc:"Who receives the parcel" maxLength:"100" example:"王芳"`
	Phone      string `json:"phone" doc:"The receiver's phone; E.164, or as dialled in the country" maxLength:"30" example:"+8613800138000"`
	Country    string `json:"country" doc:"ISO 3166-1 alpha-2" maxLength:"2" example:"CN"`
	PostalCode string `json:"postal_code,omitempty" maxLength:"20" example:"730000"`
	AdminArea  string `json:"admin_area,omitempty" doc:"Province or county: ISO 3166-2 code, or its name" maxLength:"80" example:"甘肃省"`
	City       string `json:"city,omitempty" maxLength:"80" example:"兰州市"`
	District   string `json:"district,omitempty" maxLength:"80" example:"城关区"`
	Line1      string `json:"line1" doc:"Street and number" maxLength:"200" example:"东岗西路 1 号"`
	Line2      string `json:"line2,omitempty" maxLength:"200"`
}

// Clean gives the address with space trimmed, the country in capitals and the
// phone in E.164 (a number without a country code is one of the address's
// country), or an Invalid error that names each wrong field under prefix
// ("address." gives "address.line1").
func (a Address) Clean(prefix string) (Address, error) {
	var wrong errs.Fields
	a.Country = strings.ToUpper(strings.TrimSpace(a.Country))
	if !knownCountry(a.Country) {
		wrong.Add(prefix+"country", "unknown_country", "Choose a country.")
	}
	a.text(&wrong, prefix)
	if a.Phone = strings.TrimSpace(a.Phone); a.Phone == "" {
		wrong.Add(prefix+"phone", "required", "Enter a phone number, so that the courier can call.")
	} else if e164 := phone(a.Phone, a.Country); e164 == "" {
		wrong.Add(prefix+"phone", "not_a_phone", "This is not a phone number.")
	} else {
		a.Phone = e164
	}
	return a, wrong.Err()
}

// text trims and checks the written lines.
func (a *Address) text(wrong *errs.Fields, prefix string) {
	for _, f := range []struct {
		name     string
		value    *string
		most     int
		required string
	}{
		{"name", &a.Name, 100, "Enter the name of whoever receives the parcel."},
		{"line1", &a.Line1, 200, "Enter the street and number."},
		{"line2", &a.Line2, 200, ""},
		{"postal_code", &a.PostalCode, 20, ""},
		{"admin_area", &a.AdminArea, 80, ""},
		{"city", &a.City, 80, ""},
		{"district", &a.District, 80, ""},
	} {
		*f.value = strings.TrimSpace(*f.value)
		switch {
		case *f.value == "" && f.required != "":
			wrong.Add(prefix+f.name, "required", f.required)
		case utf8.RuneCountInString(*f.value) > f.most:
			wrong.Add(prefix+f.name, "too_long", "This is too long.")
		case !utf8.ValidString(*f.value) || strings.ContainsFunc(*f.value, unicode.IsControl):
			wrong.Add(prefix+f.name, "not_text", "This holds characters that cannot be printed on a label.")
		}
	}
}

// Area is the ISO 3166-2 code of the address's province or county, or empty
// where it is unknown.
func (a Address) Area() string { return AreaCode(a.Country, a.AdminArea) }

func knownCountry(code string) bool {
	if len(code) != 2 || strings.ToUpper(code) != code {
		return false
	}
	r, err := language.ParseRegion(code)
	return err == nil && r.IsCountry() && r.Canonicalize().String() == code
}

// phone gives the E.164 form of a number, or nothing where it is none.
func phone(written, country string) string {
	n, err := phonenumbers.Parse(written, country)
	if err != nil || !phonenumbers.IsPossibleNumber(n) {
		return ""
	}
	return phonenumbers.Format(n, phonenumbers.E164)
}
