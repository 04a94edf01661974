package office

import (
	"github.com/gofiber/fiber/v2"

	"countyfair/admin"
	"countyfair/checkout"
	"countyfair/tenants"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
)

// HomeView is the office's first page.
type HomeView struct {
	Frame   ui.OfficeFrame
	State   ui.Status
	Today   string
	Queues  []QueueRow
	Steps   []SetupStep // of a county that is not open yet
	Ready   bool        // to open
	MayOpen bool
	Orders  ui.Table
	Empty   ui.State
}

// QueueRow is what waits, of one kind. Bars are its ages as parts of a line of
// BarLength: today's, those of a day or two, those that wait too long.
type QueueRow struct {
	Icon, Label, URL string
	Waiting, Late    int
	Oldest           string
	Ages             string // for ears
	Bars             [3]int
}

// barStart is where a part of the bar begins.
func (q QueueRow) barStart(i int) (x int) {
	for _, n := range q.Bars[:i] {
		x += n
	}
	return x
}

// BarLength is the length of the longest queue's bar.
const BarLength = 180

// SetupStep is one thing to do before the market opens.
type SetupStep struct {
	Text, URL string
	Done      bool
}

// stepAt is where each step is taken.
var stepAt = map[admin.Step]string{
	admin.SetBrand: settings + "/brand", admin.SetDelivery: settings + "/delivery", admin.SetCategories: settings + "/categories",
	admin.WritePages: settings + "/pages", admin.ApproveSeller: stallList,
}

func (d Deps) home(c *fiber.Ctx) error {
	r := read(c)
	desk, err := d.Admin.Desk(r.ctx(), r.who)
	if err != nil {
		return err
	}
	recent, err := d.Checkout.ListAll(r.ctx(), r.who, checkout.ListRequest{Limit: 10})
	if err != nil {
		return err
	}
	v := HomeView{
		Frame: d.frameOf(r, r.w.T("office.home"), desk), State: ui.Status{Of: "county", Code: string(r.county.State)}, MayOpen: r.mayAct(),
		Today: r.w.DateLong(d.Kit.Clock.Now(), r.county.TimeZone), Queues: d.queueRows(r, desk), Orders: d.orderTable(r, recent.Items),
		Empty: ui.State{Drawing: "parcel", Title: r.w.T("office.no_orders"), Text: r.w.T("office.no_orders_text")},
	}
	if r.county.State == tenants.Draft {
		o, err := d.Admin.Opening(r.ctx(), r.who)
		if err != nil {
			return err
		}
		v.Ready = o.Ready
		for _, s := range o.Steps {
			v.Steps = append(v.Steps, SetupStep{r.w.T("office.step_" + string(s.Step)), stepAt[s.Step], s.Done})
		}
	}
	return page.Render(c, fiber.StatusOK, Home(v))
}

func (d Deps) queueRows(r reader, desk admin.Desk) []QueueRow {
	longest := 1
	for _, q := range desk {
		longest = max(longest, q.Waiting)
	}
	rows := make([]QueueRow, len(desk))
	for i, q := range desk {
		look := queues[q.Kind]
		rows[i] = QueueRow{
			Icon: look.icon, Label: r.w.T(look.label), URL: look.url, Waiting: q.Waiting, Late: q.Late,
			Ages: r.w.T("office.ages", "Today", q.Today, "Days", q.Days, "Late", q.Late),
		}
		for j, n := range []int{q.Today, q.Days, q.Late} {
			rows[i].Bars[j] = n * BarLength / longest
		}
		if q.Waiting > 0 {
			rows[i].Oldest = r.w.Ago(q.Oldest, d.Kit.Clock.Now(), r.county.TimeZone)
		}
	}
	return rows
}

func (d Deps) open(c *fiber.Ctx) error {
	r := read(c)
	if _, err := d.Admin.Open(r.ctx(), r.who); err != nil {
		return err
	}
	return page.Done(c, home, "flash.market_open")
}
