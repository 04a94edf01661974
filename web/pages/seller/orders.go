package seller

import (
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"countyfair/checkout"
	"countyfair/internal/errs"
	"countyfair/sellers"
	"countyfair/shipping"
	"countyfair/tenants"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
	"countyfair/web/words"
)

var errOrderNotFound = errs.NotFoundOf("order")

// tabs are the states of orders that a seller tells apart; those to be sent first.
var tabs = []checkout.OrderState{checkout.Paid, checkout.Shipped, checkout.Delivered, checkout.Cancelled}

func (h handlers) orders(c *fiber.Ctx, _ *sellers.Seller) error {
	w := page.Words(c)
	state := checkout.OrderState(c.Query("state", string(checkout.Paid)))
	list, err := h.Orders.ListSales(c.UserContext(), page.Who(c), checkout.ListRequest{State: state, Cursor: c.Query("cursor")})
	if errs.CodeOf(err) == errs.Invalid {
		return page.See(c, ordersPath) // an address that we never gave out
	} else if err != nil {
		return err
	}
	frame, err := h.frame(c, ui.TabOrders, w.T("desk.orders"), "")
	if err != nil {
		return err
	}
	frame.Wide, frame.Say = true, w.T("say.orders", "Count", frame.Orders)
	v := OrdersView{Frame: frame, None: w.T("desk.none_" + string(state))}
	for _, s := range tabs {
		l := ui.Link{Label: w.T("desk.tab_" + string(s)), URL: ordersPath + "?state=" + string(s), Current: s == state}
		if s == checkout.Paid {
			l.URL = ordersPath
		}
		v.Tabs = append(v.Tabs, l)
	}
	if list.Next != "" {
		v.Next = ordersPath + "?" + url.Values{"state": {string(state)}, "cursor": {list.Next}}.Encode()
	}
	if v.Orders, err = h.orderCards(c, list.Items); err != nil {
		return err
	}
	return page.Render(c, fiber.StatusOK, Orders(v))
}

func (h handlers) orderCards(c *fiber.Ctx, list []checkout.OrderSummary) ([]OrderCard, error) {
	w, county, now := page.Words(c), page.County(c), h.Kit.Clock.Now()
	var pictures []uuid.UUID
	for i := range list {
		pictures = append(pictures, deref(list[i].Picture))
	}
	cut, err := h.Catalog.Cutouts(c.UserContext(), page.Who(c), pictures)
	if err != nil {
		return nil, err
	}
	out := make([]OrderCard, 0, len(list))
	for _, o := range list {
		what := o.First.In(w.Lang(), county.DefaultLanguage())
		if o.Lines > 1 {
			what = w.T("account.and_more", "First", what, "Count", o.Lines-1, "All", o.Lines)
		}
		id := deref(o.Picture)
		card := OrderCard{
			URL: ordersPath + "/" + o.Number, Status: ui.Status{Of: "order", Code: string(o.State)}, Total: o.Total, Picture: pictureOf(id, "", 85, cut[id]),
			Said: said(w, what, o.Pieces, o.City, o.Receiver), When: w.Ago(o.CreatedAt, now, county.TimeZone), Late: late(o.State, o.CreatedAt, now),
		}
		out = append(out, card)
	}
	return out, nil
}

// late reports whether a buyer has waited longer than they gladly do.
func late(s checkout.OrderState, since, now time.Time) bool {
	return s == checkout.Paid && now.Sub(since) > lateAfter
}

// said puts an order into a sentence: what, and where to.
func said(w *words.Words, what string, pieces int, city, name string) string {
	to := city
	if to == "" {
		to = name
	}
	return w.T("desk.order_said", "What", what, "Pieces", pieces, "To", to)
}

// find is an order of this stall by its number; any other is not there, also
// one that the seller has bought elsewhere.
func (h handlers) find(c *fiber.Ctx, stall *sellers.Seller) (checkout.Order, error) {
	o, err := h.Orders.GetOrderByNumber(c.UserContext(), page.Who(c), c.Params("number"), checkout.Credentials{})
	if err == nil && (o.Seller.ID != stall.ID || o.State == checkout.Pending || o.State == checkout.Expired) {
		return o, errOrderNotFound
	}
	return o, err
}

func (h handlers) orderPage(c *fiber.Ctx, stall *sellers.Seller) error {
	o, err := h.find(c, stall)
	if err != nil {
		return err
	}
	return h.drawOrder(c, fiber.StatusOK, o, ui.Form{})
}

func (h handlers) drawOrder(c *fiber.Ctx, status int, o checkout.Order, f ui.Form) error {
	w, county, now := page.Words(c), page.County(c), h.Kit.Clock.Now()
	at := ordersPath + "/" + o.Number
	frame, err := h.frame(c, ui.TabOrders, w.T("desk.order"), ordersPath)
	if err != nil {
		return err
	}
	v := OrderView{
		Frame: frame, Number: o.Number, Status: ui.Status{Of: "order", Code: string(o.State)}, Total: o.Amounts.Total, To: o.Address.City, Form: f,
		When: w.Ago(o.CreatedAt, now, county.TimeZone), Late: late(o.State, o.CreatedAt, now), Address: addressText(county, o.Address), Phone: o.Address.Phone,
	}
	if v.To == "" {
		v.To = o.Address.Name
	}
	if v.Lines, err = h.packLines(c, o); err != nil {
		return err
	}
	pieces := 0
	for _, l := range v.Lines {
		pieces += l.Count
	}
	if len(v.Lines) > 0 {
		what := v.Lines[0].Title
		if n := len(v.Lines); n > 1 {
			what = w.T("account.and_more", "First", what, "Count", n-1, "All", n)
		}
		v.Said = said(w, what, pieces, o.Address.City, o.Address.Name)
	}
	v.Frame.Say = w.T("say.order", "Said", v.Said, "Total", w.Money(v.Total))
	if o.State != checkout.Cancelled {
		v.Slip = at + "/slip"
	}
	if o.May.Ship {
		v.Ship, v.Cancel = at+"/ship", at+"/cancel"
		v.Carriers = carrierChoices(w, county.Country, f.Value("carrier"))
		v.Frame.Say += " " + w.T("say.order_ship")
	} else {
		h.sent(c, &v, o)
	}
	return page.Render(c, status, Order(v))
}

// sent fills in how an order that needs nothing more is on its way.
func (h handlers) sent(c *fiber.Ctx, v *OrderView, o checkout.Order) {
	w, county := page.Words(c), page.County(c)
	if o.Shipment != nil {
		v.Tracking = w.T("ship.sent_with", "Carrier", o.Shipment.Carrier, "Number", o.Shipment.TrackingNumber)
	}
	icons := map[checkout.OrderState]string{checkout.Pending: "cart", checkout.Paid: "check", checkout.Shipped: "truck", checkout.Delivered: "home", checkout.Cancelled: "close", checkout.Expired: "clock"}
	for _, e := range o.History {
		if e.State == checkout.Pending {
			continue
		}
		step := ui.PathStep{Icon: icons[e.State], Title: w.T("status.order." + string(e.State)), At: e.At, TZ: county.TimeZone, When: w.DateTime(e.At, county.TimeZone)}
		if e.State == checkout.Cancelled {
			step.Phase, v.Reason = ui.Halted, e.Note
		}
		v.Path = append(v.Path, step)
	}
	if n := len(v.Path); n > 0 && v.Path[n-1].Phase == ui.Passed {
		v.Path[n-1].Phase = ui.Here
	}
	if o.State == checkout.Shipped {
		v.Path = append(v.Path, ui.PathStep{Icon: "home", Title: w.T("status.order.delivered"), Phase: ui.Ahead})
	}
}

func (h handlers) packLines(c *fiber.Ctx, o checkout.Order) ([]PackLine, error) {
	w, county := page.Words(c), page.County(c)
	var pictures []uuid.UUID
	for _, l := range o.Lines {
		pictures = append(pictures, deref(l.Picture))
	}
	cut, err := h.Catalog.Cutouts(c.UserContext(), page.Who(c), pictures)
	if err != nil {
		return nil, err
	}
	var out []PackLine
	for _, l := range o.Lines {
		id := deref(l.Picture)
		out = append(out, PackLine{
			Title: l.Title.In(w.Lang(), county.DefaultLanguage()), Pack: l.VariantTitle.In(w.Lang(), county.DefaultLanguage()), Count: l.Quantity,
			Picture: pictureOf(id, "", 85, cut[id]),
		})
	}
	return out, nil
}

// addressText is an address as it is written in its country, with whoever gets
// the parcel.
func addressText(county *tenants.County, a shipping.Address) string {
	country := ""
	if a.Country != county.Country {
		country = a.Country
	}
	who := strings.TrimSpace(a.Name + "  " + a.Phone)
	lines := []string{who, a.Line1, a.Line2, a.District, strings.TrimSpace(a.PostalCode + " " + a.City), a.AdminArea, country}
	if a.Country == "CN" {
		if a.AdminArea == a.City || a.AdminArea+"市" == a.City { // a city under the state is its own province
			a.AdminArea = ""
		}
		lines = []string{who, country + a.AdminArea + a.City + a.District, strings.TrimSpace(a.Line1 + " " + a.Line2), a.PostalCode}
	}
	var out []string
	for _, l := range lines {
		if l != "" {
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n")
}

func (h handlers) ship(c *fiber.Ctx, stall *sellers.Seller) error {
	o, err := h.find(c, stall)
	if err != nil {
		return err
	}
	in := page.Read(c)
	county := page.County(c)
	in.Require("tracking_number")
	carrier := carrierName(county.DefaultLanguage(), county.Country, in.Text("carrier"), in.Text("carrier_other"))
	switch {
	case in.Text("carrier") == "" && carrier == "":
		in.Fail("carrier", "error.field_unknown")
	case carrier == "":
		in.Fail("carrier_other", "error.field_required")
	}
	if in.Bad() {
		return h.drawOrder(c, fiber.StatusUnprocessableEntity, o, in.Form())
	}
	_, err = h.Orders.Ship(c.UserContext(), page.Who(c), o.ID, carrier, in.Text("tracking_number"))
	if in.Refuse(err) {
		return h.drawOrder(c, statusOf(err), o, in.Form())
	} else if err != nil {
		return err
	}
	return page.Done(c, ordersPath+"/"+o.Number, "flash.shipped")
}

// cancel gives up an order that cannot be sent; the buyer's money goes back.
func (h handlers) cancel(c *fiber.Ctx, stall *sellers.Seller) error {
	o, err := h.find(c, stall)
	if err != nil {
		return err
	}
	in := page.Read(c)
	in.Require("reason")
	if !in.Bad() {
		_, err = h.Orders.Cancel(c.UserContext(), page.Who(c), o.ID, checkout.Credentials{}, in.Text("reason"))
	}
	if in.Bad() || in.Refuse(err) {
		return h.drawOrder(c, statusOf(err), o, in.Form())
	} else if err != nil {
		return err
	}
	return page.Done(c, ordersPath+"/"+o.Number, "flash.order_given_up")
}

func (h handlers) slip(c *fiber.Ctx, stall *sellers.Seller) error {
	o, err := h.find(c, stall)
	if err != nil {
		return err
	}
	s, err := h.Orders.PackingSlip(c.UserContext(), page.Who(c), o.ID)
	if err != nil {
		return err
	}
	w, county := page.Words(c), page.County(c)
	v := SlipView{
		Frame: h.Kit.Frame(c, w.T("slip.title")), Number: s.Number, Date: w.DateLong(o.CreatedAt, county.TimeZone), From: stall.Names.In(w.Lang(), county.DefaultLanguage()),
		Village: stall.Village.In(w.Lang(), county.DefaultLanguage()), To: s.Order.Address.Name, Address: addressText(county, s.Order.Address), Back: ordersPath + "/" + s.Number,
		Total: w.T("slip.total", "Count", s.Pieces, "Weight", w.Weight(s.WeightG)),
	}
	for _, l := range s.Order.Lines {
		v.Lines = append(v.Lines, SlipLine{Title: l.Title.In(w.Lang(), county.DefaultLanguage()), Pack: l.VariantTitle.In(w.Lang(), county.DefaultLanguage()), Quantity: l.Quantity})
	}
	return page.Render(c, fiber.StatusOK, Slip(v))
}
