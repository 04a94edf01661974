package office

import (
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"countyfair/catalog"
	"countyfair/web/pages/page"
	"countyfair/web/pages/shape"
	"countyfair/web/ui"
)

func (d Deps) goods(c *fiber.Ctx) error {
	r := read(c)
	list, err := d.Catalog.ListInReview(r.ctx(), r.who, pageSize, r.Query("cursor"))
	if err != nil {
		return err
	}
	v := shape.ListView{
		Frame: d.frame(r, r.w.T("office.review")), Next: r.after(list.Next),
		Empty: ui.State{Drawing: "nothing-found", Title: r.w.T("office.none_waiting"), Text: r.w.T("office.none_review_text")},
		Table: ui.Table{Caption: r.w.T("office.review"), Columns: []ui.Column{{Label: r.w.T("office.product")}, {Label: r.w.T("office.seller")}, {Label: r.w.T("office.price"), Num: true}, {Label: r.w.T("office.since")}}},
	}
	for i := range list.Items {
		p := &list.Items[i]
		price := ""
		if len(p.Variants) > 0 {
			price = r.w.Money(p.Variants[0].Cost())
		}
		v.Table.Rows = append(v.Table.Rows, ui.Row{Cells: []ui.Cell{
			{Text: r.in(p.Titles), URL: goodsList + "/" + p.ID.String(), Small: p.Code},
			{Text: r.in(p.SellerNames)},
			{Text: price, Num: true},
			{Text: r.w.Ago(p.UpdatedAt, d.Kit.Clock.Now(), r.county.TimeZone), Brief: true},
		}})
	}
	return page.Render(c, fiber.StatusOK, shape.List(v))
}

func (d Deps) good(c *fiber.Ctx) error { return d.showGood(c, fiber.StatusOK, nil) }

func (d Deps) showGood(c *fiber.Ctx, status int, in *page.Input) error {
	r := read(c)
	id, err := r.id()
	if err != nil {
		return err
	}
	p, err := d.Catalog.Inspect(r.ctx(), r.who, id)
	if err != nil {
		return err
	}
	v := shape.ReviewView{
		Frame: d.frame(r, r.in(p.Titles)), Tag: p.Code, Status: ui.Status{Of: "product", Code: string(p.State)}, Title: r.w.T("office.said"),
		Facts: goodFacts(r, p), Texts: r.spoken(p.Descriptions), Table: sizes(r, p), Action: r.Path(),
	}
	for i := range p.Pictures {
		v.Pictures = append(v.Pictures, pictures(&p.Pictures[i])...)
	}
	if p.Reason != "" {
		v.Note = p.Reason
	}
	if p.State == catalog.Published {
		v.Public = "/p/" + p.Slug
	}
	if p.State == catalog.InReview {
		if v.Pile, err = d.goodPile(r, id); err != nil {
			return err
		}
		if r.mayAct() {
			v.Answers = []shape.Answer{
				{Name: "act", Value: "approve", Label: r.w.T("office.publish"), Icon: "check", Kind: "yes", Key: "a"},
				{Name: "act", Value: "reject", Label: r.w.T("office.send_back"), Icon: "undo", Kind: "plain", Key: "r"},
			}
			v.Reason = ui.Field{Name: "reason", Label: r.w.T("office.reason"), Hint: r.w.T("office.reason_hint")}
		}
	}
	if in != nil {
		v.Form = in.Form()
		v.Reason.Value, v.Reason.Error = v.Form.Values["reason"], v.Form.Errors["reason"]
	}
	return page.Render(c, status, shape.Review(v))
}

func goodFacts(r reader, p *catalog.Own) []ui.Fact {
	out := []ui.Fact{
		{Term: r.w.T("office.seller"), Value: r.in(p.SellerNames), Link: stallList + "/" + p.SellerID.String()},
		{Term: r.w.T("office.category"), Value: r.in(p.CategoryNames)},
		{Term: r.w.T("office.origin"), Value: r.in(p.Origin)},
		{Term: r.w.T("office.season"), Value: r.w.Months(p.Season)},
		{Term: r.w.T("office.hs_code"), Value: p.HSCode},
	}
	if p.HarvestedOn != nil {
		out = append(out, ui.Fact{Term: r.w.T("office.harvested"), Value: r.w.Date(*p.HarvestedOn, "UTC")})
	}
	for _, b := range p.Batches {
		out = append(out, ui.Fact{Term: r.w.T("office.trace"), Value: b.TraceCode}, ui.Fact{Term: r.w.T("office.certificate"), Value: b.CertificateNo})
	}
	kept := out[:0]
	for _, f := range out {
		if f.Value != "" {
			kept = append(kept, f)
		}
	}
	return kept
}

func sizes(r reader, p *catalog.Own) *ui.Table {
	t := &ui.Table{Caption: r.w.T("office.sizes"), Columns: []ui.Column{{Label: r.w.T("office.size")}, {Label: r.w.T("office.weight"), Num: true}, {Label: r.w.T("office.price"), Num: true}, {Label: r.w.T("office.stock"), Num: true}}}
	for i := range p.Variants {
		v := &p.Variants[i]
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: r.in(v.Titles), Small: v.Grade}, {Text: r.w.Weight(int64(v.NetWeightG)), Num: true}, {Text: r.w.Money(v.Cost()), Num: true}, {Text: r.w.Number(int64(v.OnHand)), Num: true}}})
	}
	return t
}

func (d Deps) goodPile(r reader, now uuid.UUID) (p shape.Pile, err error) {
	list, err := d.Catalog.ListInReview(r.ctx(), r.who, 12, "")
	if err != nil {
		return p, err
	}
	p.Label = r.w.T("office.review")
	for i := range list.Items {
		g := &list.Items[i]
		p.Items = append(p.Items, shape.PileItem{Title: r.in(g.Titles), Note: r.in(g.SellerNames), URL: goodsList + "/" + g.ID.String(), Current: g.ID == now})
	}
	p.Prev, p.Next = around(p.Items)
	return p, nil
}

func (d Deps) decideGood(c *fiber.Ctx) error {
	r := read(c)
	id, err := r.id()
	if err != nil {
		return err
	}
	in := page.Read(c)
	approve := in.Text("act") == "approve"
	if _, err := d.Catalog.Decide(r.ctx(), r.who, id, approve, in.Text("reason")); err != nil {
		if in.Refuse(err) {
			return d.showGood(c, fiber.StatusUnprocessableEntity, in)
		}
		return err
	}
	if approve {
		return page.Done(c, goodsList, "flash.product_published")
	}
	return page.Done(c, goodsList, "flash.product_sent_back")
}
