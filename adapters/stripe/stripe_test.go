package stripe_test

import (
	"encoding/json"
	"net"
	"net/http"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	sdk "github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/webhook"

	"countyfair/adapters/stripe"
	"countyfair/checkout"
	"countyfair/checkout/paymenttest"
	"countyfair/internal/clock"
	"countyfair/internal/money"
)

const secret = "whsec_test"

func TestStripeDoesWhatEveryProviderMust(t *testing.T) {
	paymenttest.Exercise(t, func(t *testing.T) paymenttest.Provider {
		t.Helper()
		f, url := newFake(t)
		declined := map[string]any{"code": "card_declined", "decline_code": "insufficient_funds"}
		move := func(status string, err map[string]any) func(*testing.T, string) {
			return func(_ *testing.T, ref string) { f.move(ref, status, err) }
		}
		return paymenttest.Provider{
			PaymentProvider: stripe.New(stripe.Options{Key: "sk_test_1", WebhookSecret: secret, URL: url}),
			Pay:             move("succeeded", nil), Decline: move("requires_payment_method", declined), Delay: move("processing", nil),
			Refunded:    func(_ *testing.T, ref string) int64 { f.mu.Lock(); defer f.mu.Unlock(); return f.refunds[ref] },
			SignedEvent: signed,
		}
	})
}

func signed(t *testing.T, id, ref string) (http.Header, []byte) {
	t.Helper()
	body, err := json.Marshal(map[string]any{
		"id": id, "object": "event", "api_version": sdk.APIVersion, "type": "payment_intent.succeeded",
		"data": map[string]any{"object": map[string]any{"id": ref, "object": "payment_intent"}},
	})
	require.NoError(t, err)
	s := webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: body, Secret: secret, Timestamp: clock.System{}.Now()})
	return http.Header{"Stripe-Signature": {s.Header}}, body
}

func TestALostAnswerIsAskedForAgainAndChargesOnce(t *testing.T) {
	f, url := newFake(t)
	p := stripe.New(stripe.Options{Key: "sk_test_1", URL: url, Retries: 2})
	f.drop = 2
	n := checkout.NewPayment{ID: uuid.New(), Amount: money.Of(12880, "CNY")}
	got, err := p.Create(t.Context(), n)
	require.NoError(t, err)
	require.Len(t, f.intents, 1)
	f.move(got.Ref, "succeeded", nil)
	f.drop = 1
	_, err = p.Refund(t.Context(), checkout.NewRefund{ID: uuid.New(), Ref: got.Ref, Amount: money.Of(12880, "CNY")})
	require.NoError(t, err)
	require.Equal(t, int64(12880), f.refunds[got.Ref])
}

func TestAmountsAreOnStripesGrid(t *testing.T) {
	f, url := newFake(t)
	p := stripe.New(stripe.Options{Key: "sk_test_1", URL: url})
	for _, row := range []struct {
		m    money.Money
		want int64
	}{{money.Of(1980, "JPY"), 1980}, {money.Of(12880, "CNY"), 12880}, {money.Of(1500, "ISK"), 150000}, {money.Of(5120, "KWD"), 5120}, {money.Of(45000, "KES"), 45000}} {
		got, err := p.Create(t.Context(), checkout.NewPayment{ID: uuid.New(), Amount: row.m})
		require.NoError(t, err)
		require.Equal(t, row.want, f.intents[got.Ref]["amount"], row.m)
		require.Equal(t, row.m, got.Amount)
	}
	_, err := p.Create(t.Context(), checkout.NewPayment{ID: uuid.New(), Amount: money.Of(5124, "KWD")})
	require.ErrorContains(t, err, "grid")
}

func TestTheGridIsStripesOwnTable(t *testing.T) {
	p := stripe.New(stripe.Options{Key: "sk_test_1"})
	for code, step := range map[string]int64{"EUR": 1, "CNY": 1, "JPY": 1, "ISK": 1, "KWD": 10, "TND": 10, "KRW": 1} {
		require.Equal(t, step, p.Step(code), code)
	}
}

func TestAnEventOfAnotherAPIVersionIsRefused(t *testing.T) {
	p := stripe.New(stripe.Options{Key: "sk_test_1", WebhookSecret: secret})
	body := []byte(`{"id":"evt_1","object":"event","api_version":"2019-01-01","type":"payment_intent.succeeded","data":{"object":{"id":"pi_1","object":"payment_intent"}}}`)
	s := webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: body, Secret: secret, Timestamp: clock.System{}.Now()})
	_, err := p.ParseWebhook(http.Header{"Stripe-Signature": {s.Header}}, body)
	require.ErrorIs(t, err, checkout.ErrForged)
}

// stripe-mock checks every request against Stripe's own description of its API.
func TestEveryRequestHasTheShapeThatStripeTakes(t *testing.T) {
	url := mock(t)
	p := stripe.New(stripe.Options{Key: "sk_test_1", URL: url})
	n := checkout.NewPayment{ID: uuid.New(), Amount: money.Of(12880, "CNY"), Description: "LN-1", Email: "buyer@example.org"}
	got, err := p.Create(t.Context(), n)
	require.NoError(t, err)
	require.NotEmpty(t, got.Ref)
	_, err = p.Retrieve(t.Context(), got.Ref)
	require.NoError(t, err)
	_, err = p.Cancel(t.Context(), got.Ref)
	require.NoError(t, err)
	r, err := p.Refund(t.Context(), checkout.NewRefund{ID: uuid.New(), Ref: got.Ref, Amount: money.Of(100, "CNY")})
	require.NoError(t, err)
	require.NotEmpty(t, r.Ref)
}

// mock starts stripe-mock, which go.mod pins as a tool.
func mock(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed at once
	require.NoError(t, err)
	addr := l.Addr().String()
	require.NoError(t, l.Close())
	cmd := exec.Command("go", "tool", "stripe-mock", "-http-addr", addr) //nolint:noctx // our own tool
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); _ = cmd.Wait() })
	require.Eventually(t, func() bool {
		c, err := (&net.Dialer{Timeout: time.Second}).DialContext(t.Context(), "tcp", addr)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	}, 3*time.Minute, 100*time.Millisecond, "stripe-mock does not answer")
	return "http://" + addr
}
