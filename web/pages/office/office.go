// Package office is the county office's pages: who wants to sell, what waits
// to be checked, what was ordered, and how the market is set up. Officers act;
// supervisors look.
package office

import (
	"context"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"countyfair/admin"
	"countyfair/auth"
	"countyfair/catalog"
	"countyfair/checkout"
	"countyfair/customs"
	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/lang"
	"countyfair/reports"
	"countyfair/sellers"
	"countyfair/tenants"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
	"countyfair/web/words"
)

// Deps is what the pages stand on.
type Deps struct {
	Kit      page.Kit
	Admin    *admin.Service
	Counties *tenants.Service
	Auth     *auth.Service
	Sellers  *sellers.Service
	Catalog  *catalog.Service
	Checkout *checkout.Service
	Customs  *customs.Service // nil: nothing goes abroad
	Reports  *reports.Service // comes with Customs
}

// Paths of the office.
const (
	home      = "/office"
	stallList = "/office/sellers"
	goodsList = "/office/products"
	orderPath = "/office/orders"
	imports   = "/office/imports"
	settings  = "/office/settings"
	people    = "/office/people"
)

// Register adds the office's pages.
func Register(r fiber.Router, d Deps) {
	look, act := page.Guard(actor.Officer, actor.Supervisor), page.Guard(actor.Officer)
	r.Get(home, look, inCounty, d.home)
	r.Post(home+"/open", act, inCounty, d.open)
	r.Get(stallList, look, inCounty, d.stalls)
	r.Get(stallList+"/:id", look, inCounty, d.stall)
	r.Post(stallList+"/:id", act, inCounty, d.decideStall)
	r.Get(goodsList, look, inCounty, d.goods)
	r.Get(goodsList+"/:id", look, inCounty, d.good)
	r.Post(goodsList+"/:id", act, inCounty, d.decideGood)
	r.Get(orderPath, look, inCounty, d.orders)
	r.Get(orderPath+"/:id", look, inCounty, d.order)
	r.Post(orderPath+"/:id", act, inCounty, d.cancelOrder)
	r.Get(orderPath+"/:id/papers/:paper", act, inCounty, d.paper)
	r.Get(imports, look, inCounty, d.newImport)
	r.Post(imports, act, inCounty, d.takeImport)
	r.Get(imports+"/:id", look, inCounty, d.showImport)
	r.Post(imports+"/:id", act, inCounty, d.startImport)
	r.Get(settings, func(c *fiber.Ctx) error { return page.See(c, settings+"/brand") })
	for _, s := range d.settingPages() {
		r.Get(settings+"/"+s.path, look, inCounty, s.show)
		r.Post(settings+"/"+s.path, act, inCounty, s.save)
	}
	r.Get(settings+"/brand/colour.css", look, inCounty, tryColour)
	r.Get(people, look, inCounty, d.people)
	r.Post(people, act, inCounty, d.addPerson)
	r.Post(people+"/:id", act, inCounty, d.changePerson)
}

// inCounty keeps the office off the platform's own host.
func inCounty(c *fiber.Ctx) error {
	if page.County(c).Platform {
		return tenants.ErrUnknownCounty
	}
	return c.Next()
}

// queues is how each kind of thing that waits is shown, and where its rows are.
var queues = map[admin.Kind]struct{ icon, label, url string }{
	admin.Applications: {"id", "office.applications", stallList},
	admin.Review:       {"box", "office.review", goodsList},
	admin.ToShip:       {"truck", "office.to_ship", orderPath + "?state=paid&sort=oldest"},
}

// reader is a request with its words.
type reader struct {
	*fiber.Ctx
	w   *words.Words
	who actor.Actor
	// county that the office is of
	county *tenants.County
}

func read(c *fiber.Ctx) reader {
	return reader{c, page.Words(c), page.Who(c), page.County(c)}
}

func (r reader) ctx() context.Context { return r.UserContext() }

func (r reader) mayAct() bool { return r.who.Is(actor.Officer) }

// id is the thing in the address; what is none is not there.
func (r reader) id() (uuid.UUID, error) {
	id, err := uuid.Parse(r.Params("id"))
	if err != nil {
		return id, errs.NotFoundOf("page")
	}
	return id, nil
}

// frame is the office around a page. Counts that cannot be had are left out.
func (d Deps) frame(r reader, title string) ui.OfficeFrame {
	desk, _ := d.Admin.Desk(r.ctx(), r.who)
	return d.frameOf(r, title, desk)
}

// frameOf is the office around a page that has looked at the desk itself.
func (d Deps) frameOf(r reader, title string, desk admin.Desk) ui.OfficeFrame {
	f := ui.OfficeFrame{Frame: d.Kit.Frame(r.Ctx, title), Home: home}
	f.NoIndex = true
	at := r.Path()
	entry := func(icon, label, url string) ui.Queue {
		return ui.Queue{Icon: icon, Label: r.w.T(label), URL: url, Current: at == url || len(at) > len(url) && url != home && at[:len(url)+1] == url+"/"}
	}
	queue := func(k admin.Kind) ui.Queue {
		q, look := desk.Of(k), queues[k]
		e := entry(look.icon, look.label, look.url)
		e.Count, e.Hot = q.Waiting, q.Late > 0
		return e
	}
	f.Groups = []ui.QueueGroup{
		{Queues: []ui.Queue{entry("home", "office.home", home)}},
		{Label: r.w.T("office.waiting"), Queues: []ui.Queue{queue(admin.Applications), queue(admin.Review)}},
		{Label: r.w.T("office.watch"), Queues: []ui.Queue{
			entry("list", "office.orders", orderPath), entry("upload", "office.imports", imports),
			entry("person", "office.people", people), entry("gear", "office.settings", settings),
		}},
	}
	return f
}

func (r reader) in(t map[string]string) string {
	return lang.Text(t).In(r.w.Lang(), r.county.DefaultLanguage())
}
