package office

import (
	"path"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"countyfair/checkout"
	"countyfair/customs"
	"countyfair/customs/papers"
	"countyfair/internal/errs"
	"countyfair/reports"
	"countyfair/web/pages/page"
	"countyfair/web/pages/shape"
	"countyfair/web/ui"
)

// papers are the buttons that print what an order needs, for who may have them.
func (d Deps) papers(r reader, o *checkout.Order) (shape.Papers, error) {
	if d.Reports == nil || !r.mayAct() {
		return shape.Papers{}, nil
	}
	p, err := d.Reports.List(r.ctx(), r.who, o.ID)
	if errs.CodeOf(err) == errs.Conflict { // not paid, so nothing to print
		return shape.Papers{}, nil
	}
	if err != nil {
		return shape.Papers{}, err
	}
	v := shape.Papers{Title: r.w.T("papers.title"), Notes: paperNotes(r, &p)}
	for _, item := range p.Items {
		if len(item.Problems) > 0 {
			continue
		}
		label := r.w.T("papers." + strings.ReplaceAll(item.ID, "-", "_"))
		if item.Form != "" {
			label = string(item.Form) + " · " + label
		}
		v.Files = append(v.Files, ui.Link{Label: label, URL: orderPath + "/" + o.ID.String() + "/papers/" + item.ID})
	}
	return v, nil
}

// paperNotes say what is wrong: a sentence for each kind of trouble, which
// names all the fields it is about.
func paperNotes(r reader, p *reports.Papers) []string {
	var out, kinds []string
	fields := map[string][]string{}
	for _, item := range p.Items {
		for _, problem := range item.Problems {
			kind := "papers." + problem.Of + "_" + problem.What
			field := r.w.T("papers.field." + problem.Field)
			if len(fields[kind]) == 0 {
				kinds = append(kinds, kind)
			}
			if !slices.Contains(fields[kind], field) {
				fields[kind] = append(fields[kind], field)
			}
		}
	}
	if p.WrongItemNumber {
		out = append(out, r.w.T("papers.wrong_number"))
	}
	for _, kind := range kinds {
		out = append(out, r.w.T(kind, "Fields", strings.Join(fields[kind], " · ")))
	}
	return out
}

// paper sends one paper of an order.
func (d Deps) paper(c *fiber.Ctx) error {
	r := read(c)
	id, err := r.id()
	if err != nil {
		return err
	}
	if d.Reports == nil {
		return errs.NotFoundOf("page")
	}
	f, err := d.Reports.Download(r.ctx(), r.who, id, r.Params("paper"))
	if err != nil {
		return err
	}
	c.Attachment(f.Name)
	c.Type(path.Ext(f.Name))
	return c.Send(f.Data)
}

// border is who the county is to the customs.
func (d Deps) border(c *fiber.Ctx, status int, in *page.Input) error {
	r := read(c)
	v := d.form(r, "border", in)
	var now customs.Identity
	if d.Customs != nil && r.mayAct() { // the rest of the office has no use for these numbers
		var err error
		if now, err = d.Customs.Identity(r.ctx(), r.who); err != nil {
			return err
		}
	}
	mode := shape.Control{Field: typed(&v, "mode", string(now.Mode), r.w.T("papers.field.mode")), Options: []ui.Option{{Value: "", Label: "—"}}}
	for _, m := range papers.Modes {
		mode.Options = append(mode.Options, ui.Option{Value: string(m), Label: r.w.T("papers.mode_" + string(m)), Chosen: mode.Value == string(m)})
	}
	sections := []shape.Section{
		{Title: r.w.T("papers.sender"), Pairs: true},
		{Title: r.w.T("papers.numbers"), Pairs: true},
		{Title: r.w.T("papers.registration"), Controls: []shape.Control{mode}, Pairs: true},
	}
	for _, f := range identityFields(&now) {
		field := typed(&v, f.name, *f.value, r.w.T("papers.field."+f.words))
		field.MaxLength = 120
		sections[f.section].Controls = append(sections[f.section].Controls, shape.Control{Field: field})
	}
	v.Sections = sections
	return page.Render(c, status, shape.Form(v))
}

// identityField is one text of the form.
type identityField struct {
	section     int
	name, words string
	value       *string
}

func identityFields(i *customs.Identity) []identityField {
	return []identityField{
		{0, "sender.name", "sender_name", &i.Sender.Name},
		{0, "sender.phone", "sender_phone", &i.Sender.Phone},
		{0, "sender.address", "sender_address", &i.Sender.Address},
		{0, "sender.city", "sender_city", &i.Sender.City},
		{0, "sender.postcode", "sender_postcode", &i.Sender.Postcode},
		{1, "ioss", "ioss", &i.IOSS},
		{1, "vat", "vat", &i.VAT},
		{1, "eori", "eori", &i.EORI},
		{2, "ebp_code", "ebpCode", &i.EbpCode},
		{2, "ebp_name", "ebpName", &i.EbpName},
		{2, "ebc_code", "ebcCode", &i.EbcCode},
		{2, "ebc_name", "ebcName", &i.EbcName},
		{2, "ebc_telephone", "ebcTelephone", &i.EbcTelephone},
		{2, "cop_code", "copCode", &i.CopCode},
		{2, "cop_name", "copName", &i.CopName},
		{2, "dxp_id", "dxpId", &i.DxpID},
		{2, "logistics_code", "logisticsCode", &i.LogisticsCode},
		{2, "logistics_name", "logisticsName", &i.LogisticsName},
		{2, "pay_code", "payCode", &i.PayCode},
		{2, "pay_name", "payName", &i.PayName},
	}
}

func (d Deps) saveBorder(c *fiber.Ctx) error {
	r, in := read(c), page.Read(c)
	if d.Customs == nil {
		return errs.NotFoundOf("page")
	}
	i := customs.Identity{Registration: papers.Registration{Mode: papers.Mode(in.Text("mode"))}}
	for _, f := range identityFields(&i) {
		*f.value = in.Text(f.name)
	}
	return saved(c, in, d.Customs.SetIdentity(r.ctx(), r.who, i), d.border)
}
