package office

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"countyfair/checkout"
	"countyfair/sellers"
	"countyfair/tenants"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
)

// HomeView is the office's first page.
type HomeView struct {
	Frame   ui.OfficeFrame
	State   ui.Status
	Figures []ui.Figure
	Steps   []SetupStep // of a county that is not open yet
	Ready   bool        // to open
	MayOpen bool
	Orders  ui.Table
	Empty   ui.State
}

// SetupStep is one thing to do before the market opens.
type SetupStep struct {
	Text, URL string
	Done      bool
}

func (d Deps) home(c *fiber.Ctx) error {
	r := read(c)
	v := HomeView{Frame: d.frame(r, r.w.T("office.home")), State: ui.Status{Of: "county", Code: string(r.county.State)}, MayOpen: r.mayAct()}
	applied, err := d.Sellers.Waiting(r.ctx(), r.who)
	if err != nil {
		return err
	}
	review, err := d.Catalog.Waiting(r.ctx(), r.who)
	if err != nil {
		return err
	}
	recent, err := d.Checkout.ListAll(r.ctx(), r.who, checkout.ListRequest{Limit: 10})
	if err != nil {
		return err
	}
	toShip, err := d.Checkout.ListAll(r.ctx(), r.who, checkout.ListRequest{State: checkout.Paid, Limit: 100})
	if err != nil {
		return err
	}
	waiting := strconv.Itoa(len(toShip.Items))
	if toShip.Next != "" {
		waiting = "100+"
	}
	v.Figures = []ui.Figure{
		{Label: r.w.T("office.applications"), Value: strconv.FormatInt(applied, 10), Note: r.w.T("office.to_decide"), URL: stallList},
		{Label: r.w.T("office.review"), Value: strconv.FormatInt(review, 10), Note: r.w.T("office.to_check"), URL: goodsList},
		{Label: r.w.T("office.to_ship"), Value: waiting, Note: r.w.T("office.by_sellers"), URL: orderPath + "?state=paid"},
	}
	v.Orders = d.orderTable(r, recent.Items)
	v.Empty = ui.State{Drawing: "parcel", Title: r.w.T("office.no_orders"), Text: r.w.T("office.no_orders_text")}
	if r.county.State == tenants.Draft {
		if v.Steps, v.Ready, err = d.setup(r); err != nil {
			return err
		}
	}
	return page.Render(c, fiber.StatusOK, Home(v))
}

// setup is what a county still needs before it opens. Only delivery is a must:
// without it nobody can order.
func (d Deps) setup(r reader) (steps []SetupStep, ready bool, err error) {
	zones, err := d.Counties.Directory().Zones(r.ctx(), r.county.ID)
	if err != nil {
		return nil, false, err
	}
	pages, err := d.Counties.Pages(r.ctx())
	if err != nil {
		return nil, false, err
	}
	approved, err := d.Sellers.Applications(r.ctx(), r.who, sellers.Approved, 1, "")
	if err != nil {
		return nil, false, err
	}
	return []SetupStep{
		{r.w.T("office.step_brand"), settings + "/brand", r.county.Brand.Logo != ""},
		{r.w.T("office.step_delivery"), settings + "/delivery", len(zones) > 0},
		{r.w.T("office.step_pages"), settings + "/pages", len(pages) >= len(tenants.PageKinds)},
		{r.w.T("office.step_seller"), stallList, len(approved.Items) > 0},
	}, len(zones) > 0, nil
}

func (d Deps) open(c *fiber.Ctx) error {
	r := read(c)
	if _, err := d.Counties.MoveTo(r.ctx(), r.who, r.county.ID, tenants.Open, ""); err != nil {
		return err
	}
	return page.Done(c, home, "market_open")
}
