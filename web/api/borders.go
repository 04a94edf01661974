package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"countyfair/catalog"
	"countyfair/customs"
	"countyfair/customs/hs"
	"countyfair/internal/actor"
	"countyfair/internal/clock"
	"countyfair/web/scope"
)

// Outlook is whether a product may go to a country, and with which papers.
type Outlook struct {
	Country    string        `json:"country" example:"DE"`
	Verdict    string        `json:"verdict" enum:"yes,with_document,no,ask_office"`
	Documents  []BorderPaper `json:"documents"`
	Reason     string        `json:"reason,omitempty"`
	ReasonText string        `json:"reason_text,omitempty" doc:"In the reader's language"`
	Source     string        `json:"source,omitempty" doc:"The rule it rests on"`
	ByOffice   bool          `json:"by_office,omitempty" doc:"The county's office found it out"`
}

// HSCode is an entry of the Harmonized System 2022.
type HSCode struct {
	Code    string `json:"code" example:"080231"`
	English string `json:"english"`
	Chinese string `json:"chinese,omitempty"`
}

// ExportPolicy is how a county sells abroad.
type ExportPolicy struct {
	Incoterm    string `json:"incoterm" enum:"DDP,DAP" doc:"DDP: prices hold duty and tax; DAP: the buyer pays them on delivery"`
	InsuranceBP int    `json:"insurance_bp,omitempty" minimum:"0" maximum:"2000" doc:"Of the goods, in basis points"`
	Handling    int64  `json:"handling,omitempty" minimum:"0" doc:"A parcel, in minor units of the county's currency"`
}

// ExportDecision is what the office found out where the tables say nothing.
type ExportDecision struct {
	ID          uuid.UUID     `json:"id"`
	Destination string        `json:"destination"`
	ProductID   *uuid.UUID    `json:"product_id,omitempty"`
	HSPrefix    string        `json:"hs_prefix,omitempty"`
	Outcome     string        `json:"outcome" enum:"allow,certificate,permit,prohibit"`
	Documents   []BorderPaper `json:"documents"`
	Note        string        `json:"note"`
	DecidedAt   time.Time     `json:"decided_at"`
}

// mostDestinations are asked of at once.
const mostDestinations = 40

// RegisterBorders adds what buyers, sellers and the office ask of borders.
func RegisterBorders(a *API, s *customs.Service, goods *catalog.Service, c clock.Clock) {
	Handle(a, Op{
		ID: "get-export-outlook", Method: http.MethodGet, Path: "/products/{id}/outlook", Tag: "catalog", Access: Anyone, Summary: "Whether a product may be sent to countries, and with which papers",
		Detail: "An aid, no legal advice. ask_office means that nobody has found out yet.",
	},
		func(ctx context.Context, who actor.Actor, in *struct {
			ID        string   `path:"id" maxLength:"120" doc:"Id or slug"`
			Countries []string `query:"country" minItems:"1" maxItems:"40" required:"true" doc:"ISO 3166-1 alpha-2, several by commas" example:"DE"`
		},
		) (*Body[List[Outlook]], error) {
			p, err := goods.Get(ctx, who, in.ID)
			if err != nil {
				return nil, err
			}
			return outlooks(ctx, s, p, in.Countries, c.Now())
		})
	Handle(a, Op{ID: "search-hs-codes", Method: http.MethodGet, Path: "/hs-codes", Tag: "catalog", Access: Anyone, Elsewhere: true, Summary: "Find customs codes by digits, English, Chinese or pinyin; or have some proposed for a product's name"},
		func(_ context.Context, _ actor.Actor, in *struct {
			Q       string   `query:"q" maxLength:"100" doc:"Digits or words"`
			Suggest []string `query:"suggest" maxItems:"8" doc:"Names of a product and of its category"`
			Limit   int      `query:"limit" minimum:"1" maximum:"50" default:"10"`
		},
		) (*Body[List[HSCode]], error) {
			found := hs.Search(in.Q, in.Limit)
			if in.Q == "" {
				found = hs.Suggest(in.Limit, in.Suggest...)
			}
			out := List[HSCode]{Items: make([]HSCode, len(found))}
			for i, c := range found {
				out.Items[i] = HSCode{c.Code, c.English, c.Chinese}
			}
			return Answer(out), nil
		})
	registerExportDesk(a, s)
}

func outlooks(ctx context.Context, s *customs.Service, p *catalog.Page, countries []string, now time.Time) (*Body[List[Outlook]], error) {
	county := scope.From(ctx).County
	g := customs.Goods{Product: p.ID, HSCode: p.HSCode, Origin: p.OriginCountry}
	if g.Origin == "" {
		g.Origin = county.Country
	}
	out := List[Outlook]{Items: []Outlook{}}
	for _, country := range countries[:min(len(countries), mostDestinations)] {
		known, err := s.Abroad(ctx, county.ID, strings.ToUpper(country), now)
		if err != nil {
			return nil, err
		}
		o := known.Outlook(g)
		out.Items = append(out.Items, Outlook{o.Country, string(o.Verdict), documents(ctx, o.Documents), o.Reason, borderText(ctx, o.Reason), o.Source, o.ByOffice})
	}
	return Answer(out), nil
}

// registerExportDesk adds what the county's office decides about exports.
func registerExportDesk(a *API, s *customs.Service) {
	Handle(a, Op{ID: "get-export-policy", Method: http.MethodGet, Path: "/admin/export-policy", Tag: "admin", Access: Officers, Summary: "How the county sells abroad"},
		func(ctx context.Context, who actor.Actor, _ *none) (*Body[ExportPolicy], error) {
			p, err := s.Policy(ctx, who)
			return Answer(ExportPolicy{string(p.Incoterm), p.InsuranceBP, p.Handling}), err
		})
	Handle(a, Op{ID: "set-export-policy", Method: http.MethodPut, Path: "/admin/export-policy", Tag: "admin", Access: Officers, Summary: "Change how the county sells abroad; quotes made before stand"},
		func(ctx context.Context, who actor.Actor, in *struct{ Body ExportPolicy }) (*Body[ExportPolicy], error) {
			b := in.Body
			return Answer(b), s.SetPolicy(ctx, who, customs.Policy{Incoterm: customs.Incoterm(b.Incoterm), InsuranceBP: b.InsuranceBP, Handling: b.Handling})
		})
	Handle(a, Op{ID: "list-export-decisions", Method: http.MethodGet, Path: "/admin/export-decisions", Tag: "admin", Access: Officers, Summary: "What the office found out of goods and countries"},
		func(ctx context.Context, who actor.Actor, in *struct {
			Destination string `query:"destination" maxLength:"2"`
		},
		) (*Body[List[ExportDecision]], error) {
			all, err := s.Decisions(ctx, who, strings.ToUpper(in.Destination))
			out := List[ExportDecision]{Items: make([]ExportDecision, len(all))}
			for i, d := range all {
				out.Items[i] = exportDecision(ctx, d)
			}
			return Answer(out), err
		})
	Handle(a, Op{
		ID: "decide-export", Method: http.MethodPost, Path: "/admin/export-decisions", Tag: "admin", Access: Officers, Status: 201, Summary: "Settle, once and for all, whether goods may go to a country",
		Detail: "Where the tables say something, they hold. A decision of the same product or prefix is replaced.",
	},
		func(ctx context.Context, who actor.Actor, in *struct {
			Body struct {
				Destination string     `json:"destination" maxLength:"2" example:"DE"`
				ProductID   *uuid.UUID `json:"product_id,omitempty" doc:"Either this product …"`
				HSPrefix    string     `json:"hs_prefix,omitempty" maxLength:"10" doc:"… or all goods whose code begins so"`
				Outcome     string     `json:"outcome" enum:"allow,certificate,permit,prohibit"`
				Documents   []string   `json:"documents,omitempty" maxItems:"8" doc:"Ids of the papers that certificate and permit ask for"`
				Note        string     `json:"note" maxLength:"1000" doc:"On what it rests"`
			}
		},
		) (*Body[ExportDecision], error) {
			b := in.Body
			d, err := s.Decide(ctx, who, customs.Decision{
				Destination: strings.ToUpper(b.Destination), Product: b.ProductID, HSPrefix: b.HSPrefix, Outcome: customs.Outcome(b.Outcome), Documents: b.Documents, Note: b.Note,
			})
			return Answer(exportDecision(ctx, d)), err
		})
	Handle(a, Op{ID: "withdraw-export-decision", Method: http.MethodDelete, Path: "/admin/export-decisions/{id}", Tag: "admin", Access: Officers, Status: 200, Summary: "Take a decision back"},
		func(ctx context.Context, who actor.Actor, in *ByID) (*Body[none], error) {
			return Answer(none{}), s.Withdraw(ctx, who, in.ID)
		})
}

func exportDecision(ctx context.Context, d customs.Decision) ExportDecision {
	return ExportDecision{d.ID, d.Destination, d.Product, d.HSPrefix, string(d.Outcome), documents(ctx, d.Documents), d.Note, d.DecidedAt}
}
