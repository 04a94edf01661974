package archive

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/google/uuid"

	"countyfair/internal/actor"
	"countyfair/internal/audit"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
	"countyfair/migrations"
)

// Refusals of an import.
var (
	ErrNotAnArchive = errs.New(errs.Invalid, "not_an_archive", "This file is not a county's archive, or it is damaged.")
	ErrSchema       = errs.New(errs.Conflict, "other_schema", "The archive was made at another version of the schema. Bring both installations to the same version first.")
	ErrThere        = errs.New(errs.Conflict, "county_exists", "This county, or another with its address, is already here.")
)

// batchBytes is about how much is handed to PostgreSQL at once.
const batchBytes = 1 << 20

// Import brings the county of an archive in, whole or not at all. Only
// operators may.
func (a *Archiver) Import(ctx context.Context, who actor.Actor, r io.ReaderAt, size int64) (Summary, error) {
	if err := who.Need(actor.Operator, actor.System); err != nil {
		return Summary{}, err
	}
	file, err := zip.NewReader(r, size)
	if err != nil {
		return Summary{}, ErrNotAnArchive.Because(err)
	}
	m, err := readManifest(file)
	if err != nil {
		return Summary{}, err
	}
	ctx = pg.WithTenant(ctx, m.ID)
	if err := a.welcome(ctx, m); err != nil {
		return Summary{}, err
	}
	s := Summary{Slug: m.Slug, ID: m.ID}
	// Files before rows: a row never points to a file that is not there yet.
	put, err := a.importFiles(ctx, file, m)
	if err == nil {
		s.Files = len(put)
		s.Rows, err = a.importRows(ctx, who, file, m)
	}
	if err != nil {
		for _, key := range put {
			_ = a.Blobs.Delete(context.WithoutCancel(ctx), key)
		}
		return Summary{}, err
	}
	return s, nil
}

func readManifest(file *zip.Reader) (Manifest, error) {
	var m Manifest
	f, err := file.Open("manifest.json")
	if err != nil {
		return m, ErrNotAnArchive.Because(err)
	}
	defer func() { _ = f.Close() }()
	if err := json.NewDecoder(f).Decode(&m); err != nil || m.Format != Format {
		return m, ErrNotAnArchive.Because(err)
	}
	return m, nil
}

// welcome refuses another schema, and a county that is here already.
func (a *Archiver) welcome(ctx context.Context, m Manifest) error {
	at, err := migrations.Current(ctx, a.DB.Pool())
	if err != nil {
		return err
	}
	if at != m.Schema {
		return ErrSchema.Because(fmt.Errorf("the archive is at %d, this installation at %d", m.Schema, at))
	}
	var there bool
	err = a.DB.Pool().QueryRow(ctx, `SELECT EXISTS (SELECT FROM tenants WHERE id = $1 OR slug = $2)`, m.ID, m.Slug).Scan(&there)
	if err == nil && there {
		return ErrThere
	}
	return err
}

func (a *Archiver) importFiles(ctx context.Context, file *zip.Reader, m Manifest) (put []string, err error) {
	for _, f := range file.File {
		key, ok := strings.CutPrefix(f.Name, filesPrefix)
		if !ok {
			continue
		}
		if !fs.ValidPath(key) || !strings.HasPrefix(key, m.ID.String()+"/") {
			return put, ErrNotAnArchive.Because(fmt.Errorf("a file of another county: %q", key))
		}
		if err := a.importFile(ctx, f, key); err != nil {
			return put, err
		}
		put = append(put, key)
	}
	return put, nil
}

func (a *Archiver) importFile(ctx context.Context, f *zip.File, key string) error {
	r, err := f.Open()
	if err != nil {
		return ErrNotAnArchive.Because(err)
	}
	defer func() { _ = r.Close() }()
	return a.Blobs.Put(ctx, key, r)
}

func (a *Archiver) importRows(ctx context.Context, who actor.Actor, file *zip.Reader, m Manifest) (total int64, err error) {
	err = a.DB.Write(ctx, func(tx *pg.Tx) error {
		total = 0
		names, err := tables(ctx, tx)
		if err != nil {
			return err
		}
		for _, t := range m.Tables {
			if !slices.Contains(names, t.Name) {
				return ErrNotAnArchive.Because(fmt.Errorf("no table %q here", t.Name))
			}
		}
		for _, name := range names { // our order, not the file's
			i := slices.IndexFunc(m.Tables, func(t Table) bool { return t.Name == name })
			if i < 0 {
				return ErrNotAnArchive.Because(fmt.Errorf("table %q is missing", name))
			}
			n, err := importTable(ctx, tx, file, name, m.ID)
			if err != nil {
				return fmt.Errorf("archive: table %s: %w", name, err)
			}
			if n != m.Tables[i].Rows {
				return ErrNotAnArchive.Because(fmt.Errorf("table %q has %d rows of %d", name, n, m.Tables[i].Rows))
			}
			total += n
		}
		return audit.Record(ctx, tx, a.Clock.Now(), who, audit.Act{Action: "county.import", Subject: "county", ID: m.ID.String(), Detail: map[string]any{"made_at": m.At}})
	})
	if pg.Violates(err, "tenant_domains_pkey") {
		return 0, errs.New(errs.Conflict, "domain_taken", "Another county here already uses one of this county's domains.").Because(err)
	}
	return total, err
}

// importTable inserts a table's lines. Lines of another county are left out
// (not every table has row-level security), which the count then brings to light.
func importTable(ctx context.Context, tx *pg.Tx, file *zip.Reader, table string, county uuid.UUID) (rows int64, err error) {
	f, err := file.Open(entryOf(table))
	if err != nil {
		return 0, ErrNotAnArchive.Because(err)
	}
	defer func() { _ = f.Close() }()
	insert := `INSERT INTO ` + quoted(table) + ` SELECT r.* FROM json_populate_recordset(NULL::` + quoted(table) + `, $1::text::json) r WHERE r.` + column(table) + ` = $2`
	var batch bytes.Buffer
	flush := func() error {
		if batch.Len() == 0 {
			return nil
		}
		batch.WriteByte(']')
		tag, err := tx.Exec(ctx, insert, batch.String(), county)
		rows += tag.RowsAffected()
		batch.Reset()
		return err
	}
	lines := bufio.NewReaderSize(f, 64<<10)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(bytes.TrimSpace(line)) == 0 {
			return rows, flush()
		}
		if err != nil {
			return rows, ErrNotAnArchive.Because(err)
		}
		if batch.Len() == 0 {
			batch.WriteByte('[')
		} else {
			batch.WriteByte(',')
		}
		batch.Write(bytes.TrimSuffix(line, []byte{'\n'}))
		if batch.Len() >= batchBytes {
			if err := flush(); err != nil {
				return rows, err
			}
		}
	}
}
