package seller

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"countyfair/catalog"
	"countyfair/sellers"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
	"countyfair/web/words"
)

// lateAfter is how long a buyer waits gladly before the parcel is sent.
const lateAfter = 48 * time.Hour

func (h handlers) home(c *fiber.Ctx, stall *sellers.Seller) error {
	w, county, who := page.Words(c), page.County(c), page.Who(c)
	f := ui.DeskFrame{Frame: h.Kit.Frame(c, w.T("nav.desk")), Tab: ui.TabSell}
	f.NoIndex, f.Canonical = true, ""
	sales, err := h.Orders.Sales(c.UserContext(), who, h.today(c))
	if err != nil {
		return err
	}
	goods, err := h.Catalog.Stall(c.UserContext(), who)
	if err != nil {
		return err
	}
	now := h.Kit.Clock.Now()
	v := HomeView{
		Frame: f, Day: w.Date(now, county.TimeZone), Stall: stall.Names.In(w.Lang(), county.DefaultLanguage()), Profile: profilePath,
		Sold: sales.Sum, SoldCount: sales.Count, Waiting: sales.ToShip, OrdersURL: ordersPath, NewURL: newPath, ImportURL: importPath,
		GoodsURL: productsPath, OnSale: goods.Published, Empty: goods.All() == 0, Todo: todos(w, goods),
	}
	v.Frame.Orders = sales.ToShip
	if sales.ToShip > 0 {
		v.Oldest = w.T("desk.waits_since", "When", w.Ago(sales.Oldest, now, county.TimeZone))
		v.Late = now.Sub(sales.Oldest) > lateAfter
	}
	v.Frame.Say = w.T("say.home_sold", "Amount", w.Money(sales.Sum)) + " "
	if sales.ToShip > 0 {
		v.Frame.Say += w.T("say.home_orders", "Count", sales.ToShip) + " "
	}
	v.Frame.Say += w.T("say.home_new")
	return page.Render(c, fiber.StatusOK, Home(v))
}

// todos are what waits beside orders, the most pressing first.
func todos(w *words.Words, s catalog.Stall) []Todo {
	var out []Todo
	add := func(n int, icon, id, url string) {
		if n > 0 {
			out = append(out, Todo{Icon: icon, Text: w.T(id, "Count", n), URL: url})
		}
	}
	add(s.Short, "warn", "desk.out_of", productsPath+"?show=short")
	add(s.Low, "clock", "desk.low", productsPath+"?show=short")
	add(s.SentBack, "alert", "desk.sent_back", productsPath+"?show=draft")
	add(s.Drafts-s.SentBack, "edit", "desk.drafts", productsPath+"?show=draft")
	add(s.InReview, "shield", "desk.in_review", productsPath+"?show=in_review")
	return out
}
