package storefront

import (
	"log/slog"
	"maps"
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
	cartUndo     = cartLines + "undo"
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
	Cache    *page.Cache // of public pages
	Methods  []string    // the payment providers that buyers may choose, the first one first
	Log      *slog.Logger
}

type handlers struct{ Deps }

// Register mounts the pages.
func Register(r fiber.Router, d Deps) {
	h := handlers{d}
	r.Get(ui.HomePath, market(d.Cache.Public(h.home)))
	r.Get(ui.SearchPath, market(d.Cache.Public(h.search)))
	r.Get(categoryPath+":code", market(d.Cache.Public(h.category)))
	r.Get(productPath+":slug", market(d.Cache.Public(h.product)))
	r.Get(sellersPath, market(d.Cache.Public(h.sellers)))
	r.Get(sellersPath+"/:slug", market(d.Cache.Public(h.seller)))
	r.Get(tracePath+":code", market(d.Cache.Public(h.trace)))
	for _, kind := range tenants.PageKinds {
		r.Get("/"+string(kind), market(d.Cache.Public(h.legal(kind))))
	}
	r.Get(ui.PlacePath, market(h.placePage))
	r.Post(ui.PlacePath, market(h.keepPlace))
	r.Get("/brand.css", h.brand)
	r.Get("/pictures/:id/:file", market(h.picture))
	r.Get("/sitemap.xml", market(h.sitemap))
	r.Get("/robots.txt", market(h.robots))

	r.Get(ui.CartPath, market(h.cart))
	r.Post(cartAdd, market(h.addToCart))
	r.Post(cartUndo, market(h.putBack))
	r.Post(cartLines+":id", market(h.changeLine))
	r.Post(cartLines+":id/remove", market(h.removeLine))
	r.Get(ui.CheckoutPath, market(h.checkout))
	r.Post(addressPath, market(h.giveAddress))
	r.Post(travelPath, market(h.chooseTravel))
	r.Post(placePath, market(h.placeOrder))
	r.Get(orderPath+":number", market(h.order))
	r.Get(orderPath+":number/result", market(h.result))
	r.Post(orderPath+":number/cancel", market(h.cancelOrder))
	r.Post(orderPath+":number/confirm", market(h.confirmOrder))
}

// market lets a page be where there is a market: the platform's own host has none.
func market(next fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if page.County(c).Platform {
			return c.Next()
		}
		return next(c)
	}
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

// PlaceLabel is what the header says of where the reader wants goods.
func PlaceLabel(c *fiber.Ctx) string {
	return placeOf(c).label(reader{w: page.Words(c), county: page.County(c)})
}

// in is a text in the reader's language, or the nearest there is.
func (r reader) in(t lang.Text) string { return t.In(r.w.Lang(), r.county.DefaultLanguage()) }

// frame is that of a page for everybody.
func (h handlers) frame(c *fiber.Ctx, title string) ui.Frame { return h.Kit.Frame(c, title) }

// ownFrame is that of a page which is nobody's business but the reader's.
func (h handlers) ownFrame(c *fiber.Ctx, title string) ui.Frame {
	f := h.Kit.Frame(c, title)
	f.NoIndex, f.Canonical = true, ""
	return f
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
	maps.Copy(q, query)
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
