// Package platform is the platform's own pages: the directory of open counties
// for visitors, and for operators the counties and their lives.
package platform

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"countyfair/auth"
	"countyfair/catalog"
	"countyfair/internal/actor"
	"countyfair/internal/config"
	"countyfair/internal/errs"
	"countyfair/internal/lang"
	"countyfair/tenants"
	"countyfair/web/pages/page"
	"countyfair/web/pages/shape"
	"countyfair/web/ui"
	"countyfair/web/words"
)

// Deps is what the pages stand on.
type Deps struct {
	Kit      page.Kit
	Config   config.Config
	Counties *tenants.Service
	Auth     *auth.Service
	Catalog  *catalog.Service
}

const counties = "/platform"

// Register adds the platform's pages. They answer on the platform's own host.
func Register(r fiber.Router, d Deps) {
	r.Get("/", onPlatform(d.directory))
	r.Get("/markets/:slug/:file", onPlatform(d.face))
	r.Get(counties, operators(d.list))
	r.Get(counties+"/new", operators(func(c *fiber.Ctx) error { return d.showNew(c, fiber.StatusOK, nil) }))
	r.Post(counties+"/new", operators(d.create))
	r.Get(counties+"/:id", operators(func(c *fiber.Ctx) error { return d.showCounty(c, fiber.StatusOK, nil) }))
	r.Post(counties+"/:id", operators(d.change))
	r.Post(counties+"/:id/officer", operators(d.officer))
}

// onPlatform keeps these pages to the platform's host: elsewhere the path is
// the county's, if it has it.
func onPlatform(do fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if !page.County(c).Platform {
			return c.Next()
		}
		return do(c)
	}
}

// operators are asked for on top of that.
func operators(do fiber.Handler) fiber.Handler {
	return onPlatform(func(c *fiber.Ctx) error {
		switch err := page.Who(c).Need(actor.Operator); errs.CodeOf(err) {
		case errs.Unauthenticated:
			return page.SignIn(c)
		case errs.Forbidden:
			return err
		default:
			return do(c)
		}
	})
}

// Card is an open county in the directory.
type Card struct {
	Name, Tagline, URL, Logo string
	Banner                   ui.Picture
	Note                     string
}

// face serves an open county's mark or banner on the platform's own host.
func (d Deps) face(c *fiber.Ctx) error {
	t, err := d.Counties.Directory().BySlug(c.Params("slug"))
	if err != nil || t.State != tenants.Open {
		return tenants.ErrUnknownCounty
	}
	raw, width := t.Brand.Logo, 160
	if c.Params("file") == "banner.webp" {
		raw, width = t.Brand.Banner, 960
	}
	id, err := uuid.Parse(raw)
	if err != nil {
		return tenants.ErrUnknownCounty
	}
	file, _, err := d.Catalog.OpenPicture(c.UserContext(), t.ID, id, width)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "image/webp")
	c.Set(fiber.HeaderCacheControl, "public, max-age=600")
	return c.SendStream(file)
}

// DirectoryView is the platform's first page.
type DirectoryView struct {
	Frame ui.Frame
	Cards []Card
	Empty ui.State
}

func (d Deps) directory(c *fiber.Ctx) error {
	w := page.Words(c)
	v := DirectoryView{Frame: d.Kit.Frame(c, w.T("platform.title")), Empty: ui.State{Drawing: "nothing-found", Title: w.T("platform.none"), Text: w.T("platform.none_text")}}
	v.Frame.Description = w.T("platform.about")
	open := d.Counties.Directory().Open()
	slices.SortFunc(open, func(a, b *tenants.County) int { return strings.Compare(a.Slug, b.Slug) })
	for _, t := range open {
		host := d.Config.Link(d.Counties.Directory().Host(t), "")
		card := Card{Name: t.Names.In(w.Lang(), t.DefaultLanguage()), Tagline: t.Tagline.In(w.Lang(), t.DefaultLanguage()), URL: host + "/", Note: country(t.Country, w.Lang())}
		if t.Brand.Banner != "" {
			card.Banner = ui.Picture{Src: "/markets/" + t.Slug + "/banner.webp", Width: 1600, Height: 600}
		}
		if t.Brand.Logo != "" {
			card.Logo = "/markets/" + t.Slug + "/logo.webp"
		}
		v.Cards = append(v.Cards, card)
	}
	return page.Render(c, fiber.StatusOK, Directory(v))
}

func (d Deps) frame(c *fiber.Ctx, title string) ui.OfficeFrame {
	w := page.Words(c)
	f := ui.OfficeFrame{Frame: d.Kit.Frame(c, title), Home: counties, Office: w.T("platform.office")}
	f.NoIndex = true
	f.Groups = []ui.QueueGroup{{Queues: []ui.Queue{
		{Icon: "market", Label: w.T("platform.counties"), URL: counties, Current: c.Path() == counties},
		{Icon: "plus", Label: w.T("platform.new"), URL: counties + "/new", Current: c.Path() == counties+"/new"},
		{Icon: "globe", Label: w.T("platform.directory"), URL: "/"},
	}}}
	return f
}

func (d Deps) list(c *fiber.Ctx) error {
	w := page.Words(c)
	all, err := d.Counties.List(c.UserContext(), page.Who(c))
	if err != nil {
		return err
	}
	v := shape.ListView{
		Frame: d.frame(c, w.T("platform.counties")), Action: &ui.Link{Label: w.T("platform.new"), URL: counties + "/new"},
		Empty: ui.State{Drawing: "nothing-found", Title: w.T("platform.none"), Text: w.T("platform.none_text"), Act: ui.Link{Label: w.T("platform.new"), URL: counties + "/new"}},
		Table: ui.Table{Caption: w.T("platform.counties"), Columns: []ui.Column{{Label: w.T("platform.name")}, {Label: w.T("platform.state")}, {Label: w.T("platform.country")}, {Label: w.T("platform.currency")}, {Label: w.T("platform.since"), Spare: true}}},
	}
	for _, t := range all {
		v.Table.Rows = append(v.Table.Rows, ui.Row{Cells: []ui.Cell{
			{Text: t.Names.In(w.Lang(), t.DefaultLanguage()), URL: counties + "/" + t.ID.String(), Small: d.Counties.Directory().Host(t)},
			{Status: &ui.Status{Of: "county", Code: string(t.State)}},
			{Text: country(t.Country, w.Lang())},
			{Text: t.Currency},
			{Text: w.Date(t.CreatedAt, t.TimeZone), Spare: true},
		}})
	}
	return page.Render(c, fiber.StatusOK, shape.List(v))
}

func (d Deps) showNew(c *fiber.Ctx, status int, in *page.Input) error {
	w := page.Words(c)
	v := shape.FormView{Frame: d.frame(c, w.T("platform.new")), Action: counties + "/new", Submit: w.T("platform.create"), Intro: w.T("platform.new_text")}
	defaults := map[string]string{"country": "CN", "time_zone": "Asia/Shanghai", "currency": "CNY", "languages": "zh-Hans, en"}
	if in != nil {
		v.Form = in.Form()
	}
	field := func(name string, hint bool) shape.Control {
		f := v.Form.Field(name, w.T("platform."+strings.ReplaceAll(name, ".", "_")))
		if v.Form.Values == nil {
			f.Value = defaults[name]
		}
		if hint {
			f.Hint = w.T("platform." + name + "_hint")
		}
		return shape.Control{Field: f}
	}
	v.Sections = []shape.Section{
		{Title: w.T("platform.who"), Pairs: true, Controls: []shape.Control{field("names.zh-Hans", false), field("names.en", false), field("slug", true), field("division_code", true)}},
		{Title: w.T("platform.where"), Pairs: true, Controls: []shape.Control{field("country", true), field("time_zone", true), field("currency", true), field("languages", true)}},
		{Title: w.T("platform.first_officer"), Controls: []shape.Control{field("officer", true)}},
	}
	return page.Render(c, status, shape.Form(v))
}

func (d Deps) create(c *fiber.Ctx) error {
	in := page.Read(c)
	n := tenants.New{
		Slug: strings.ToLower(in.Text("slug")), Names: lang.Text{"zh-Hans": in.Text("names.zh-Hans"), "en": in.Text("names.en")}, DivisionCode: in.Text("division_code"),
		Country: strings.ToUpper(in.Text("country")), TimeZone: in.Text("time_zone"), Currency: strings.ToUpper(in.Text("currency")), Languages: tags(in.Text("languages")), Policy: tenants.Policy{ReviewProducts: true},
	}
	t, err := d.Counties.Create(c.UserContext(), page.Who(c), n)
	if err != nil {
		in.Refuse(err)
		in.Rename("names", "names.zh-Hans")
		if in.Bad() {
			return d.showNew(c, fiber.StatusUnprocessableEntity, in)
		}
		return err
	}
	if login := in.Text("officer"); login != "" {
		if err := d.appoint(c, t.ID, login); err != nil {
			page.Say(c, "warn", "flash.officer_not_made")
			return page.See(c, counties+"/"+t.ID.String())
		}
	}
	return page.Done(c, counties+"/"+t.ID.String(), "flash.county_made")
}

func tags(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" ,，、;", r) })
}

func (d Deps) appoint(c *fiber.Ctx, county uuid.UUID, login string) error {
	_, err := d.Auth.CreateUser(c.UserContext(), page.Who(c), county, auth.NewUser{Login: login, Role: actor.Officer, Language: page.Words(c).Lang()})
	return err
}

func (d Deps) county(c *fiber.Ctx) (*tenants.County, error) {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil || id == tenants.PlatformID {
		return nil, tenants.ErrUnknownCounty
	}
	return d.Counties.Directory().ByID(id)
}

func (d Deps) showCounty(c *fiber.Ctx, status int, in *page.Input) error {
	w := page.Words(c)
	t, err := d.county(c)
	if err != nil {
		return err
	}
	at := counties + "/" + t.ID.String()
	v := shape.FormView{Frame: d.frame(c, t.Names.In(w.Lang(), t.DefaultLanguage())), Action: at, Submit: w.T("act.save"), Intro: d.Config.Link(d.Counties.Directory().Host(t), "/")}
	commission := ui.Field{Name: "commission", Label: w.T("platform.commission"), Value: strconv.FormatFloat(float64(t.Policy.CommissionBP)/100, 'f', -1, 64), Suffix: "%", InputMode: "decimal"}
	if in != nil {
		v.Form = in.Form()
	}
	if in != nil && in.Text("act") == "save" {
		commission = ui.With(v.Form.Field("commission", commission.Label), func(f *ui.Field) { f.Suffix = "%" })
	}
	v.Hidden = []ui.Hidden{{Name: "act", Value: "save"}}
	v.Sections = []shape.Section{{Title: w.T("platform.terms"), Controls: []shape.Control{{Field: commission}, {Field: ui.Field{Name: "export", Value: "1", Label: w.T("platform.export")}, Box: true, On: t.Policy.ExportEnabled}}}}
	for _, next := range []tenants.State{tenants.Open, tenants.Suspended, tenants.Closed} {
		if t.State.CanBecome(next) {
			why := ui.Field{Name: "reason", Label: w.T("platform.reason")}
			if in != nil && in.Text("act") == string(next) {
				why = v.Form.Field(why.Name, why.Label)
			}
			why.ID, why.Hint, why.MaxLength = "reason-"+string(next), w.T("platform.reason_hint"), 200
			v.Beside = append(v.Beside, shape.SmallAct{
				Ask:  &why,
				Text: w.T("platform.to_" + string(next)), Note: w.T("platform.to_" + string(next) + "_text"), Action: at,
				Hidden: []ui.Hidden{{Name: "act", Value: string(next)}}, Label: w.T("platform.do_" + string(next)), Icon: "next",
			})
		}
	}
	v.Beside = append([]shape.SmallAct{{Text: w.T("platform.state"), Note: t.StateReason, Status: &ui.Status{Of: "county", Code: string(t.State)}}}, v.Beside...)
	return page.Render(c, status, CountyPage(v, officerForm(w, at, v.Form)))
}

// officerForm appoints an officer.
func officerForm(w *words.Words, at string, f ui.Form) shape.FormView {
	field := f.Field("login", w.T("platform.officer"))
	field.Hint = w.T("platform.officer_hint")
	return shape.FormView{Action: at + "/officer", Submit: w.T("platform.appoint"), Sections: []shape.Section{{Title: w.T("platform.first_officer"), Controls: []shape.Control{{Field: field}}}}}
}

func (d Deps) change(c *fiber.Ctx) error {
	t, err := d.county(c)
	if err != nil {
		return err
	}
	in := page.Read(c)
	switch act := in.Text("act"); act {
	case "save":
		bp := in.Percent("commission")
		if !in.Bad() {
			_, err = d.Counties.Change(c.UserContext(), page.Who(c), t.ID, "county.policy", func(t *tenants.County) error {
				t.Policy.CommissionBP, t.Policy.ExportEnabled = bp, in.Flag("export")
				return nil
			})
		}
	case string(tenants.Open), string(tenants.Suspended), string(tenants.Closed):
		if act != string(tenants.Open) {
			in.Require("reason")
		}
		if in.Bad() {
			break
		}
		_, err = d.Counties.MoveTo(c.UserContext(), page.Who(c), t.ID, tenants.State(act), in.Text("reason"))
	default:
		err = errs.NotFoundOf("page")
	}
	return d.settled(c, in, err)
}

func (d Deps) officer(c *fiber.Ctx) error {
	t, err := d.county(c)
	if err != nil {
		return err
	}
	in := page.Read(c)
	in.Require("login")
	if !in.Bad() {
		err = d.appoint(c, t.ID, in.Text("login"))
	}
	return d.settled(c, in, err)
}

func (d Deps) settled(c *fiber.Ctx, in *page.Input, err error) error {
	if err == nil && !in.Bad() {
		return page.Done(c, counties+"/"+c.Params("id"), "flash.saved")
	}
	if in.Bad() || in.Refuse(err) {
		return d.showCounty(c, fiber.StatusUnprocessableEntity, in)
	}
	return err
}
