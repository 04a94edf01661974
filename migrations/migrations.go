// Package migrations is the schema, and the one way it changes.
//
// SQL files run in order by goose; River's own tables follow. The role that
// runs them owns everything; the program's role owns nothing and gets just the
// rights that each migration grants.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed sql/*.sql
var files embed.FS

// Status is one migration and whether it has run.
type Status struct {
	Version int64  `json:"version"`
	Name    string `json:"file"`
	Applied bool   `json:"applied"`
}

// Up brings the schema to the newest version. url is the owner's.
func Up(ctx context.Context, url string) error {
	return with(ctx, url, func(p *goose.Provider, pool *pgxpool.Pool) error {
		if _, err := p.Up(ctx); err != nil {
			return err
		}
		return riverUp(ctx, pool)
	})
}

// Down takes the newest migration back.
func Down(ctx context.Context, url string) error {
	return with(ctx, url, func(p *goose.Provider, _ *pgxpool.Pool) error {
		_, err := p.Down(ctx)
		return err
	})
}

// List tells of each migration whether it has run.
func List(ctx context.Context, url string) ([]Status, error) {
	var out []Status
	err := with(ctx, url, func(p *goose.Provider, _ *pgxpool.Pool) error {
		all, err := p.Status(ctx)
		for _, s := range all {
			out = append(out, Status{s.Source.Version, s.Source.Path, s.State == goose.StateApplied})
		}
		return err
	})
	return out, err
}

// Newest is the version that this program was built with.
func Newest() int64 {
	entries, err := fs.ReadDir(files, "sql")
	if err != nil || len(entries) == 0 {
		return 0
	}
	var v int64
	if _, err := fmt.Sscanf(entries[len(entries)-1].Name(), "%d_", &v); err != nil {
		return 0
	}
	return v
}

// Querier reads one row; a pool or a connection.
type Querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Current is the version the database is at, 0 where it is empty. The
// program's role may ask it.
func Current(ctx context.Context, q Querier) (int64, error) {
	var there bool
	if err := q.QueryRow(ctx, `SELECT to_regclass('goose_db_version') IS NOT NULL`).Scan(&there); err != nil || !there {
		return 0, err
	}
	var v int64
	err := q.QueryRow(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&v)
	return v, err
}

func with(ctx context.Context, url string, fn func(*goose.Provider, *pgxpool.Pool) error) error {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return err
	}
	config.AfterConnect = impatient
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	defer pool.Close()
	db := stdlib.OpenDBFromPool(pool)
	defer func() { _ = db.Close() }()
	p, err := provider(db)
	if err != nil {
		return err
	}
	return fn(p, pool)
}

// impatient gives up on a lock that is not to be had: whoever waits for it makes
// every later statement on the table wait behind them.
func impatient(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `SET lock_timeout = '10s'`)
	return err
}

func provider(db *sql.DB) (*goose.Provider, error) {
	dir, err := fs.Sub(files, "sql")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db, dir)
}

func riverUp(ctx context.Context, pool *pgxpool.Pool) error {
	m, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err != nil {
		return err
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return err
	}
	_, err = pool.Exec(ctx, `DO $$ DECLARE t record; BEGIN
		FOR t IN SELECT c.oid::regclass AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
			WHERE n.nspname = 'public' AND c.relname LIKE 'river_%' AND c.relkind IN ('r', 'p') LOOP
			EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO countyfair_app', t.name);
		END LOOP;
		GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO countyfair_app;
		GRANT SELECT ON goose_db_version TO countyfair_app;
	END $$`)
	return err
}
