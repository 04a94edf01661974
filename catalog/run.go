package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/google/uuid"

	"countyfair/catalog/sheet"
	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/jobs"
	"countyfair/internal/pg"
	"countyfair/tenants"
)

// importArgs asks for an import's rows to be written.
type importArgs struct {
	jobs.Of
	Import uuid.UUID `json:"import"`
}

// Kind names the job.
func (importArgs) Kind() string { return "catalog.import" }

// atATime is how long an import works before it lets other jobs have a turn.
const atATime = 2 * time.Minute

// running is one import at work.
type running struct {
	s        *Service
	im       *Import
	county   *tenants.County
	register *register
	album    *album
	account  *uuid.UUID
	office   bool // an officer's import publishes without review
}

// runImport writes what is still waiting. Each product is one transaction,
// with the outcome of its rows in it: killed at any moment, the job goes on
// where it stood when it runs again, and nothing is there twice.
func (s *Service) runImport(ctx context.Context, a importArgs) error {
	im, err := s.loadImport(ctx, a.Tenant, a.Import)
	if errors.Is(err, ErrImportNotFound) {
		return jobs.Give(err)
	}
	if err != nil || im.State != Running {
		return err
	}
	r := &running{s: s, im: im, account: im.Account}
	if r.county, err = s.counties.ByID(a.Tenant); err != nil {
		return err
	}
	only := uuid.Nil
	if im.Seller != nil {
		only = *im.Seller
	}
	if r.register, err = s.register(ctx, r.county, only); err != nil {
		return err
	}
	if r.office, err = s.isOffice(ctx, a.Tenant, im.Account); err != nil {
		return err
	}
	closeAlbum, err := r.openAlbum(ctx)
	if err != nil {
		return err
	}
	defer closeAlbum()
	rows, err := s.importRows(ctx, a.Tenant, im.ID, false, 0, 1<<30)
	if err != nil {
		return err
	}
	until := s.clock.Now().Add(atATime)
	for _, group := range r.groups(rows) {
		if s.clock.Now().After(until) {
			return jobs.Later(0)
		}
		if err := r.write(ctx, group); err != nil {
			return err
		}
	}
	return r.finish(ctx)
}

// isOffice reports whether the account that started the import is an officer's,
// or the program's own.
func (s *Service) isOffice(ctx context.Context, tenant uuid.UUID, account *uuid.UUID) (yes bool, err error) {
	if account == nil {
		return true, nil
	}
	err = s.db.Query(ctx, func(q pg.Querier) error {
		return q.QueryRow(ctx, `SELECT 'officer' = ANY (roles) FROM accounts WHERE tenant_id = $1 AND id = $2`, tenant, *account).Scan(&yes)
	})
	return yes, err
}

// openAlbum brings the zip of pictures to a file of its own, since a zip is
// read from its end.
func (r *running) openAlbum(ctx context.Context) (done func(), err error) {
	if !r.im.Pictures {
		return func() {}, nil
	}
	from, err := r.s.files.Open(ctx, importKey(r.county.ID, r.im.ID))
	if err != nil {
		return nil, err
	}
	defer from.Close() //nolint:errcheck // only read
	f, err := os.CreateTemp("", "countyfair-import-*.zip")
	if err != nil {
		return nil, err
	}
	done = func() {
		_ = f.Close()
		_ = os.Remove(f.Name())
	}
	size, err := io.Copy(f, io.LimitReader(from, MostAlbumBytes+1))
	if err == nil {
		r.album, err = openAlbum(f, size)
	}
	if err != nil {
		done()
		return nil, err
	}
	return done, nil
}

// groups are the waiting rows by product, in the order of the sheet; rows with
// problems are one group each, to be refused.
func (r *running) groups(rows []ImportRow) [][]ImportRow {
	var out [][]ImportRow
	at := map[string]int{}
	for _, row := range rows {
		if row.Outcome != "waiting" {
			continue
		}
		key := fmt.Sprintf("row %d", row.Row)
		if !row.Bad() {
			key = r.seller(row).String() + "\x00" + row.Cells.ProductKey()
		}
		i, ok := at[key]
		if !ok {
			i = len(out)
			at[key] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], row)
	}
	return out
}

func (r *running) seller(row ImportRow) uuid.UUID {
	if r.register.only != uuid.Nil {
		return r.register.only
	}
	return r.register.sellers[plain(row.Cells[sheet.Seller])]
}

// write puts the rows of one product in, or notes that they are left out.
func (r *running) write(ctx context.Context, rows []ImportRow) error {
	if rows[0].Bad() {
		return r.s.db.Write(ctx, func(tx *pg.Tx) error { return r.note(ctx, tx, rows, "refused", 0) })
	}
	values := make([]sheet.Values, len(rows))
	for i := range rows {
		line := sheet.Line{Row: rows[i].Row, Cells: rows[i].Cells}
		v, problems := line.Values(r.register.settings)
		rows[i].Problems = append(keepWarnings(rows[i].Problems), append(problems, r.register.named(v)...)...)
		values[i] = v
	}
	for i := range rows {
		if rows[i].Bad() { // the county changed since the preview: a category or a seller is gone
			return r.s.db.Write(ctx, func(tx *pg.Tx) error { return r.note(ctx, tx, rows, "refused", len(rows)) })
		}
	}
	pictures, err := r.pictures(ctx, rows, values)
	if err != nil {
		return err
	}
	err = r.s.db.Write(ctx, func(tx *pg.Tx) error { return r.product(ctx, tx, rows, values, pictures) })
	if refusal, ok := refusalOf(err); ok {
		for i := range rows {
			rows[i].Problems = append(rows[i].Problems, refusal)
		}
		return r.s.db.Write(ctx, func(tx *pg.Tx) error { return r.note(ctx, tx, rows, "refused", len(rows)) })
	}
	return err
}

func keepWarnings(problems []sheet.Problem) []sheet.Problem {
	var out []sheet.Problem
	for _, p := range problems {
		if p.Warning {
			out = append(out, p)
		}
	}
	return out
}

// refusalOf words an error that is about the rows, not about us.
func refusalOf(err error) (sheet.Problem, bool) {
	var e *errs.Error
	if !errors.As(err, &e) || (e.Code != errs.Invalid && e.Code != errs.Conflict) {
		return sheet.Problem{}, false
	}
	p := sheet.Problem{Reason: e.Reason, Message: e.Message}
	if len(e.Fields) > 0 {
		p.Reason, p.Message = e.Fields[0].Reason, e.Fields[0].Message
		p.Data = map[string]any{"field": e.Fields[0].Name}
	}
	if errors.Is(err, ErrTraceTaken) {
		p.Column = sheet.TraceCode
	}
	return p, true
}

// pictures takes in the pictures that the rows name, outside any transaction.
// One that cannot be read is a warning.
func (r *running) pictures(ctx context.Context, rows []ImportRow, values []sheet.Values) ([]uuid.UUID, error) {
	if r.album == nil {
		return nil, nil
	}
	var out []uuid.UUID
	seen := map[uuid.UUID]bool{}
	who := actor.OfSystem(r.county.ID)
	for i, v := range values {
		for _, name := range v.Pictures {
			if !r.album.has(name) || len(out) >= mostPictures {
				continue
			}
			data, err := r.album.read(name)
			var info *PictureInfo
			if err == nil {
				info, err = r.s.Upload(ctx, who, data)
			}
			if refusal, ok := refusalOf(err); ok {
				refusal.Column, refusal.Warning = sheet.Pictures, true
				refusal.Data = map[string]any{"name": name}
				rows[i].Problems = append(rows[i].Problems, refusal)
				continue
			}
			if err != nil {
				return nil, err
			}
			if !seen[info.ID] {
				seen[info.ID] = true
				out = append(out, info.ID)
			}
		}
	}
	return out, nil
}

// note writes what became of rows, and how far the import is. fresh counts the
// refused rows that the preview did not count.
func (r *running) note(ctx context.Context, tx *pg.Tx, rows []ImportRow, outcome string, fresh int) error {
	for _, row := range rows {
		problems, err := json.Marshal(nonNil(row.Problems))
		if err != nil {
			return err
		}
		if row.Outcome != "waiting" {
			outcome = row.Outcome
		}
		if _, err := tx.Exec(ctx, `UPDATE import_rows SET outcome = $4, problems = $5 WHERE tenant_id = $1 AND import_id = $2 AND row_no = $3`,
			r.county.ID, r.im.ID, row.Row, outcome, json.RawMessage(problems)); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `UPDATE imports SET done = done + $3, refused = refused + $4 WHERE tenant_id = $1 AND id = $2`, r.county.ID, r.im.ID, len(rows), fresh)
	return err
}

// finish ends the import; its zip is of no more use.
func (r *running) finish(ctx context.Context) error {
	if r.im.Pictures {
		if err := r.s.files.Delete(ctx, importKey(r.county.ID, r.im.ID)); err != nil {
			return err
		}
	}
	return r.s.db.Write(ctx, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE imports SET state = 'done', finished_at = $3 WHERE tenant_id = $1 AND id = $2 AND state = 'running'`, r.county.ID, r.im.ID, r.s.clock.Now())
		return err
	})
}
