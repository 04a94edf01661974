package office

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"countyfair/checkout"
	"countyfair/web/pages/page"
	"countyfair/web/pages/shape"
	"countyfair/web/ui"
)

func (d Deps) orders(c *fiber.Ctx) error {
	r := read(c)
	state := r.Query("state")
	oldest := r.Query("sort") == "oldest"
	list, err := d.Checkout.ListAll(r.ctx(), r.who, checkout.ListRequest{State: checkout.OrderState(state), Oldest: oldest, Limit: pageSize, Cursor: r.Query("cursor")})
	if err != nil {
		return err
	}
	tabs := append([]ui.Link{{Label: r.w.T("office.all"), URL: r.with("state", ""), Current: state == ""}}, r.tabs("order", state, "pending", "paid", "shipped", "delivered", "cancelled", "expired")...)
	table := d.orderTable(r, list.Items)
	when := &table.Columns[len(table.Columns)-1]
	when.URL, when.Sorted = r.with("sort", "oldest"), "descending"
	if oldest {
		when.URL, when.Sorted = r.with("sort", ""), "ascending"
	}
	return page.Render(c, fiber.StatusOK, shape.List(shape.ListView{
		Frame: d.frame(r, r.w.T("office.orders")), Tabs: tabs, Label: r.w.T("office.by_state"), Next: r.after(list.Next),
		Table: table, Empty: ui.State{Drawing: "parcel", Title: r.w.T("office.no_orders"), Text: r.w.T("office.no_orders_text")},
	}))
}

func (d Deps) orderTable(r reader, items []checkout.OrderSummary) ui.Table {
	t := ui.Table{Caption: r.w.T("office.orders"), Columns: []ui.Column{
		{Label: r.w.T("office.number")},
		{Label: r.w.T("office.status")},
		{Label: r.w.T("office.seller")},
		{Label: r.w.T("office.goes_to"), Spare: true},
		{Label: r.w.T("office.total"), Num: true},
		{Label: r.w.T("office.when")},
	}}
	for _, o := range items {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: o.Number, URL: orderPath + "/" + o.ID.String(), Small: r.in(o.First), Mono: true},
			{Status: &ui.Status{Of: "order", Code: string(o.State)}},
			{Text: r.in(o.Seller.Names)},
			{Text: o.City, Spare: true},
			{Text: r.w.Money(o.Total), Num: true},
			{Text: r.w.Ago(o.CreatedAt, d.Kit.Clock.Now(), r.county.TimeZone), Brief: true},
		}})
	}
	return t
}

func (d Deps) order(c *fiber.Ctx) error { return d.showOrder(c, fiber.StatusOK, nil) }

func (d Deps) showOrder(c *fiber.Ctx, status int, in *page.Input) error {
	r := read(c)
	id, err := r.id()
	if err != nil {
		return err
	}
	o, err := d.Checkout.GetOrder(r.ctx(), r.who, id, checkout.Credentials{})
	if err != nil {
		return err
	}
	v := shape.ReviewView{Frame: d.frame(r, o.Number), Status: ui.Status{Of: "order", Code: string(o.State)}, Title: r.w.T("office.order_facts"), Facts: orderFacts(r, &o), Table: orderLines(r, &o), Action: r.Path()}
	for _, e := range o.History {
		v.History = append(v.History, ui.Fact{Term: r.w.DateTime(e.At, r.county.TimeZone), Value: happened(r, e)})
	}
	if v.Papers, err = d.papers(r, &o); err != nil {
		return err
	}
	if r.mayAct() && o.May.Cancel {
		v.Answers = []shape.Answer{{Name: "act", Value: "cancel", Label: r.w.T("office.cancel_order"), Icon: "close", Kind: "no"}}
		v.Reason = ui.Field{Name: "reason", Label: r.w.T("office.reason"), Hint: r.w.T("office.cancel_hint")}
	}
	if in != nil {
		v.Form = in.Form()
		v.Reason.Value, v.Reason.Error = v.Form.Values["reason"], v.Form.Errors["reason"]
	}
	return page.Render(c, status, shape.Review(v))
}

// happened is a step of an order's history in words.
func happened(r reader, e checkout.OrderEvent) string {
	switch e.Note {
	case "":
		return r.w.T("status.order." + string(e.State))
	case "refunded", "late_payment":
		return r.w.T("order.note." + e.Note)
	}
	return r.w.T("status.order."+string(e.State)) + " · " + e.Note
}

func orderFacts(r reader, o *checkout.Order) []ui.Fact {
	a := o.Address
	out := []ui.Fact{
		{Term: r.w.T("office.seller"), Value: r.in(o.Seller.Names), Link: stallList + "/" + o.Seller.ID.String()},
		{Term: r.w.T("office.goods"), Value: r.w.Money(o.Amounts.Goods)},
		{Term: r.w.T("office.shipping"), Value: r.w.Money(o.Amounts.Shipping)},
		{Term: r.w.T("office.total"), Value: r.w.Money(o.Amounts.Total)},
		{Term: r.w.T("office.payment"), Value: o.Payment.Provider + " · " + r.w.T("status.payment."+string(o.Payment.State))},
		{Term: r.w.T("office.goes_to"), Value: strings.Join(nonEmpty(a.Name, masked(a.Phone, 6, 2), a.AdminArea, a.City, a.District), " ")},
	}
	if o.Shipment != nil {
		out = append(out, ui.Fact{Term: r.w.T("office.shipment"), Value: o.Shipment.Carrier + " " + o.Shipment.TrackingNumber})
	}
	return out
}

func nonEmpty(parts ...string) []string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return out
}

func orderLines(r reader, o *checkout.Order) *ui.Table {
	t := &ui.Table{Caption: r.w.T("office.lines"), Columns: []ui.Column{{Label: r.w.T("office.product")}, {Label: r.w.T("office.pieces"), Num: true}, {Label: r.w.T("office.price"), Num: true}, {Label: r.w.T("office.total"), Num: true}}}
	for _, l := range o.Lines {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: r.in(l.Title), URL: "/p/" + l.Slug, Small: r.in(l.VariantTitle)}, {Text: strconv.Itoa(l.Quantity), Num: true}, {Text: r.w.Money(l.Price), Num: true}, {Text: r.w.Money(l.Total), Num: true}}})
	}
	return t
}

func (d Deps) cancelOrder(c *fiber.Ctx) error {
	r := read(c)
	id, err := r.id()
	if err != nil {
		return err
	}
	in := page.Read(c)
	in.Require("reason")
	if !in.Bad() {
		if _, err = d.Checkout.Cancel(r.ctx(), r.who, id, checkout.Credentials{}, in.Text("reason")); err == nil {
			return page.Done(c, r.Path(), "flash.office_cancelled")
		}
		if !in.Refuse(err) {
			return err
		}
	}
	return d.showOrder(c, fiber.StatusUnprocessableEntity, in)
}
