package checkout_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"countyfair/adapters/sandboxpay"
	"countyfair/checkout"
	"countyfair/internal/errs"
)

// event is what the sandbox would send of a payment now.
func (m *market) event(id string, p checkout.Placed) (http.Header, []byte) {
	m.t.Helper()
	body, err := json.Marshal(map[string]string{"id": id, "kind": "payment.succeeded", "payment": sandboxpay.Ref(p.Payment.ID)})
	require.NoError(m.t, err)
	return m.box.Sign(body, m.clock.Now()), body
}

// told counts the messages of a kind that went out.
func (m *market) told(kind string) int {
	m.post.mu.Lock()
	defer m.post.mu.Unlock()
	return len(slices.DeleteFunc(slices.Clone(m.post.sent), func(s string) bool { return !strings.HasPrefix(s, kind+" ") }))
}

// all runs n things at the same time.
func all(n int, do func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() { <-start; do(i) })
	}
	close(start)
	wg.Wait()
}

func TestAnEventIsKeptOnceAndSeenTo(t *testing.T) {
	t.Parallel()
	m := openMarket(t)
	_, p := m.order(m.guest(), want{m.pear, 2}, want{m.tea, 1})
	_, err := m.box.Decide(m.ctx, sandboxpay.Ref(p.Payment.ID), sandboxpay.Succeed) // the buyer never comes back from the provider's page
	require.NoError(t, err)
	header, body := m.event("evt_1", p)
	all(16, func(int) {
		if err := m.ReceiveWebhook(context.Background(), sandboxpay.Name, header, body); err != nil {
			t.Error(err)
		}
	})
	require.Equal(t, 1, one[int](m, `SELECT count(*) FROM webhook_inbox`))
	require.Equal(t, 1, one[int](m, `SELECT count(*) FROM river_job WHERE kind = 'checkout.webhook'`))
	m.work()
	require.Equal(t, "paid", one[string](m, `SELECT state FROM order_groups`))
	require.Equal(t, 0, one[int](m, `SELECT count(*) FROM webhook_inbox WHERE processed_at IS NULL`))
	require.NoError(t, m.ReceiveWebhook(context.Background(), sandboxpay.Name, header, body), "told again, days later")
	header, body = m.event("evt_2", p)
	require.NoError(t, m.ReceiveWebhook(context.Background(), sandboxpay.Name, header, body), "of what is known already")
	m.work()
	require.Equal(t, 1, one[int](m, `SELECT count(*) FROM order_events WHERE state = 'paid' AND order_id = (SELECT min(id::text)::uuid FROM orders)`))
	require.Equal(t, 1, m.told("order_paid"))
	require.Equal(t, 2, m.told("order_to_ship"))
	m.sound()
}

func TestTheSandboxTellsItsNews(t *testing.T) {
	t.Parallel()
	m := openMarket(t)
	_, p := m.order(m.guest(), want{m.pear, 1})
	m.decide(p, sandboxpay.Delay)
	m.clock.Advance(2 * time.Minute)
	require.NoError(t, m.box.Work(m.ctx))
	m.work()
	require.Equal(t, "paid", one[string](m, `SELECT state FROM order_groups`))
	m.sound()
}

func TestForgedEventsAreNotTaken(t *testing.T) {
	t.Parallel()
	m := openMarket(t)
	_, p := m.order(m.guest(), want{m.pear, 1})
	header, body := m.event("evt_1", p)
	other := sandboxpay.New(m.db, m.clock, sandboxpay.Options{Secret: []byte("guessed")})
	for name, forged := range map[string]http.Header{
		"no signature": {}, "another secret": other.Sign(body, m.clock.Now()), "an old one": m.box.Sign(body, m.clock.Now().Add(-time.Hour)),
		"of another body": m.box.Sign([]byte("{}"), m.clock.Now()), "nonsense": {sandboxpay.SignatureHeader: {"t=1,v1=zz"}}, "half": {sandboxpay.SignatureHeader: {header.Get(sandboxpay.SignatureHeader)[:20]}},
	} {
		err := m.ReceiveWebhook(context.Background(), sandboxpay.Name, forged, body)
		require.ErrorIs(t, err, checkout.ErrForged, name)
		require.NotEqual(t, errs.Internal, errs.CodeOf(err), name)
	}
	require.Equal(t, errs.NotFound, errs.CodeOf(m.ReceiveWebhook(context.Background(), "nobody", header, body)))
	// A rightly signed word about somebody's payment is believed only as far as the provider's own book says so.
	require.NoError(t, m.ReceiveWebhook(context.Background(), sandboxpay.Name, header, body))
	m.work()
	require.Equal(t, "pending", one[string](m, `SELECT state FROM order_groups`))
}

func TestMoneyThatComesTooLateGoesBack(t *testing.T) {
	t.Parallel()
	m := openMarket(t)
	cart, p := m.order(m.guest(), want{m.pear, 20})
	m.decide(p, sandboxpay.Delay)
	m.exec(`UPDATE sandbox_payments SET settles_at = $1`, m.clock.Now().Add(4*time.Hour)) // a bank's holiday
	m.clock.Advance(31 * time.Minute)
	require.NoError(t, m.Sweep(m.ctx))
	require.Equal(t, "pending", one[string](m, `SELECT state FROM order_groups`), "on its way: it gets a while longer")
	m.clock.Advance(3 * time.Hour)
	require.NoError(t, m.Sweep(m.ctx))
	require.Equal(t, "expired", one[string](m, `SELECT state FROM order_groups`))
	require.Equal(t, [2]int{20, 0}, m.stock(m.pear))
	_, later := m.order(m.guest(), want{m.pear, 20}) // another buyer gets the goods
	m.exec(`UPDATE sandbox_payments SET state = 'succeeded', version = version + 1 WHERE ref = $1`, sandboxpay.Ref(p.Payment.ID))
	for i := range 3 {
		header, body := m.event(fmt.Sprint("evt_", i), p)
		require.NoError(t, m.ReceiveWebhook(context.Background(), sandboxpay.Name, header, body))
	}
	m.work()
	back, err := m.box.Refunded(m.ctx, sandboxpay.Ref(p.Payment.ID))
	require.NoError(t, err)
	require.Equal(t, p.Total.Amount, back)
	require.Equal(t, 1, one[int](m, `SELECT count(*) FROM sandbox_refunds`))
	require.Equal(t, 1, m.told("late_payment_refunded"))
	require.Zero(t, m.told("order_paid"))
	o, err := m.GetOrder(m.ctx, m.guest(), p.Orders[0].ID, by(cart))
	require.NoError(t, err)
	require.Contains(t, history(o), "expired(late_payment)")
	m.decide(later, sandboxpay.Succeed)
	m.work()
	require.Equal(t, [2]int{0, 0}, m.stock(m.pear))
	m.sound()
}

// Pay, cancel and expire meet at the same moment: whichever comes first, money
// and goods agree in the end, and everything is told once.
func TestPayCancelAndExpiryMeet(t *testing.T) {
	t.Parallel()
	for round := range 6 {
		m := openMarket(t)
		cart, p := m.order(m.guest(), want{m.pear, 3}, want{m.tea, 1})
		m.clock.Advance(30 * time.Minute) // at the stroke of the hold
		header, body := m.event("evt_1", p)
		decide := func(ctx context.Context, ref string) (checkout.ProviderPayment, error) {
			return m.box.Decide(ctx, ref, sandboxpay.Succeed)
		}
		all(8, func(i int) {
			switch i % 4 {
			case 0:
				_, _ = m.ConfirmPayment(m.ctx, m.guest(), p.Payment.ID, decide)
			case 1:
				_, _ = m.Cancel(m.ctx, m.guest(), p.Orders[i/4].ID, by(cart), "")
			case 2:
				_ = m.Sweep(m.ctx)
			case 3:
				if err := m.ReceiveWebhook(context.Background(), sandboxpay.Name, header, body); err != nil {
					t.Error(err)
				}
			}
		})
		m.work()
		m.recover()
		took := one[int64](m, `SELECT coalesce(sum(amount), 0)::bigint FROM sandbox_payments WHERE state = 'succeeded'`)
		gave := one[int64](m, `SELECT coalesce(sum(amount), 0)::bigint FROM sandbox_refunds`)
		kept := one[int64](m, `SELECT coalesce(sum(total), 0)::bigint FROM orders WHERE state = 'paid'`)
		require.Equal(t, kept, took-gave, "round %d", round)
		for _, kind := range []string{"order_placed", "order_paid", "order_expired", "late_payment_refunded"} {
			require.LessOrEqual(t, m.told(kind), 1, kind)
		}
		m.sound()
	}
}

func TestTwoConfirmationsAtOnceCountOnce(t *testing.T) {
	t.Parallel()
	m := openMarket(t)
	cart, p := m.order(m.guest(), want{m.pear, 2})
	all(8, func(int) {
		got, err := m.ConfirmPayment(m.ctx, m.guest(), p.Payment.ID, func(ctx context.Context, ref string) (checkout.ProviderPayment, error) {
			return m.box.Decide(ctx, ref, sandboxpay.Succeed)
		})
		if err != nil || got.State != checkout.PaymentSucceeded {
			t.Errorf("%v %v", got.State, err)
		}
	})
	_, err := m.Ship(m.ctx, m.pears, p.Orders[0].ID, "SF", "SF1")
	require.NoError(t, err)
	all(8, func(int) {
		if _, err := m.ConfirmDelivery(m.ctx, m.guest(), p.Orders[0].ID, by(cart)); err != nil {
			t.Error(err)
		}
	})
	m.work()
	for _, kind := range []string{"order_paid", "order_to_ship", "order_shipped", "order_delivered"} {
		require.Equal(t, 1, m.told(kind), kind)
	}
	require.Equal(t, [2]int{18, 0}, m.stock(m.pear))
	m.sound()
}
