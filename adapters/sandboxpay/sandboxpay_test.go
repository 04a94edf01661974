package sandboxpay_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/adapters/sandboxpay"
	"countyfair/checkout"
	"countyfair/checkout/paymenttest"
	"countyfair/internal/clock"
	"countyfair/internal/money"
	"countyfair/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestTheSandboxIsAProvider(t *testing.T) {
	db := testkit.DB(t)
	paymenttest.Exercise(t, func(*testing.T) paymenttest.Provider {
		s := sandboxpay.New(db, clock.System{}, sandboxpay.Options{Secret: []byte("secret")})
		decide := func(o sandboxpay.Outcome) func(*testing.T, string) {
			return func(t *testing.T, ref string) {
				_, err := s.Decide(t.Context(), ref, o)
				require.NoError(t, err)
			}
		}
		return paymenttest.Provider{
			PaymentProvider: s, Pay: decide(sandboxpay.Succeed), Decline: decide(sandboxpay.Decline), Delay: decide(sandboxpay.Delay),
			Refunded: func(t *testing.T, ref string) int64 {
				n, err := s.Refunded(t.Context(), ref)
				require.NoError(t, err)
				return n
			},
			SignedEvent: func(t *testing.T, id, ref string) (http.Header, []byte) {
				body, err := json.Marshal(map[string]string{"id": id, "kind": "payment.succeeded", "payment": ref})
				require.NoError(t, err)
				return s.Sign(body, clock.System{}.Now()), body
			},
		}
	})
}

func TestADelayedPaymentSettlesAndIsToldUntilItIsTaken(t *testing.T) {
	at := &clock.Fixed{At: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)}
	s := sandboxpay.New(testkit.DB(t), at, sandboxpay.Options{Secret: []byte("secret"), Settle: time.Minute})
	var heard []checkout.Event
	deaf := false
	s.SetTell(func(_ context.Context, h http.Header, body []byte) error {
		if deaf {
			return errors.New("busy")
		}
		e, err := s.ParseWebhook(h, body)
		heard = append(heard, e)
		return err
	})
	p, err := s.Create(t.Context(), checkout.NewPayment{ID: uuid.Must(uuid.NewV7()), Amount: money.Of(100, "CNY")})
	require.NoError(t, err)
	require.NoError(t, s.Work(t.Context()))
	require.Empty(t, heard)
	_, err = s.Decide(t.Context(), p.Ref, sandboxpay.Delay)
	require.NoError(t, err)
	require.NoError(t, s.Work(t.Context()))
	require.Len(t, heard, 1)
	at.Advance(2 * time.Minute)
	deaf = true
	require.Error(t, s.Work(t.Context()))
	deaf = false
	for range 2 {
		require.NoError(t, s.Work(t.Context()))
		require.Len(t, heard, 2)
	}
	require.Equal(t, p.Ref, heard[1].Ref)
	require.NotEqual(t, heard[0].ID, heard[1].ID)
	got, err := s.Retrieve(t.Context(), p.Ref)
	require.NoError(t, err)
	require.Equal(t, checkout.PaymentSucceeded, got.State)
	old := s.Sign([]byte(`{"id":"x"}`), at.Now().Add(-time.Hour))
	_, err = s.ParseWebhook(old, []byte(`{"id":"x"}`))
	require.ErrorIs(t, err, checkout.ErrForged)
}
