package ui

// Addresses that layouts and components link to by themselves; every other
// address is handed in by its page.
const (
	HomePath     = "/"
	SearchPath   = "/search"
	CartPath     = "/cart"
	CheckoutPath = "/checkout"
	PlacePath    = "/place"
	SignInPath   = "/sign-in"
	SignOutPath  = "/sign-out"
	AccountPath  = "/account"
	ApplyPath    = "/sell/apply"
	DeskPath     = "/sell"
	OfficePath   = "/office"
)
