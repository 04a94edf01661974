package catalog

import (
	"bytes"
	"context"
	"encoding/json"
	"path"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/catalog/sheet"
	"countyfair/internal/actor"
	"countyfair/internal/audit"
	"countyfair/internal/errs"
	"countyfair/internal/jobs"
	"countyfair/internal/lang"
	"countyfair/internal/pg"
	"countyfair/tenants"
)

// ImportState is where an import stands.
type ImportState string

// The states of an import.
const (
	Previewed ImportState = "previewed"
	Running   ImportState = "running"
	Done      ImportState = "done"
)

// ErrStarted is the refusal to start an import that runs or has ended.
var ErrStarted = errs.New(errs.Conflict, "import_started", "This import has been started already.")

// Import is a spreadsheet on its way into the catalog.
type Import struct {
	ID         uuid.UUID
	Account    *uuid.UUID
	Seller     *uuid.UUID // whose goods these are; nil: each row names its seller
	FileName   string
	State      ImportState
	Publish    bool
	Total      int // rows
	Done       int // rows that were decided
	Created    int // rows that made a size or a product
	Updated    int // rows that changed one
	Refused    int // rows left out for their problems
	Missing    []string
	Pictures   bool
	CreatedAt  time.Time
	FinishedAt *time.Time
}

// ImportRow is a row of the spreadsheet, what is wrong with it, and what
// became of it: waiting, created, updated or refused.
type ImportRow struct {
	Row      int
	Cells    sheet.Cells
	Problems []sheet.Problem
	Outcome  string
}

// Bad reports whether the row must be left out.
func (r *ImportRow) Bad() bool {
	return slices.ContainsFunc(r.Problems, func(p sheet.Problem) bool { return !p.Warning })
}

// NewImport is what somebody sends.
type NewImport struct {
	FileName string
	Sheet    []byte
	Album    []byte    // a zip of pictures; may be empty
	Seller   uuid.UUID // for officers: whose goods these are; zero: each row names its seller
	Draft    bool      // leave new products as drafts
}

// importKey is where an import's pictures wait.
func importKey(tenant, id uuid.UUID) string {
	return tenant.String() + "/imports/" + id.String() + "/pictures.zip"
}

// NewImport reads a spreadsheet and keeps its rows, each with its problems, for
// the actor to look at before the import starts. A seller imports its own
// goods; an officer imports for any seller of the county.
func (s *Service) NewImport(ctx context.Context, who actor.Actor, n NewImport) (*Import, error) {
	office := who.Is(actor.Officer, actor.System)
	if err := who.NeedAccount(); err != nil {
		return nil, err
	}
	county, err := s.counties.ByID(who.Tenant)
	if err != nil {
		return nil, err
	}
	if !office {
		if n.Seller, err = s.sellerOf(ctx, who); err != nil {
			return nil, err
		}
	}
	file, err := sheet.Parse(n.Sheet)
	if err != nil {
		return nil, err
	}
	var pictures *album
	if len(n.Album) > 0 {
		if pictures, err = openAlbum(bytes.NewReader(n.Album), int64(len(n.Album))); err != nil {
			return nil, err
		}
	}
	known, err := s.register(ctx, county, n.Seller)
	if err != nil {
		return nil, err
	}
	im := &Import{ID: uuid.Must(uuid.NewV7()), FileName: tidyName(n.FileName), State: Previewed, Publish: !n.Draft, Total: len(file.Lines), CreatedAt: s.clock.Now(), Pictures: pictures != nil}
	if who.SignedIn() {
		im.Account = &who.Account
	}
	if n.Seller != uuid.Nil {
		im.Seller = &n.Seller
	}
	rows := known.preview(file, pictures, im)
	if pictures != nil {
		if err := s.files.Put(ctx, importKey(who.Tenant, im.ID), bytes.NewReader(n.Album)); err != nil {
			return nil, err
		}
	}
	return im, s.keepImport(ctx, who, im, rows)
}

func tidyName(name string) string {
	name = path.Base(name)
	if !utf8.ValidString(name) || !lang.Plain(name) || name == "." || name == "/" {
		return "sheet"
	}
	r := []rune(name)
	return string(r[:min(len(r), 120)])
}

func (s *Service) keepImport(ctx context.Context, who actor.Actor, im *Import, rows []ImportRow) error {
	return s.db.Write(ctx, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO imports (tenant_id, id, account_id, seller_id, file_name, state, publish, pictures, total, refused, missing_pictures, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			who.Tenant, im.ID, im.Account, im.Seller, im.FileName, im.State, im.Publish, im.Pictures, im.Total, im.Refused, nonNil(im.Missing), im.CreatedAt)
		if err != nil {
			return err
		}
		// COPY does not go past row-level security, so the rows go in as one batch.
		b := &pgx.Batch{}
		for i := range rows {
			cells, err := json.Marshal(rows[i].Cells)
			if err != nil {
				return err
			}
			problems, err := json.Marshal(nonNil(rows[i].Problems))
			if err != nil {
				return err
			}
			b.Queue(`INSERT INTO import_rows (tenant_id, import_id, row_no, cells, problems) VALUES ($1, $2, $3, $4, $5)`,
				who.Tenant, im.ID, rows[i].Row, cells, problems)
		}
		return tx.SendBatch(ctx, b).Close()
	})
}

func nonNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// StartImport has the rows without problems written, by a job.
func (s *Service) StartImport(ctx context.Context, who actor.Actor, id uuid.UUID) (*Import, error) {
	if _, err := s.Import(ctx, who, id); err != nil { // and so may see it
		return nil, err
	}
	err := s.db.Write(ctx, func(tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE imports SET state = 'running' WHERE tenant_id = $1 AND id = $2 AND state = 'previewed'`, who.Tenant, id)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return ErrStarted
		}
		if who.Is(actor.Officer) {
			if err := audit.Record(ctx, tx, s.clock.Now(), who, audit.Act{Action: "import.start", Subject: "import", ID: id.String()}); err != nil {
				return err
			}
		}
		return jobs.Insert(ctx, tx, importArgs{Of: jobs.Of{Tenant: who.Tenant}, Import: id})
	})
	if err != nil {
		return nil, err
	}
	return s.Import(ctx, who, id)
}

const importColumns = `id, account_id, seller_id, file_name, state, publish, total, done, created, updated, refused, missing_pictures, pictures, created_at, finished_at`

// Import is an import of the actor's own; officers see all of the county.
func (s *Service) Import(ctx context.Context, who actor.Actor, id uuid.UUID) (*Import, error) {
	if err := who.NeedAccount(); err != nil {
		return nil, err
	}
	im, err := s.loadImport(ctx, who.Tenant, id)
	if err != nil {
		return nil, err
	}
	if !who.Is(actor.Officer, actor.System) && (im.Account == nil || *im.Account != who.Account) {
		return nil, ErrImportNotFound
	}
	return im, nil
}

func (s *Service) loadImport(ctx context.Context, tenant, id uuid.UUID) (*Import, error) {
	var im *Import
	err := s.db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, `SELECT `+importColumns+` FROM imports WHERE tenant_id = $1 AND id = $2`, tenant, id)
		if err != nil {
			return err
		}
		im, err = pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByPos[Import])
		return err
	})
	if pg.NoRows(err) {
		return nil, ErrImportNotFound
	}
	return im, err
}

// ImportRows are the rows of an import from a row on: all of them, or those
// with problems.
func (s *Service) ImportRows(ctx context.Context, who actor.Actor, id uuid.UUID, onlyProblems bool, afterRow, limit int) ([]ImportRow, error) {
	if _, err := s.Import(ctx, who, id); err != nil {
		return nil, err
	}
	return s.importRows(ctx, who.Tenant, id, onlyProblems, afterRow, min(max(limit, 1), 1000))
}

func (s *Service) importRows(ctx context.Context, tenant, id uuid.UUID, onlyProblems bool, afterRow, limit int) (out []ImportRow, err error) {
	err = s.db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, `SELECT row_no, cells::text, problems::text, outcome FROM import_rows
			WHERE tenant_id = $1 AND import_id = $2 AND row_no > $3 AND ($4 = false OR problems <> '[]') ORDER BY row_no LIMIT $5`, tenant, id, afterRow, onlyProblems, limit)
		if err != nil {
			return err
		}
		out, err = pgx.CollectRows(rows, scanImportRow)
		return err
	})
	return out, err
}

func scanImportRow(row pgx.CollectableRow) (ImportRow, error) {
	var r ImportRow
	var cells, problems string
	if err := row.Scan(&r.Row, &cells, &problems, &r.Outcome); err != nil {
		return r, err
	}
	if err := json.Unmarshal([]byte(cells), &r.Cells); err != nil {
		return r, err
	}
	return r, json.Unmarshal([]byte(problems), &r.Problems)
}

// settings are what a county's spreadsheets are read against.
func (s *Service) settings(county *tenants.County) sheet.Settings {
	today := s.clock.Now().In(county.Location())
	return sheet.Settings{Currency: county.Currency, Language: county.DefaultLanguage(), Today: time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, time.UTC)}
}
