// Package ui is the product's components: typed, small, and without any
// knowledge of the domains.
//
// A component takes a struct of what it shows. Strings that come from people
// (names, addresses) are in the struct; strings that the product says come from
// web/words by the language in the context. Nothing here carries inline style or
// script, so the content security policy can be strict.
//
// Pages are built from a layout (Storefront, Desk, Office) that takes a Frame,
// the facts every page has. See web/ui/design for all components at once.
package ui

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"countyfair/internal/money"
	"countyfair/web/words"
)

// Frame is what every page has beside its own content.
type Frame struct {
	Title       string
	Description string
	Canonical   string     // absolute address
	Alternates  []Language // the same page in other languages, for hreflang
	Image       string     // absolute address for Open Graph
	JSONLD      string     // a schema.org document, already JSON; "" for none
	NoIndex     bool       // cart, checkout, accounts, desks

	County  County
	Account Account
	Cart    int    // pieces in the cart
	Query   string // what is in the search box
	Place   string // where the buyer wants goods; "" hides the choice
	Flash   *Flash
	Links   []Link // the county's legal pages
	TimeTZ  string // IANA zone that times are shown in
	Now     time.Time
}

// County is the market's face.
type County struct {
	Name     string
	Tagline  string
	LogoURL  string // "" shows the product's own mark
	BrandURL string // the county's colours, as a style sheet
	Platform bool   // no market of its own: nothing to look for, to buy or to sell
	Shut     bool   // nothing answers here, not even a way to sign in
}

// Account is the reader, as far as the header cares.
type Account struct {
	SignedIn bool
	Name     string
	Seller   bool // has a stall
	Officer  bool // works in the county office
}

// Language is one language that the page can be read in.
type Language struct {
	Tag     string
	Name    string
	URL     string
	Current bool
}

// Link is a word that leads somewhere.
type Link struct {
	Label   string
	URL     string
	Current bool
}

// Flash is a short word about what just happened. Undo, where set, is the
// address that a form posts to.
type Flash struct {
	Kind string // "good" (also ""), "warn" or "bad"
	Text string
	Undo string
	Link *Link
}

// OnFirstPaint says how eagerly a picture is fetched.
const (
	lazyPicture  = "lazy"
	eagerPicture = "eager"
)

// UnitLine says a pack's weight and its price for a comparable amount:
// "500 g · ¥13.60/100 g". Either part may be missing.
func UnitLine(ctx context.Context, pack string, unitPrice money.Money, per string) string {
	var parts []string
	if pack != "" {
		parts = append(parts, pack)
	}
	if !unitPrice.IsZero() && per != "" {
		parts = append(parts, words.From(ctx).Money(unitPrice)+"/"+per)
	}
	for i, p := range parts {
		parts[i] = strings.ReplaceAll(p, " ", "\u00a0") // a number stays with its unit
	}
	return strings.Join(parts, " · ")
}

// Initial is the first letter of a name, for a face without a picture.
func Initial(name string) string {
	r, _ := utf8.DecodeRuneInString(strings.TrimSpace(name))
	if r == utf8.RuneError {
		return "·"
	}
	return strings.ToUpper(string(r))
}

// Hue gives the class of a produce's tint from its hue in degrees.
func Hue(degrees int) string {
	d := ((degrees % 360) + 360) % 360
	nearest, best := 3, 361
	for i, h := range hues {
		gap := min((d-h+360)%360, (h-d+360)%360)
		if gap < best {
			nearest, best = i, gap
		}
	}
	return hueClasses[nearest]
}

// hues are the degrees that the style sheet's classes hue-0 … hue-11 stand for.
var hues = [12]int{15, 40, 65, 90, 120, 150, 180, 210, 240, 275, 310, 340}

var hueClasses = [12]string{
	"hue-0", "hue-1", "hue-2", "hue-3", "hue-4", "hue-5",
	"hue-6", "hue-7", "hue-8", "hue-9", "hue-10", "hue-11",
}
