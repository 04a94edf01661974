package main

import (
	"context"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"countyfair/adapters/disk"
	"countyfair/adapters/ecb"
	"countyfair/adapters/logsend"
	"countyfair/adapters/sandboxpay"
	"countyfair/adapters/smtp"
	"countyfair/adapters/stripe"
	"countyfair/auth"
	"countyfair/catalog"
	"countyfair/checkout"
	"countyfair/customs"
	"countyfair/customs/papers"
	"countyfair/demo"
	"countyfair/internal/blob"
	"countyfair/internal/clock"
	"countyfair/internal/config"
	"countyfair/internal/jobs"
	"countyfair/internal/notify"
	"countyfair/internal/observe"
	"countyfair/internal/pg"
	"countyfair/ledger"
	"countyfair/ledger/payout"
	"countyfair/reports"
	"countyfair/sellers"
	"countyfair/tenants"
	"countyfair/web"
	"countyfair/web/letters"
	"countyfair/web/pages/pay"
	"countyfair/web/pages/storefront"
	"countyfair/web/scope"
)

// installation is everything the program is made of, by plain constructors.
type installation struct {
	cfg      config.Config
	log      *slog.Logger
	clock    clock.Clock
	db       *pg.DB
	files    blob.Store
	registry *jobs.Registry
	counties *tenants.Service
	auth     *auth.Service
	sellers  *sellers.Service
	catalog  *catalog.Service
	customs  *customs.Service
	checkout *checkout.Service
	book     *ledger.Book
	reports  *reports.Service
	payouts  *payout.Service
	sandbox  *sandboxpay.Sandbox // nil: not offered
	health   *observe.Health
	metrics  *observe.Metrics
	tracing  *observe.Tracing
	app      *fiber.App
	stops    []func()
}

// options are what differs between serve and the demo.
type options struct {
	showMessages bool          // log what messages say: the demo has no mail server
	healthInside bool          // health and metrics on the main address
	ratesFor     time.Duration // how old exchange rates may be to charge by; 0: any age, for a demo without a network
}

// logger writes JSON lines that name the request and the county, and no secret.
func logger(e env, level slog.Level) *slog.Logger {
	return observe.NewLogger(e.stderr, level, func(ctx context.Context) []slog.Attr {
		s, county := scope.From(ctx), ""
		if s.County != nil { // assets, and hosts of no county, have none
			county = s.County.Slug
		}
		return []slog.Attr{slog.String("request_id", s.RequestID), slog.String("county", county)}
	})
}

func build(ctx context.Context, cfg config.Config, log *slog.Logger, o options) (*installation, error) {
	ctx, cancel := context.WithCancel(ctx)
	in := &installation{cfg: cfg, log: log, clock: clock.System{}, registry: jobs.NewRegistry(), metrics: observe.NewMetrics(version)}
	in.stops = append(in.stops, cancel)
	if err := in.assemble(ctx, o); err != nil {
		in.close()
		return nil, err
	}
	return in, nil
}

func (in *installation) assemble(ctx context.Context, o options) (err error) {
	if in.tracing, err = observe.StartTracing(ctx, in.cfg.OTLPEndpoint, version); err != nil {
		return err
	}
	in.stops = append(in.stops, func() { _ = in.tracing.Stop(context.WithoutCancel(ctx)) })
	if in.db, err = pg.Open(ctx, in.database()); err != nil {
		return err
	}
	in.stops = append(in.stops, in.db.Close)
	if err := in.atThisSchema(ctx); err != nil {
		return err
	}
	in.metrics.Database(in.db.Pool())
	in.health = observe.NewHealth(observe.Ping(in.db.Pool()))
	if in.files, err = disk.Open(filepath.Join(in.cfg.DataDir, "files")); err != nil {
		return err
	}
	dir, err := tenants.OpenDirectory(ctx, in.db, in.cfg.BaseDomain, in.log)
	if err != nil {
		return err
	}
	in.counties = tenants.NewService(in.db, dir, in.clock)
	if err := in.messages(dir, o); err != nil {
		return err
	}
	if in.auth, err = auth.NewService(in.db, in.clock, in.registry, auth.Config{
		Secret: in.cfg.Secret, Issuer: in.cfg.PublicURL.String(), Log: in.log,
		ResetURL: func(_ context.Context, tenant uuid.UUID, token string) (string, error) {
			c, err := dir.ByID(tenant)
			if err != nil {
				return "", err
			}
			return in.cfg.Link(dir.Host(c), "/reset?token="+token), nil
		},
	}); err != nil {
		return err
	}
	go in.auth.Listen(ctx)
	in.sellers = sellers.NewService(in.db, dir, in.clock)
	in.catalog = catalog.NewService(in.db, dir, in.files, in.registry, in.clock)
	in.borders()
	in.trade(dir, o)
	if err := in.settle(dir); err != nil {
		return err
	}
	return in.face(o)
}

// ratesFor is how old exchange rates may be to charge by: over any holiday of
// the bank that publishes them.
const ratesFor = 8 * 24 * time.Hour

// borders sets up what selling abroad takes.
func (in *installation) borders() {
	var source customs.RateSource
	if in.cfg.RatesURL != "" {
		source = ecb.New(in.cfg.RatesURL)
	}
	in.customs = customs.NewService(in.db, in.clock, source, in.log)
	in.customs.Register(in.registry)
}

// trade sets up buying and how it is paid.
func (in *installation) trade(dir *tenants.Directory, o options) {
	var providers []checkout.PaymentProvider
	if in.cfg.PaymentProvider == "sandbox" {
		in.sandbox = sandboxpay.New(in.db, in.clock, sandboxpay.Options{
			Secret: []byte(in.cfg.Secret),
			Page:   pay.PagePath,
		})
		in.sandbox.Register(in.registry)
		providers = append(providers, in.sandbox)
	} else {
		providers = append(providers, stripe.New(stripe.Options{Key: in.cfg.StripeKey, WebhookSecret: in.cfg.StripeWebhook, URL: in.cfg.StripeURL, Retries: 2, Page: pay.CardPath}))
	}
	in.checkout = checkout.NewService(in.db, in.clock, dir, in.registry, in.log, in.buying(dir, o), providers...)
	if in.sandbox != nil {
		in.sandbox.SetTell(func(ctx context.Context, header http.Header, body []byte) error {
			return in.checkout.ReceiveWebhook(ctx, in.sandbox.Name(), header, body)
		})
	}
}

// buying is what the installation decides about orders.
func (in *installation) buying(dir *tenants.Directory, o options) checkout.Config {
	return checkout.Config{
		Secret: []byte(in.cfg.Secret), Provider: in.cfg.PaymentProvider, Borders: in.customs, RatesFor: o.ratesFor,
		OrderURL: func(c *tenants.County, path string) string {
			return in.cfg.Link(dir.Host(c), storefront.ResultPath(path))
		},
	}
}

// settle sets up the book and how sellers are paid.
func (in *installation) settle(dir *tenants.Directory) (err error) {
	in.book = ledger.NewBook(in.db, in.clock)
	in.reports = reports.NewService(reports.Deps{
		DB: in.db, Clock: in.clock, Counties: dir, Orders: in.checkout, Customs: in.customs, Sellers: in.sellers, Book: in.book, Font: papers.FontLoader(in.cfg.PaperFont),
	})
	in.payouts, err = payout.NewService(in.db, in.clock, dir, in.cfg.Secret, payout.Settlement{})
	return err
}

// demo gives the seed its use-cases.
func (in *installation) demo(seed int64) demo.Services {
	pay := func(ctx context.Context, ref string) (checkout.ProviderPayment, error) {
		return in.sandbox.Decide(ctx, ref, sandboxpay.Succeed)
	}
	now := demo.Services{Counties: in.counties, Customs: in.customs, Auth: in.auth, Sellers: in.sellers, Catalog: in.catalog, Checkout: in.checkout, Pay: pay, Seed: seed}
	dir, bought := in.counties.Directory(), in.buying(in.counties.Directory(), options{})
	bought.HoldFor = 30 * 24 * time.Hour // the sweeper, which lives now, leaves these orders to the seed
	now.At = func(c clock.Clock) demo.Services {
		then, nobody := now, jobs.NewRegistry() // whose jobs are done by the services of today
		then.Sellers = sellers.NewService(in.db, dir, c)
		then.Catalog = catalog.NewService(in.db, dir, in.files, nobody, c)
		then.Checkout = checkout.NewService(in.db, c, dir, nobody, in.log, bought, in.sandbox)
		return then
	}
	return now
}

// face builds the app.
func (in *installation) face(o options) (err error) {
	d := web.Deps{
		Config: in.cfg, DB: in.db, Clock: in.clock, Log: in.log, Jobs: in.registry, Version: version,
		Metrics: in.metrics, Tracing: in.tracing, Leaving: in.health.Draining, Counties: in.counties, Accounts: in.auth, People: web.People{Auth: in.auth},
		Sellers: in.sellers, Catalog: in.catalog, Customs: in.customs, Reports: in.reports, Stock: catalog.NewStock(in.db, in.clock), Shop: web.Shop{Checkout: in.checkout, Methods: []string{in.cfg.PaymentProvider}, CardKey: in.cardKey(), CacheFor: in.cfg.PublicCache},
	}
	if in.sandbox != nil {
		d.Shop.Look = func(ctx context.Context, ref string) (pay.Payment, error) {
			p, err := in.sandbox.Get(ctx, ref)
			return pay.Payment{Ref: p.Ref, Amount: p.Amount, Description: p.Description, ReturnURL: p.ReturnURL, State: p.State}, err
		}
		d.Sandbox = func(ctx context.Context, ref, outcome string) (checkout.ProviderPayment, error) {
			return in.sandbox.Decide(ctx, ref, sandboxpay.Outcome(outcome))
		}
	}
	if o.showMessages {
		d.Shop.Hint = demoHint
		d.Samples = true
	}
	if o.healthInside {
		d.Health = in.health
	}
	in.app, err = web.New(d)
	return err
}

func (in *installation) database() pg.Options {
	o := pg.Options{URL: in.cfg.DatabaseURL, ListenURL: in.cfg.ListenURL, MaxConns: int32(in.cfg.MaxConns), Tracer: in.tracing.Pgx(), Gorm: in.tracing.Gorm()} //nolint:gosec // between 2 and 1000
	switch in.cfg.Binder {
	case "transaction":
		o.Binder = pg.ByTransaction{}
	case "citus":
		o.Binder = pg.ByTransaction{Citus: true}
	}
	return o
}

// messages sets up how people are told.
func (in *installation) messages(dir *tenants.Directory, o options) error {
	var sender notify.Sender = logsend.New(in.log, logsend.Options{ShowText: o.showMessages})
	senders := map[notify.Channel]notify.Sender{notify.SMS: sender, notify.Email: sender}
	if in.cfg.SMTPURL != "" {
		mail, err := smtp.New(in.cfg.SMTPURL, in.cfg.MailFrom, in.clock)
		if err != nil {
			return err
		}
		senders[notify.Email] = mail
	}
	notify.Register(in.db, in.clock, in.registry, letters.New(dir, in.cfg.Link), senders)
	return nil
}

// startJobs begins the queue and gives the way to end it.
func (in *installation) startJobs(ctx context.Context) (stop func(context.Context) error, err error) {
	if in.cfg.Workers == 0 {
		return func(context.Context) error { return nil }, nil
	}
	middleware := append(in.tracing.Jobs(), in.metrics.Jobs())
	runner, err := jobs.Start(context.WithoutCancel(ctx), in.db, in.registry, in.cfg.Workers, in.log, middleware...)
	if err != nil {
		return nil, err
	}
	return runner.Stop, nil
}

// close lets go of everything, the last first.
func (in *installation) close() {
	for _, stop := range slices.Backward(in.stops) {
		stop()
	}
}

// cardKey is Stripe's publishable key, where Stripe is the provider.
func (in *installation) cardKey() string {
	if in.cfg.PaymentProvider != stripe.Name {
		return ""
	}
	return in.cfg.StripePublic
}
