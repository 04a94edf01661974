package checkout_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/adapters/sandboxpay"
	"countyfair/checkout"
	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/jobs"
	"countyfair/internal/money"
	"countyfair/internal/pg"
	"countyfair/internal/testkit"
	"countyfair/ledger"
)

// at is what an account stands at in CNY, over all parties.
func (m *market) at(a ledger.Account) int64 {
	return one[int64](m, `SELECT coalesce(sum(amount), 0)::bigint FROM ledger_lines WHERE tenant_id = $1 AND account = $2 AND currency = 'CNY'`, m.tenant, a)
}

func (m *market) income(who actor.Actor) ledger.Income {
	m.t.Helper()
	all, err := ledger.NewBook(m.db, m.clock).Income(m.ctx, who, ledger.Period{To: m.clock.Now().AddDate(1, 0, 0)})
	require.NoError(m.t, err)
	require.Len(m.t, all, 1)
	return all[0]
}

// policy sets what the county takes and how long it holds sellers' money.
func (m *market) policy(county, platform, hold, reserve, reserveDays int) {
	m.t.Helper()
	m.exec(`UPDATE tenants SET commission_bp = $2, platform_bp = $3, hold_days = $4, reserve_bp = $5, reserve_days = $6, version = version + 1 WHERE id = $1`, m.tenant, county, platform, hold, reserve, reserveDays)
	m.jobs = jobs.NewRegistry()
	require.NoError(m.t, m.assemble(m.ctx))
}

// bought is an order of both sellers that is paid: pears 33.00 + 7.00, tea 60.00 + 5.00.
func (m *market) bought() (checkout.Cart, checkout.Placed) {
	m.t.Helper()
	cart, p := m.order(m.guest(), want{m.pear, 2}, want{m.plum, 1}, want{m.tea, 1})
	require.Equal(m.t, checkout.PaymentSucceeded, m.decide(p, sandboxpay.Succeed).State)
	return cart, p
}

func TestASaleIsBookedWithItsPayment(t *testing.T) {
	m := openMarket(t)
	m.policy(300, 200, 7, 0, 0)
	m.bought()
	require.Equal(t, int64(10_500), m.at(ledger.ProviderClearing))
	require.Equal(t, int64(-(99 + 180)), m.at(ledger.CountyCommission))
	require.Equal(t, int64(-(66 + 120)), m.at(ledger.PlatformCommission))
	require.Equal(t, int64(-1_200), m.at(ledger.ShippingPayable))
	i := m.income(m.pears)
	require.Equal(t, []money.Money{cny(3_300), cny(700), cny(165), cny(3_135)}, []money.Money{i.Sold, i.Shipping, i.Commission, i.Standing.Pending})
	m.sound()
}

func TestALatePaymentIsTheBuyers(t *testing.T) {
	m := openMarket(t)
	_, p := m.order(m.guest(), want{m.pear, 1})
	m.clock.Advance(31 * time.Minute)
	require.NoError(t, m.Sweep(m.ctx))
	_, err := m.box.Decide(m.ctx, m.refOf(p), sandboxpay.Succeed)
	if err != nil { // closed at the provider already: pretend that the two crossed
		m.exec(`UPDATE sandbox_payments SET state = 'succeeded', version = version + 1`)
		m.exec(`UPDATE payments SET settled = false WHERE tenant_id = $1`, m.tenant)
	}
	_, err = m.ConfirmPayment(m.ctx, m.guest(), p.Payment.ID, nil)
	require.NoError(t, err)
	require.Equal(t, -p.Total.Amount, m.at(ledger.BuyerRefunds))
	m.work()
	require.Zero(t, m.at(ledger.BuyerRefunds))
	require.Zero(t, m.at(ledger.ProviderClearing))
	m.sound()
}

func (m *market) refOf(p checkout.Placed) string {
	return one[string](m, `SELECT provider_ref FROM payments WHERE tenant_id = $1 AND id = $2`, m.tenant, p.Payment.ID)
}

func TestAnOrderGoesBackInParts(t *testing.T) {
	m := openMarket(t)
	m.policy(300, 200, 7, 0, 0)
	cart, p := m.bought()
	order := p.Orders[0].ID
	refund := func(who actor.Actor, n int64, key string) (checkout.Refund, error) {
		amount := cny(n)
		return m.Refund(m.ctx, who, order, checkout.RefundRequest{Amount: &amount, Reason: "two were bruised", Key: key})
	}
	first, err := refund(m.pears, 1_000, "k1")
	require.NoError(t, err)
	again, err := refund(m.pears, 1_000, "k1")
	require.NoError(t, err)
	require.Equal(t, first.ID, again.ID)
	_, err = refund(m.officer, 3_001, "k2")
	require.ErrorIs(t, err, ledger.ErrTooMuch)
	_, err = refund(m.officer, 0, "k3")
	require.ErrorIs(t, err, ledger.ErrTooMuch)
	for who, code := range map[*actor.Actor]errs.Code{&m.teas: errs.NotFound} {
		_, err = refund(*who, 1, "k4")
		require.Equal(t, code, errs.CodeOf(err), "another seller's order")
	}
	_, err = refund(m.buyer("b@home.example"), 1, "k5")
	require.Equal(t, errs.NotFound, errs.CodeOf(err), "another buyer's order")
	_, err = refund(actor.Actor{Tenant: m.tenant, Account: uuid.New(), Roles: []actor.Role{actor.Supervisor}}, 1, "k5")
	require.Equal(t, errs.Forbidden, errs.CodeOf(err), "a supervisor looks only")
	_, err = refund(actor.Guest(m.tenant), 1, "k6")
	require.Equal(t, errs.Unauthenticated, errs.CodeOf(err))
	m.work()
	m.sound()
	i := m.income(m.pears)
	// 10.00 of 40.00 is a quarter of each share, to the fen: the largest remainder.
	require.Equal(t, cny(1_000), i.Refunded)
	require.Equal(t, cny(124), i.Commission)
	require.Equal(t, int64(9_500), m.at(ledger.ProviderClearing))

	// Cancelled, the rest goes back and no more.
	_, err = m.Cancel(m.ctx, m.guest(), order, by(cart), "")
	require.NoError(t, err)
	m.work()
	require.Equal(t, int64(6_500), m.at(ledger.ProviderClearing))
	require.Equal(t, int64(4_000), one[int64](m, `SELECT sum(amount)::bigint FROM refunds WHERE order_id = $1`, order))
	i = m.income(m.pears)
	require.Equal(t, []money.Money{cny(0), cny(0)}, []money.Money{i.Standing.Pending, i.Commission})
	_, err = refund(m.officer, 1, "k7")
	require.ErrorIs(t, err, ledger.ErrTooMuch)
	require.Equal(t, 2, one[int](m, `SELECT count(*) FROM notifications WHERE kind = 'order_refunded'`), "each part is told of")
	m.sound()
}

func TestRefundsAtOnceNeverExceedTheOrder(t *testing.T) {
	m := openMarket(t)
	_, p := m.bought()
	var all sync.WaitGroup
	var given atomic.Int64
	for range 8 {
		all.Go(func() {
			amount := cny(900)
			if _, err := m.Refund(m.ctx, m.officer, p.Orders[0].ID, checkout.RefundRequest{Amount: &amount, Reason: "race"}); err == nil {
				given.Add(900)
			}
		})
	}
	all.Wait()
	require.Equal(t, int64(3_600), given.Load(), "four of 9.00 fit into 40.00")
	m.work()
	require.Equal(t, int64(10_500-3_600), m.at(ledger.ProviderClearing))
	m.sound()
}

func TestASellersShareIsReleasedAfterTheHold(t *testing.T) {
	m := openMarket(t)
	m.policy(500, 0, 7, 1000, 30)
	cart, p := m.bought()
	order := p.Orders[0].ID
	_, err := m.Ship(m.ctx, m.pears, order, "SF", "1")
	require.NoError(t, err)
	_, err = m.ConfirmDelivery(m.ctx, m.guest(), order, by(cart))
	require.NoError(t, err)
	due := one[time.Time](m, `SELECT scheduled_at FROM river_job WHERE kind = 'checkout.release'`)
	require.WithinDuration(t, m.clock.Now().AddDate(0, 0, 7), due, time.Second)
	m.work()
	require.Equal(t, cny(0), m.income(m.pears).Standing.Available)

	m.clock.Advance(7 * 24 * time.Hour)
	m.dueNow("checkout.release")
	i := m.income(m.pears).Standing
	require.Equal(t, []money.Money{cny(0), cny(0), cny(2_821 + 700), cny(314)}, []money.Money{i.Pending, i.Shipping, i.Available, i.Reserved})
	m.dueNow("checkout.release")
	i = m.income(m.pears).Standing
	require.Equal(t, []money.Money{cny(3_135 + 700), cny(0)}, []money.Money{i.Available, i.Reserved})
	m.sound()
}

// dueNow brings jobs of a kind forward and runs them.
func (m *market) dueNow(kind string) {
	m.t.Helper()
	m.exec(`UPDATE river_job SET scheduled_at = now() - interval '1 second', state = 'available' WHERE kind = $1 AND state = 'scheduled'`, kind)
	m.work()
}

// Orders from before there was a book are brought into it, in any order and
// any number of times, and their refunds and deliveries with them.
func TestOrdersFromBeforeTheBookAreBroughtIn(t *testing.T) {
	m := openMarket(t)
	m.policy(500, 100, 7, 0, 0)
	var delivered uuid.UUID
	m.WithoutBook(func() {
		cart, p := m.bought() // delivered, and a part of it cancelled
		delivered = p.Orders[0].ID
		_, err := m.Ship(m.ctx, m.pears, delivered, "SF", "1")
		require.NoError(t, err)
		_, err = m.ConfirmDelivery(m.ctx, m.guest(), delivered, by(cart))
		require.NoError(t, err)
		m.bought()
	})
	m.exec(`INSERT INTO refunds (tenant_id, id, payment_id, order_id, amount, currency, reason, state, created_at, done_at)
		SELECT o.tenant_id, gen_random_uuid(), p.id, o.id, o.total, 'CNY', 'cancelled', 'done', now(), now() FROM orders o JOIN payments p ON p.group_id = o.group_id WHERE o.seller_id = $1`, m.teas.Seller)
	m.exec(`UPDATE payments SET refunded = 6500 WHERE tenant_id = $1`, m.tenant)
	m.exec(`DELETE FROM river_job WHERE kind = 'checkout.release'`)
	m.WithoutBook(func() { m.bought() })
	m.bought() // this one is booked at once

	r, err := ledger.NewBook(m.db, m.clock).Verify(m.ctx, actor.OfSystem(m.tenant), m.Service)
	require.NoError(t, err)
	require.Equal(t, "facts", r.Difference.Check)
	require.Equal(t, "no entry", r.Difference.Have)

	var all sync.WaitGroup
	for range 3 {
		all.Go(func() { _ = m.Backfill(t.Context()) })
	}
	all.Wait()
	require.NoError(t, m.Backfill(t.Context()))
	require.NoError(t, m.Backfill(t.Context()))
	m.booked()
	require.Equal(t, int64(4*10_500-2*6_500), m.at(ledger.ProviderClearing))
	require.Equal(t, 4, one[int](m, `SELECT count(*) FROM ledger_entries WHERE kind = 'sale'`))
	require.Equal(t, 1, one[int](m, `SELECT count(*) FROM river_job WHERE kind = 'checkout.release'`), "once, however often it runs")
	m.dueNow("checkout.release")
	require.Equal(t, int64(-(3_102 + 700)), one[int64](m, `SELECT sum(amount)::bigint FROM ledger_lines WHERE order_id = $1 AND account = 'seller_available'`, delivered))
	m.booked()
}

// What somebody changed behind the program's back is found, and named.
func TestVerifyNamesTheFirstDifference(t *testing.T) {
	for name, c := range map[string]struct{ sql, check string }{
		"a payment of another amount": {`UPDATE payments SET amount = amount + 1`, "facts"},
		"an order of another total":   {`UPDATE orders SET goods = goods + 1, total = total + 1`, "(a)"},
		"a payment that never came":   {`UPDATE payments SET state = 'failed'`, "facts"},
		"a refund nobody booked":      {`INSERT INTO refunds (tenant_id, id, payment_id, order_id, amount, currency, reason, created_at) SELECT o.tenant_id, o.id, p.id, o.id, 5, 'CNY', 'requested', now() FROM orders o JOIN payments p ON p.group_id = o.group_id LIMIT 1`, "facts"},
		"an entry of no fact":         {`WITH e AS (INSERT INTO ledger_entries (tenant_id, id, kind, fact, at) SELECT tenant_id, gen_random_uuid(), 'sale', 'payment/x/captured', now() FROM payments LIMIT 1 RETURNING tenant_id, id) INSERT INTO ledger_lines (tenant_id, entry_id, line, account, currency, amount) SELECT tenant_id, id, n, a, 'CNY', m FROM e, (VALUES (1, 'provider_clearing', 5), (2, 'tax_payable', -5)) v (n, a, m)`, "facts"},
		"an account out of place":     {`WITH e AS (INSERT INTO ledger_entries (tenant_id, id, kind, fact, at) SELECT tenant_id, gen_random_uuid(), 'provider_fee', 'fee/x', now() FROM payments LIMIT 1 RETURNING tenant_id, id) INSERT INTO ledger_lines (tenant_id, entry_id, line, account, currency, amount) SELECT tenant_id, id, n, a, 'CNY', m FROM e, (VALUES (1, 'provider_clearing', 5), (2, 'tax_payable', -5)) v (n, a, m)`, "kinds"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := openMarket(t)
			m.bought()
			m.booked()
			m.exec(c.sql)
			r, err := ledger.NewBook(m.db, m.clock).Verify(m.ctx, actor.OfSystem(m.tenant), m.Service)
			require.NoError(t, err)
			require.NotNil(t, r.Difference)
			require.Equal(t, c.check, r.Difference.Check, r.Difference.String())
		})
	}
}

// The owner of the schema can lift the triggers; verify finds what it did then.
func TestVerifyFindsAnEntryThatWasForced(t *testing.T) {
	app, owner := testkit.URLs(t)
	m := marketOn(t, testkit.Open(t, pg.Options{URL: app}), "longnan")
	m.bought()
	db := testkit.Open(t, pg.Options{URL: owner})
	_, err := db.Pool().Exec(m.ctx, `ALTER TABLE ledger_lines DISABLE TRIGGER USER; ALTER TABLE ledger_lines NO FORCE ROW LEVEL SECURITY`)
	require.NoError(t, err)
	_, err = db.Pool().Exec(m.ctx, `UPDATE ledger_lines SET amount = amount + 1 WHERE account = 'provider_clearing'`)
	require.NoError(t, err)
	r, err := ledger.NewBook(m.db, m.clock).Verify(m.ctx, actor.OfSystem(m.tenant), m.Service)
	require.NoError(t, err)
	require.Equal(t, "(b)", r.Difference.Check)
}

// An event of the provider alone, without the buyer's browser, makes an order paid.
func TestAnEventAloneMakesAnOrderPaid(t *testing.T) {
	m := openMarket(t)
	_, p := m.order(m.guest(), want{m.pear, 1})
	_, err := m.box.Decide(m.ctx, m.refOf(p), sandboxpay.Succeed)
	require.NoError(t, err)
	require.NoError(t, m.box.Work(m.ctx))
	require.Equal(t, 1, one[int](m, `SELECT count(*) FROM webhook_inbox`))
	m.work()
	require.Equal(t, "paid", one[string](m, `SELECT state FROM order_groups WHERE tenant_id = $1`, m.tenant))
	require.Zero(t, one[int](m, `SELECT count(*) FROM webhook_inbox WHERE processed_at IS NULL`))
	m.sound()
}
