package reports

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"countyfair/checkout"
	"countyfair/customs"
	"countyfair/customs/papers"
	"countyfair/internal/actor"
	"countyfair/internal/audit"
	"countyfair/internal/errs"
	"countyfair/internal/lang"
	"countyfair/internal/pg"
)

// The papers of an order.
const (
	Declaration = "customs-declaration" // CN22 or CN23, on A4
	Label       = "cn22-label"          // 74 × 105 mm
	Invoice     = "invoice"
	PackingList = "packing-list"
	Checklist   = "checklist"
	Order303    = "ceb303"
	Receipt403  = "ceb403"
	Waybill505  = "ceb505"
	Everything  = "bundle"
)

// Paper is one paper of an order, and whether it can be had.
type Paper struct {
	ID       string
	Form     papers.Form // of the declaration
	Problems []papers.Problem
}

// Papers are an order's papers, as far as the actor may have them.
type Papers struct {
	Order  uuid.UUID
	Number string
	Items  []Paper
	// What the choice between CN22 and CN23 rests on; empty: no rate was known.
	Rates string
	// WrongItemNumber: the tracking number has the form of a postal item number,
	// but its check digit is wrong.
	WrongItemNumber bool
}

// dossier is an order made ready for its papers.
type dossier struct {
	order    checkout.Order
	parcel   *papers.Parcel
	form     papers.Form
	rates    string
	identity customs.Identity
	abroad   bool
	chinese  bool // of a county in China, whose customs take the electronic documents
	officer  bool
}

// List tells which papers an order has. To another county, and to whoever may
// not see the order, it is not there.
func (s *Service) List(ctx context.Context, who actor.Actor, order uuid.UUID) (Papers, error) {
	d, err := s.open(ctx, who, order)
	if err != nil {
		return Papers{}, err
	}
	out := Papers{Order: order, Number: d.order.Number, Rates: d.rates, WrongItemNumber: papers.LooksS10(d.parcel.Tracking) && !papers.IsS10(d.parcel.Tracking)}
	var problems []papers.Problem
	if d.chinese && d.officer {
		if _, problems, err = d.electronic(); err != nil {
			return Papers{}, err
		}
	}
	for _, id := range d.offered() {
		p := Paper{ID: id}
		switch id {
		case Declaration:
			p.Form = d.form
		case Order303, Receipt403, Waybill505:
			p.Problems = problems
		}
		out.Items = append(out.Items, p)
	}
	return out, nil
}

// Download makes one paper of an order.
func (s *Service) Download(ctx context.Context, who actor.Actor, order uuid.UUID, id string) (papers.File, error) {
	d, err := s.open(ctx, who, order)
	if err != nil {
		return papers.File{}, err
	}
	if !slices.Contains(d.offered(), id) {
		return papers.File{}, errNoPaper
	}
	switch id {
	case Everything:
		return s.bundle(ctx, who, d)
	case Order303, Receipt403, Waybill505:
		return d.document(id)
	}
	font, err := s.font(ctx)
	if err != nil {
		return papers.File{}, err
	}
	return d.print(font, id)
}

// open authorises, and reads everything that the papers say.
func (s *Service) open(ctx context.Context, who actor.Actor, id uuid.UUID) (*dossier, error) {
	if err := who.NeedAccount(); err != nil {
		return nil, err
	}
	d := &dossier{officer: who.Is(actor.Officer, actor.System)}
	var err error
	if d.order, err = s.Orders.GetOrder(ctx, who, id, checkout.Credentials{}); err != nil {
		return nil, err
	}
	// Buyers and supervisors may see the order, but its papers are not theirs;
	// a seller may have bought it, too.
	if !d.officer && (!who.Is(actor.Seller) || who.Seller != d.order.Seller.ID) {
		return nil, errs.NotAllowed()
	}
	if !slices.Contains([]checkout.OrderState{checkout.Paid, checkout.Shipped, checkout.Delivered}, d.order.State) {
		return nil, ErrNotPaid
	}
	county, err := s.Counties.ByID(who.Tenant)
	if err != nil {
		return nil, err
	}
	d.abroad = d.order.Address.Country != county.Country
	d.chinese = d.abroad && county.Country == "CN"
	if d.identity, err = s.Customs.IdentityOf(ctx, who.Tenant); err != nil {
		return nil, err
	}
	d.parcel = d.describe(county.Country, county.Location(), s.Clock.Now())
	if d.parcel.From.Name == "" {
		d.parcel.From.Name = bothNames(county.Names)
	}
	return d, s.choose(ctx, d)
}

// choose picks the form by the rates of the day.
func (s *Service) choose(ctx context.Context, d *dossier) error {
	fx, err := s.Customs.FX(ctx)
	if err != nil {
		return err
	}
	value := d.order.Amounts.Goods
	value.Amount -= d.order.Amounts.Discount.Amount
	sdr, known := fx.SDR(value, d.order.CreatedAt)
	d.form = papers.ChooseForm(d.parcel, sdr, known)
	if known {
		d.rates = fx.SDRSource(d.order.CreatedAt)
	}
	return nil
}

// offered are the papers that the actor may have of the order.
func (d *dossier) offered() []string {
	if !d.abroad {
		return []string{PackingList}
	}
	out := []string{Declaration}
	if d.form == papers.CN22 {
		out = append(out, Label)
	}
	out = append(out, Invoice, PackingList)
	if !d.officer {
		return out
	}
	out = append(out, Checklist)
	if d.chinese {
		out = append(out, Order303, Receipt403, Waybill505)
	}
	return append(out, Everything)
}

func (d *dossier) print(font []byte, id string) (papers.File, error) {
	var pdf []byte
	var err error
	name := id
	switch id {
	case Declaration:
		name = strings.ToLower(string(d.form))
		pdf, err = papers.Declaration(font, d.parcel, d.form)
	case Label:
		pdf, err = papers.Label(font, d.parcel)
	case Invoice:
		pdf, err = papers.Invoice(font, d.parcel)
	case PackingList:
		pdf, err = papers.PackingList(font, d.parcel)
	case Checklist:
		pdf, err = papers.Checklist(font, d.parcel)
	}
	return papers.File{Name: papers.PDFName(name, d.order.Number), Kind: id, Data: pdf}, err
}

func (d *dossier) electronic() ([]papers.File, []papers.Problem, error) {
	return papers.Electronic(d.identity.Registration, d.parcel, papers.Receipt{Reference: d.order.Payment.Ref, At: d.paidAt()}, d.order.ID)
}

func (d *dossier) paidAt() time.Time {
	for _, e := range d.order.History {
		if e.State == checkout.Paid {
			return e.At
		}
	}
	return time.Time{}
}

func (d *dossier) document(id string) (papers.File, error) {
	files, wrong, err := d.electronic()
	if err != nil {
		return papers.File{}, err
	}
	if len(wrong) > 0 {
		return papers.File{}, ErrLacking.Because(fmt.Errorf("%v", wrong))
	}
	return files[slices.IndexFunc(files, func(f papers.File) bool { return f.Kind == id })], nil
}

// whole is all of an order for a bundle.
func (d *dossier) whole(font []byte) (papers.Bundled, error) {
	out := papers.Bundled{Number: d.order.Number}
	for _, id := range d.offered() {
		if id == Everything || id == Order303 || id == Receipt403 || id == Waybill505 {
			continue
		}
		f, err := d.print(font, id)
		if err != nil {
			return out, err
		}
		out.Files = append(out.Files, f)
	}
	if !d.chinese {
		return out, nil
	}
	files, wrong, err := d.electronic()
	out.Files = append(out.Files, files...)
	for _, p := range wrong {
		out.Problems = append(out.Problems, p.String())
	}
	return out, err
}

func (s *Service) bundle(ctx context.Context, who actor.Actor, d *dossier) (papers.File, error) {
	font, err := s.font(ctx)
	if err != nil {
		return papers.File{}, err
	}
	all, err := d.whole(font)
	if err != nil {
		return papers.File{}, err
	}
	data, err := papers.Bundle(s.Clock.Now(), all)
	if err != nil {
		return papers.File{}, err
	}
	err = s.taken(ctx, who, audit.Act{Action: "papers.bundle", Subject: "order", ID: d.order.ID.String()})
	return papers.File{Name: "papers_" + d.order.Number + ".zip", Kind: Everything, Data: data}, err
}

// taken writes down who took what holds other people's data.
func (s *Service) taken(ctx context.Context, who actor.Actor, a audit.Act) error {
	now := s.Clock.Now()
	return s.DB.Write(ctx, func(tx *pg.Tx) error { return audit.Record(ctx, tx, now, who, a) })
}

// bothNames is a name in Latin letters, then in Chinese, as far as there is one.
func bothNames(names lang.Text) string {
	en, zh := names["en"], names["zh-Hans"]
	if en == zh {
		zh = ""
	}
	if text := strings.TrimSpace(en + " " + zh); text != "" {
		return text
	}
	return names.In("en", "zh-Hans")
}
