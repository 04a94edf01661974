package pay

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"countyfair/checkout"
	"countyfair/internal/errs"
	"countyfair/internal/money"
	"countyfair/web/pages/page"
	"countyfair/web/scope"
)

const cardRoot = "/pay/card/"

// CardPath is our page on which a buyer pays by Stripe: our id of the payment,
// and the path to come back to.
func CardPath(payment, back string) string {
	return cardRoot + payment + "?to=" + url.QueryEscape(back)
}

// CardView is the page on which Stripe's own form stands.
type CardView struct {
	Merchant string
	Total    money.Money
	Key      string // publishable
	Secret   string // of this payment alone
	Return   string // absolute: Stripe sends the buyer there
	Back     string
}

// Cards is the page of Stripe's form.
type Cards struct {
	Key      string // publishable
	Checkout *checkout.Service
}

// RegisterCards mounts it.
func RegisterCards(r fiber.Router, d Cards) { r.Get(cardRoot+":id", d.look) }

// cardPolicy lets Stripe's script and frames in, on this page alone.
var cardPolicy = strings.Join([]string{
	"default-src 'none'", "script-src 'self' https://js.stripe.com", "frame-src https://js.stripe.com https://hooks.stripe.com", "connect-src 'self' https://api.stripe.com",
	"style-src 'self'", "img-src 'self' https://*.stripe.com", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
}, "; ")

func (d Cards) look(c *fiber.Ctx) error {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return errs.NotFoundOf("payment")
	}
	p, err := d.Checkout.ConfirmPayment(c.UserContext(), page.Who(c), id, nil)
	if err != nil {
		return err
	}
	back := page.Local(c.Query("to"), "/")
	if p.ClientSecret == "" || (p.State != checkout.PaymentNeedsAction && p.State != checkout.PaymentFailed) {
		return page.See(c, back)
	}
	c.Set("Content-Security-Policy", cardPolicy)
	c.Set("Referrer-Policy", "no-referrer")
	c.Set(fiber.HeaderCacheControl, "no-store")
	return page.Render(c, fiber.StatusOK, Card(CardView{
		Merchant: page.Face(page.County(c), page.Words(c).Lang()).Name, Total: p.Amount, Key: d.Key, Secret: p.ClientSecret,
		Return: scope.From(c.UserContext()).Origin + back, Back: back,
	}))
}
