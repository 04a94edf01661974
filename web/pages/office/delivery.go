package office

import (
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"countyfair/internal/lang"
	"countyfair/internal/money"
	"countyfair/shipping"
	"countyfair/tenants"
	"countyfair/web/pages/page"
	"countyfair/web/pages/shape"
	"countyfair/web/ui"
)

func monthOf(m int) time.Month { return time.Month(m) }

// delivery shows every area as a section, and one more to add. The order is the
// order in which they are tried; a position decides it.
func (d Deps) delivery(c *fiber.Ctx, status int, in *page.Input) error {
	r := read(c)
	v := d.form(r, "delivery", in)
	zones, err := d.Counties.Directory().Zones(r.ctx(), r.county.ID)
	if err != nil {
		return err
	}
	n := len(zones)
	if in != nil {
		n = zoneCount(in) - 1
	}
	for i := range n + 1 {
		z := tenants.Zone{Countries: []string{r.county.Country}, Delivers: true, DaysMin: 2, DaysMax: 5}
		title := r.w.T("settings.new_zone")
		if i < len(zones) {
			z, title = zones[i], r.in(zones[i].Names)
		}
		v.Sections = append(v.Sections, zoneSection(r, &v, i, z, title, i < n))
	}
	v.Hidden = []ui.Hidden{{Name: "zones", Value: strconv.Itoa(n + 1)}}
	return page.Render(c, status, shape.Form(v))
}

func zoneSection(r reader, v *shape.FormView, i int, z tenants.Zone, title string, there bool) shape.Section {
	name := func(s string) string { return "z" + strconv.Itoa(i) + "." + s }
	price := func(s string, n int64) ui.Field {
		f := typed(v, name(s), "", r.w.T("settings."+s))
		if v.Form.Values == nil && (there || n > 0) {
			f.Value = money.Of(n, r.county.Currency).Decimal()
		}
		f.Suffix, f.InputMode = r.county.Currency, "decimal"
		return f
	}
	areas := typed(v, name("areas"), areaNames(z.Areas, r), r.w.T("settings.areas"))
	areas.Type, areas.Rows, areas.Hint, areas.Wide = "textarea", 2, r.w.T("settings.areas_hint"), true
	countries := typed(v, name("countries"), strings.Join(z.Countries, ", "), r.w.T("settings.countries"))
	free := int64(0)
	if z.FreeAbove != nil {
		free = *z.FreeAbove
	}
	freeField := price("free_above", free)
	if free == 0 && v.Form.Values == nil {
		freeField.Value = ""
	}
	days := typed(v, name("days"), strconv.Itoa(z.DaysMin)+"-"+strconv.Itoa(z.DaysMax), r.w.T("settings.days"))
	on := z.Delivers
	if v.Form.Values != nil {
		on = v.Form.Values[name("delivers")] != ""
	}
	s := shape.Section{Title: title, Fold: there, Pairs: true, Controls: r.inEach(v, name("names"), z.Names, r.w.T("settings.zone_name"), nil)}
	s.Controls = append(s.Controls, shape.Control{Field: countries}, shape.Control{Field: days}, shape.Control{Field: areas}, shape.Control{Field: price("first_kg", z.FirstKg)},
		shape.Control{Field: price("next_kg", z.NextKg)}, shape.Control{Field: freeField},
		shape.Control{Field: ui.Field{Name: name("delivers"), Value: "1", Label: r.w.T("settings.delivers")}, Box: true, On: on})
	if there {
		s.Note = zoneNote(r, z)
		s.Controls = append(s.Controls, shape.Control{Field: ui.Field{Name: name("remove"), Value: "1", Label: r.w.T("settings.remove_zone")}, Box: true})
	}
	return s
}

// zoneNote sums a zone up: where it is, what it costs, how long it takes.
func zoneNote(r reader, z tenants.Zone) string {
	where := areaNames(z.Areas, r)
	if where == "" {
		where = r.w.T("settings.rest")
	}
	if !z.Delivers {
		return where + " · " + r.w.T("settings.not_delivered")
	}
	return where + " · " + r.w.T("settings.zone_rates", "First", r.w.Money(money.Of(z.FirstKg, r.county.Currency)), "Next", r.w.Money(money.Of(z.NextKg, r.county.Currency)), "From", z.DaysMin, "To", z.DaysMax)
}

// areaNames writes areas as people know them.
func areaNames(codes []string, r reader) string {
	names := map[string]string{}
	for _, a := range shipping.Areas(r.county.Country, strings.HasPrefix(r.w.Lang(), "zh")) {
		names[a.Code] = a.Name
	}
	out := make([]string, len(codes))
	for i, c := range codes {
		if out[i] = names[c]; out[i] == "" {
			out[i] = c
		}
	}
	return strings.Join(out, ", ")
}

func zoneCount(in *page.Input) int {
	n, err := strconv.Atoi(in.Text("zones"))
	if err != nil || n < 1 || n > 101 {
		return 1
	}
	return n
}

func (d Deps) saveDelivery(c *fiber.Ctx) error {
	r, in := read(c), page.Read(c)
	var zones []tenants.Zone
	for i := range zoneCount(in) {
		prefix := "z" + strconv.Itoa(i) + "."
		names := in.Texts(prefix+"names", r.county.Languages...).Trimmed()
		if in.Flag(prefix+"remove") || len(names) == 0 {
			continue // taken away, or the empty one at the end
		}
		zones = append(zones, readZone(r, in, prefix, names))
	}
	var err error
	if !in.Bad() {
		err = d.Counties.SetZones(r.ctx(), r.who, r.county.ID, zones)
	}
	return saved(c, in, err, d.delivery)
}

func readZone(r reader, in *page.Input, prefix string, names lang.Text) tenants.Zone {
	z := tenants.Zone{Names: names, Countries: list(strings.ToUpper(in.Text(prefix + "countries"))), Delivers: in.Flag(prefix + "delivers")}
	for _, written := range list(in.Text(prefix + "areas")) {
		code := shipping.AreaCode(r.county.Country, written)
		if code == "" {
			in.Fail(prefix+"areas", "settings.unknown_area", "Area", written)
			continue
		}
		z.Areas = append(z.Areas, code)
	}
	if z.Delivers {
		z.FirstKg, z.NextKg = in.Money(prefix+"first_kg", r.county.Currency), in.Money(prefix+"next_kg", r.county.Currency)
		if in.Text(prefix+"free_above") != "" {
			if free := in.Money(prefix+"free_above", r.county.Currency); free > 0 {
				z.FreeAbove = &free
			}
		}
	}
	from, to, _ := strings.Cut(strings.NewReplacer("–", "-", "~", "-", "至", "-", "到", "-", " ", "").Replace(in.Text(prefix+"days")), "-")
	if to == "" {
		to = from
	}
	var err1, err2 error
	z.DaysMin, err1 = strconv.Atoi(from)
	z.DaysMax, err2 = strconv.Atoi(to)
	if err1 != nil || err2 != nil {
		in.Fail(prefix+"days", "settings.days_wrong")
	}
	return z
}

// list cuts at commas and line ends, of either writing.
func list(s string) []string {
	return nonEmpty(strings.FieldsFunc(strings.NewReplacer(", ", ",", "， ", "，").Replace(s), func(r rune) bool { return strings.ContainsRune(",，、;；\n", r) })...)
}
