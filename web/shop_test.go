package web_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/adapters/disk"
	"countyfair/adapters/sandboxpay"
	"countyfair/auth"
	"countyfair/catalog"
	"countyfair/checkout"
	"countyfair/customs"
	"countyfair/customs/papers"
	"countyfair/internal/actor"
	"countyfair/internal/clock"
	"countyfair/internal/config"
	"countyfair/internal/jobs"
	"countyfair/internal/lang"
	"countyfair/internal/money"
	"countyfair/internal/pg"
	"countyfair/internal/testkit"
	"countyfair/ledger"
	"countyfair/reports"
	"countyfair/sellers"
	"countyfair/tenants"
	"countyfair/web"
	"countyfair/web/pages/pay"
	"countyfair/web/pages/storefront"
)

const usualPassword = "steep-terrace-pepper"

// shop is the whole app with two open counties, on its own database.
type shop struct {
	t       testing.TB
	app     *fiber.App
	db      *pg.DB
	clock   *clock.Fixed
	auth    *auth.Service
	check   *checkout.Service
	goods   *catalog.Service
	customs *customs.Service
	reports *reports.Service
	farms   *sellers.Service
	owners  *tenants.Service
	pays    *sandboxpay.Sandbox
	dir     *tenants.Directory
	ctx     context.Context // of the first county
	county  uuid.UUID
	other   uuid.UUID
}

func newShop(t testing.TB, change ...func(*web.Shop)) *shop {
	t.Helper()
	if test, ok := t.(*testing.T); ok {
		test.Parallel()
	}
	db, now := testkit.DB(t), &clock.Fixed{At: time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)}
	ctx, county := testkit.County(t, db, "longnan")
	_, other := testkit.County(t, db, "nyeri")
	s, d := assemble(t, db, now, "http://localhost:8080")
	s.clock, s.ctx, s.county, s.other = now, ctx, county, other
	for _, f := range change {
		f(&d.Shop)
	}
	var err error
	s.app, err = web.New(d)
	require.NoError(t, err)
	return s
}

// assemble makes all that the app stands on, which is reached from outside at
// the public address.
func assemble(t testing.TB, db *pg.DB, c clock.Clock, public string) (*shop, web.Deps) {
	t.Helper()
	s := &shop{t: t, db: db}
	log, registry, secret := slog.New(slog.DiscardHandler), jobs.NewRegistry(), strings.Repeat("x", 32)
	base, err := url.Parse(public)
	require.NoError(t, err)
	s.dir, err = tenants.OpenDirectory(t.Context(), db, "localhost", log)
	require.NoError(t, err)
	s.auth, err = auth.NewService(db, c, registry, auth.Config{Secret: secret, Issuer: public})
	require.NoError(t, err)
	files, err := disk.Open(t.TempDir())
	require.NoError(t, err)
	s.customs = customs.NewService(db, c, nil, log)
	s.pays = sandboxpay.New(db, c, sandboxpay.Options{Secret: []byte(secret), Page: pay.PagePath})
	s.check = checkout.NewService(db, c, s.dir, registry, log, checkout.Config{
		Secret: []byte(secret), Provider: sandboxpay.Name, Borders: s.customs,
		OrderURL: func(_ *tenants.County, path string) string { return storefront.ResultPath(path) },
	}, s.pays)
	s.owners, s.farms = tenants.NewService(db, s.dir, c), sellers.NewService(db, s.dir, c)
	s.goods = catalog.NewService(db, s.dir, files, registry, c)
	s.reports = reports.NewService(reports.Deps{
		DB: db, Clock: c, Counties: s.dir, Orders: s.check, Customs: s.customs, Sellers: s.farms, Book: ledger.NewBook(db, c), Font: papers.FontLoader(""),
	})
	return s, web.Deps{
		Config: config.Config{PublicURL: base, Secret: secret}, DB: db, Clock: c, Log: log, Jobs: registry, Version: "test",
		Counties: s.owners, People: web.People{Auth: s.auth}, Accounts: s.auth,
		Sellers: s.farms, Catalog: s.goods, Customs: s.customs, Reports: s.reports, Stock: catalog.NewStock(db, c), Sandbox: s.decide,
		Shop: web.Shop{Checkout: s.check, Methods: []string{sandboxpay.Name}, Look: s.look},
	}
}

func (s *shop) look(ctx context.Context, ref string) (pay.Payment, error) {
	p, err := s.pays.Get(ctx, ref)
	return pay.Payment{Ref: p.Ref, Amount: p.Amount, Description: p.Description, ReturnURL: p.ReturnURL, State: p.State}, err
}

func (s *shop) decide(ctx context.Context, ref, outcome string) (checkout.ProviderPayment, error) {
	return s.pays.Decide(ctx, ref, sandboxpay.Outcome(outcome))
}

// browser opens one in the first county.
func (s *shop) browser() *browser { return newBrowser(s.t, s.app, "longnan.localhost") }

// abroad opens one in the second county.
func (s *shop) abroad() *browser { return newBrowser(s.t, s.app, "nyeri.localhost") }

// user makes an account with the usual password.
func (s *shop) user(login string, role actor.Role) auth.Account {
	s.t.Helper()
	a, err := s.auth.CreateUser(s.ctx, actor.OfSystem(s.county), s.county, auth.NewUser{Login: login, Password: usualPassword, Role: role})
	require.NoError(s.t, err)
	return a
}

// sent gives the data of the newest message of a kind.
func (s *shop) sent(kind string) map[string]any {
	s.t.Helper()
	var raw []byte
	require.NoError(s.t, s.db.Query(s.ctx, func(q pg.Querier) error {
		return q.QueryRow(s.ctx, `SELECT data FROM notifications WHERE tenant_id = $1 AND kind = $2 ORDER BY id DESC LIMIT 1`, s.county, kind).Scan(&raw)
	}))
	out := map[string]any{}
	require.NoError(s.t, json.Unmarshal(raw, &out))
	return out
}

func (b *browser) signIn(login string) *browser {
	b.t.Helper()
	b.open("/sign-in").is(http.StatusOK)
	return b.submit("/sign-in", "login", login, "password", usualPassword)
}

// farm makes an approved seller and gives the actor who sells for it.
func (s *shop) farm(login, zh, en string) actor.Actor {
	s.t.Helper()
	who := actor.Actor{Tenant: s.county, Account: s.user(login, actor.Buyer).ID, Language: "en"}
	f, err := s.farms.Apply(s.ctx, who, sellers.Profile{
		Kind: sellers.Household, Names: lang.Text{"zh-Hans": zh, "en": en},
		Village: lang.Text{"zh-Hans": "马街镇马街坝村", "en": "Majieba, Majie township"}, Story: lang.Text{"en": "Four generations on one slope."}, Contact: "王", Phone: "+86 139 0000 0000",
	})
	require.NoError(s.t, err)
	officer := actor.Actor{Tenant: s.county, Account: s.user("officer-"+login, actor.Officer).ID, Roles: []actor.Role{actor.Officer}}
	_, err = s.farms.Decide(s.ctx, officer, f.ID, sellers.Decision{Approve: true})
	require.NoError(s.t, err)
	who.Seller, who.Roles = f.ID, []actor.Role{actor.Seller}
	return who
}

// grow publishes a product with one pack of 500 g at this price, in fen.
func (s *shop) grow(who actor.Actor, zh, en string, price int64, stock int, change ...func(*catalog.Draft)) *catalog.Own {
	s.t.Helper()
	harvested := time.Date(2026, 7, 28, 0, 0, 0, 0, time.UTC)
	d := catalog.Draft{
		Title: lang.Text{"zh-Hans": zh, "en": en}, Description: lang.Text{"en": "Picked by <b>hand</b>."}, Category: "spice", Origin: lang.Text{"zh-Hans": "武都区 马街镇", "en": "Majie, Wudu"},
		Season: 0b0000_0111_0000_0000, HarvestedOn: &harvested,
		Variants: []catalog.VariantDraft{{Title: lang.Text{"zh-Hans": "500 克 袋", "en": "500 g bag"}, Unit: "bag", NetWeightG: 500, Price: money.Of(price, "CNY"), Stock: &stock}},
	}
	for _, f := range change {
		f(&d)
	}
	own, err := s.goods.Create(s.ctx, who, d)
	require.NoError(s.t, err)
	_, err = s.goods.Publish(s.ctx, who, own.ID)
	require.NoError(s.t, err)
	return own
}

// open gives the county a category and says where it delivers.
func (s *shop) open() {
	s.t.Helper()
	boss := actor.OfSystem(s.county)
	for _, k := range []catalog.Category{{Code: "spice", Names: lang.Text{"zh-Hans": "花椒调料", "en": "Spices"}, Hue: 28, Position: 1}, {Code: "nut", Names: lang.Text{"zh-Hans": "坚果", "en": "Nuts"}, Position: 2}} {
		_, err := s.goods.SaveCategory(s.ctx, boss, k)
		require.NoError(s.t, err)
	}
	free := int64(9900)
	require.NoError(s.t, s.owners.SetZones(s.ctx, boss, s.county, []tenants.Zone{
		{Names: lang.Text{"en": "Everywhere"}, Countries: []string{"CN"}, Delivers: true, FirstKg: 1200, NextKg: 600, FreeAbove: &free, DaysMin: 3, DaysMax: 6},
		{Names: lang.Text{"en": "Not there"}, Countries: []string{"CN"}, Areas: []string{"CN-TW"}, Delivers: false},
	}))
}
