package archive

import (
	"archive/zip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"countyfair/internal/actor"
	"countyfair/internal/audit"
	"countyfair/internal/clock"
	"countyfair/internal/pg"
	"countyfair/migrations"
	"countyfair/tenants"
)

// Format of the file; it changes when older programs can no longer read it.
const Format = 1

// Manifest is the file's first entry.
type Manifest struct {
	Format int       `json:"format"`
	Schema int64     `json:"schema"`
	Slug   string    `json:"slug"`
	ID     uuid.UUID `json:"id"`
	At     time.Time `json:"at"`
	Tables []Table   `json:"tables"`
}

// Table is one table's share of the file.
type Table struct {
	Name string `json:"name"`
	Rows int64  `json:"rows"`
}

// Summary is what travelled.
type Summary struct {
	Slug  string    `json:"slug"`
	ID    uuid.UUID `json:"id"`
	Rows  int64     `json:"rows"`
	Files int       `json:"files"`
}

// Archiver reads and writes archives. DB is opened with the schema owner's
// connection.
type Archiver struct {
	DB    *pg.DB
	Blobs Blobs
	Clock clock.Clock
}

// Export writes the county as it is at one moment. Only operators may.
func (a *Archiver) Export(ctx context.Context, who actor.Actor, slug string, w io.Writer) (Summary, error) {
	if err := who.Need(actor.Operator, actor.System); err != nil {
		return Summary{}, err
	}
	m := Manifest{Format: Format, Slug: slug, At: a.Clock.Now()}
	err := a.DB.Pool().QueryRow(ctx, `SELECT id FROM tenants WHERE slug = $1 AND kind = 'county'`, slug).Scan(&m.ID)
	if pg.NoRows(err) {
		return Summary{}, tenants.ErrUnknownCounty
	}
	if err != nil {
		return Summary{}, err
	}
	ctx = pg.WithTenant(ctx, m.ID)
	// Noted first, so that what leaves the house is on record whatever happens to the file.
	err = a.DB.Write(ctx, func(tx *pg.Tx) error {
		return audit.Record(ctx, tx, m.At, who, audit.Act{Action: "county.export", Subject: "county", ID: m.ID.String()})
	})
	if err != nil {
		return Summary{}, err
	}
	file := zip.NewWriter(w)
	s := Summary{Slug: slug, ID: m.ID}
	if s.Rows, err = a.exportRows(ctx, file, &m); err != nil {
		return s, err
	}
	if s.Files, err = a.exportFiles(ctx, file, m.ID); err != nil {
		return s, err
	}
	return s, file.Close()
}

// exportRows writes manifest and tables from one snapshot.
func (a *Archiver) exportRows(ctx context.Context, file *zip.Writer, m *Manifest) (total int64, err error) {
	err = a.DB.Write(ctx, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`); err != nil {
			return err
		}
		if m.Schema, err = migrations.Current(ctx, tx); err != nil {
			return err
		}
		names, err := tables(ctx, tx)
		if err != nil {
			return err
		}
		for _, name := range names {
			t := Table{Name: name}
			if err := tx.QueryRow(ctx, `SELECT count(*) FROM `+quoted(name)+` WHERE `+column(name)+` = $1`, m.ID).Scan(&t.Rows); err != nil {
				return err
			}
			m.Tables = append(m.Tables, t)
			total += t.Rows
		}
		if err := writeJSON(file, "manifest.json", m); err != nil {
			return err
		}
		for _, t := range m.Tables {
			if err := exportTable(ctx, tx, file, t.Name, m.ID); err != nil {
				return fmt.Errorf("archive: table %s: %w", t.Name, err)
			}
		}
		return nil
	})
	return total, err
}

func exportTable(ctx context.Context, tx *pg.Tx, file *zip.Writer, table string, county uuid.UUID) error {
	w, err := file.Create(entryOf(table))
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `SELECT row_to_json(r)::text FROM `+quoted(table)+` r WHERE `+column(table)+` = $1`, county)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if _, err := w.Write(rows.RawValues()[0]); err != nil {
			return err
		}
		if _, err := w.Write([]byte{'\n'}); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (a *Archiver) exportFiles(ctx context.Context, file *zip.Writer, county uuid.UUID) (n int, err error) {
	err = a.Blobs.Walk(ctx, county.String(), func(key string) error {
		r, err := a.Blobs.Open(ctx, key)
		if err != nil {
			return err
		}
		defer func() { _ = r.Close() }()
		w, err := file.CreateHeader(&zip.FileHeader{Name: filesPrefix + key, Method: zip.Store}) // pictures are compressed already
		if err != nil {
			return err
		}
		n++
		_, err = io.Copy(w, r)
		return err
	})
	return n, err
}

const filesPrefix = "files/"

func entryOf(table string) string { return "tables/" + table + ".ndjson" }

func writeJSON(file *zip.Writer, name string, v any) error {
	w, err := file.Create(name)
	if err != nil {
		return err
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
