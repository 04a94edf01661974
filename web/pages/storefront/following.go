package storefront

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"countyfair/checkout"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
)

// ResultPath is where a buyer comes back to from a provider's page, made of the
// path by which the order is followed.
func ResultPath(order string) string {
	path, query, ok := strings.Cut(order, "?")
	if !ok {
		return path + "/result"
	}
	return path + "/result?" + query
}

// key is what a buyer without an account brings.
func key(c *fiber.Ctx) checkout.Credentials {
	return checkout.Credentials{CartToken: cartToken(c), OrderToken: c.Query("t")}
}

// orderURL is an order's page, with the key that opened this one.
func orderURL(c *fiber.Ctx, number, more string) string {
	return with(orderPath+number+more, nil, "t", c.Query("t"))
}

// found is the order of the address, for whom it is to be seen.
func (h handlers) found(c *fiber.Ctx) (checkout.Order, error) {
	return h.Checkout.GetOrderByNumber(c.UserContext(), page.Who(c), c.Params("number"), key(c))
}

// upToDate is that order after a look at its payment, where one is awaited: the
// provider may know more than we were told.
func (h handlers) upToDate(c *fiber.Ctx) (checkout.Order, error) {
	o, err := h.found(c)
	if err != nil || o.State != checkout.Pending {
		return o, err
	}
	if _, err := h.Checkout.ConfirmPayment(c.UserContext(), page.Who(c), o.Payment.ID, nil); err != nil {
		h.Log.WarnContext(c.UserContext(), "payment not looked up", "payment", o.Payment.ID, "error", err)
		return o, nil
	}
	return h.found(c)
}

// privately keeps the address, which may hold a key, from going elsewhere.
func privately(c *fiber.Ctx) {
	c.Set("Referrer-Policy", "no-referrer")
	c.Set(fiber.HeaderCacheControl, "private, no-store")
}

// order is one order, for its buyer, its seller or an officer.
func (h handlers) order(c *fiber.Ctx) error {
	o, err := h.upToDate(c)
	if err != nil {
		return err
	}
	siblings, err := h.Checkout.Siblings(c.UserContext(), page.Who(c), o)
	if err != nil {
		return err
	}
	privately(c)
	return page.Render(c, fiber.StatusOK, Order(h.orderView(c, o, siblings)))
}

func (h handlers) orderView(c *fiber.Ctx, o checkout.Order, siblings []checkout.PlacedOrder) OrderView {
	r := h.reader(c)
	v := OrderView{
		Frame: h.ownFrame(c, r.w.T("order.title", "Number", o.Number)), Number: o.Number, Status: ui.Status{Of: "order", Code: string(o.State)},
		Headline: r.w.T("order.headline." + string(o.State)), Lead: r.w.T("order.lead."+string(o.State), "Seller", r.in(o.Seller.Names)), Moving: o.State == checkout.Shipped, Path: r.way(o),
		Farm: r.bought(o), Sums: r.sums(o.Amounts), Total: o.Amounts.Total, Address: r.address(o.Address), Placed: r.w.DateTime(o.CreatedAt, r.county.TimeZone),
		Payment: ui.Status{Of: "payment", Code: string(o.Payment.State)}, Guest: !page.Who(c).SignedIn() && c.Query("t") != "",
	}
	if o.Shipment != nil {
		v.Parcel = &Parcel{Carrier: o.Shipment.Carrier, Number: o.Shipment.TrackingNumber}
	}
	for _, s := range siblings {
		if s.Number != o.Number {
			v.Siblings = append(v.Siblings, ui.Link{Label: r.in(s.Seller.Names), URL: orderURL(c, s.Number, "")})
		}
	}
	if o.May.Pay {
		v.PayURL = o.Payment.RedirectURL
	}
	if o.May.Cancel {
		v.CancelAction = orderURL(c, o.Number, "/cancel")
	}
	if o.May.Confirm {
		v.ConfirmAction = orderURL(c, o.Number, "/confirm")
	}
	return v
}

func (r reader) bought(o checkout.Order) ui.Farm {
	f := ui.Farm{Maker: ui.Maker{Name: r.in(o.Seller.Names), URL: sellersPath + "/" + o.Seller.Slug}}
	for _, l := range o.Lines {
		line := ui.Line{Title: r.in(l.Title), Pack: r.w.T("order.pieces", "Pack", r.in(l.VariantTitle), "Number", l.Quantity), Picture: small(l.Picture, calmHue), Total: l.Total}
		if l.Slug != "" {
			line.URL = productPath + l.Slug
		}
		f.Lines = append(f.Lines, line)
	}
	return f
}

// stations of an order that goes well, each with its drawing.
var stations = []struct {
	state checkout.OrderState
	icon  string
}{{checkout.Pending, "cart"}, {checkout.Paid, "check"}, {checkout.Shipped, "truck"}, {checkout.Delivered, "home"}}

// way is the order's way: what has happened, with its time, and what is ahead.
func (r reader) way(o checkout.Order) []ui.PathStep {
	at := map[checkout.OrderState]time.Time{}
	notes := map[checkout.OrderState]string{}
	for _, e := range o.History {
		switch e.Note {
		case "":
			if at[e.State].IsZero() {
				at[e.State] = e.At
			}
		case "refunded", "late_payment":
			notes[e.State] = r.w.T("order.note." + e.Note)
		default: // why it was cancelled, in somebody's own words
			at[e.State], notes[e.State] = e.At, e.Note
		}
	}
	var out []ui.PathStep
	for _, s := range stations {
		step := ui.PathStep{Icon: s.icon, Title: r.w.T("order.step." + string(s.state)), At: at[s.state], TZ: r.county.TimeZone, Note: notes[s.state]}
		switch {
		case s.state == o.State:
			step.Phase = ui.Here
		case step.At.IsZero() && ended(o.State):
			continue
		case step.At.IsZero():
			step.Phase = ui.Ahead
		}
		if s.state == checkout.Shipped && o.Shipment != nil {
			step.Note = joined(o.Shipment.Carrier, o.Shipment.TrackingNumber)
		}
		out = append(out, step)
	}
	if ended(o.State) {
		out = append(out, ui.PathStep{Icon: "close", Title: r.w.T("status.order." + string(o.State)), At: at[o.State], TZ: r.county.TimeZone, Note: notes[o.State], Phase: ui.Halted})
	}
	return out
}

// ended reports whether the way broke off.
func ended(s checkout.OrderState) bool { return s == checkout.Cancelled || s == checkout.Expired }

func (h handlers) cancelOrder(c *fiber.Ctx) error {
	o, err := h.found(c)
	if err != nil {
		return err
	}
	reason := page.Read(c).Text("reason")
	if _, err := h.Checkout.Cancel(c.UserContext(), page.Who(c), o.ID, key(c), reason); h.sayRefused(c, err) {
		return page.See(c, orderURL(c, o.Number, ""))
	} else if err != nil {
		return err
	}
	return page.Done(c, orderURL(c, o.Number, ""), "flash.order_cancelled")
}

func (h handlers) confirmOrder(c *fiber.Ctx) error {
	o, err := h.found(c)
	if err != nil {
		return err
	}
	if _, err := h.Checkout.ConfirmDelivery(c.UserContext(), page.Who(c), o.ID, key(c)); h.sayRefused(c, err) {
		return page.See(c, orderURL(c, o.Number, ""))
	} else if err != nil {
		return err
	}
	return page.Done(c, orderURL(c, o.Number, ""), "flash.order_confirmed")
}

// result is where a buyer comes back to from paying: what came of it.
func (h handlers) result(c *fiber.Ctx) error {
	o, err := h.upToDate(c)
	if err != nil {
		return err
	}
	siblings, err := h.Checkout.Siblings(c.UserContext(), page.Who(c), o)
	if err != nil {
		return err
	}
	r := h.reader(c)
	v := ResultView{Frame: h.ownFrame(c, r.w.T("result.title")), Outcome: outcome(o), Total: o.Payment.Amount, GoOn: o.Payment.RedirectURL, Email: o.Email, Account: !page.Who(c).SignedIn()}
	v.Frame.Canonical = absolute(c, orderURL(c, o.Number, "/result"))
	if v.Outcome == Declined {
		v.Reason, _ = r.w.Try("decline." + o.Payment.Failure)
	}
	for _, s := range siblings {
		v.Orders = append(v.Orders, ResultOrder{Number: s.Number, Seller: r.in(s.Seller.Names), URL: orderURL(c, s.Number, ""), Total: s.Total, Status: ui.Status{Of: "order", Code: string(s.State)}})
	}
	privately(c)
	return page.Render(c, fiber.StatusOK, Result(v))
}

// outcome is what came of a payment, as its buyer sees it.
func outcome(o checkout.Order) Outcome {
	switch {
	case o.State == checkout.Expired, o.State == checkout.Cancelled && o.Payment.State != checkout.PaymentSucceeded:
		return TooLate
	case o.State != checkout.Pending:
		return Paid
	case o.Payment.State == checkout.PaymentFailed:
		return Declined
	case o.Payment.State == checkout.PaymentNeedsAction && o.Payment.RedirectURL != "":
		return Asked
	}
	return Waiting
}
