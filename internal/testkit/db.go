// Package testkit gives tests a real PostgreSQL: one private server for each
// test program, and for each test its own migrated database on it.
package testkit

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"countyfair/internal/pg"
	"countyfair/internal/pgembed"
	"countyfair/migrations"
)

const template = "countyfair_template"

var (
	once    sync.Once
	server  *pgembed.Server
	started error
	counter atomic.Int64
)

// Server is the test program's private PostgreSQL, with a migrated template in it.
func Server(t testing.TB) *pgembed.Server {
	t.Helper()
	once.Do(func() { server, started = start() })
	require.NoError(t, started)
	return server
}

func start() (*pgembed.Server, error) {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "countyfair-test-")
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // the server's user passes through
		return nil, err
	}
	s, err := pgembed.Start(ctx, pgembed.Options{Dir: filepath.Join(dir, "pg"), Volatile: true, Settings: map[string]string{"max_connections": "500"}})
	if err != nil {
		return nil, err
	}
	// The folder stays open to the running server and is removed by name only
	// when the server goes; the system's temporary folder is cleaned in the end.
	admin, err := pgx.Connect(ctx, s.URL("postgres", "postgres"))
	if err != nil {
		return nil, err
	}
	defer admin.Close(ctx) //nolint:errcheck // a test's connection
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+template+" OWNER "+pgembed.Owner); err != nil {
		return nil, err
	}
	return s, migrations.Up(ctx, s.URL(pgembed.Owner, template))
}

// Main runs a package's tests and stops the private server after them. Use it
// as TestMain in packages that call DB.
func Main(m *testing.M) {
	code := m.Run()
	if server != nil {
		dir := filepath.Dir(server.Socket())
		server.Stop()
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// URLs makes a fresh migrated database for the test and gives its connection
// strings for the program's role and for the owner's.
func URLs(t testing.TB) (app, owner string) {
	t.Helper()
	s := Server(t)
	name := fmt.Sprintf("t%d", counter.Add(1))
	ctx := context.Background()
	admin, err := pgx.Connect(ctx, s.URL("postgres", "postgres"))
	require.NoError(t, err)
	defer admin.Close(ctx) //nolint:errcheck // a test's connection
	_, err = admin.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+template+" OWNER "+pgembed.Owner)
	require.NoError(t, err)
	t.Cleanup(func() {
		admin, err := pgx.Connect(ctx, s.URL("postgres", "postgres"))
		if err == nil {
			_, _ = admin.Exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)")
			_ = admin.Close(ctx)
		}
	})
	return s.URL(pgembed.App, name), s.URL(pgembed.Owner, name)
}

// DB is a fresh migrated database, as the program sees it.
func DB(t testing.TB) *pg.DB {
	t.Helper()
	app, _ := URLs(t)
	return Open(t, pg.Options{URL: app})
}

// Open opens a database for the test.
func Open(t testing.TB, o pg.Options) *pg.DB {
	t.Helper()
	db, err := pg.Open(context.Background(), o)
	require.NoError(t, err)
	t.Cleanup(db.Close)
	return db
}

// County makes an open county and gives its id, and a context bound to it.
func County(t testing.TB, db *pg.DB, slug string) (context.Context, uuid.UUID) {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	_, err := db.Pool().Exec(context.Background(), `INSERT INTO tenants
		(id, slug, names, country, time_zone, languages, currency, state, review_products, created_at, updated_at)
		VALUES ($1, $2, jsonb_build_object('en', $2::text, 'zh-Hans', $2::text), 'CN', 'Asia/Shanghai', '{zh-Hans,en}', 'CNY', 'open', false, now(), now())`, id, slug)
	require.NoError(t, err)
	return pg.WithTenant(context.Background(), id), id
}
