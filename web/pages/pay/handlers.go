package pay

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"countyfair/checkout"
	"countyfair/internal/errs"
	"countyfair/internal/money"
	"countyfair/web/pages/page"
)

const root = "/pay/sandbox/"

// PagePath is where the sandbox's page for a payment stands, by the provider's
// reference of it.
func PagePath(ref string) string { return root + ref }

// Payment is a payment as the provider's own book has it.
type Payment struct {
	Ref         string
	Amount      money.Money
	Description string
	ReturnURL   string // where the buyer goes afterwards
	State       checkout.PaymentState
}

// Deps is what the page stands on: the provider's book, and the shop that is
// told what the buyer chose.
type Deps struct {
	Look     func(ctx context.Context, ref string) (Payment, error)
	Decide   func(ctx context.Context, ref, outcome string) (checkout.ProviderPayment, error)
	Checkout *checkout.Service
}

type handlers struct{ Deps }

// Register mounts the page.
func Register(r fiber.Router, d Deps) {
	h := handlers{d}
	r.Get(root+":ref", h.look)
	r.Post(root+":ref", h.decide)
}

// find is the payment of the address, where it is one of this county.
func (h handlers) find(c *fiber.Ctx) (Payment, uuid.UUID, error) {
	missing := errs.NotFoundOf("payment")
	digits, ok := strings.CutPrefix(c.Params("ref"), "sbx_")
	id, err := uuid.Parse(digits)
	if !ok || err != nil {
		return Payment{}, uuid.Nil, missing
	}
	// The provider's book is of all counties; the shop knows whose it is.
	if _, err := h.Checkout.ConfirmPayment(c.UserContext(), page.Who(c), id, nil); err != nil {
		return Payment{}, uuid.Nil, err
	}
	p, err := h.Look(c.UserContext(), c.Params("ref"))
	return p, id, err
}

func (h handlers) look(c *fiber.Ctx) error {
	p, _, err := h.find(c)
	if err != nil {
		return err
	}
	w, county := page.Words(c), page.County(c)
	v := View{Merchant: page.Face(county, w.Lang()).Name, Number: p.Description, Payment: p.Ref, Total: p.Amount, Action: PagePath(p.Ref), Asking: c.Query("asking") != "", Back: p.ReturnURL}
	switch p.State {
	case checkout.PaymentSucceeded, checkout.PaymentProcessing, checkout.PaymentCancelled:
		v.Done = w.T("pay.done." + string(p.State))
	case checkout.PaymentCreated, checkout.PaymentNeedsAction, checkout.PaymentFailed:
	}
	c.Set("Referrer-Policy", "no-referrer")
	c.Set(fiber.HeaderCacheControl, "no-store")
	return page.Render(c, fiber.StatusOK, Sandbox(v))
}

func (h handlers) decide(c *fiber.Ctx) error {
	p, id, err := h.find(c)
	if err != nil {
		return err
	}
	outcome := page.Read(c).Text("outcome")
	if outcome == "needs_action" {
		return page.See(c, PagePath(p.Ref)+"?asking=1")
	}
	_, err = h.Checkout.ConfirmPayment(c.UserContext(), page.Who(c), id, func(ctx context.Context, ref string) (checkout.ProviderPayment, error) {
		return h.Decide(ctx, ref, outcome)
	})
	if errs.CodeOf(err) == errs.Invalid {
		return page.See(c, PagePath(p.Ref)) // a button that the page does not have
	} else if err != nil {
		return err
	}
	if p.ReturnURL == "" {
		return page.See(c, PagePath(p.Ref))
	}
	return page.See(c, p.ReturnURL)
}
