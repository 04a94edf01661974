package office

import (
	"io"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"countyfair/internal/errs"
	"countyfair/internal/lang"
	"countyfair/internal/money"
	"countyfair/tenants"
	"countyfair/web/pages/page"
	"countyfair/web/pages/shape"
	"countyfair/web/ui"
	"countyfair/web/words"
)

// settingPage is one page of the settings.
type settingPage struct {
	path string
	show fiber.Handler
	save fiber.Handler
}

// settingPages are the settings in the order of their tabs.
func (d Deps) settingPages() []settingPage {
	page := func(path string, draw func(c *fiber.Ctx, status int, in *page.Input) error, save fiber.Handler) settingPage {
		return settingPage{path, func(c *fiber.Ctx) error { return draw(c, fiber.StatusOK, nil) }, save}
	}
	return []settingPage{
		page("brand", d.brand, d.saveBrand), page("delivery", d.delivery, d.saveDelivery), page("categories", d.categories, d.saveCategories), page("pages", d.legal, d.saveLegal), page("season", d.season, d.saveSeason),
		page("policies", d.policies, d.savePolicies), page("domains", d.domains, d.saveDomain), page("border", d.border, d.saveBorder),
	}
}

// form begins a settings page with its tabs.
func (d Deps) form(r reader, name string, in *page.Input) shape.FormView {
	v := shape.FormView{
		Frame: d.frame(r, r.w.T("office.settings")), Label: r.w.T("office.settings"), Action: settings + "/" + name, Submit: r.w.T("act.save"),
		ReadOnly: !r.mayAct(), Intro: r.w.T("settings." + name + "_text"),
	}
	for _, s := range []string{"brand", "delivery", "categories", "pages", "season", "policies", "domains", "border"} {
		v.Tabs = append(v.Tabs, ui.Link{Label: r.w.T("settings." + s), URL: settings + "/" + s, Current: s == name})
	}
	if in != nil {
		v.Form = in.Form()
	}
	return v
}

// typed is what the form holds after a refusal, else what is true now.
func typed(v *shape.FormView, name, now, label string) ui.Field {
	f := v.Form.Field(name, label)
	if v.Form.Values == nil {
		f.Value = now
	}
	f.ReadOnly = v.ReadOnly
	return f
}

// inEach is an input for each of the county's languages.
func (r reader) inEach(v *shape.FormView, name string, now lang.Text, label string, set func(*ui.Field)) []shape.Control {
	var out []shape.Control
	for _, tag := range r.county.Languages {
		f := typed(v, name+"."+tag, now[tag], label+" · "+words.For(tag).Name())
		f.Lang = tag
		if set != nil {
			set(&f)
		}
		out = append(out, shape.Control{Field: f})
	}
	return out
}

// saved sends on, or draws the form again with what was wrong.
func saved(c *fiber.Ctx, in *page.Input, err error, draw func(c *fiber.Ctx, status int, in *page.Input) error) error {
	if err == nil && !in.Bad() {
		return page.Done(c, c.Path(), "flash.saved")
	}
	if in.Bad() || in.Refuse(err) {
		return draw(c, fiber.StatusUnprocessableEntity, in)
	}
	return err
}

func (d Deps) brand(c *fiber.Ctx, status int, in *page.Input) error {
	r := read(c)
	v := d.form(r, "brand", in)
	colour := typed(&v, "colour", r.county.Brand.Colour, r.w.T("settings.colour"))
	colour.Type, colour.Hint, colour.Tries = "color", r.w.T("settings.colour_hint"), settings+"/brand/colour.css"
	upload := func(name, id string) shape.Control {
		k := shape.Control{Field: v.Form.Field(name, r.w.T("settings."+name)), Accept: "image/png,image/jpeg,image/webp"}
		k.Hint = r.w.T("settings." + name + "_hint")
		if id != "" {
			k.Picture = &ui.Picture{Src: page.PictureURL(id, 320), Width: 320, Height: 320, Cutout: true}
		}
		return k
	}
	v.Files, v.Preview = true, BrandSample(money.Of(6800, r.county.Currency))
	v.Sections = []shape.Section{
		{Title: r.w.T("settings.name"), Controls: append(r.inEach(&v, "names", r.county.Names, r.w.T("settings.name"), nil), r.inEach(&v, "tagline", r.county.Tagline, r.w.T("settings.tagline"), nil)...), Pairs: true},
		{Title: r.w.T("settings.look"), Controls: []shape.Control{{Field: colour}, upload("logo", r.county.Brand.Logo), upload("banner", r.county.Brand.Banner)}},
	}
	return page.Render(c, status, shape.Form(v))
}

// tryColour is the style sheet of a colour that is not saved yet.
func tryColour(c *fiber.Ctx) error {
	b, err := ui.BrandOf(c.Query("c"))
	if err != nil {
		return errs.NotFoundOf("page")
	}
	c.Set(fiber.HeaderContentType, "text/css; charset=utf-8")
	return c.SendString(b.CSS())
}

func (d Deps) saveBrand(c *fiber.Ctx) error {
	r, in := read(c), page.Read(c)
	logo, err := d.picture(r, in, "logo", r.county.Brand.Logo)
	if err != nil {
		return saved(c, in, err, d.brand)
	}
	banner, err := d.picture(r, in, "banner", r.county.Brand.Banner)
	if err == nil && !in.Bad() {
		_, err = d.Counties.Change(r.ctx(), r.who, r.county.ID, "county.brand", func(t *tenants.County) error {
			t.Names, t.Tagline = in.Texts("names", r.county.Languages...).Trimmed(), in.Texts("tagline", r.county.Languages...).Trimmed()
			t.Brand = tenants.Brand{Colour: in.Text("colour"), Logo: logo, Banner: banner}
			return nil
		})
	}
	return saved(c, in, err, d.brand)
}

// picture takes in a picture that came with the form; without one the old stays.
func (d Deps) picture(r reader, in *page.Input, name, old string) (string, error) {
	h := in.File(name)
	if h == nil || h.Size == 0 {
		return old, nil
	}
	f, err := h.Open()
	if err != nil {
		return old, err
	}
	defer f.Close() //nolint:errcheck // read only
	data, err := io.ReadAll(f)
	if err != nil {
		return old, err
	}
	p, err := d.Catalog.Upload(r.ctx(), r.who, data)
	if err != nil {
		return old, err
	}
	return p.ID.String(), nil
}

func (d Deps) policies(c *fiber.Ctx, status int, in *page.Input) error {
	r := read(c)
	v := d.form(r, "policies", in)
	p := r.county.Policy
	commission := typed(&v, "commission", strconv.FormatFloat(float64(p.CommissionBP)/100, 'f', -1, 64), r.w.T("settings.commission"))
	commission.Suffix, commission.InputMode, commission.Hint = "%", "decimal", r.w.T("settings.commission_hint")
	v.Sections = []shape.Section{{Controls: []shape.Control{
		{Field: commission},
		{Field: ui.Field{Name: "review", Value: "1", Label: r.w.T("settings.review")}, Box: true, On: p.ReviewProducts},
		{Field: ui.Field{Name: "export", Value: "1", Label: r.w.T("settings.export")}, Box: true, On: p.ExportEnabled},
	}}}
	return page.Render(c, status, shape.Form(v))
}

func (d Deps) savePolicies(c *fiber.Ctx) error {
	r, in := read(c), page.Read(c)
	bp := in.Percent("commission")
	var err error
	if !in.Bad() {
		_, err = d.Counties.Change(r.ctx(), r.who, r.county.ID, "county.policy", func(t *tenants.County) error {
			t.Policy.CommissionBP, t.Policy.ReviewProducts, t.Policy.ExportEnabled = bp, in.Flag("review"), in.Flag("export")
			return nil
		})
	}
	return saved(c, in, err, d.policies)
}

func (d Deps) season(c *fiber.Ctx, status int, in *page.Input) error {
	r := read(c)
	v := d.form(r, "season", in)
	for m := 1; m <= 12; m++ {
		key := strconv.Itoa(m)
		v.Sections = append(v.Sections, shape.Section{Title: r.w.MonthName(monthOf(m)), Controls: r.inEach(&v, "m"+key, r.county.SeasonNotes[key], r.w.T("settings.note"), func(f *ui.Field) { f.MaxLength = 160 }), Pairs: true})
	}
	return page.Render(c, status, shape.Form(v))
}

func (d Deps) saveSeason(c *fiber.Ctx) error {
	r, in := read(c), page.Read(c)
	notes := map[string]lang.Text{}
	for m := 1; m <= 12; m++ {
		key := strconv.Itoa(m)
		for _, tag := range r.county.Languages {
			in.Longest("m"+key+"."+tag, 160)
		}
		notes[key] = in.Texts("m"+key, r.county.Languages...).Trimmed()
	}
	var err error
	if !in.Bad() {
		_, err = d.Counties.Change(r.ctx(), r.who, r.county.ID, "county.season", func(t *tenants.County) error { t.SeasonNotes = notes; return nil })
	}
	return saved(c, in, err, d.season)
}

func (d Deps) domains(c *fiber.Ctx, status int, in *page.Input) error {
	r := read(c)
	v := d.form(r, "domains", in)
	f := typed(&v, "domain", "", r.w.T("settings.domain"))
	f.Placeholder, f.Hint = "market.example.org", r.w.T("settings.domain_hint", "Host", r.county.Slug+"."+d.Counties.Directory().BaseDomain())
	v.Submit = r.w.T("settings.add_domain")
	v.Sections = []shape.Section{{Controls: []shape.Control{{Field: f}}}}
	for _, domain := range r.county.Domains {
		v.Beside = append(v.Beside, shape.SmallAct{Text: domain, Action: settings + "/domains", Hidden: []ui.Hidden{{Name: "remove", Value: domain}}, Label: r.w.T("settings.remove"), Icon: "close"})
	}
	return page.Render(c, status, shape.Form(v))
}

func (d Deps) saveDomain(c *fiber.Ctx) error {
	r, in := read(c), page.Read(c)
	var err error
	if gone := in.Text("remove"); gone != "" {
		_, err = d.Counties.RemoveDomain(r.ctx(), r.who, r.county.ID, gone)
	} else {
		_, err = d.Counties.AddDomain(r.ctx(), r.who, r.county.ID, in.Text("domain"))
	}
	return saved(c, in, err, d.domains)
}

func (d Deps) legal(c *fiber.Ctx, status int, in *page.Input) error {
	r := read(c)
	v := d.form(r, "pages", in)
	kind, tag := tenants.PageKind(r.Query("kind", string(tenants.Terms))), r.Query("in", r.county.DefaultLanguage())
	if in != nil {
		kind, tag = tenants.PageKind(in.Text("kind")), in.Text("in")
	}
	if !slices.Contains(tenants.PageKinds, kind) || !slices.Contains(r.county.Languages, tag) {
		return errs.NotFoundOf("page")
	}
	all, err := d.Counties.Pages(r.ctx())
	if err != nil {
		return err
	}
	body := ""
	for _, p := range all {
		if p.Kind == kind && p.Language == tag {
			body = p.Body
		}
	}
	f := typed(&v, "body", body, r.w.T("legal."+string(kind))+" · "+words.For(tag).Name())
	f.Type, f.Rows, f.Hint, f.Lang = "textarea", 18, r.w.T("settings.markdown"), tag
	v.Hidden = []ui.Hidden{{Name: "kind", Value: string(kind)}, {Name: "in", Value: tag}}
	v.Action += "?kind=" + string(kind) + "&in=" + tag
	v.Sections = []shape.Section{{Title: r.w.T("legal." + string(kind)), Controls: []shape.Control{{Field: f}}}}
	if f.Value != "" {
		v.Preview = page.Prose(f.Value)
	}
	for _, k := range tenants.PageKinds {
		for _, l := range r.county.Languages {
			v.Parts = append(v.Parts, ui.Link{Label: r.w.T("legal."+string(k)) + " · " + words.For(l).Name(), URL: settings + "/pages?kind=" + string(k) + "&in=" + l, Current: k == kind && l == tag})
		}
	}
	return page.Render(c, status, shape.Form(v))
}

func (d Deps) saveLegal(c *fiber.Ctx) error {
	r, in := read(c), page.Read(c)
	err := d.Counties.SetPage(r.ctx(), r.who, r.county.ID, tenants.Page{Kind: tenants.PageKind(in.Text("kind")), Language: in.Text("in"), Body: in.Text("body")})
	if err == nil {
		return page.Done(c, settings+"/pages?kind="+in.Text("kind")+"&in="+in.Text("in"), "flash.saved")
	}
	return saved(c, in, err, d.legal)
}
