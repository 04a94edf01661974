package office

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"countyfair/internal/errs"
	"countyfair/internal/lang"
	"countyfair/sellers"
	"countyfair/web/pages/page"
	"countyfair/web/pages/shape"
	"countyfair/web/ui"
	"countyfair/web/words"
)

const pageSize = 40

// tabs are links that choose a state.
func (r reader) tabs(of, now string, states ...string) []ui.Link {
	out := make([]ui.Link, len(states))
	for i, s := range states {
		out[i] = ui.Link{Label: r.w.T("status." + of + "." + s), URL: r.with("state", s), Current: s == now}
	}
	return out
}

// with is the address of the page with one more choice, or another one; what
// was chosen before stays.
func (r reader) with(name, value string) string {
	q := url.Values{}
	for _, known := range []string{"state", "sort", "q"} {
		q.Set(known, r.Query(known))
	}
	q.Set(name, value)
	for k := range q {
		if q.Get(k) == "" {
			q.Del(k)
		}
	}
	if len(q) == 0 {
		return r.Path()
	}
	return r.Path() + "?" + q.Encode()
}

// after is the address of a list's next page.
func (r reader) after(cursor string) string {
	if cursor == "" {
		return ""
	}
	return r.with("cursor", cursor)
}

func (d Deps) stalls(c *fiber.Ctx) error {
	r := read(c)
	state := sellers.State(r.Query("state", string(sellers.Applied)))
	list, err := d.Sellers.Applications(r.ctx(), r.who, state, pageSize, r.Query("cursor"))
	if err != nil {
		return err
	}
	v := shape.ListView{
		Frame: d.frame(r, r.w.T("office.applications")), Label: r.w.T("office.by_state"), Next: r.after(list.Next),
		Tabs:  r.tabs("seller", string(state), "applied", "approved", "rejected", "suspended"),
		Empty: ui.State{Drawing: "nothing-found", Title: r.w.T("office.none_waiting"), Text: r.w.T("office.none_waiting_text")},
		Table: ui.Table{Caption: r.w.T("office.applications"), Columns: []ui.Column{{Label: r.w.T("office.name")}, {Label: r.w.T("office.kind")}, {Label: r.w.T("office.village"), Spare: true}, {Label: r.w.T("office.since")}}},
	}
	for _, s := range list.Items {
		v.Table.Rows = append(v.Table.Rows, ui.Row{Cells: []ui.Cell{
			{Text: r.in(s.Names), URL: stallList + "/" + s.ID.String(), Small: s.Contact},
			{Text: r.w.T("office_kind." + string(s.Kind))},
			{Text: r.in(s.Village), Spare: true},
			{Text: r.w.Ago(s.AppliedAt, d.Kit.Clock.Now(), r.county.TimeZone), Brief: true},
		}})
	}
	return page.Render(c, fiber.StatusOK, shape.List(v))
}

func (d Deps) stall(c *fiber.Ctx) error { return d.showStall(c, fiber.StatusOK, nil) }

func (d Deps) showStall(c *fiber.Ctx, status int, in *page.Input) error {
	r := read(c)
	id, err := r.id()
	if err != nil {
		return err
	}
	s, err := d.Sellers.Inspect(r.ctx(), r.who, id)
	if err != nil {
		return err
	}
	v := shape.ReviewView{
		Frame: d.frame(r, r.in(s.Names)), Tag: r.w.T("office_kind." + string(s.Kind)), Status: ui.Status{Of: "seller", Code: string(s.State)},
		Title: r.w.T("office.said"), Facts: stallFacts(r, s), Texts: r.spoken(s.Story), Action: r.Path(), Pictures: pictures(s.PictureID),
	}
	if s.State == sellers.Applied {
		if v.Pile, err = d.stallPile(r, id); err != nil {
			return err
		}
		v.Note = r.w.T("office.waiting_since", "when", r.w.Ago(s.AppliedAt, d.Kit.Clock.Now(), r.county.TimeZone))
	}
	if s.State == sellers.Approved {
		v.Public = "/sellers/" + s.Slug
	}
	if s.DecidedAt != nil {
		v.History = []ui.Fact{{Term: r.w.DateTime(*s.DecidedAt, r.county.TimeZone), Value: strings.TrimSpace(r.w.T("status.seller."+string(s.State)) + " " + s.Reason)}}
	}
	if r.mayAct() {
		v.Answers = stallAnswers(r, s.State)
		v.Reason = ui.Field{Name: "reason", Label: r.w.T("office.reason"), Hint: r.w.T("office.reason_hint")}
	}
	if in != nil {
		v.Form = in.Form()
		v.Reason.Value, v.Reason.Error = v.Form.Values["reason"], v.Form.Errors["reason"]
	}
	return page.Render(c, status, shape.Review(v))
}

func stallAnswers(r reader, s sellers.State) []shape.Answer {
	switch s {
	case sellers.Applied:
		return []shape.Answer{
			{Name: "act", Value: "approve", Label: r.w.T("office.approve"), Icon: "check", Kind: "yes", Key: "a"},
			{Name: "act", Value: "reject", Label: r.w.T("office.reject"), Icon: "close", Kind: "no", Key: "r"},
		}
	case sellers.Approved:
		return []shape.Answer{{Name: "act", Value: "suspend", Label: r.w.T("office.suspend"), Icon: "pause", Kind: "no"}}
	case sellers.Suspended:
		return []shape.Answer{{Name: "act", Value: "restore", Label: r.w.T("office.restore"), Icon: "check", Kind: "yes"}}
	case sellers.Rejected:
	}
	return nil
}

func stallFacts(r reader, s *sellers.Seller) []ui.Fact {
	out := []ui.Fact{
		{Term: r.w.T("office.name"), Value: r.in(s.Names)},
		{Term: r.w.T("office.village"), Value: r.in(s.Village)},
		{Term: r.w.T("office.contact"), Value: s.Contact},
		{Term: r.w.T("office.phone"), Value: masked(s.Phone, 3, 4)},
		{Term: r.w.T("office.licence"), Value: masked(s.LicenceNo, 4, 4)},
	}
	for _, n := range []struct {
		id    string
		value *int
	}{{"office.households", s.Households}, {"office.since_year", s.SinceYear}, {"office.altitude", s.AltitudeM}} {
		if n.value != nil {
			out = append(out, ui.Fact{Term: r.w.T(n.id), Value: strconv.Itoa(*n.value)})
		}
	}
	kept := out[:0]
	for _, f := range out {
		if f.Value != "" {
			kept = append(kept, f)
		}
	}
	return kept
}

// masked shows the ends of a personal number.
func masked(s string, head, tail int) string {
	runes := []rune(s)
	if len(runes) <= head+tail {
		return s
	}
	return string(runes[:head]) + " **** " + string(runes[len(runes)-tail:])
}

// stallPile is the queue beside the application that is looked at.
func (d Deps) stallPile(r reader, now uuid.UUID) (p shape.Pile, err error) {
	list, err := d.Sellers.Applications(r.ctx(), r.who, sellers.Applied, 12, "")
	if err != nil {
		return p, err
	}
	p.Label = r.w.T("office.applications")
	for _, s := range list.Items {
		p.Items = append(p.Items, shape.PileItem{Title: r.in(s.Names), Note: r.w.Ago(s.AppliedAt, d.Kit.Clock.Now(), r.county.TimeZone), URL: stallList + "/" + s.ID.String(), Current: s.ID == now})
	}
	p.Prev, p.Next = around(p.Items)
	return p, nil
}

// around finds the neighbours of the one that is looked at.
func around(items []shape.PileItem) (prev, next string) {
	for i, it := range items {
		if !it.Current {
			continue
		}
		if i > 0 {
			prev = items[i-1].URL
		}
		if i+1 < len(items) {
			next = items[i+1].URL
		}
	}
	return prev, next
}

func (d Deps) decideStall(c *fiber.Ctx) error {
	r := read(c)
	id, err := r.id()
	if err != nil {
		return err
	}
	in := page.Read(c)
	reason := in.Text("reason")
	said := in.Text("act")
	switch said {
	case "approve", "reject":
		_, err = d.Sellers.Decide(r.ctx(), r.who, id, sellers.Decision{Approve: said == "approve", Reason: reason})
	case "suspend":
		_, err = d.Sellers.Suspend(r.ctx(), r.who, id, reason)
	case "restore":
		_, err = d.Sellers.Restore(r.ctx(), r.who, id, reason)
	default:
		err = errs.NotFoundOf("page")
	}
	if err != nil {
		if in.Refuse(err) {
			return d.showStall(c, fiber.StatusUnprocessableEntity, in)
		}
		return err
	}
	return page.Done(c, stallList, "flash.seller_"+said)
}

// spoken is a text in each of its languages, the reader's own first.
func (r reader) spoken(t lang.Text) []shape.Spoken {
	var out []shape.Spoken
	tags := append([]string{r.w.Lang()}, words.Languages()...)
	for i, tag := range tags {
		if t[tag] != "" && slices.Index(tags, tag) == i {
			out = append(out, shape.Spoken{Lang: tag, Name: words.For(tag).Name(), Text: t[tag]})
		}
	}
	return out
}

// pictures are shown large, for a look.
func pictures(ids ...*uuid.UUID) []ui.Picture {
	var out []ui.Picture
	for _, id := range ids {
		if id != nil {
			out = append(out, ui.Picture{Src: page.PictureURL(id.String(), 640), Width: 640, Height: 640, Cutout: true})
		}
	}
	return out
}
