package sellers

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"countyfair/internal/errs"
	"countyfair/internal/jobs"
	"countyfair/internal/lang"
)

// Kind is what a seller is before the law.
type Kind string

// The kinds of sellers.
const (
	Household   Kind = "household"
	Cooperative Kind = "cooperative"
	Firm        Kind = "firm"
)

// Kinds are all kinds, in the order in which a form offers them.
var Kinds = []Kind{Household, Cooperative, Firm}

// State is where a seller stands with the county.
type State string

// The states of a seller.
const (
	Applied   State = "applied"
	Approved  State = "approved"
	Rejected  State = "rejected"
	Suspended State = "suspended"
)

// transitions is every step a seller can take or be made to take.
var transitions = map[State][]State{
	Applied:   {Approved, Rejected},
	Approved:  {Suspended},
	Rejected:  {Applied, Approved},
	Suspended: {Approved},
}

// CanBecome reports whether a seller in this state may go to the next.
func (s State) CanBecome(next State) bool { return slices.Contains(transitions[s], next) }

// Seller is one seller of a county.
type Seller struct {
	TenantID   uuid.UUID `gorm:"primaryKey"`
	ID         uuid.UUID `gorm:"primaryKey"`
	AccountID  uuid.UUID
	Slug       string
	Kind       Kind
	Names      lang.Text
	Village    lang.Text
	Story      lang.Text
	Contact    string // who answers for it; not shown to the public
	Phone      string // not shown to the public
	LicenceNo  string
	Households *int
	SinceYear  *int
	AltitudeM  *int
	PictureID  *uuid.UUID
	State      State
	Reason     string // of the last decision
	AppliedAt  time.Time
	DecidedAt  *time.Time
	DecidedBy  *uuid.UUID
	UpdatedAt  time.Time `gorm:"autoUpdateTime:false"`
}

// TableName names the table for GORM.
func (Seller) TableName() string { return "sellers" }

// Profile is what a seller says of itself, in the application and later.
type Profile struct {
	Kind       Kind
	Names      lang.Text
	Village    lang.Text
	Story      lang.Text
	Contact    string
	Phone      string
	LicenceNo  string
	Households *int
	SinceYear  *int
	AltitudeM  *int
	PictureID  *uuid.UUID
}

// Field lengths, in characters.
const (
	longestName    = 120
	longestVillage = 160
	longestStory   = 4000
)

var (
	phoneForm   = regexp.MustCompile(`^\+?[0-9][0-9 ()-]{3,24}$`)
	licenceForm = regexp.MustCompile(`^[0-9A-Z][0-9A-Z /.-]{2,63}$`)
)

// check gives everything that is wrong with the profile at once, for a seller
// in a county of that country (ISO 3166-1).
func (p *Profile) check(country string, year int) error {
	var wrong errs.Fields
	p.Names, p.Village, p.Story = p.Names.Trimmed(), p.Village.Trimmed(), p.Story.Trimmed()
	p.Contact, p.Phone = strings.TrimSpace(p.Contact), strings.TrimSpace(p.Phone)
	p.LicenceNo = strings.ToUpper(strings.TrimSpace(p.LicenceNo))
	if !slices.Contains(Kinds, p.Kind) {
		wrong.Add("kind", "unknown", "Choose household, cooperative or firm.")
	}
	p.Names.Check(&wrong, "names", longestName, true)
	p.Village.Check(&wrong, "village", longestVillage, false)
	p.Story.Check(&wrong, "story", longestStory, false)
	if utf8.RuneCountInString(p.Contact) > 200 || !lang.Plain(p.Contact) {
		wrong.Add("contact", "too_long", "Please keep this to 200 characters.")
	}
	if p.Phone != "" && !phoneForm.MatchString(p.Phone) {
		wrong.Add("phone", "bad_phone", "Enter the number with digits, such as +86 139 0000 0000.")
	}
	p.checkLicence(&wrong, country)
	between(&wrong, "households", p.Households, 1, 1_000_000)
	between(&wrong, "since_year", p.SinceYear, 1900, year)
	between(&wrong, "altitude_m", p.AltitudeM, -500, 9000)
	return wrong.Err()
}

func (p *Profile) checkLicence(wrong *errs.Fields, country string) {
	switch {
	case p.LicenceNo == "" && p.Kind == Household:
	case p.LicenceNo == "":
		wrong.Add("licence_no", "missing", "A cooperative or firm needs its registration number.")
	case p.Kind == Household:
		if !licenceForm.MatchString(p.LicenceNo) {
			wrong.Add("licence_no", "bad_licence", "A registration number has letters and digits only.")
		}
	case country == "CN" && !ValidCreditCode(p.LicenceNo):
		wrong.Add("licence_no", "bad_credit_code", "This is not a unified social credit code: 18 digits and letters, the last of which proves the others. Please compare it with the licence.")
	case country != "CN" && !licenceForm.MatchString(p.LicenceNo):
		wrong.Add("licence_no", "bad_licence", "A registration number has letters and digits only.")
	}
}

func between(wrong *errs.Fields, name string, n *int, low, high int) {
	if n != nil && (*n < low || *n > high) {
		wrong.Add(name, "out_of_range", "This number cannot be right.")
	}
}

func (p *Profile) into(s *Seller) {
	s.Kind, s.Names, s.Village, s.Story = p.Kind, p.Names, p.Village, p.Story
	s.Contact, s.Phone, s.LicenceNo = p.Contact, p.Phone, p.LicenceNo
	s.Households, s.SinceYear, s.AltitudeM = p.Households, p.SinceYear, p.AltitudeM
	if p.PictureID != nil {
		s.PictureID = p.PictureID
	}
}

// ChangedArgs is the job that tells whoever keeps a seller's names that they
// have changed.
type ChangedArgs struct {
	jobs.Of
	Seller uuid.UUID `json:"seller"`
}

// Kind names the job.
func (ChangedArgs) Kind() string { return "sellers.changed" }
