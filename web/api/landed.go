package api

import (
	"context"

	"github.com/google/uuid"

	"countyfair/checkout"
	"countyfair/customs"
	"countyfair/internal/money"
	"countyfair/web/scope"
	"countyfair/web/words"
)

// Landed is a line's share of what its parcel costs at the door.
type Landed struct {
	VariantID  uuid.UUID   `json:"variant_id"`
	Freight    money.Money `json:"freight"`
	Insurance  money.Money `json:"insurance"`
	Duty       money.Money `json:"duty"`
	Tax        money.Money `json:"tax"`
	Scheme     string      `json:"scheme,omitempty" example:"IOSS" doc:"By which the tax is paid with the price"`
	Reason     string      `json:"reason,omitempty" example:"border_low_value_flat"`
	ReasonText string      `json:"reason_text,omitempty" doc:"In the reader's language"`
	Charges    []Charge    `json:"charges"`
}

// Charge is one duty or tax, how it was reckoned, and on whose word.
type Charge struct {
	Kind      string      `json:"kind" enum:"duty,additional,tax"`
	Name      string      `json:"name,omitempty" example:"VAT"`
	RatePPM   *int64      `json:"rate_ppm,omitempty" doc:"Parts per million of the base; absent: a flat sum" example:"70000"`
	Base      money.Money `json:"base"`
	Amount    money.Money `json:"amount"`
	Source    string      `json:"source" doc:"The law or tariff"`
	ValidFrom string      `json:"valid_from" format:"date"`
	CheckedAt string      `json:"checked_at,omitempty" format:"date" doc:"When somebody last looked at the source"`
}

// BorderPaper is a document that goods need at the border.
type BorderPaper struct {
	ID   string `json:"id" example:"phytosanitary_certificate"`
	Name string `json:"name" doc:"In the reader's language"`
}

// Papers are the documents that one line of a quote needs.
type Papers struct {
	VariantID uuid.UUID     `json:"variant_id"`
	Documents []BorderPaper `json:"documents"`
	Source    string        `json:"source,omitempty"`
}

func landed(ctx context.Context, variant uuid.UUID, currency string, l *customs.LandedLine) Landed {
	of := func(n int64) money.Money { return money.Of(n, currency) }
	out := Landed{
		VariantID: variant, Freight: of(l.Freight), Insurance: of(l.Insurance), Duty: of(l.Duty), Tax: of(l.Tax), Scheme: l.Scheme,
		Reason: l.Reason, ReasonText: borderText(ctx, l.Reason), Charges: make([]Charge, len(l.Charges)),
	}
	for i, c := range l.Charges {
		out.Charges[i] = Charge{string(c.Kind), c.Name, c.RatePPM, of(c.Base), of(c.Amount), c.Source, c.From, c.Checked}
	}
	return out
}

// borderText says a reason in the reader's language; nothing where it has no words.
func borderText(ctx context.Context, reason string) string {
	text, _ := words.For(scope.From(ctx).Language).Try("border." + reason)
	return text
}

func documents(ctx context.Context, ids []string) []BorderPaper {
	out := make([]BorderPaper, len(ids))
	for i, id := range ids {
		out[i] = BorderPaper{ID: id, Name: id}
		if name, ok := words.For(scope.From(ctx).Language).Try("paper." + id); ok {
			out[i].Name = name
		}
	}
	return out
}

// crossing adds to a quote what it says of a border.
func (out *Quote) crossing(ctx context.Context, q *checkout.Quote) {
	out.Incoterm, out.Exchange, out.Estimate = string(q.Incoterm), q.Exchange, q.Estimate
	for _, l := range q.Lines {
		if l.Landed != nil {
			out.Landed = append(out.Landed, landed(ctx, l.Variant, q.Currency, l.Landed))
		}
	}
	out.Papers = papers(ctx, q.Papers)
}

func papers(ctx context.Context, all []checkout.Paper) []Papers {
	out := make([]Papers, len(all))
	for i, p := range all {
		out[i] = Papers{p.Variant, documents(ctx, p.Documents), p.Source}
	}
	return out
}

// crossing adds to an order what it keeps of a border.
func (out *Order) crossing(ctx context.Context, o *checkout.Order) {
	out.Incoterm, out.Exchange, out.Papers = string(o.Incoterm), o.Terms.Exchange, papers(ctx, o.Terms.Papers)
	for _, l := range o.Terms.Lines {
		out.Landed = append(out.Landed, landed(ctx, l.Variant, o.Currency, &l.LandedLine))
	}
}
