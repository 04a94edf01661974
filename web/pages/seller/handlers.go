package seller

import (
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"countyfair/catalog"
	"countyfair/checkout"
	"countyfair/internal/errs"
	"countyfair/sellers"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
)

// The addresses of the desk.
const (
	profilePath  = ui.DeskPath + "/profile"
	productsPath = ui.DeskPath + "/products"
	newPath      = productsPath + "/new"
	importPath   = ui.DeskPath + "/import"
	ordersPath   = ui.DeskPath + "/orders"
)

// Where buyers see what stands here.
const (
	sellersPath = "/sellers/"
	buyersPath  = "/p/"
)

// Deps is what the pages stand on.
type Deps struct {
	Kit     page.Kit
	Sellers *sellers.Service
	Catalog *catalog.Service
	Stock   *catalog.Stock
	Orders  *checkout.Service
}

type handlers struct{ Deps }

// stallHandler answers somebody who may sell.
type stallHandler func(c *fiber.Ctx, stall *sellers.Seller) error

// Register mounts the pages.
func Register(r fiber.Router, d Deps) {
	h := handlers{d}
	r.Get(ui.ApplyPath, h.signedIn(h.applyPage))
	r.Post(ui.ApplyPath, h.signedIn(h.apply))
	r.Get(ui.DeskPath, h.stall(h.home))
	r.Get(profilePath, h.stall(h.profilePage))
	r.Post(profilePath, h.stall(h.profile))

	r.Get(productsPath, h.stall(h.products))
	r.Post(productsPath, h.stall(h.create))
	r.Get(newPath, h.stall(h.newProduct))
	r.Get(productsPath+"/:id", h.stall(h.productPage))
	r.Post(productsPath+"/:id", h.stall(h.update))
	r.Post(productsPath+"/:id/publish", h.stall(h.publish))
	r.Post(productsPath+"/:id/withdraw", h.stall(h.withdraw))
	r.Post(productsPath+"/:id/undo", h.stall(h.undoMove))
	r.Get(productsPath+"/:id/stock", h.stall(h.stockPage))
	r.Post(productsPath+"/:id/stock", h.stall(h.adjust))
	r.Post(productsPath+"/:id/stock/undo", h.stall(h.undoStock))

	r.Get(importPath, h.stall(h.importPage))
	r.Post(importPath, h.stall(h.upload))
	r.Get(importPath+"/sheet.csv", h.stall(h.emptySheet))
	r.Get(importPath+"/:id", h.stall(h.importing))
	r.Post(importPath+"/:id/start", h.stall(h.startImport))

	r.Get(ordersPath, h.stall(h.orders))
	r.Get(ordersPath+"/:number", h.stall(h.orderPage))
	r.Post(ordersPath+"/:number/ship", h.stall(h.ship))
	r.Post(ordersPath+"/:number/cancel", h.stall(h.cancel))
	r.Get(ordersPath+"/:number/slip", h.stall(h.slip))
}

// TakesFiles reports whether a form at this path may bring files.
func TakesFiles(path string) bool {
	switch path {
	case ui.ApplyPath, profilePath, productsPath, importPath:
		return true
	}
	id, ok := strings.CutPrefix(path, productsPath+"/")
	return ok && uuid.Validate(id) == nil
}

// signedIn asks a guest who it is.
func (h handlers) signedIn(next fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if !page.Who(c).SignedIn() {
			return page.SignIn(c)
		}
		return next(c)
	}
}

// stall lets through whoever may sell; anybody else is led to where one becomes
// a seller. The use-cases check again.
func (h handlers) stall(next stallHandler) fiber.Handler {
	return h.signedIn(func(c *fiber.Ctx) error {
		mine, err := h.Sellers.Mine(c.UserContext(), page.Who(c))
		switch {
		case err == nil && mine.State == sellers.Approved:
			return next(c, mine)
		case err != nil && !errors.Is(err, sellers.ErrNotFound):
			return err
		case c.Method() == fiber.MethodGet:
			return page.See(c, ui.ApplyPath)
		}
		return catalog.ErrNotSeller
	})
}

// frame begins a page of the desk. say is the message to be read aloud.
func (h handlers) frame(c *fiber.Ctx, tab ui.DeskTab, title, back string) (ui.DeskFrame, error) {
	f := ui.DeskFrame{Frame: h.Kit.Frame(c, title), Tab: tab, Back: back}
	f.NoIndex, f.Canonical = true, ""
	sales, err := h.Orders.Sales(c.UserContext(), page.Who(c), h.today(c))
	f.Orders = sales.ToShip
	return f, err
}

// today is when the county's day began.
func (h handlers) today(c *fiber.Ctx) time.Time {
	now := h.Kit.Clock.Now().In(page.County(c).Location())
	return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
}

// idOf reads an id from the path; one that is none leads to nothing.
func idOf(c *fiber.Ctx, otherwise error) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return id, otherwise
	}
	return id, nil
}

// statusOf a form that is drawn again.
func statusOf(err error) int {
	if errs.CodeOf(err) == errs.Limited {
		return fiber.StatusTooManyRequests
	}
	return fiber.StatusUnprocessableEntity
}

// pictureOf shows a picture in the two widths that the desk uses.
func pictureOf(id uuid.UUID, alt string, hue int, cutout bool) ui.Picture {
	p := ui.Picture{Alt: alt, Hue: hue, Width: 160, Height: 160, Cutout: cutout}
	if id != uuid.Nil {
		p.Src = page.PictureURL(id.String(), 320)
		p.Set = []ui.Source{{URL: page.PictureURL(id.String(), 160), Width: 160}, {URL: p.Src, Width: 320}}
	}
	return p
}
