// Package web is the program's face: the Fiber app with its middleware, the
// JSON interface (api) and the pages. It knows the use-cases of the domains and
// none of the adapters.
package web

import (
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"countyfair/auth"
	"countyfair/catalog"
	"countyfair/customs"
	"countyfair/internal/clock"
	"countyfair/internal/config"
	"countyfair/internal/jobs"
	"countyfair/internal/observe"
	"countyfair/internal/pg"
	"countyfair/ledger"
	"countyfair/reports"
	"countyfair/sellers"
	"countyfair/tenants"
	"countyfair/web/api"
	"countyfair/web/middleware"
	"countyfair/web/pages/apidocs"
	"countyfair/web/pages/page"
	"countyfair/web/pages/seller"
	"countyfair/web/pages/storefront"
	"countyfair/web/problem"
	"countyfair/web/static"
	"countyfair/web/ui"
	"countyfair/web/words"
)

// Deps is what the app stands on.
type Deps struct {
	Config   config.Config
	DB       *pg.DB
	Clock    clock.Clock
	Log      *slog.Logger
	Jobs     *jobs.Registry
	Version  string
	Metrics  *observe.Metrics
	Tracing  *observe.Tracing
	Health   *observe.Health // nil: health answers on an address of its own
	Leaving  func() bool     // the program is on its way out; nil: it never is
	Counties *tenants.Service
	Accounts *auth.Service
	People   middleware.Authenticator
	Sellers  *sellers.Service
	Catalog  *catalog.Service
	Customs  *customs.Service // nil: nothing goes abroad
	Reports  *reports.Service // comes with Customs
	Stock    *catalog.Stock
	Sandbox  api.Decide // nil: not offered
	Shop     Shop
	Samples  bool // the pages of all components are shown
}

// requestTime is the most a request may take.
const requestTime = 15 * time.Second

// New builds the app.
func New(d Deps) (*fiber.App, error) {
	problems := problem.NewWriter(page.Translate, d.Log)
	kit := d.kit()
	app := fiber.New(fiber.Config{
		AppName:               "countyfair",
		Immutable:             true, // Fiber reuses its buffers; what we keep must be ours
		DisableStartupMessage: true,
		StreamRequestBody:     true,
		// Else fasthttp would take in forms with files of any size, of anybody,
		// before a middleware sees the request.
		DisablePreParseMultipartForm: true,
		BodyLimit:                    middleware.SmallBody,
		ReadTimeout:                  30 * time.Second,
		WriteTimeout:                 60 * time.Second,
		IdleTimeout:                  75 * time.Second,
		ReadBufferSize:               16 << 10,
		EnableTrustedProxyCheck:      true,
		ErrorHandler:                 middleware.ErrorHandler(problems, storefront.ProblemPage(kit)),
	})
	middleware.Wire(app, d.leaving)
	if d.Health != nil {
		observe.Routes(app, d.Metrics, d.Health)
	}
	if d.Tracing != nil {
		for _, trace := range d.Tracing.HTTP() {
			app.Use(trace)
		}
	}
	if d.Metrics != nil {
		app.Use(d.Metrics.HTTP())
	}
	app.Use(middleware.Compress())
	app.Use(middleware.Start(d.Log, requestTime))
	app.Use(middleware.Headers(d.Config.PublicURL.Scheme == "https"))
	app.Use(middleware.Text())
	app.Use(middleware.Body(isUpload))
	app.Get("/static/*", static.Handler())
	app.Use(middleware.County(d.Counties.Directory(), d.Config.PublicURL.Scheme, words.Match))
	app.Use(middleware.Person(d.People, d.Config.TrustProxy))
	app.Use(middleware.Language(words.Match))
	app.Use(middleware.SameOrigin())
	cache := page.NewCache(d.Shop.CacheFor)
	app.Use(cache.Touch(concernsNobodyElse))

	replays, err := api.NewReplays(d.DB, d.Clock, d.Config.Secret, d.Jobs)
	if err != nil {
		return nil, err
	}
	a := api.New(app, problems, replays, cache.Public, d.Version)
	api.RegisterCounties(a, d.Counties)
	api.RegisterAuth(a, d.Accounts)
	api.RegisterAccounts(a, d.Accounts)
	d.registerTrade(a)
	apidocs.Register(app, kit, a.OpenAPI)
	app.Get("/.well-known/jwks.json", api.JWKS(d.Accounts))

	d.registerPages(app, kit, cache)
	d.registerSamples(app)
	return app, nil
}

func (d Deps) leaving() bool { return d.Leaving != nil && d.Leaving() }

// registerTrade adds the operations of selling and buying.
func (d Deps) registerTrade(a *api.API) {
	api.RegisterCatalog(a, d.Catalog, d.Sellers, d.Customs.FX)
	api.RegisterSellers(a, d.Sellers)
	api.RegisterSellerDesk(a, d.Catalog)
	api.RegisterFiles(a, d.Catalog)
	api.RegisterStock(a, d.Stock)
	api.RegisterCarts(a, d.Shop.Checkout)
	api.RegisterOrders(a, d.Shop.Checkout, page.Translate)
	api.RegisterBorders(a, d.Customs, d.Catalog, d.Clock)
	api.RegisterCustomsTables(a, d.Customs)
	api.RegisterPapers(a, d.Reports, d.Customs)
	api.RegisterMoney(a, d.Shop.Checkout, ledger.NewBook(d.DB, d.Clock), d.Clock.Now)
	for _, provider := range webhooks(d.Shop.Checkout.Providers()) {
		api.RegisterWebhook(a, d.Shop.Checkout, provider)
	}
	if d.Sandbox != nil {
		api.RegisterSandbox(a, d.Shop.Checkout, d.Sandbox)
	}
}

// webhooks are the providers that have an address for their events. Stripe's is
// always there, so that the API is one and the same wherever it is served; where
// Stripe is not set up, its events find nobody.
func webhooks(providers []string) []string {
	if slices.Contains(providers, "stripe") {
		return providers
	}
	return append(providers, "stripe")
}

// concernsNobodyElse names the paths at which a buyer changes nothing that
// others see: a cart, a quote.
func concernsNobodyElse(path string) bool {
	for _, own := range [...]string{api.Prefix + "/carts", api.Prefix + "/checkout/quotes", ui.CartPath} {
		if path == own || strings.HasPrefix(path, own+"/") {
			return true
		}
	}
	return false
}

// isUpload names the paths that take files.
func isUpload(path string) bool {
	switch path {
	case api.Prefix + "/pictures", api.Prefix + "/imports", "/office/imports", "/office/settings/brand", "/office/settings/categories":
		return true
	}
	return seller.TakesFiles(path)
}
