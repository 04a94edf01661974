package checkout_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/adapters/sandboxpay"
	"countyfair/checkout"
	"countyfair/internal/actor"
	"countyfair/internal/clock"
	"countyfair/internal/jobs"
	"countyfair/internal/notify"
	"countyfair/internal/pg"
	"countyfair/internal/testkit"
	"countyfair/ledger"
	"countyfair/shipping"
	"countyfair/tenants"
)

// market is a county with two sellers, and everything that buying needs.
type market struct {
	*checkout.Service
	t       testing.TB
	db      *pg.DB
	ctx     context.Context //nolint:containedctx // a test's county
	tenant  uuid.UUID
	clock   *moving
	box     *sandboxpay.Sandbox
	jobs    *jobs.Registry
	post    *post
	borders checkout.Borders // nil: nothing goes abroad
	pear    uuid.UUID        // 12.50, 1.2 kg, 20 there
	plum    uuid.UUID        // 8.00, 0.5 kg, 20 there, of the same seller
	tea     uuid.UUID        // 60.00, 0.25 kg, 20 there, of the other
	pears   actor.Actor
	teas    actor.Actor
	officer actor.Actor
}

// moving is a clock that several goroutines may look at while it is moved.
type moving struct {
	mu sync.Mutex
	at time.Time
}

func (m *moving) Now() time.Time { m.mu.Lock(); defer m.mu.Unlock(); return m.at }

func (m *moving) Advance(d time.Duration) { m.mu.Lock(); defer m.mu.Unlock(); m.at = m.at.Add(d) }

// post is where messages go.
type post struct {
	mu   sync.Mutex
	sent []string // "kind recipient"
}

func (*post) Render(_ context.Context, kind, _ string, _ map[string]any) (string, string, error) {
	return kind, kind, nil
}

func (p *post) Send(_ context.Context, e notify.Envelope) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, e.Subject+" "+e.To)
	return nil
}

func openMarket(t testing.TB) *market {
	t.Helper()
	return marketOn(t, testkit.DB(t), "longnan")
}

func marketOn(t testing.TB, db *pg.DB, slug string) *market {
	t.Helper()
	m := &market{t: t, db: db, clock: &moving{at: clock.System{}.Now()}, jobs: jobs.NewRegistry(), post: &post{}}
	m.ctx, m.tenant = testkit.County(t, db, slug)
	pears, pearsAccount := testkit.Seller(t, m.ctx, db, "pears")
	teas, teasAccount := testkit.Seller(t, m.ctx, db, "teas")
	m.pears = actor.Actor{Tenant: m.tenant, Account: pearsAccount, Seller: pears, Roles: []actor.Role{actor.Seller}}
	m.teas = actor.Actor{Tenant: m.tenant, Account: teasAccount, Seller: teas, Roles: []actor.Role{actor.Seller}}
	m.officer = actor.Actor{Tenant: m.tenant, Account: testkit.Account(t, m.ctx, db, "officer@office.example", "officer"), Roles: []actor.Role{actor.Officer}}
	m.pear = testkit.Variant(t, m.ctx, db, pears, testkit.Goods{Price: 1250, Grams: 1200, OnHand: 20})
	m.plum = testkit.Variant(t, m.ctx, db, pears, testkit.Goods{Price: 800, Grams: 500, OnHand: 20})
	m.tea = testkit.Variant(t, m.ctx, db, teas, testkit.Goods{Price: 6000, Grams: 250, OnHand: 20})
	m.zone("Gansu", "{CN}", "{CN-GS}", true, 500, 100, 1)
	m.zone("Tibet", "{CN}", "{CN-XZ}", false, 0, 0, 2)
	m.zone("China", "{CN}", "{}", true, 800, 200, 3)
	require.NoError(t, m.assemble(t.Context()))
	return m
}

// assemble makes the use-cases on the market's database.
func (m *market) assemble(ctx context.Context) error {
	dir, err := tenants.OpenDirectory(ctx, m.db, "localhost", silent())
	if err != nil {
		return err
	}
	m.box = sandboxpay.New(m.db, m.clock, sandboxpay.Options{Secret: []byte("secret"), Settle: time.Minute, Page: func(ref string) string { return "/sandbox/" + ref }})
	m.Service = checkout.NewService(m.db, m.clock, dir, m.jobs, silent(), checkout.Config{
		Secret: []byte("secret"), Provider: sandboxpay.Name, Borders: m.borders,
		OrderURL: func(c *tenants.County, path string) string { return "http://" + c.Slug + ".localhost" + path },
	}, m.box)
	m.box.SetTell(func(ctx context.Context, h headers, body []byte) error {
		return m.ReceiveWebhook(ctx, sandboxpay.Name, h, body)
	})
	notify.Register(m.db, m.clock, m.jobs, m.post, map[notify.Channel]notify.Sender{notify.Email: m.post, notify.SMS: m.post})
	return nil
}

func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

func (m *market) zone(name, countries, areas string, delivers bool, first, next int64, position int) {
	m.exec(`INSERT INTO delivery_zones (tenant_id, id, names, countries, areas, delivers, currency, first_kg, next_kg, free_above, position)
		VALUES ($1, $2, jsonb_build_object('en', $3::text), $4, $5, $6, 'CNY', $7, $8, 9900, $9)`,
		m.tenant, uuid.Must(uuid.NewV7()), name, countries, areas, delivers, first, next, position)
}

func (m *market) exec(sql string, args ...any) {
	m.t.Helper()
	require.NoError(m.t, m.db.Write(m.ctx, func(tx *pg.Tx) error {
		_, err := tx.Exec(m.ctx, sql, args...)
		return err
	}))
}

// one reads a single value.
func one[T any](m *market, sql string, args ...any) (v T) {
	m.t.Helper()
	require.NoError(m.t, m.db.Query(m.ctx, func(q pg.Querier) error { return q.QueryRow(m.ctx, sql, args...).Scan(&v) }))
	return v
}

func (m *market) guest() actor.Actor { return actor.Guest(m.tenant) }

func (m *market) buyer(email string) actor.Actor {
	return actor.Actor{Tenant: m.tenant, Account: testkit.Account(m.t, m.ctx, m.db, email), Language: "en"}
}

func home() shipping.Address {
	return shipping.Address{Name: "王芳", Phone: "13800138000", Country: "CN", AdminArea: "甘肃省", City: "兰州市", Line1: "东岗西路 1 号"}
}

type want struct {
	variant  uuid.UUID
	quantity int
}

// fill makes a cart of the wants.
func (m *market) fill(who actor.Actor, wants ...want) checkout.Cart {
	m.t.Helper()
	cart, err := m.CreateCart(m.ctx, who, "")
	require.NoError(m.t, err)
	for _, w := range wants {
		_, err := m.AddLine(m.ctx, who, cart.ID, cart.Token, w.variant, w.quantity)
		require.NoError(m.t, err)
	}
	return cart
}

// quote makes a cart and its quote to the home address.
func (m *market) quote(who actor.Actor, wants ...want) (checkout.Cart, checkout.Quote) {
	m.t.Helper()
	cart := m.fill(who, wants...)
	q, err := m.Quote(m.ctx, who, checkout.QuoteRequest{Cart: cart.ID, Token: cart.Token, Address: home()})
	require.NoError(m.t, err)
	return cart, q
}

// order places an order, not yet paid.
func (m *market) order(who actor.Actor, wants ...want) (checkout.Cart, checkout.Placed) {
	m.t.Helper()
	cart, q := m.quote(who, wants...)
	p, err := m.Place(m.ctx, who, checkout.PlaceRequest{Quote: q.ID, Token: cart.Token, Email: "buyer@home.example"})
	require.NoError(m.t, err)
	return cart, p
}

// decide does something on the sandbox's page and comes back from it.
func (m *market) decide(p checkout.Placed, o sandboxpay.Outcome) checkout.Payment {
	m.t.Helper()
	got, err := m.ConfirmPayment(m.ctx, m.guest(), p.Payment.ID, func(ctx context.Context, ref string) (checkout.ProviderPayment, error) {
		return m.box.Decide(ctx, ref, o)
	})
	require.NoError(m.t, err)
	return got
}

func by(cart checkout.Cart) checkout.Credentials {
	return checkout.Credentials{CartToken: cart.Token}
}

func (m *market) stock(v uuid.UUID) [2]int {
	m.t.Helper()
	onHand, reserved := testkit.StockOf(m.t, m.ctx, m.db, v)
	return [2]int{onHand, reserved}
}

// work runs the background jobs until none is due.
func (m *market) work() {
	m.t.Helper()
	r, err := jobs.Start(m.ctx, m.db, m.jobs, 4, silent())
	require.NoError(m.t, err)
	require.Eventually(m.t, func() bool {
		return one[int](m, `SELECT count(*) FROM river_job WHERE state IN ('available', 'running') AND kind <> 'checkout.sweep'`) == 0
	}, 20*time.Second, 50*time.Millisecond)
	stop, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	require.NoError(m.t, r.Stop(stop))
}

// sound checks what must be true of every market at rest.
func (m *market) sound() {
	m.t.Helper()
	for what, sql := range map[string]string{
		"stock is reserved just for what is held": `SELECT count(*) FROM stock s WHERE reserved <> coalesce((SELECT sum(quantity) FROM reservations r WHERE r.tenant_id = s.tenant_id AND r.variant_id = s.variant_id AND state = 'held'), 0)`,
		"what is held, a pending group holds":     `SELECT count(*) FROM reservations r WHERE state = 'held' AND NOT EXISTS (SELECT FROM order_groups g WHERE g.id = r.group_id AND state = 'pending')`,
		"a paid group has its money":              `SELECT count(*) FROM order_groups g JOIN payments p ON p.group_id = g.id WHERE g.state = 'paid' AND p.state <> 'succeeded'`,
		"money without an order goes back":        `SELECT count(*) FROM order_groups g JOIN payments p ON p.group_id = g.id WHERE g.state <> 'paid' AND p.state = 'succeeded' AND NOT EXISTS (SELECT FROM refunds f WHERE f.payment_id = p.id AND f.amount = p.amount)`,
		"orders stand where their group does":     `SELECT count(*) FROM order_groups g JOIN orders o ON o.group_id = g.id WHERE (g.state = 'paid') <> (o.state IN ('paid', 'shipped', 'delivered') OR (o.state = 'cancelled' AND EXISTS (SELECT FROM refunds f WHERE f.order_id = o.id)))`,
		"orders add up to their group":            `SELECT count(*) FROM order_groups g WHERE total <> (SELECT sum(total) FROM orders o WHERE o.group_id = g.id)`,
		"lines add up to their order":             `SELECT count(*) FROM orders o WHERE goods <> (SELECT sum(total) FROM order_lines l WHERE l.order_id = o.id)`,
		"an order's last event is its state":      `SELECT count(*) FROM orders o WHERE state <> (SELECT state FROM order_events e WHERE e.order_id = o.id ORDER BY at DESC, id DESC LIMIT 1)`,
	} {
		require.Zero(m.t, one[int](m, sql), what)
	}
	m.booked()
}

// booked checks that the book agrees with the orders.
func (m *market) booked() ledger.Report {
	m.t.Helper()
	r, err := ledger.NewBook(m.db, m.clock).Verify(m.ctx, actor.OfSystem(m.tenant), m.Service)
	require.NoError(m.t, err)
	require.Nil(m.t, r.Difference)
	return r
}

func history(o checkout.Order) string {
	s := ""
	for _, e := range o.History {
		s += fmt.Sprintf("%s%s ", e.State, map[bool]string{true: "(" + e.Note + ")"}[e.Note != ""])
	}
	return s
}
