package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"countyfair/checkout"
	"countyfair/internal/actor"
	"countyfair/web/middleware"
)

// Decide settles a sandbox payment as the buyer would on the provider's page.
type Decide func(ctx context.Context, ref, outcome string) (checkout.ProviderPayment, error)

// PaymentStatus is where a payment stands.
type PaymentStatus struct {
	PaymentID uuid.UUID `json:"payment_id"`
	Status    string    `json:"status"`
}

// RegisterSandbox adds the operation that stands for the sandbox's page.
func RegisterSandbox(a *API, s *checkout.Service, decide Decide) {
	Handle(a, Op{ID: "confirm-sandbox-payment", Method: http.MethodPost, Path: "/payments/{payment_id}/sandbox", Tag: "payments", Access: Anyone, Summary: "Settle a sandbox payment (no money moves)"},
		func(ctx context.Context, who actor.Actor, in *struct {
			PaymentID uuid.UUID `path:"payment_id"`
			Body      struct {
				Outcome string `json:"outcome" enum:"succeed,decline,delay"`
			}
		},
		) (*Body[PaymentStatus], error) {
			p, err := s.ConfirmPayment(ctx, who, in.PaymentID, func(ctx context.Context, ref string) (checkout.ProviderPayment, error) {
				return decide(ctx, ref, in.Body.Outcome)
			})
			if err != nil {
				return nil, err
			}
			return Answer(PaymentStatus{p.ID, string(p.State)}), nil
		})
}

// RegisterWebhook adds the address that a provider sends its events to, on any
// host: the county is found by our own record of the payment.
func RegisterWebhook(a *API, s *checkout.Service, provider string) {
	Handle(a, Op{
		ID: provider + "-webhook", Method: http.MethodPost, Path: "/webhooks/" + provider, Tag: "payments", Access: Provider, Status: 204, NoKey: true, Elsewhere: true,
		MaxBody: middleware.SmallBody, Summary: "Events of " + provider + ", known by their signature",
	},
		func(ctx context.Context, _ actor.Actor, in *struct {
			Signature string `header:"Stripe-Signature"`
			RawBody   []byte
		},
		) (*none, error) {
			header := http.Header{}
			header.Set("Stripe-Signature", in.Signature)
			return &none{}, s.ReceiveWebhook(ctx, provider, header, in.RawBody)
		})
}
