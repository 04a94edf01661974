package web

import (
	"github.com/gofiber/fiber/v2"

	"countyfair/web/pages/page"
	"countyfair/web/pages/seller"
)

// registerDesk mounts the sellers' pages, where there are sellers.
func (d Deps) registerDesk(r fiber.Router, kit page.Kit) {
	if d.Sellers == nil || d.Shop.Checkout == nil {
		return
	}
	seller.Register(r, seller.Deps{Kit: kit, Sellers: d.Sellers, Catalog: d.Catalog, Stock: d.Stock, Orders: d.Shop.Checkout})
}
