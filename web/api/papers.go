package api

import (
	"context"
	"net/http"
	"path"
	"time"

	"github.com/google/uuid"

	"countyfair/customs"
	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/reports"
)

// OrderPapers are the papers that an order has for the one who asks.
type OrderPapers struct {
	OrderID uuid.UUID    `json:"order_id"`
	Number  string       `json:"number"`
	Items   []OrderPaper `json:"items"`
	Rates   string       `json:"rates,omitempty" doc:"What the choice between CN22 and CN23 rests on; absent: no rate was known, so CN23"`
	// WrongItemNumber is a mistyped tracking number.
	WrongItemNumber bool `json:"wrong_item_number,omitempty" doc:"The tracking number looks like a postal item number (S10), but its check digit is wrong"`
}

// OrderPaper is one of them.
type OrderPaper struct {
	ID       string         `json:"id" enum:"customs-declaration,cn22-label,invoice,packing-list,checklist,ceb303,ceb403,ceb505,bundle"`
	Form     string         `json:"form,omitempty" enum:"CN22,CN23" doc:"Of the customs declaration"`
	Problems []PaperProblem `json:"problems,omitempty" doc:"What keeps it from being made"`
}

// PaperProblem is something that the customs ask for.
type PaperProblem struct {
	Field   string `json:"field" doc:"As the customs call it" example:"ebpCode"`
	Of      string `json:"of" enum:"county,order" doc:"Where it is to be mended: in the county's export identity, or in the order"`
	What    string `json:"what" enum:"missing,too_long,unknown"`
	Line    int    `json:"line,omitempty" doc:"Of the order, from 1"`
	Message string `json:"message"`
}

// fileTypes are the types of what is downloaded, by ending.
var fileTypes = map[string]string{".pdf": "application/pdf", ".zip": "application/zip", ".xml": "application/xml", ".csv": "text/csv; charset=utf-8"}

func fileOf(name string, data []byte, err error) (*download, error) {
	if err != nil {
		return nil, err
	}
	return &download{fileTypes[path.Ext(name)], `attachment; filename="` + name + `"`, data}, nil
}

// RegisterPapers adds the papers of orders that leave the country, and the
// office's reports.
func RegisterPapers(a *API, s *reports.Service, borders *customs.Service) {
	Handle(a, Op{ID: "get-order-papers", Method: http.MethodGet, Path: "/orders/{id}/papers", Tag: "fulfilment", Access: SignedIn, Summary: "The papers of an order, for the office and its seller"},
		func(ctx context.Context, who actor.Actor, in *ByID) (*Body[OrderPapers], error) {
			p, err := s.List(ctx, who, in.ID)
			if err != nil {
				return nil, err
			}
			return Answer(orderPapers(&p)), nil
		})
	Handle(a, Op{
		ID: "download-order-paper", Method: http.MethodGet, Path: "/orders/{id}/papers/{paper}", Tag: "fulfilment", Access: SignedIn, Summary: "One paper of an order",
		Detail: "PDF to print (A4; cn22-label 74 × 105 mm), XML for the customs, or a zip of all.",
	},
		func(ctx context.Context, who actor.Actor, in *struct {
			ByID
			Paper string `path:"paper" maxLength:"40" doc:"An id of get-order-papers" example:"invoice"`
		},
		) (*download, error) {
			f, err := s.Download(ctx, who, in.ID, in.Paper)
			return fileOf(f.Name, f.Data, err)
		})
	registerReports(a, s)
	Handle(a, Op{ID: "get-export-identity", Method: http.MethodGet, Path: "/admin/export-identity", Tag: "admin", Access: Officers, Summary: "Who the county is to the customs"},
		func(ctx context.Context, who actor.Actor, _ *none) (*Body[customs.Identity], error) {
			i, err := borders.Identity(ctx, who)
			return Answer(i), err
		})
	Handle(a, Op{ID: "set-export-identity", Method: http.MethodPut, Path: "/admin/export-identity", Tag: "admin", Access: Officers, Summary: "Say who the county is to the customs"},
		func(ctx context.Context, who actor.Actor, in *struct{ Body customs.Identity }) (*Body[customs.Identity], error) {
			return Answer(in.Body), borders.SetIdentity(ctx, who, in.Body)
		})
}

func registerReports(a *API, s *reports.Service) {
	Handle(a, Op{ID: "download-day-papers", Method: http.MethodGet, Path: "/admin/papers", Tag: "admin", Access: Officers, Summary: "All papers of what was sent abroad on a day, for the broker: a zip"},
		func(ctx context.Context, who actor.Actor, in *struct {
			Day string `query:"day" required:"true" format:"date" example:"2026-11-25"`
		},
		) (*download, error) {
			day, err := time.Parse(time.DateOnly, in.Day)
			if err != nil {
				return nil, errs.NotFoundOf("paper")
			}
			f, err := s.Day(ctx, who, day)
			return fileOf(f.Name, f.Data, err)
		})
	Handle(a, Op{
		ID: "download-seller-income", Method: http.MethodGet, Path: "/admin/seller-income", Tag: "admin", Access: Officers, Summary: "Sellers' identity and income of a quarter, for the tax office",
		Detail: "For officers alone; that it was taken is in the audit. Without personal the licence numbers, contacts and phones are masked.",
	},
		func(ctx context.Context, who actor.Actor, in *struct {
			Year     int    `query:"year" required:"true" minimum:"2020" maximum:"2100"`
			Quarter  int    `query:"quarter" required:"true" minimum:"1" maximum:"4"`
			Format   string `query:"format" enum:"csv,xml" default:"csv"`
			Personal bool   `query:"personal"`
		},
		) (*download, error) {
			f, err := s.SellerIncome(ctx, who, reports.IncomeRequest{Year: in.Year, Quarter: in.Quarter, XML: in.Format == "xml", Personal: in.Personal})
			return fileOf(f.Name, f.Data, err)
		})
}

func orderPapers(p *reports.Papers) OrderPapers {
	out := OrderPapers{OrderID: p.Order, Number: p.Number, Items: make([]OrderPaper, len(p.Items)), Rates: p.Rates, WrongItemNumber: p.WrongItemNumber}
	for i, item := range p.Items {
		out.Items[i] = OrderPaper{ID: item.ID, Form: string(item.Form)}
		for _, problem := range item.Problems {
			out.Items[i].Problems = append(out.Items[i].Problems, PaperProblem{problem.Field, problem.Of, problem.What, problem.Line, problem.String()})
		}
	}
	return out
}
