package web

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"countyfair/admin"
	"countyfair/checkout"
	"countyfair/web/pages/account"
	"countyfair/web/pages/office"
	"countyfair/web/pages/page"
	"countyfair/web/pages/pay"
	"countyfair/web/pages/platform"
	"countyfair/web/pages/seller"
	"countyfair/web/pages/storefront"
	"countyfair/web/scope"
)

// Shop is what the buyer's pages stand on, beside what the API does.
type Shop struct {
	Checkout *checkout.Service
	Methods  []string // the payment providers that buyers may choose, the first one first
	// Look finds a payment in the sandbox provider's book, for its page; nil:
	// there is no such page.
	Look func(ctx context.Context, ref string) (pay.Payment, error)
	// CacheFor is how long a guest may be shown a public page that another
	// process has changed meanwhile; 0: never.
	CacheFor time.Duration
	// CardKey is Stripe's publishable key; "": cards are not taken here.
	CardKey string
	// Hint is shown below the sign-in form: the demo's logins. nil: none.
	Hint func(c *fiber.Ctx) string
}

// kit is what all pages are framed with.
func (d Deps) kit() page.Kit {
	return page.Kit{Clock: d.Clock, Cart: d.Shop.pieces, Place: storefront.PlaceLabel}
}

// pieces counts what is in the reader's cart. A header is no reason to fail: a
// cart that cannot be read is an empty one.
func (s Shop) pieces(ctx context.Context, sc *scope.Scope) int {
	if !sc.Actor.SignedIn() && sc.CartToken == "" {
		return 0
	}
	n, err := s.Checkout.Pieces(ctx, sc.Actor, sc.CartToken)
	if err != nil {
		return 0
	}
	return n
}

// registerPages mounts the pages of all who read and act.
func (d Deps) registerPages(r fiber.Router, kit page.Kit, cache *page.Cache) {
	platform.Register(r, platform.Deps{Kit: kit, Config: d.Config, Counties: d.Counties, Auth: d.Accounts, Catalog: d.Catalog})
	office.Register(r, office.Deps{Kit: kit, Admin: admin.NewService(d.DB, d.Counties, d.Clock), Counties: d.Counties, Auth: d.Accounts, Sellers: d.Sellers, Catalog: d.Catalog, Checkout: d.Shop.Checkout, Customs: d.Customs, Reports: d.Reports})
	account.Register(r, account.Deps{Kit: kit, Auth: d.Accounts, Purchases: d.Shop.Checkout, Log: d.Log, Hint: d.Shop.Hint})
	storefront.Register(r, storefront.Deps{Kit: kit, Counties: d.Counties, Catalog: d.Catalog, Sellers: d.Sellers, Checkout: d.Shop.Checkout, Cache: cache, Methods: d.Shop.Methods, Log: d.Log})
	seller.Register(r, seller.Deps{Kit: kit, Sellers: d.Sellers, Catalog: d.Catalog, Stock: d.Stock, Orders: d.Shop.Checkout})
	if d.Shop.CardKey != "" {
		pay.RegisterCards(r, pay.Cards{Key: d.Shop.CardKey, Checkout: d.Shop.Checkout})
	}
	if d.Shop.Look != nil && d.Sandbox != nil {
		pay.Register(r, pay.Deps{Look: d.Shop.Look, Decide: d.Sandbox, Checkout: d.Shop.Checkout})
	}
}
