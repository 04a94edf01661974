// Package paymenttest is what every payment provider's adapter must do.
package paymenttest

import (
	"context"
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/checkout"
	"countyfair/internal/errs"
	"countyfair/internal/money"
)

// Provider is an adapter under test, and a hand on the other side's levers.
type Provider struct {
	checkout.PaymentProvider
	// Pay has the buyer pay, Decline has the payment refused, Delay has it accepted but not settled.
	Pay, Decline, Delay func(t *testing.T, ref string)
	// Refunded tells how much the other side gave back.
	Refunded func(t *testing.T, ref string) int64
	// SignedEvent makes an event as the other side would send it now.
	SignedEvent func(t *testing.T, id, ref string) (http.Header, []byte)
}

// Exercise runs the suite on adapters made by fresh.
func Exercise(t *testing.T, fresh func(t *testing.T) Provider) {
	t.Helper()
	for _, c := range []struct {
		name string
		run  func(t *testing.T, p Provider)
	}{
		{"a payment is opened once for each id", opensOnce},
		{"a payment that is paid has succeeded", succeeds},
		{"a declined payment can be tried again", declines},
		{"a delayed payment is processing", delays},
		{"a cancelled payment cannot be paid", cancels},
		{"a cancellation comes too late for a paid one", cancelsTooLate},
		{"a refund is given once for each id", refundsOnce},
		{"no more is refunded than was paid", refundsNoMore},
		{"an unknown payment is not found", unknown},
		{"an event is read only with a right signature", events},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, fresh(t)) })
	}
}

var price = money.Of(12880, "CNY")

func open(t *testing.T, p Provider) checkout.ProviderPayment {
	t.Helper()
	got, err := p.Create(t.Context(), request())
	require.NoError(t, err)
	return got
}

func request() checkout.NewPayment {
	return checkout.NewPayment{ID: uuid.Must(uuid.NewV7()), Amount: price, Description: "LN-261124-0042A7", Email: "buyer@example.com", ReturnURL: "http://longnan.localhost/orders/x"}
}

func at(t *testing.T, p Provider, ref string) checkout.PaymentState {
	t.Helper()
	got, err := p.Retrieve(t.Context(), ref)
	require.NoError(t, err)
	require.Equal(t, ref, got.Ref)
	require.Equal(t, price, got.Amount)
	return got.State
}

func opensOnce(t *testing.T, p Provider) {
	n := request()
	first, err := p.Create(t.Context(), n)
	require.NoError(t, err)
	require.NotEmpty(t, first.Ref)
	require.Equal(t, price, first.Amount)
	require.Equal(t, checkout.PaymentNeedsAction, first.State)
	again, err := p.Create(t.Context(), n)
	require.NoError(t, err)
	require.Equal(t, first.Ref, again.Ref)
	require.NotEqual(t, first.Ref, open(t, p).Ref)
	n.Amount.Amount++
	_, err = p.Create(t.Context(), n)
	require.Error(t, err, "another amount under the same id")
}

func succeeds(t *testing.T, p Provider) {
	ref := open(t, p).Ref
	p.Pay(t, ref)
	require.Equal(t, checkout.PaymentSucceeded, at(t, p, ref))
}

func declines(t *testing.T, p Provider) {
	ref := open(t, p).Ref
	p.Decline(t, ref)
	got, err := p.Retrieve(t.Context(), ref)
	require.NoError(t, err)
	require.Equal(t, checkout.PaymentFailed, got.State)
	require.NotEmpty(t, got.Failure)
	p.Pay(t, ref)
	require.Equal(t, checkout.PaymentSucceeded, at(t, p, ref))
}

func delays(t *testing.T, p Provider) {
	ref := open(t, p).Ref
	p.Delay(t, ref)
	require.Equal(t, checkout.PaymentProcessing, at(t, p, ref))
	got, err := p.Cancel(t.Context(), ref)
	require.NoError(t, err)
	require.Equal(t, checkout.PaymentProcessing, got.State, "money on its way is not stopped")
}

func cancels(t *testing.T, p Provider) {
	ref := open(t, p).Ref
	for range 2 {
		got, err := p.Cancel(t.Context(), ref)
		require.NoError(t, err)
		require.Equal(t, checkout.PaymentCancelled, got.State)
	}
	p.Pay(t, ref)
	require.Equal(t, checkout.PaymentCancelled, at(t, p, ref))
}

func cancelsTooLate(t *testing.T, p Provider) {
	ref := open(t, p).Ref
	p.Pay(t, ref)
	got, err := p.Cancel(t.Context(), ref)
	require.NoError(t, err)
	require.Equal(t, checkout.PaymentSucceeded, got.State)
}

func refundsOnce(t *testing.T, p Provider) {
	ref := open(t, p).Ref
	p.Pay(t, ref)
	r := checkout.NewRefund{ID: uuid.Must(uuid.NewV7()), Ref: ref, Amount: money.Of(5000, "CNY")}
	first, err := p.Refund(t.Context(), r)
	require.NoError(t, err)
	again, err := p.Refund(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Equal(t, int64(5000), p.Refunded(t, ref))
	r.ID, r.Amount.Amount = uuid.Must(uuid.NewV7()), 7880
	_, err = p.Refund(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, int64(12880), p.Refunded(t, ref))
}

func refundsNoMore(t *testing.T, p Provider) {
	ref := open(t, p).Ref
	r := checkout.NewRefund{ID: uuid.Must(uuid.NewV7()), Ref: ref, Amount: price}
	_, err := p.Refund(t.Context(), r)
	require.Error(t, err, "nothing was paid")
	p.Pay(t, ref)
	r.ID, r.Amount.Amount = uuid.Must(uuid.NewV7()), price.Amount+1
	_, err = p.Refund(t.Context(), r)
	require.Error(t, err)
	require.Zero(t, p.Refunded(t, ref))
}

func unknown(t *testing.T, p Provider) {
	for _, call := range []func(ctx context.Context, ref string) (checkout.ProviderPayment, error){p.Retrieve, p.Cancel} {
		_, err := call(t.Context(), "no_such_payment")
		require.Equal(t, errs.NotFound, errs.CodeOf(err), "%v", err)
	}
}

func events(t *testing.T, p Provider) {
	ref := open(t, p).Ref
	header, body := p.SignedEvent(t, "evt_1", ref)
	got, err := p.ParseWebhook(header, body)
	require.NoError(t, err)
	require.Equal(t, "evt_1", got.ID)
	require.Equal(t, ref, got.Ref)
	require.NotEmpty(t, got.Kind)
	for name, forged := range map[string]func() (http.Header, []byte){
		"no signature":    func() (http.Header, []byte) { return http.Header{}, body },
		"another body":    func() (http.Header, []byte) { return header, append([]byte(" "), body...) },
		"an empty body":   func() (http.Header, []byte) { return header, nil },
		"another's event": func() (http.Header, []byte) { h, _ := p.SignedEvent(t, "evt_2", ref); return h, body },
	} {
		h, b := forged()
		_, err := p.ParseWebhook(h, b)
		require.ErrorIs(t, err, checkout.ErrForged, name)
	}
}
