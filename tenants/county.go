package tenants

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"countyfair/internal/lang"
)

// PlatformID is the platform itself: the county-like row that operators and
// the platform's own pages belong to.
var PlatformID = uuid.MustParse("00000000-0000-7000-8000-000000000001")

// State is where a county is in its life.
type State string

// The states of a county.
const (
	Draft     State = "draft"
	Open      State = "open"
	Suspended State = "suspended"
	Closed    State = "closed"
)

// transitions is the whole life cycle of a county.
var transitions = map[State][]State{
	Draft:     {Open, Closed},
	Open:      {Suspended, Closed},
	Suspended: {Open, Closed},
	Closed:    {},
}

// CanBecome reports whether a county in this state may go to the next.
func (s State) CanBecome(next State) bool { return slices.Contains(transitions[s], next) }

// County is one county's market (or the platform, where Platform is true).
type County struct {
	ID           uuid.UUID
	Platform     bool
	Slug         string
	Names        lang.Text
	Tagline      lang.Text
	DivisionCode string // GB/T 2260, six digits; empty outside China
	Country      string // ISO 3166-1 alpha-2
	TimeZone     string // IANA
	Languages    []string
	Currency     string // ISO 4217
	Brand        Brand
	SeasonNotes  map[string]lang.Text // "1" … "12": a sentence a month
	Policy       Policy
	State        State
	StateReason  string
	Domains      []string
	Version      int
	CreatedAt    time.Time
	UpdatedAt    time.Time

	location *time.Location
}

// Brand is how the county looks.
type Brand struct {
	Colour string // #rrggbb, as the officer chose it; contrast is the stylesheet's care
	Logo   string // picture id, or empty
	Banner string // picture id, or empty
}

// Policy is what the county allows.
type Policy struct {
	CommissionBP   int  // of goods, in basis points
	ReviewProducts bool // an officer looks before a product is published
	ExportEnabled  bool
	Payout         Payout
}

// Payout is what the county decides about its sellers' money.
type Payout struct {
	PlatformBP  int   // the platform's own share of goods, beside the county's commission
	HoldDays    int   // after delivery, until a seller's share can be paid out
	ReserveBP   int   // of the share, kept back for refunds …
	ReserveDays int   // … so much longer
	Minimum     int64 // what a payout must come to, in minor units
}

// StandardPayout is what a county starts with: a week's hold, no reserve.
var StandardPayout = Payout{HoldDays: 7, ReserveDays: 30, Minimum: 1}

// DefaultLanguage is the county's first language.
func (c *County) DefaultLanguage() string { return c.Languages[0] }

// Location is the county's time zone.
func (c *County) Location() *time.Location {
	if c.location != nil {
		return c.location
	}
	return time.UTC
}

// Zone is a part of the world the county delivers to, and for how much.
type Zone struct {
	ID        uuid.UUID
	Names     lang.Text
	Countries []string // ISO 3166-1 alpha-2
	Areas     []string // ISO 3166-2; none: the rest of the countries
	Delivers  bool     // false: "we don't deliver there"
	FirstKg   int64    // minor units of the county's currency
	NextKg    int64    // for each further started kg
	FreeAbove *int64   // goods of one seller's order from here on travel free; nil: never
	DaysMin   int
	DaysMax   int
}

// PageKind is one of the legal pages.
type PageKind string

// The legal pages.
const (
	Terms   PageKind = "terms"
	Privacy PageKind = "privacy"
	Contact PageKind = "contact"
)

// PageKinds are all legal pages, in the order they are shown.
var PageKinds = []PageKind{Terms, Privacy, Contact}

// Page is a legal page in one language, in CommonMark.
type Page struct {
	Kind      PageKind
	Language  string
	Body      string
	UpdatedAt time.Time
}
