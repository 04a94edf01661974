package web

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"countyfair/catalog"
	"countyfair/checkout"
	"countyfair/sellers"
	"countyfair/web/pages/account"
	"countyfair/web/pages/page"
	"countyfair/web/pages/pay"
	"countyfair/web/pages/storefront"
	"countyfair/web/scope"
)

// Shop is what the buyer's pages stand on. Without accounts there are none of
// these pages.
type Shop struct {
	Checkout *checkout.Service
	Catalog  *catalog.Service
	Sellers  *sellers.Service
	Methods  []string // the payment providers that buyers may choose, the first one first
	// Sandbox is the page of the sandbox provider; nil: there is none.
	Sandbox *pay.Deps
	// Hint is shown above the sign-in form: the demo's logins. nil: none.
	Hint func(c *fiber.Ctx) string
}

// kit is what all pages are framed with.
func (d Deps) kit() page.Kit {
	k := page.Kit{Clock: d.Clock}
	if d.Shop.Checkout != nil {
		k.Cart = d.Shop.pieces
	}
	return k
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

func (d Deps) registerShop(r fiber.Router, kit page.Kit) {
	if d.Shop.Checkout == nil {
		return
	}
	account.Register(r, account.Deps{Kit: kit, Auth: d.Accounts, Purchases: d.Shop.Checkout, Log: d.Log, Hint: d.Shop.Hint})
	storefront.Register(r, storefront.Deps{Kit: kit, Counties: d.Counties, Catalog: d.Shop.Catalog, Sellers: d.Shop.Sellers, Checkout: d.Shop.Checkout, Methods: d.Shop.Methods, Log: d.Log})
	if d.Shop.Sandbox != nil {
		pay.Register(r, *d.Shop.Sandbox)
	}
}
