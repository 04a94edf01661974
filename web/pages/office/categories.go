package office

import (
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"countyfair/catalog"
	"countyfair/web/pages/page"
	"countyfair/web/pages/shape"
	"countyfair/web/ui"
)

// hues are the tints of a category's tile, by name.
var hues = []struct {
	hue int
	id  string
}{{28, "red"}, {60, "brown"}, {85, "straw"}, {115, "olive"}, {145, "green"}, {200, "water"}, {240, "blue"}, {300, "violet"}, {340, "rose"}}

func (d Deps) categories(c *fiber.Ctx, status int, in *page.Input) error {
	r := read(c)
	v := d.form(r, "categories", in)
	all, err := d.Catalog.CountedCategories(r.ctx(), r.who)
	if err != nil {
		return err
	}
	v.Files = true
	for i := range len(all) + 1 {
		k, title := catalog.Category{Hue: hues[i%len(hues)].hue}, r.w.T("settings.new_category")
		if i < len(all) {
			k, title = all[i], r.in(all[i].Names)
		}
		v.Sections = append(v.Sections, categorySection(r, &v, i, k, title))
	}
	v.Hidden = []ui.Hidden{{Name: "categories", Value: strconv.Itoa(len(all) + 1)}}
	return page.Render(c, status, shape.Form(v))
}

func categorySection(r reader, v *shape.FormView, i int, k catalog.Category, title string) shape.Section {
	name := func(s string) string { return "k" + strconv.Itoa(i) + "." + s }
	code := typed(v, name("code"), k.Code, r.w.T("settings.category_code"))
	code.Hint, code.ReadOnly = r.w.T("settings.category_code_hint"), code.ReadOnly || k.Code != ""
	hue := typed(v, name("hue"), strconv.Itoa(k.Hue), r.w.T("settings.hue"))
	options := []ui.Option{}
	listed := false
	for _, h := range hues {
		chosen := hue.Value == strconv.Itoa(h.hue)
		listed = listed || chosen
		options = append(options, ui.Option{Value: strconv.Itoa(h.hue), Label: r.w.T("hue." + h.id), Chosen: chosen})
	}
	if !listed {
		options = append(options, ui.Option{Value: hue.Value, Label: r.w.T("hue.own"), Chosen: true})
	}
	picture := shape.Control{Field: v.Form.Field(name("picture"), r.w.T("settings.category_picture")), Accept: "image/png,image/jpeg,image/webp"}
	if k.PictureID != nil {
		picture.Picture = &ui.Picture{Src: page.PictureURL(k.PictureID.String(), 160), Width: 160, Height: 160, Cutout: true}
	}
	note := ""
	if k.Code != "" {
		note = r.w.T("settings.category_note", "Count", k.Products)
	}
	return shape.Section{Title: title, Note: note, Fold: k.Code != "", Pairs: true, Controls: append(r.inEach(v, name("names"), k.Names, r.w.T("settings.name"), nil),
		shape.Control{Field: code}, shape.Control{Field: hue, Options: options}, picture)}
}

func (d Deps) saveCategories(c *fiber.Ctx) error {
	r, in := read(c), page.Read(c)
	all, err := d.Catalog.CountedCategories(r.ctx(), r.who)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(in.Text("categories"))
	if err != nil || n > 200 {
		n = 0
	}
	for i := range n {
		if err = d.saveCategory(r, in, i, all); err != nil || in.Bad() {
			return saved(c, in, err, d.categories)
		}
	}
	return saved(c, in, nil, d.categories)
}

func (d Deps) saveCategory(r reader, in *page.Input, i int, all []catalog.Category) error {
	prefix := "k" + strconv.Itoa(i) + "."
	k := catalog.Category{Code: in.Text(prefix + "code"), Names: in.Texts(prefix+"names", r.county.Languages...).Trimmed(), Hue: in.Int(prefix + "hue"), Position: i}
	if len(k.Names) == 0 {
		return nil // the empty one at the end
	}
	old := ""
	for _, o := range all {
		if o.Code == k.Code && o.PictureID != nil {
			old = o.PictureID.String()
		}
	}
	picture, err := d.picture(r, in, prefix+"picture", old)
	if err != nil {
		return err
	}
	if id, err := uuid.Parse(picture); err == nil {
		k.PictureID = &id
	}
	_, err = d.Catalog.SaveCategory(r.ctx(), r.who, k)
	in.Refuse(err)
	in.Rename("code", prefix+"code")
	if in.Bad() {
		return nil
	}
	return err
}
