package seller

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"countyfair/catalog"
	"countyfair/internal/errs"
	"countyfair/internal/lang"
	"countyfair/internal/money"
	"countyfair/sellers"
	"countyfair/tenants"
	"countyfair/web/pages/page"
	"countyfair/web/words"
)

// mostPacks is how many sizes one form shows.
const mostPacks = 40

// readProduct reads the form and takes in its pictures whatever else is wrong:
// nobody should have to choose them again.
func (h handlers) readProduct(c *fiber.Ctx, in *page.Input, own *catalog.Own) productForm {
	f := productForm{Version: in.Int("version")}
	for _, s := range in.All("season") {
		if m, err := strconv.Atoi(s); err == nil && m >= 1 && m <= 12 {
			f.Season |= 1 << (m - 1)
		}
	}
	f.Pictures = h.readPictures(c, in)
	f.Packs = readPacks(in, own)
	return f
}

// readPictures are the pictures in order, with those that come by this form.
func (h handlers) readPictures(c *fiber.Ctx, in *page.Input) (ids []uuid.UUID) {
	for _, s := range in.All("picture") {
		if id, err := uuid.Parse(s); err == nil && s != in.Text("drop") {
			ids = append(ids, id)
		}
	}
	for _, id := range h.takePictures(c, in, "pictures") {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if front, err := uuid.Parse(in.Text("front")); err == nil {
		if i := slices.Index(ids, front); i > 0 {
			ids = slices.Insert(slices.Delete(ids, i, i+1), 0, front)
		}
	}
	return ids
}

// readPacks are the sizes in order, at least one.
func readPacks(in *page.Input, own *catalog.Own) (packs []Pack) {
	next := 0
	for _, s := range in.All("pack") {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 || len(packs) == mostPacks {
			continue
		}
		next = max(next, n+1)
		p := Pack{N: n, ID: in.Text(Pack{N: n}.Name("id"))}
		if s == in.Text("remove_pack") {
			continue
		}
		p.Left = leftOf(own, p.ID)
		packs = append(packs, p)
	}
	if in.Text("then") == "add_pack" && len(packs) < mostPacks || len(packs) == 0 {
		packs = append(packs, Pack{N: next})
	}
	return packs
}

// typed is the form as it was sent, to be drawn again; a size that was just
// added begins with the units that people here use.
func (f productForm) typed(in *page.Input, county *tenants.County) productForm {
	f.Form = in.Form()
	own := county.DefaultLanguage()
	for _, p := range f.Packs {
		if f.Form.Values[p.Name("weight_unit")] == "" {
			f.Form.Values[p.Name("weight_unit")], f.Form.Values[p.Name("unit")] = usualUnit(own), units(own)[0]
		}
	}
	return f
}

func leftOf(own *catalog.Own, id string) int {
	if own != nil {
		for i := range own.Variants {
			if own.Variants[i].ID.String() == id {
				return own.Variants[i].OnHand - own.Variants[i].Reserved
			}
		}
	}
	return 0
}

// onlyDraws reports whether the button that was pressed changes the form alone.
func onlyDraws(in *page.Input) bool {
	return in.Text("then") == "add_pack" || in.Text("remove_pack") != "" || in.Text("drop") != "" || in.Text("front") != ""
}

// draft makes of the form what the catalog keeps. before is the product as it
// stands, empty for a new one.
func draft(in *page.Input, f productForm, county *tenants.County, before catalog.Draft) catalog.Draft {
	d := before
	d.Title, d.Description, d.Origin = laid(before.Title, in, "title", county), laid(before.Description, in, "description", county), laid(before.Origin, in, "origin", county)
	d.Category, d.Season, d.Pictures = in.Text("category"), f.Season, f.Pictures
	d.HSCode = strings.NewReplacer(".", "", " ", "").Replace(in.Text("hs_code"))
	d.HarvestedOn = nil
	if s := in.Text("harvested_on"); s != "" {
		if day, err := time.Parse(time.DateOnly, s); err == nil {
			d.HarvestedOn = &day
		} else {
			in.Fail("harvested_on", "error.field_date")
		}
	}
	d.Batch = nil
	if code := in.Text("trace_code"); code != "" {
		d.Batch = &catalog.BatchDraft{TraceCode: code, HarvestedOn: d.HarvestedOn, CertificateNo: in.Text("certificate")}
	} else if in.Text("certificate") != "" {
		in.Fail("trace_code", "error.field_certificate_needs_trace")
	}
	if d.Category == "" {
		in.Fail("category", "error.field_unknown")
	}
	d.Variants = nil
	for _, p := range f.Packs {
		d.Variants = append(d.Variants, size1(in, p, county, before))
	}
	return d
}

// laid is a text with the form's languages over it; other languages stay.
func laid(before lang.Text, in *page.Input, name string, county *tenants.County) lang.Text {
	out := lang.Text{}
	maps.Copy(out, before)
	for _, tag := range county.Languages {
		if s := in.Text(name + "." + tag); s != "" {
			out[tag] = s
		} else {
			delete(out, tag)
		}
	}
	return out
}

// size1 makes a size of a pack of the form. A size that nobody named is called
// by what it weighs and what it is counted in.
func size1(in *page.Input, p Pack, county *tenants.County, before catalog.Draft) catalog.VariantDraft {
	own := county.DefaultLanguage()
	v := catalog.VariantDraft{Title: lang.Text{}}
	for _, old := range before.Variants {
		if p.ID != "" && old.ID.String() == p.ID {
			v = old
			v.Title = maps.Clone(old.Title)
			v.Inactive = false
		}
	}
	in.Require(p.Name("price"), p.Name("weight"))
	v.Unit = in.Text(p.Name("unit"))
	v.Price = money.Of(in.Money(p.Name("price"), county.Currency), county.Currency)
	v.NetWeightG = grams(in, p)
	v.GrossWeightG = catalog.StillPacked(v.GrossWeightG, v.NetWeightG)
	if v.ID == uuid.Nil {
		n := in.Int(p.Name("stock"))
		in.Require(p.Name("stock"))
		v.Stock = &n
	}
	title := in.Text(p.Name("title"))
	if title == "" {
		w := words.For(own)
		title = w.T("product_form.pack_named", "Weight", in.Text(p.Name("weight"))+w.T("weight_unit_short."+unitOf(in, p)), "Unit", v.Unit)
	}
	if v.Title[own] != title {
		v.Title = lang.Text{own: title} // the other languages said something else
	}
	return v
}

func unitOf(in *page.Input, p Pack) string {
	for _, u := range weightUnits {
		if u.code == in.Text(p.Name("weight_unit")) {
			return u.code
		}
	}
	return "g"
}

// grams reads a weight: a figure with up to three decimals, and its unit.
func grams(in *page.Input, p Pack) int {
	name := p.Name("weight")
	text := in.Text(name)
	if text == "" {
		return 0
	}
	m, err := money.Parse(text, "KWD") // three decimals
	if err != nil {
		in.Fail(name, "error.field_weight")
		return 0
	}
	for _, u := range weightUnits {
		if u.code == unitOf(in, p) && m.Amount > 0 && m.Amount < 1e10 {
			return int((m.Amount*u.grams + 500) / 1000)
		}
	}
	in.Fail(name, "error.field_weight")
	return 0
}

var variantFault = regexp.MustCompile(`^variants\[(\d+)\]\.?([a-z_]*)(.*)$`)

// refuseProduct takes the catalog's refusal into the form under the names of
// the form's own inputs.
func refuseProduct(in *page.Input, err error, f productForm, county *tenants.County) bool {
	if errors.Is(err, catalog.ErrTraceTaken) {
		in.Fail("trace_code", "error.trace_code_taken")
		return true
	}
	refused := in.Refuse(err)
	own := "." + county.DefaultLanguage()
	for _, name := range []string{"title", "description", "origin"} {
		in.Rename(name, name+own)
	}
	in.Rename("batch.trace_code", "trace_code")
	in.Rename("batch.certificate_no", "certificate")
	for _, name := range slices.Collect(maps.Keys(in.Form().Errors)) {
		m := variantFault.FindStringSubmatch(name)
		if m == nil {
			continue
		}
		i, _ := strconv.Atoi(m[1]) // digits, by the expression
		if i >= len(f.Packs) {
			continue
		}
		field := m[2]
		switch field {
		case "net_weight_g":
			field = "weight"
		case "", "code", "grade", "packing", "id":
			field = "title"
		}
		in.Rename(name, f.Packs[i].Name(field))
	}
	return refused
}

func (h handlers) create(c *fiber.Ctx, _ *sellers.Seller) error {
	in, county := page.Read(c), page.County(c)
	f := h.readProduct(c, in, nil)
	if onlyDraws(in) {
		return h.drawProduct(c, fiber.StatusOK, f.typed(in, county), nil)
	}
	d := draft(in, f, county, catalog.Draft{})
	requireTitle(in, county)
	again := func(status int) error {
		return h.drawProduct(c, status, f.typed(in, county), nil)
	}
	if in.Bad() {
		return again(fiber.StatusUnprocessableEntity)
	}
	own, err := h.Catalog.Create(c.UserContext(), page.Who(c), d)
	if refuseProduct(in, err, f, county) {
		return again(statusOf(err))
	} else if err != nil {
		return err
	}
	return h.kept(c, own.ID, in.Text("then"))
}

func requireTitle(in *page.Input, county *tenants.County) {
	in.Require("title." + county.DefaultLanguage())
}

func (h handlers) update(c *fiber.Ctx, _ *sellers.Seller) error {
	id, err := idOf(c, catalog.ErrNotFound)
	if err != nil {
		return err
	}
	own, err := h.Catalog.Mine(c.UserContext(), page.Who(c), id)
	if err != nil {
		return err
	}
	in, county := page.Read(c), page.County(c)
	f := h.readProduct(c, in, own)
	again := func(status int) error {
		f.Version = own.Version // whoever saves again has seen that it changed
		return h.drawProduct(c, status, f.typed(in, county), own)
	}
	if onlyDraws(in) {
		return h.drawProduct(c, fiber.StatusOK, f.typed(in, county), own)
	}
	d := draft(in, f, county, own.Draft())
	requireTitle(in, county)
	if in.Bad() {
		return again(fiber.StatusUnprocessableEntity)
	}
	_, err = h.Catalog.Update(c.UserContext(), page.Who(c), id, max(f.Version, 1), func(was *catalog.Draft) error {
		d.Code = was.Code
		*was = d
		return nil
	})
	if refuseProduct(in, err, f, county) {
		return again(statusOf(err))
	} else if err != nil {
		return err
	}
	return h.kept(c, id, in.Text("then"))
}

// kept leads on from a product that was saved, and puts it on sale where that
// button was pressed.
func (h handlers) kept(c *fiber.Ctx, id uuid.UUID, then string) error {
	if then != "publish" {
		return page.Done(c, productsPath, "flash.saved")
	}
	state, err := h.Catalog.Publish(c.UserContext(), page.Who(c), id)
	if e := asRefusal(err); e != nil && e.Code == errs.Conflict {
		return h.sorry(c, e)
	} else if err != nil {
		return err
	}
	return h.moved(c, id, state, productsPath)
}
