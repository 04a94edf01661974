package storefront

import (
	"log/slog"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"countyfair/catalog"
	"countyfair/checkout"
	"countyfair/internal/lang"
	"countyfair/sellers"
	"countyfair/tenants"
	"countyfair/web/pages/page"
	"countyfair/web/scope"
	"countyfair/web/ui"
	"countyfair/web/words"
)

// The addresses of this package's pages, beside those that layouts know.
const (
	productPath  = "/p/"
	categoryPath = "/c/"
	sellersPath  = "/sellers"
	tracePath    = "/trace/"
	cartAdd      = ui.CartPath + "/add"
	cartLines    = ui.CartPath + "/lines/"
	addressPath  = ui.CheckoutPath + "/address"
	travelPath   = ui.CheckoutPath + "/travel"
	placePath    = ui.CheckoutPath + "/place"
	orderPath    = "/orders/"
)

// Deps is what the pages stand on.
type Deps struct {
	Kit      page.Kit
	Counties *tenants.Service
	Catalog  *catalog.Service
	Sellers  *sellers.Service
	Checkout *checkout.Service
	Methods  []string // the payment providers that buyers may choose, the first one first
	Log      *slog.Logger
}

type handlers struct{ Deps }

// Register mounts the pages.
func Register(r fiber.Router, d Deps) {
	h := handlers{d}
	r.Get(ui.HomePath, h.home)
	r.Get(ui.SearchPath, h.search)
	r.Get(categoryPath+":code", h.category)
	r.Get(productPath+":slug", h.product)
	r.Get(sellersPath, h.sellers)
	r.Get(sellersPath+"/:slug", h.seller)
	r.Get(tracePath+":code", h.trace)
	for _, kind := range tenants.PageKinds {
		r.Get("/"+string(kind), h.legal(kind))
	}
	r.Get(ui.PlacePath, h.placePage)
	r.Post(ui.PlacePath, h.keepPlace)
	r.Get("/brand.css", h.brand)
	r.Get("/pictures/:id/:file", h.picture)
	r.Get("/sitemap.xml", h.sitemap)
	r.Get("/robots.txt", h.robots)

	r.Get(ui.CartPath, h.cart)
	r.Post(cartAdd, h.addToCart)
	r.Post(cartLines+":id", h.changeLine)
	r.Post(cartLines+":id/remove", h.removeLine)
	r.Get(ui.CheckoutPath, h.checkout)
	r.Post(addressPath, h.giveAddress)
	r.Post(travelPath, h.chooseTravel)
	r.Post(placePath, h.placeOrder)
	r.Get(orderPath+":number", h.order)
	r.Get(orderPath+":number/result", h.result)
	r.Post(orderPath+":number/cancel", h.cancelOrder)
	r.Post(orderPath+":number/confirm", h.confirmOrder)
}

// reader is for whom a page is drawn: their language, the county, the moment.
type reader struct {
	w      *words.Words
	county *tenants.County
	now    time.Time
}

func (h handlers) reader(c *fiber.Ctx) reader {
	county := page.County(c)
	return reader{page.Words(c), county, h.Kit.Clock.Now().In(county.Location())}
}

// in is a text in the reader's language, or the nearest there is.
func (r reader) in(t lang.Text) string { return t.In(r.w.Lang(), r.county.DefaultLanguage()) }

// frame is that of a page for everybody.
func (h handlers) frame(c *fiber.Ctx, title string) ui.Frame {
	f := h.Kit.Frame(c, title)
	f.Place = h.placeOf(c).label(h.reader(c))
	return f
}

// ownFrame is that of a page which is nobody's business but the reader's.
func (h handlers) ownFrame(c *fiber.Ctx, title string) ui.Frame {
	f := h.frame(c, title)
	f.NoIndex, f.Canonical, f.Alternates = true, "", nil
	return f
}

func (h handlers) say(c *fiber.Ctx, id string, pairs ...any) string {
	return page.Words(c).T(id, pairs...)
}

// absolute is an address of this county with its host.
func absolute(c *fiber.Ctx, path string) string {
	if path == "" {
		return ""
	}
	return scope.From(c.UserContext()).Origin + path
}

// with is the path with its query changed: a value "" takes the parameter out.
func with(path string, query url.Values, pairs ...string) string {
	q := url.Values{}
	for k, v := range query {
		q[k] = v
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			q.Del(pairs[i])
		} else {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}
