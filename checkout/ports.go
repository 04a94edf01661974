package checkout

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"countyfair/internal/errs"
	"countyfair/internal/money"
	"countyfair/tenants"
)

// PaymentProvider moves money. paymenttest.Exercise says what each adapter
// must do. Calls that change something carry a key of ours and may be repeated.
type PaymentProvider interface {
	// Name is how payments of this provider are marked: "sandbox", "stripe".
	Name() string
	// Create opens a payment. The same ID gives the same payment, however often.
	Create(ctx context.Context, p NewPayment) (ProviderPayment, error)
	// Retrieve tells where a payment stands now.
	Retrieve(ctx context.Context, ref string) (ProviderPayment, error)
	// Cancel closes a payment that has not succeeded, and tells where it stands
	// then: one that has succeeded or is on its way stays as it is, without an error.
	Cancel(ctx context.Context, ref string) (ProviderPayment, error)
	// Refund gives money back. The same ID gives it back once, however often.
	Refund(ctx context.Context, r NewRefund) (ProviderRefund, error)
	// ParseWebhook checks the signature of an event and reads of it only what is
	// needed to look the payment up. A forged event is ErrForged.
	ParseWebhook(header http.Header, body []byte) (Event, error)
}

// NewPayment is what a provider is asked to collect.
type NewPayment struct {
	ID          uuid.UUID // ours, and the idempotency key
	Amount      money.Money
	Description string
	Email       string
	ReturnURL   string // where the buyer comes back to
	IP          string // the buyer's, where the buyer is there
}

// ProviderPayment is where a payment stands at the provider.
type ProviderPayment struct {
	Ref          string
	State        PaymentState
	Amount       money.Money
	Failure      string // why it was declined, as a stable word; empty otherwise
	ClientSecret string
	RedirectURL  string
}

// NewRefund is money that a provider is asked to give back.
type NewRefund struct {
	ID     uuid.UUID // ours, and the idempotency key
	Ref    string    // of the payment
	Amount money.Money
}

// ProviderRefund is money given back.
type ProviderRefund struct{ Ref string }

// Event is what a provider's webhook told. Only the ids are used.
type Event struct {
	ID   string
	Kind string
	Ref  string // of the payment; empty where the event is about something else
}

// ErrForged is the refusal of an event whose signature is wrong or too old.
var ErrForged = errs.New(errs.Invalid, "webhook_signature", "The signature of this event is wrong.")

// ErrUnknownPayment says that the provider knows no such payment.
var ErrUnknownPayment = errs.New(errs.NotFound, "payment_not_found", "The provider knows no such payment.")

// Counties tells about the county a basket is bought in; tenants.Directory does.
type Counties interface {
	ByID(id uuid.UUID) (*tenants.County, error)
	Zones(ctx context.Context, county uuid.UUID) ([]tenants.Zone, error)
}
