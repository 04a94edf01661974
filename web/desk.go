package web

import (
	"github.com/gofiber/fiber/v2"

	"countyfair/catalog"
	"countyfair/sellers"
	"countyfair/web/pages/page"
	"countyfair/web/pages/seller"
)

// Desk is what the sellers' pages stand on beside Shop. Without sellers there
// are none of these pages.
type Desk struct {
	Sellers *sellers.Service
	Catalog *catalog.Service
	Stock   *catalog.Stock
}

func (d Deps) registerDesk(r fiber.Router, kit page.Kit) {
	if d.Desk.Sellers == nil || d.Shop.Checkout == nil {
		return
	}
	seller.Register(r, seller.Deps{Kit: kit, Sellers: d.Desk.Sellers, Catalog: d.Desk.Catalog, Stock: d.Desk.Stock, Orders: d.Shop.Checkout})
}
