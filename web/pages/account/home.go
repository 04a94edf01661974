package account

import (
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"countyfair/auth"
	"countyfair/checkout"
	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
	"countyfair/web/words"
)

// latest is how many orders the account's first page shows.
const latest = 3

func (h handlers) home(c *fiber.Ctx) error {
	who := page.Who(c)
	me, err := h.Auth.Me(c.UserContext(), who)
	if err != nil {
		return err
	}
	v := HomeView{Frame: h.frame(c, "nav.account"), Name: me.Name, Login: me.Login().String(), OrdersAt: ordersPath, SignOut: ui.SignOutPath, Menu: menu(page.Words(c), who)}
	if v.Name == "" {
		v.Name = v.Login
	}
	list, err := h.Purchases.ListPurchases(c.UserContext(), who, checkout.ListRequest{Limit: latest})
	if err != nil {
		return err
	}
	v.Orders = h.cards(c, list.Items)
	return page.Render(c, fiber.StatusOK, Home(v))
}

func menu(w *words.Words, who actor.Actor) []Entry {
	list := []Entry{
		{Icon: "box", Label: w.T("account.orders"), Note: w.T("account.orders_note"), URL: ordersPath},
		{Icon: "device", Label: w.T("sessions.title"), Note: w.T("account.sessions_note"), URL: sessionsPath},
		{Icon: "pin", Label: w.T("place.title"), Note: w.T("account.place_note"), URL: ui.PlacePath},
	}
	if who.Is(actor.Seller) {
		list = append(list, Entry{Icon: "leaf", Label: w.T("nav.desk"), Note: w.T("account.desk_note"), URL: ui.DeskPath})
	} else {
		list = append(list, Entry{Icon: "leaf", Label: w.T("nav.apply"), Note: w.T("account.apply_note"), URL: ui.ApplyPath})
	}
	if who.Is(actor.Officer, actor.Supervisor) {
		list = append(list, Entry{Icon: "shield", Label: w.T("nav.office"), Note: w.T("account.office_note"), URL: ui.OfficePath})
	}
	return list
}

// cards show orders in a list.
func (h handlers) cards(c *fiber.Ctx, list []checkout.OrderSummary) []OrderCard {
	w, county := page.Words(c), page.County(c)
	out := make([]OrderCard, 0, len(list))
	for _, o := range list {
		card := OrderCard{
			Number: o.Number, URL: "/orders/" + o.Number, Seller: o.Seller.Names.In(w.Lang(), county.DefaultLanguage()),
			When: w.Ago(o.CreatedAt, h.Kit.Clock.Now(), county.TimeZone), Status: ui.Status{Of: "order", Code: string(o.State)}, Total: o.Total,
			Titles: o.First.In(w.Lang(), county.DefaultLanguage()),
		}
		if o.Lines > 1 {
			card.Titles = w.T("account.and_more", "First", card.Titles, "Count", o.Lines-1, "All", o.Lines)
		}
		if o.Picture != nil {
			card.Pictures = []ui.Picture{{Src: page.PictureURL(o.Picture.String(), 160), Width: 64, Height: 64, Cutout: true, Hue: 90}}
		}
		out = append(out, card)
	}
	return out
}

// tabs are the states by which orders can be told apart; all first.
var tabs = []checkout.OrderState{"", checkout.Pending, checkout.Paid, checkout.Shipped, checkout.Delivered, checkout.Cancelled}

func (h handlers) orders(c *fiber.Ctx) error {
	w := page.Words(c)
	state := checkout.OrderState(c.Query("state"))
	v := OrdersView{Frame: h.frame(c, "account.orders")}
	for _, s := range tabs {
		l := ui.Link{Label: w.T("act.all"), URL: ordersPath, Current: s == state}
		if s != "" {
			l.Label, l.URL = w.T("status.order."+string(s)), ordersPath+"?state="+string(s)
		}
		v.Tabs = append(v.Tabs, l)
	}
	list, err := h.Purchases.ListPurchases(c.UserContext(), page.Who(c), checkout.ListRequest{State: state, Cursor: c.Query("cursor")})
	if errs.CodeOf(err) == errs.Invalid {
		return page.See(c, ordersPath) // an address that we never gave out
	} else if err != nil {
		return err
	}
	v.Orders = h.cards(c, list.Items)
	if list.Next != "" {
		v.Next = ordersPath + "?state=" + string(state) + "&cursor=" + list.Next
	}
	return page.Render(c, fiber.StatusOK, Orders(v))
}

func (h handlers) drawSessions(c *fiber.Ctx, status int, f ui.Form) error {
	who, w, county := page.Who(c), page.Words(c), page.County(c)
	me, err := h.Auth.Me(c.UserContext(), who)
	if err != nil {
		return err
	}
	list, _, err := h.Auth.Sessions(c.UserContext(), who, 100, "")
	if err != nil {
		return err
	}
	v := SessionsView{Frame: h.frame(c, "sessions.title"), EndAll: sessionsPath + "/end-others", Password: passwordPath, Form: f, First: !me.HasPassword}
	for _, s := range list {
		line := Session{Device: s.Device, Where: w.T("sessions.browser"), Seen: w.Ago(s.SeenAt, h.Kit.Clock.Now(), county.TimeZone), Current: s.Current, End: sessionsPath + "/" + s.ID.String() + "/end"}
		if s.Kind == auth.API {
			line.Where = w.T("sessions.api")
		}
		if line.Device == "" {
			line.Device = w.T("sessions.unnamed")
		}
		v.Sessions = append(v.Sessions, line)
	}
	return page.Render(c, status, Sessions(v))
}

func (h handlers) sessionsPage(c *fiber.Ctx) error {
	return h.drawSessions(c, fiber.StatusOK, ui.Form{})
}

func (h handlers) endSession(c *fiber.Ctx) error {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return errs.NotFoundOf("session")
	}
	who := page.Who(c)
	if id == who.Session {
		return h.signOut(c)
	}
	if err := h.Auth.EndSession(c.UserContext(), who, id); err != nil {
		return err
	}
	return page.Done(c, sessionsPath, "flash.session_ended")
}

func (h handlers) endOthers(c *fiber.Ctx) error {
	if err := h.Auth.EndOtherSessions(c.UserContext(), page.Who(c)); err != nil {
		return err
	}
	return page.Done(c, sessionsPath, "flash.sessions_ended")
}

func (h handlers) password(c *fiber.Ctx) error {
	in := page.Read(c)
	in.Require("password")
	if in.Bad() {
		return h.drawSessions(c, fiber.StatusUnprocessableEntity, in.Form())
	}
	err := h.Auth.ChangePassword(c.UserContext(), page.Who(c), in.Secret("old"), in.Secret("password"))
	refused := refuse(in, err)
	in.Rename("current_password", "old")
	if refused {
		return h.drawSessions(c, statusOf(err), in.Form())
	} else if err != nil {
		return err
	}
	return page.Done(c, sessionsPath, "flash.password_changed")
}
