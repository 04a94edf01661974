// Package stripe is a checkout.PaymentProvider by Stripe: PaymentIntents with
// automatic payment methods, refunds and signed events, at the API version that
// stripe-go v79 pins (2024-06-20). A webhook endpoint must be made at that
// version, else its events are refused.
package stripe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	sdk "github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/client"
	"github.com/stripe/stripe-go/v79/webhook"

	"countyfair/checkout"
	"countyfair/internal/money"
)

// Name of the provider.
const Name = "stripe"

// Options of the adapter.
type Options struct {
	Key           string // secret key
	WebhookSecret string // signing secret of the endpoint
	URL           string // another address of the API, for tests; empty: Stripe's own
	// Page is our page for paying a payment, by our id of it and the path to
	// come back to; nil: there is none, the client secret is all.
	Page    func(payment, back string) string
	Retries int64 // of a call that was not answered; each under one idempotency key
}

// Provider is Stripe.
type Provider struct {
	api    *client.API
	secret string
	page   func(payment, back string) string
}

var _ checkout.Grid = (*Provider)(nil)

// patience is how long one call may take.
const patience = 20 * time.Second

// New makes the adapter. The key is this adapter's own, never the package's.
func New(o Options) *Provider {
	cfg := &sdk.BackendConfig{MaxNetworkRetries: new(o.Retries), HTTPClient: &http.Client{Timeout: patience}, LeveledLogger: &sdk.LeveledLogger{Level: sdk.LevelNull}}
	if o.URL != "" {
		cfg.URL = new(o.URL)
	}
	backend := sdk.GetBackendWithConfig(sdk.APIBackend, cfg)
	return &Provider{client.New(o.Key, &sdk.Backends{API: backend, Connect: backend, Uploads: backend}), o.WebhookSecret, o.Page}
}

// Name is "stripe".
func (*Provider) Name() string { return Name }

// Create opens a PaymentIntent. Our payment's id is the idempotency key.
func (p *Provider) Create(ctx context.Context, n checkout.NewPayment) (checkout.ProviderPayment, error) {
	amount, err := toStripe(n.Amount)
	if err != nil {
		return checkout.ProviderPayment{}, err
	}
	params := &sdk.PaymentIntentParams{
		Amount: new(amount), Currency: new(lower(n.Amount.Currency)), Description: new(n.Description),
		AutomaticPaymentMethods: &sdk.PaymentIntentAutomaticPaymentMethodsParams{Enabled: new(true)},
	}
	params.Context = ctx
	params.SetIdempotencyKey("payment-" + n.ID.String())
	params.AddMetadata("payment_id", n.ID.String())
	params.AddMetadata("back", back(n.ReturnURL))
	if n.Email != "" {
		params.ReceiptEmail = new(n.Email)
	}
	intent, err := p.api.PaymentIntents.New(params)
	return p.payment(intent, err)
}

// Retrieve asks where the PaymentIntent stands.
func (p *Provider) Retrieve(ctx context.Context, ref string) (checkout.ProviderPayment, error) {
	params := &sdk.PaymentIntentParams{}
	params.Context = ctx
	return p.payment(p.api.PaymentIntents.Get(ref, params))
}

// Cancel closes the PaymentIntent; one that cannot be cancelled any more is told as it stands.
func (p *Provider) Cancel(ctx context.Context, ref string) (checkout.ProviderPayment, error) {
	params := &sdk.PaymentIntentCancelParams{}
	params.Context = ctx
	params.SetIdempotencyKey("cancel-" + ref)
	got, err := p.payment(p.api.PaymentIntents.Cancel(ref, params))
	var e *sdk.Error
	if errors.As(err, &e) && e.Code == sdk.ErrorCodePaymentIntentUnexpectedState {
		return p.Retrieve(ctx, ref)
	}
	return got, err
}

// Refund gives money back. Our refund's id is the idempotency key.
func (p *Provider) Refund(ctx context.Context, r checkout.NewRefund) (checkout.ProviderRefund, error) {
	amount, err := toStripe(r.Amount)
	if err != nil {
		return checkout.ProviderRefund{}, err
	}
	params := &sdk.RefundParams{PaymentIntent: new(r.Ref), Amount: new(amount)}
	params.Context = ctx
	params.SetIdempotencyKey("refund-" + r.ID.String())
	params.AddMetadata("refund_id", r.ID.String())
	got, err := p.api.Refunds.New(params)
	if err != nil {
		return checkout.ProviderRefund{}, refusal(err)
	}
	return checkout.ProviderRefund{Ref: got.ID}, nil
}

// ParseWebhook checks an event's signature, age and API version.
func (p *Provider) ParseWebhook(header http.Header, body []byte) (checkout.Event, error) {
	e, err := webhook.ConstructEvent(body, header.Get("Stripe-Signature"), p.secret)
	if err != nil {
		return checkout.Event{}, checkout.ErrForged.Because(err)
	}
	out := checkout.Event{ID: e.ID, Kind: string(e.Type)}
	if e.Data == nil {
		return out, nil
	}
	switch object := e.Data.Object; object["object"] {
	case "payment_intent":
		out.Ref, _ = object["id"].(string)
	default: // a charge, a refund or a dispute names its payment
		out.Ref, _ = object["payment_intent"].(string)
	}
	return out, nil
}

func (p *Provider) payment(intent *sdk.PaymentIntent, err error) (checkout.ProviderPayment, error) {
	if err != nil {
		return checkout.ProviderPayment{}, refusal(err)
	}
	out := checkout.ProviderPayment{Ref: intent.ID, State: state(intent), Amount: fromStripe(intent.Amount, string(intent.Currency)), ClientSecret: intent.ClientSecret}
	if intent.LastPaymentError != nil && out.State == checkout.PaymentFailed {
		out.Failure = string(intent.LastPaymentError.Code)
		if intent.LastPaymentError.DeclineCode != "" {
			out.Failure = string(intent.LastPaymentError.DeclineCode)
		}
	}
	if p.page != nil && (out.State == checkout.PaymentNeedsAction || out.State == checkout.PaymentFailed) {
		out.RedirectURL = p.page(intent.Metadata["payment_id"], intent.Metadata["back"])
	}
	return out, nil
}

// back is the path and query of an address of ours.
func back(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.RequestURI()
}

// state is where the PaymentIntent stands in our words. A declined one waits
// for another payment method; its last error tells it from a new one.
func state(intent *sdk.PaymentIntent) checkout.PaymentState {
	switch intent.Status {
	case sdk.PaymentIntentStatusSucceeded:
		return checkout.PaymentSucceeded
	case sdk.PaymentIntentStatusProcessing, sdk.PaymentIntentStatusRequiresCapture:
		return checkout.PaymentProcessing
	case sdk.PaymentIntentStatusCanceled:
		return checkout.PaymentCancelled
	case sdk.PaymentIntentStatusRequiresPaymentMethod:
		if intent.LastPaymentError != nil {
			return checkout.PaymentFailed
		}
	case sdk.PaymentIntentStatusRequiresAction, sdk.PaymentIntentStatusRequiresConfirmation:
	}
	return checkout.PaymentNeedsAction
}

func refusal(err error) error {
	var e *sdk.Error
	if errors.As(err, &e) && e.HTTPStatusCode == http.StatusNotFound {
		return checkout.ErrUnknownPayment.Because(err)
	}
	return fmt.Errorf("stripe: %w", err)
}

func fromStripe(amount int64, currency string) money.Money {
	code := upper(currency)
	for range max(0, stripeExponent(code)-money.Exponent(code)) {
		amount /= 10
	}
	return money.Of(amount, code)
}
