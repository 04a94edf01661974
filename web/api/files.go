package api

import (
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"countyfair/catalog"
	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/web/middleware"
)

// Picture is a picture that was taken in.
type Picture struct {
	ID     uuid.UUID `json:"id"`
	URL    string    `json:"url"`
	Width  int       `json:"width"`
	Height int       `json:"height"`
}

// Import is a spreadsheet on its way into the catalog.
type Import struct {
	ID              uuid.UUID   `json:"id"`
	FileName        string      `json:"file_name"`
	Status          string      `json:"status" enum:"previewed,running,done"`
	Total           int         `json:"total"`
	Done            int         `json:"done"`
	Created         int         `json:"created"`
	Updated         int         `json:"updated"`
	Refused         int         `json:"refused"`
	MissingPictures []string    `json:"missing_pictures"`
	Rows            []ImportRow `json:"rows" doc:"The first 100 rows with something to say about them"`
	CreatedAt       time.Time   `json:"created_at"`
	FinishedAt      *time.Time  `json:"finished_at,omitempty"`
}

// ImportRow is a row of the spreadsheet and what is wrong with it.
type ImportRow struct {
	Row      int             `json:"row"`
	Outcome  string          `json:"outcome" enum:"waiting,created,updated,refused"`
	Problems []ImportProblem `json:"problems"`
}

// ImportProblem is one thing that is wrong with a row.
type ImportProblem struct {
	Column  string `json:"column,omitempty"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Warning bool   `json:"warning,omitempty" doc:"The row is taken in all the same"`
}

var errNoFile = errs.New(errs.Invalid, "no_file", "Please choose a file.")

// RegisterFiles adds pictures and imports.
func RegisterFiles(a *API, s *catalog.Service) {
	Handle(a, Op{
		ID: "upload-picture", Method: http.MethodPost, Path: "/pictures", Tag: "seller", Access: SignedIn, Status: 201, MaxBody: middleware.UploadBody,
		Summary: "Take in a picture: JPEG, PNG or WebP, up to 12 MB", Detail: "Where it was taken is left out of it.",
	},
		func(ctx context.Context, who actor.Actor, in *struct {
			RawBody huma.MultipartFormFiles[struct {
				File huma.FormFile `form:"file" required:"true"`
			}]
		},
		) (*Body[Picture], error) {
			data, err := io.ReadAll(in.RawBody.Data().File)
			if err != nil {
				return nil, errNoFile.Because(err)
			}
			p, err := s.Upload(ctx, who, data)
			if err != nil {
				return nil, err
			}
			return Answer(Picture{p.ID, catalog.PictureURL(p.ID, pictureWidth), p.Width, p.Height}), nil
		})
	Handle(a, Op{
		ID: "create-import", Method: http.MethodPost, Path: "/imports", Tag: "seller", Access: SignedIn, Status: 201, MaxBody: middleware.UploadBody,
		Summary: "Read a spreadsheet of produce, and see what is wrong with it", Detail: "XLSX or CSV, with a zip of pictures by file name. Nothing is taken in before start-import.",
	},
		func(ctx context.Context, who actor.Actor, in *struct {
			RawBody multipart.Form
		},
		) (*Body[Import], error) {
			sheet, name, err := formFile(&in.RawBody, "file")
			if err != nil {
				return nil, err
			}
			pictures, _, err := formFile(&in.RawBody, "pictures")
			if err != nil && errs.CodeOf(err) != errs.Invalid {
				return nil, err
			}
			if len(sheet) == 0 {
				return nil, errNoFile
			}
			im, err := s.NewImport(ctx, who, catalog.NewImport{FileName: name, Sheet: sheet, Album: pictures})
			return importAnswer(ctx, s, who, im, err)
		})
	Handle(a, Op{ID: "get-import", Method: http.MethodGet, Path: "/imports/{id}", Tag: "seller", Access: SignedIn, Summary: "How far an import is, and what was wrong"},
		func(ctx context.Context, who actor.Actor, in *ByID) (*Body[Import], error) {
			im, err := s.Import(ctx, who, in.ID)
			return importAnswer(ctx, s, who, im, err)
		})
	Handle(a, Op{ID: "start-import", Method: http.MethodPost, Path: "/imports/{id}/start", Tag: "seller", Access: SignedIn, Status: 202, Summary: "Take in the rows that are right"},
		func(ctx context.Context, who actor.Actor, in *struct {
			ByID
			Body none
		},
		) (*Body[Import], error) {
			im, err := s.StartImport(ctx, who, in.ID)
			return importAnswer(ctx, s, who, im, err)
		})
	registerReview(a, s)
	// huma describes a form's file in place, and leaves this behind.
	delete(a.huma.OpenAPI().Components.Schemas.Map(), "FormFile")
}

// registerReview adds the office's look at products.
func registerReview(a *API, s *catalog.Service) {
	Handle(a, Op{ID: "list-products-in-review", Method: http.MethodGet, Path: "/admin/products", Tag: "admin", Access: Officers, Summary: "Products that wait for the office, the longest waiting first"},
		func(ctx context.Context, who actor.Actor, in *Page) (*Body[List[OwnProduct]], error) {
			return ownList(s.ListInReview(ctx, who, in.Limit, in.Cursor))
		})
	Handle(a, Op{ID: "decide-product", Method: http.MethodPost, Path: "/admin/products/{id}/decision", Tag: "admin", Access: Officers, Summary: "Publish a product, or send it back"},
		func(ctx context.Context, who actor.Actor, in *struct {
			ByID
			Body struct {
				Decision string `json:"decision" enum:"approve,reject"`
				Reason   string `json:"reason,omitempty" maxLength:"1000" doc:"Told to the seller; needed to reject"`
			}
		},
		) (*Body[OwnProduct], error) {
			return own(s.Decide(ctx, who, in.ID, in.Body.Decision == "approve", in.Body.Reason))
		})
}

func formFile(f *multipart.Form, field string) (data []byte, name string, err error) {
	if len(f.File[field]) == 0 {
		return nil, "", errNoFile
	}
	h := f.File[field][0]
	file, err := h.Open()
	if err != nil {
		return nil, "", err
	}
	defer file.Close() //nolint:errcheck // read only
	data, err = io.ReadAll(file)
	return data, h.Filename, err
}

func importAnswer(ctx context.Context, s *catalog.Service, who actor.Actor, im *catalog.Import, err error) (*Body[Import], error) {
	if err != nil {
		return nil, err
	}
	rows, err := s.ImportRows(ctx, who, im.ID, true, 0, 100)
	if err != nil {
		return nil, err
	}
	out := Import{
		ID: im.ID, FileName: im.FileName, Status: string(im.State), Total: im.Total, Done: im.Done, Created: im.Created, Updated: im.Updated, Refused: im.Refused,
		MissingPictures: im.Missing, Rows: make([]ImportRow, len(rows)), CreatedAt: im.CreatedAt, FinishedAt: im.FinishedAt,
	}
	for i, r := range rows {
		out.Rows[i] = ImportRow{Row: r.Row, Outcome: r.Outcome, Problems: make([]ImportProblem, len(r.Problems))}
		for j, p := range r.Problems {
			out.Rows[i].Problems[j] = ImportProblem{string(p.Column), p.Reason, p.Message, p.Warning}
		}
	}
	return Answer(out), nil
}
