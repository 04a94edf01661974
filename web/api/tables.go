package api

import (
	"bytes"
	"context"
	"net/http"
	"strings"

	"countyfair/customs"
	"countyfair/internal/actor"
)

// CustomsRow is a row of a table, by column, as its file has it.
type CustomsRow = map[string]string

// CustomsPreview is what would become of a file of rows.
type CustomsPreview struct {
	New       int                 `json:"new"`
	Changed   int                 `json:"changed"`
	Unchanged int                 `json:"unchanged"`
	Refused   int                 `json:"refused"`
	Rows      []CustomsPreviewRow `json:"rows" doc:"The first 500 that change something or are refused"`
}

// CustomsPreviewRow is one row and what is wrong with it.
type CustomsPreviewRow struct {
	Row      int             `json:"row" doc:"From 1, the heading not counted"`
	Effect   string          `json:"effect" enum:"new,changed,unchanged,refused"`
	Cells    CustomsRow      `json:"cells"`
	Problems []ImportProblem `json:"problems"`
}

// CustomsTable names a table in a path.
type CustomsTable struct {
	Table string `path:"table" enum:"rates,bands,restrictions"`
}

// customsFile is a table's file as it is sent.
type customsFile struct {
	CustomsTable
	Body struct {
		CSV    string `json:"csv" maxLength:"4194304" doc:"A CSV with a heading, as export-customs-table gives it"`
		DryRun bool   `json:"dry_run,omitempty" doc:"Say what would happen, and change nothing"`
	}
}

// download is a file to keep.
type download struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

// RegisterCustomsTables adds what operators do with the tables of customs.
func RegisterCustomsTables(a *API, s *customs.Service) {
	Handle(a, Op{ID: "list-customs-rows", Method: http.MethodGet, Path: "/platform/customs/{table}", Tag: "platform", Access: Operators, Elsewhere: true, Summary: "Rows of a table of customs: those that hold, and with past also those that did"},
		func(ctx context.Context, who actor.Actor, in *struct {
			CustomsTable
			Destination string `query:"destination" maxLength:"2"`
			Past        bool   `query:"past"`
		},
		) (*Body[List[CustomsRow]], error) {
			rows, err := s.Rows(ctx, who, customs.Table(in.Table), customs.Filter{Destination: strings.ToUpper(in.Destination), Past: in.Past})
			out := List[CustomsRow]{Items: make([]CustomsRow, len(rows))}
			for i, r := range rows {
				out.Items[i] = CustomsRow(r)
			}
			return Answer(out), err
		})
	Handle(a, Op{ID: "export-customs-table", Method: http.MethodGet, Path: "/platform/customs/{table}/file", Tag: "platform", Access: Operators, Elsewhere: true, Summary: "A table of customs as CSV; sent back, it changes nothing"},
		func(ctx context.Context, who actor.Actor, in *CustomsTable) (*download, error) {
			var b bytes.Buffer
			err := s.Export(ctx, who, customs.Table(in.Table), &b)
			return &download{"text/csv; charset=utf-8", `attachment; filename="customs-` + in.Table + `.csv"`, b.Bytes()}, err
		})
	Handle(a, Op{
		ID: "import-customs-table", Method: http.MethodPost, Path: "/platform/customs/{table}/file", Tag: "platform", Access: Operators, Elsewhere: true, MaxBody: 5 << 20,
		Summary: "Add rows to a table of customs", Detail: "All rows or none. A row for what has one already ends that one on the day it begins; placed orders keep what they were promised.",
	},
		func(ctx context.Context, who actor.Actor, in *customsFile) (*Body[CustomsPreview], error) {
			t := customs.Table(in.Table)
			rows, err := customs.ReadCSV(t, strings.NewReader(in.Body.CSV))
			if err != nil {
				return nil, err
			}
			do := s.Import
			if in.Body.DryRun {
				do = s.Preview
			}
			p, err := do(ctx, who, t, rows)
			if err != nil {
				return nil, err
			}
			return Answer(customsPreview(p)), nil
		})
}

// mostPreviewRows are shown of a file.
const mostPreviewRows = 500

func customsPreview(p customs.Preview) CustomsPreview {
	n := p.Count
	out := CustomsPreview{New: n[customs.New], Changed: n[customs.Changed], Unchanged: n[customs.Unchanged], Refused: n[customs.Refused], Rows: []CustomsPreviewRow{}}
	for _, r := range p.Rows {
		if r.Effect == customs.Unchanged || len(out.Rows) == mostPreviewRows {
			continue
		}
		row := CustomsPreviewRow{Row: r.Row, Effect: string(r.Effect), Cells: CustomsRow(r.Cells), Problems: make([]ImportProblem, len(r.Problems))}
		for i, f := range r.Problems {
			row.Problems[i] = ImportProblem{Column: f.Name, Code: f.Reason, Message: f.Message}
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}
