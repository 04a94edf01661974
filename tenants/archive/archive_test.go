package archive_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"countyfair/adapters/disk"
	"countyfair/internal/actor"
	"countyfair/internal/clock"
	"countyfair/internal/pg"
	"countyfair/internal/testkit"
	"countyfair/tenants"
	"countyfair/tenants/archive"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var operator = actor.Actor{Account: uuid.MustParse("00000000-0000-7000-8000-0000000000aa"), Roles: []actor.Role{actor.Operator}}

// installation is a database, as its owner, and a folder of files.
func installation(t *testing.T) (*archive.Archiver, *disk.Store) {
	t.Helper()
	_, owner := testkit.URLs(t)
	files, err := disk.Open(t.TempDir())
	require.NoError(t, err)
	return &archive.Archiver{DB: testkit.Open(t, pg.Options{URL: owner}), Blobs: files, Clock: clock.System{}}, files
}

// filled is a county with a row of most kinds.
func filled(t *testing.T, a *archive.Archiver, files *disk.Store, slug string) uuid.UUID {
	t.Helper()
	ctx, id := testkit.County(t, a.DB, slug)
	n := uuid.NewString()
	require.NoError(t, a.DB.Write(ctx, func(tx *pg.Tx) error {
		for _, sql := range []string{
			`INSERT INTO tenant_domains VALUES ('` + slug + `.example.org', $1, now())`,
			`INSERT INTO county_pages VALUES ($1, 'terms', 'zh-Hans', E'第一条\n"引号" \\ 与制表\t', now())`,
			`INSERT INTO accounts (tenant_id, id, email, roles, created_at, updated_at) VALUES ($1, $2, 'seller@example.org', '{seller}', now(), now())`,
			`INSERT INTO sessions (tenant_id, id, account_id, kind, created_at, seen_at, expires_at) VALUES ($1, $2, $2, 'browser', now(), now(), now())`,
			`INSERT INTO pictures (tenant_id, id, sha256, width, height, widths, created_at) VALUES ($1, $2, '\x00ff10', 640, 480, '{320,640}', now())`,
			`INSERT INTO sellers (tenant_id, id, account_id, slug, kind, names, picture_id, applied_at, updated_at) VALUES ($1, $2, $2, 'li', 'household', '{"en":"Li"}', $2, now(), now())`,
			`INSERT INTO categories (tenant_id, id, code, names) VALUES ($1, $2, 'spice', '{"en":"Spice","zh-Hans":"香料"}')`,
			`INSERT INTO products (tenant_id, id, seller_id, category_id, code, slug, titles, created_at, updated_at) VALUES ($1, $2, $2, $2, 'p1', 'pepper', '{"zh-Hans":"花椒"}', now(), now())`,
			`INSERT INTO search_documents VALUES ($1, $2, '''花椒'':1A ''hua'':2')`,
			`INSERT INTO variants (tenant_id, id, product_id, code, titles, net_weight_g, price, currency) VALUES ($1, $2, $2, 'v1', '{}', 500, 9007199254740993, 'CNY')`,
			`INSERT INTO stock (tenant_id, variant_id, on_hand, updated_at) VALUES ($1, $2, 7, now())`,
			`INSERT INTO order_groups (tenant_id, id, quote_id, cart_id, address, currency, total, created_at, expires_at) VALUES ($1, $2, $2, $2, '{"line1":"1 号"}', 'CNY', 10, now(), now())`,
			`INSERT INTO orders (tenant_id, id, group_id, number, seller_id, currency, goods, total, created_at, updated_at) VALUES ($1, $2, $2, 'N1', $2, 'CNY', 10, 10, now(), now())`,
			`INSERT INTO order_events (tenant_id, id, order_id, state, at) VALUES ($1, $2, $2, 'pending', now())`,
			`INSERT INTO payments (tenant_id, id, group_id, provider, provider_ref, currency, amount, created_at, updated_at) VALUES ($1, $2, $2, 'sandbox', $2::uuid::text, 'CNY', 10, now(), now())`,
			`INSERT INTO ledger_entries (tenant_id, id, kind, fact, at) VALUES ($1, $2, 'provider_payout', 'test/1', now())`,
			`INSERT INTO ledger_lines (tenant_id, entry_id, line, account, currency, amount) VALUES ($1, $2, 1, 'bank', 'CNY', 10), ($1, $2, 2, 'provider_clearing', 'CNY', -10)`,
			`INSERT INTO payment_owners VALUES ('sandbox', $2::uuid::text, $1, $2)`,
		} {
			args := []any{id, n}
			if !strings.Contains(sql, "$2") {
				args = args[:1]
			}
			if _, err := tx.Exec(ctx, sql, args...); err != nil {
				return fmt.Errorf("%s: %w", sql, err)
			}
		}
		return nil
	}))
	require.NoError(t, files.Put(ctx, id.String()+"/pictures/"+n+"/640.webp", strings.NewReader("picture of "+slug)))
	return id
}

// content is every row of the county in every table that travels.
func content(t *testing.T, a *archive.Archiver, county uuid.UUID) map[string]string {
	t.Helper()
	out := map[string]string{}
	ctx := pg.WithTenant(t.Context(), county)
	require.NoError(t, a.DB.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, `SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
			WHERE c.relkind = 'r' AND c.relname NOT IN ('sessions', 'audit_events')`)
		require.NoError(t, err)
		names, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		for _, name := range append(names, "tenants") {
			where := "tenant_id"
			if name == "tenants" {
				where = "id"
			}
			var all string
			require.NoError(t, q.QueryRow(ctx, `SELECT coalesce(string_agg(r::text, E'\n' ORDER BY r::text), '') FROM `+name+` r WHERE `+where+` = $1`, county).Scan(&all))
			out[name] = all
		}
		return nil
	}))
	return out
}

func export(t *testing.T, a *archive.Archiver, slug string) []byte {
	t.Helper()
	var file bytes.Buffer
	s, err := a.Export(t.Context(), operator, slug, &file)
	require.NoError(t, err)
	require.Equal(t, 1, s.Files)
	require.Greater(t, s.Rows, int64(14))
	return file.Bytes()
}

func TestACountyArrivesAsItLeft(t *testing.T) {
	here, files := installation(t)
	id := filled(t, here, files, "longnan")
	filled(t, here, files, "xinfeng")
	file := export(t, here, "longnan")

	there, theirs := installation(t)
	s, err := there.Import(t.Context(), operator, bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	require.Equal(t, "longnan", s.Slug)
	require.Equal(t, content(t, here, id), content(t, there, id))

	var keys []string
	require.NoError(t, theirs.Walk(t.Context(), ".", func(key string) error { keys = append(keys, key); return nil }))
	require.Len(t, keys, 1, "the other county's files stay where they are")
	r, err := theirs.Open(t.Context(), keys[0])
	require.NoError(t, err)
	defer r.Close() //nolint:errcheck // a test's file
	body, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, "picture of longnan", string(body))

	var sessions, imported int
	ctx := pg.WithTenant(t.Context(), id)
	require.NoError(t, there.DB.Query(ctx, func(q pg.Querier) error {
		return q.QueryRow(ctx, `SELECT (SELECT count(*) FROM sessions), (SELECT count(*) FROM audit_events WHERE action = 'county.import')`).Scan(&sessions, &imported)
	}))
	require.Zero(t, sessions, "sign-ins stay behind")
	require.Equal(t, 1, imported)
}

func TestAnImportIsRefusedWholly(t *testing.T) {
	here, files := installation(t)
	id := filled(t, here, files, "longnan")
	file := export(t, here, "longnan")
	other := uuid.NewString()

	for _, tt := range []struct {
		name string
		file []byte
		who  actor.Actor
		into func(t *testing.T) *archive.Archiver
		want error
	}{
		{"already here", file, operator, func(*testing.T) *archive.Archiver { return here }, archive.ErrThere},
		{"not signed in", file, actor.Actor{}, nil, nil},
		{"an officer", file, actor.Actor{Account: id, Roles: []actor.Role{actor.Officer}}, nil, nil},
		{"no zip", []byte("hello"), operator, nil, archive.ErrNotAnArchive},
		{"another schema", changed(t, file, "manifest.json", `"schema": `, `"schema": 9`), operator, nil, archive.ErrSchema},
		{"another county's file", renamed(t, file, "files/"+id.String(), "files/"+other), operator, nil, archive.ErrNotAnArchive},
		{"a file outside", renamed(t, file, "files/"+id.String(), "files/"+id.String()+"/../.."), operator, nil, archive.ErrNotAnArchive},
		{"another county's row", changed(t, file, "tables/payment_owners.ndjson", id.String(), other), operator, nil, archive.ErrNotAnArchive},
		{"a row taken out", changed(t, file, "tables/stock.ndjson", "{", " "), operator, nil, nil},
		{"a table taken out", renamed(t, file, "tables/stock.ndjson", "tables/x.ndjson"), operator, nil, archive.ErrNotAnArchive},
	} {
		t.Run(tt.name, func(t *testing.T) {
			into, theirs := installation(t)
			if tt.into != nil {
				into = tt.into(t)
			}
			_, err := into.Import(t.Context(), tt.who, bytes.NewReader(tt.file), int64(len(tt.file)))
			require.Error(t, err)
			if tt.want != nil {
				require.ErrorIs(t, err, tt.want)
			}
			if tt.into == nil {
				var n int
				require.NoError(t, into.DB.Pool().QueryRow(t.Context(), `SELECT count(*) FROM tenants WHERE kind = 'county'`).Scan(&n))
				require.Zero(t, n)
				require.NoError(t, theirs.Walk(t.Context(), ".", func(key string) error { return fmt.Errorf("%s was left behind", key) }))
			}
		})
	}
}

func TestAnUnknownCountyCannotBeExported(t *testing.T) {
	a, _ := installation(t)
	_, err := a.Export(t.Context(), operator, "nowhere", io.Discard)
	require.ErrorIs(t, err, tenants.ErrUnknownCounty)
	_, err = a.Export(context.Background(), operator, "platform", io.Discard)
	require.ErrorIs(t, err, tenants.ErrUnknownCounty)
}

// rewrite copies the zip, with each entry's name and content passed through edit.
func rewrite(t *testing.T, file []byte, edit func(name string, body []byte) (string, []byte)) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range in.File {
		r, err := f.Open()
		require.NoError(t, err)
		body, err := io.ReadAll(r)
		require.NoError(t, err)
		name, body := edit(f.Name, body)
		to, err := w.Create(name)
		require.NoError(t, err)
		_, err = to.Write(body)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

func changed(t *testing.T, file []byte, entry, from, to string) []byte {
	return rewrite(t, file, func(name string, body []byte) (string, []byte) {
		if name == entry {
			require.Contains(t, string(body), from)
			body = bytes.ReplaceAll(body, []byte(from), []byte(to))
		}
		return name, body
	})
}

func renamed(t *testing.T, file []byte, from, to string) []byte {
	return rewrite(t, file, func(name string, body []byte) (string, []byte) { return strings.Replace(name, from, to, 1), body })
}
