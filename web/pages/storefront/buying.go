package storefront

import (
	"encoding/base64"
	"errors"
	"net/mail"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"countyfair/checkout"
	"countyfair/internal/errs"
	"countyfair/shipping"
	"countyfair/web/middleware"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
)

// emailCookie keeps a guest's address between the steps of a purchase; it goes
// to the pages of the checkout alone.
const (
	emailCookie = "receipt"
	emailLife   = 2 * 3600 // seconds
	longestMail = 254
)

// checkout is the page of three steps. The address of a quote shows the second
// and third; without one the first is open.
func (h handlers) checkout(c *fiber.Ctx) error {
	id, err := uuid.Parse(c.Query("quote"))
	if err != nil {
		return h.askAddress(c, nil)
	}
	q, err := h.Checkout.FindQuote(c.UserContext(), page.Who(c), id, cartToken(c))
	if errs.CodeOf(err) == errs.NotFound {
		return page.See(c, ui.CheckoutPath)
	} else if err != nil {
		return err
	}
	switch {
	case q.Placed: // the back button: it has been bought
		return h.place(c, id, "")
	case c.Query("edit") != "":
		return h.askAddress(c, &q.Address)
	case q.Stale || !q.ExpiresAt.After(h.Kit.Clock.Now()):
		return h.renew(c, q.Quote, "flash.prices_renewed")
	case h.needsEmail(c):
		return h.askAddress(c, &q.Address)
	}
	return h.drawQuote(c, fiber.StatusOK, q.Quote, ui.Form{})
}

func (h handlers) needsEmail(c *fiber.Ctx) bool {
	return !page.Who(c).SignedIn() && h.email(c) == ""
}

// email is what a guest gave in this purchase.
func (h handlers) email(c *fiber.Ctx) string {
	raw, err := base64.RawURLEncoding.DecodeString(c.Cookies(emailCookie))
	if err != nil || !goodEmail(string(raw)) {
		return ""
	}
	return string(raw)
}

func goodEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && len(s) <= longestMail
}

// askAddress opens the first step, with what is known filled in: the address
// of the quote that is edited, of the last order, or the place chosen.
func (h handlers) askAddress(c *fiber.Ctx, known *shipping.Address) error {
	if known == nil {
		last, err := h.Checkout.LastAddress(c.UserContext(), page.Who(c))
		if err != nil {
			return err
		}
		if last.Country == "" {
			p := placeOf(c)
			last.Country, last.AdminArea = p.country, p.name(h.reader(c))
		}
		known = &last
	}
	f := ui.Form{Values: map[string]string{
		"name": known.Name, "phone": known.Phone, "country": known.Country, "postal_code": known.PostalCode,
		"admin_area": known.AdminArea, "city": known.City, "district": known.District, "line1": known.Line1, "line2": known.Line2, "email": h.email(c),
	}}
	return h.drawAddress(c, fiber.StatusOK, f)
}

func (h handlers) drawAddress(c *fiber.Ctx, status int, f ui.Form) error {
	r := h.reader(c)
	cart, err := h.currentCart(c)
	if err != nil {
		return err
	}
	if len(cart.Lines) == 0 {
		return page.See(c, ui.CartPath)
	}
	zones, err := h.Counties.Directory().Zones(c.UserContext(), r.county.ID)
	if err != nil {
		return err
	}
	v := CheckoutView{
		Frame: h.ownFrame(c, r.w.T("checkout.title")), Stage: StageAddress, AddressAction: addressPath, AskEmail: !page.Who(c).SignedIn(),
		Address: ui.Address{Form: f, Country: r.county.Country}, Farms: settled(r.farms(c, cart.Lines)), Total: cart.Subtotal,
	}
	if s := f.Value("country"); s != "" {
		v.Address.Country = s
	}
	v.Address.Regions = r.regions(v.Address.Country, f.Value("admin_area"))
	for _, code := range countries(r.county, zones) {
		v.Address.Countries = append(v.Address.Countries, ui.Option{Value: code, Label: countryName(r, code), Chosen: code == v.Address.Country})
	}
	return page.Render(c, status, Checkout(v))
}

// regions are a country's divisions to choose from. A first, empty choice keeps
// people from sending to whichever happens to stand on top.
func (r reader) regions(country, chosen string) []ui.Option {
	list := r.areas(country)
	if len(list) == 0 {
		return nil
	}
	written := map[string]string{} // as a parcel's label has it: in China's own script
	for _, a := range shipping.Areas(country, true) {
		written[a.Code] = a.Name
	}
	code := shipping.AreaCode(country, chosen)
	out := []ui.Option{{Label: r.w.T("place.choose_region"), Chosen: code == ""}}
	for _, a := range list {
		out = append(out, ui.Option{Value: written[a.Code], Label: a.Name, Chosen: a.Code == code})
	}
	return out
}

// settled are farms whose lines are only looked at.
func settled(farms []ui.Farm) []ui.Farm {
	for i := range farms {
		for j := range farms[i].Lines {
			farms[i].Lines[j].Step = nil
		}
	}
	return farms
}

// ownCities are the divisions of China that are a city each, so that none need
// be named within.
var ownCities = map[string]bool{"CN-BJ": true, "CN-TJ": true, "CN-SH": true, "CN-CQ": true, "CN-HK": true, "CN-MO": true}

// giveAddress takes the first step: with the address the prices are final.
func (h handlers) giveAddress(c *fiber.Ctx) error {
	in := page.Read(c)
	if !page.Who(c).SignedIn() {
		if in.Require("email"); !in.Bad() && !goodEmail(in.Text("email")) {
			in.Fail("email", "error.field_not_an_email")
		}
	}
	address := shipping.Address{
		Name: in.Text("name"), Phone: in.Text("phone"), Country: in.Text("country"), PostalCode: in.Text("postal_code"),
		AdminArea: in.Text("admin_area"), City: in.Text("city"), District: in.Text("district"), Line1: in.Text("line1"), Line2: in.Text("line2"),
	}
	if address.Country == "" {
		address.Country = page.County(c).Country
	}
	if len(shipping.Areas(address.Country, false)) > 0 && address.Area() == "" { // what it costs depends on it
		in.Fail("admin_area", "error.field_required_admin_area")
	}
	if address.City == "" && !ownCities[address.Area()] {
		in.Fail("city", "error.field_required_city")
	}
	if _, err := address.Clean(""); in.Refuse(err) || in.Bad() { // all faults at once
		return h.drawAddress(c, fiber.StatusUnprocessableEntity, in.Form())
	}
	cart, err := h.currentCart(c)
	if err != nil {
		return err
	}
	if cart.ID == uuid.Nil {
		return page.See(c, ui.CartPath)
	}
	q, err := h.Checkout.Quote(c.UserContext(), page.Who(c), checkout.QuoteRequest{Cart: cart.ID, Token: cartToken(c), Address: address})
	if errors.Is(err, errs.New(errs.Conflict, "cart_empty", "")) {
		return page.See(c, ui.CartPath)
	} else if in.Refuse(err) {
		return h.drawAddress(c, fiber.StatusUnprocessableEntity, in.Form())
	} else if err != nil {
		return err
	}
	place{country: address.Country, area: address.Area()}.keep(c)
	if !page.Who(c).SignedIn() {
		middleware.CookieAt(c, ui.CheckoutPath, emailCookie, base64.RawURLEncoding.EncodeToString([]byte(in.Text("email"))), emailLife)
	}
	return page.See(c, quoteURL(q.ID))
}

func quoteURL(id uuid.UUID) string { return ui.CheckoutPath + "?quote=" + id.String() }

// chooseTravel takes the second step: the same address, sent another way.
func (h handlers) chooseTravel(c *fiber.Ctx) error {
	in := page.Read(c)
	q, err := h.heldQuote(c, in)
	if err != nil {
		return err
	}
	if in.Text("shipping_option") == q.ShippingOption {
		return page.See(c, quoteURL(q.ID))
	}
	q.ShippingOption = in.Text("shipping_option")
	return h.renew(c, q.Quote, "")
}

// heldQuote is the quote that a form is about.
func (h handlers) heldQuote(c *fiber.Ctx, in *page.Input) (checkout.HeldQuote, error) {
	id, err := uuid.Parse(in.Text("quote_id"))
	if err != nil {
		return checkout.HeldQuote{}, errs.NotFoundOf("quote")
	}
	return h.Checkout.FindQuote(c.UserContext(), page.Who(c), id, cartToken(c))
}

// renew asks for the prices of this moment, for the same cart and address, and
// shows them with a word on why.
func (h handlers) renew(c *fiber.Ctx, old checkout.Quote, why string) error {
	q, err := h.Checkout.Quote(c.UserContext(), page.Who(c), checkout.QuoteRequest{Cart: old.CartID, Token: cartToken(c), Address: old.Address, ShippingOption: old.ShippingOption})
	switch errs.CodeOf(err) {
	case errs.Invalid, errs.NotFound, errs.Conflict:
		if err != nil {
			return page.See(c, ui.CartPath)
		}
	default:
		if err != nil {
			return err
		}
	}
	if why != "" {
		page.Say(c, "warn", why)
	}
	return page.See(c, quoteURL(q.ID))
}

// placeOrder takes the third step.
func (h handlers) placeOrder(c *fiber.Ctx) error {
	in := page.Read(c)
	id, err := uuid.Parse(in.Text("quote_id"))
	if err != nil {
		return page.See(c, ui.CheckoutPath)
	}
	if h.needsEmail(c) {
		return page.See(c, quoteURL(id)+"&edit=1")
	}
	return h.place(c, id, in.Text("payment_method"))
}

// place makes the order of a quote, or finds the one that was made of it, and
// leads on to pay: pressed twice, it does the same.
func (h handlers) place(c *fiber.Ctx, quote uuid.UUID, method string) error {
	placed, err := h.Checkout.Place(c.UserContext(), page.Who(c), checkout.PlaceRequest{Quote: quote, Token: cartToken(c), Email: h.email(c), Payment: method})
	if err != nil {
		return h.notPlaced(c, quote, err)
	}
	if placed.State == checkout.GroupPending && placed.Payment.RedirectURL != "" && placed.Payment.State != checkout.PaymentProcessing {
		return page.See(c, placed.Payment.RedirectURL)
	}
	return page.See(c, ResultPath(placed.GuestLink))
}

// notPlaced shows why there is no order. Where prices or stock have moved on,
// the page comes back as things stand now.
func (h handlers) notPlaced(c *fiber.Ctx, quote uuid.UUID, refusal error) error {
	var e *errs.Error
	if !errors.As(refusal, &e) {
		return refusal
	}
	switch e.Code {
	case errs.NotFound:
		return page.See(c, ui.CheckoutPath)
	case errs.Gone, errs.Conflict:
		q, err := h.Checkout.FindQuote(c.UserContext(), page.Who(c), quote, cartToken(c))
		if err != nil {
			return refusal
		}
		return h.renew(c, q.Quote, "flash.prices_renewed")
	case errs.Invalid:
		q, err := h.Checkout.FindQuote(c.UserContext(), page.Who(c), quote, cartToken(c))
		if err != nil {
			return refusal
		}
		in := page.Read(c)
		in.Refuse(refusal)
		return h.drawQuote(c, fiber.StatusUnprocessableEntity, q.Quote, in.Form())
	default:
		return refusal
	}
}
