package pg

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// Options of a database.
type Options struct {
	URL       string // the program's role, not the owner's
	ListenURL string // the same past a pooler, which carries no LISTEN; empty: URL
	MaxConns  int32  // 0: four for each processor, at least eight
	Binder    Binder // nil: BySession
	Tracer    pgx.QueryTracer
	Gorm      []gorm.Plugin
}

// DB is the pool, and GORM over it.
type DB struct {
	pool   *pgxpool.Pool
	sql    *sql.DB
	gorm   *gorm.DB
	binder Binder
	direct *pgx.ConnConfig // for Listen
}

// Querier runs statements on one connection that is bound to the county.
type Querier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// Open connects. It does not migrate.
func Open(ctx context.Context, o Options) (*DB, error) {
	cfg, err := pgxpool.ParseConfig(o.URL)
	if err != nil {
		return nil, errors.New("pg: DATABASE_URL cannot be read") // the cause may hold a password
	}
	if o.Binder == nil {
		o.Binder = BySession{}
	}
	cfg.MaxConns = max(cfg.MaxConns, 8)
	if o.MaxConns > 0 {
		cfg.MaxConns = o.MaxConns
	}
	cfg.ConnConfig.Tracer = o.Tracer
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	if !o.Binder.alone() { // a pooler between us and the server keeps no prepared statement and no start-up setting
		cfg.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
		delete(cfg.ConnConfig.RuntimeParams, "timezone")
	}
	direct := cfg.ConnConfig.Copy()
	if o.ListenURL != "" {
		if direct, err = pgx.ParseConfig(o.ListenURL); err != nil {
			return nil, errors.New("pg: DATABASE_LISTEN_URL cannot be read")
		}
	}
	cfg.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		bareUUIDs(conn.TypeMap())
		return nil
	}
	cfg.PrepareConn = func(ctx context.Context, conn *pgx.Conn) (bool, error) {
		err := o.Binder.acquire(ctx, conn)
		return err == nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	// database/sql hands a released connection straight to whoever waits, past
	// the pool's own hook: so the county is bound again on that path too.
	std := stdlib.OpenDBFromPool(pool, stdlib.OptionResetSession(func(ctx context.Context, conn *pgx.Conn) error {
		if err := o.Binder.acquire(ctx, conn); err != nil {
			return driver.ErrBadConn
		}
		return nil
	}))
	g, err := gorm.Open(postgres.New(postgres.Config{Conn: std}), &gorm.Config{
		SkipDefaultTransaction: true,
		TranslateError:         true,
		DisableAutomaticPing:   true,
		Logger:                 logger.Discard,
	})
	if err != nil {
		return nil, fmt.Errorf("pg: gorm: %w", err)
	}
	for _, p := range o.Gorm {
		if err := g.Use(p); err != nil {
			return nil, fmt.Errorf("pg: gorm: %w", err)
		}
	}
	return &DB{pool: pool, sql: std, gorm: g, binder: o.Binder, direct: direct}, nil
}

// Close lets go of all connections.
func (db *DB) Close() {
	_ = db.sql.Close()
	db.pool.Close()
}

// Pool is the pool itself, for parts that keep their own tables (River). Work
// for a county goes through Read, Query and Write.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }

// Listen gives a connection of its own that hears what is told on a channel.
// The caller closes it.
func (db *DB) Listen(ctx context.Context, channel string) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, db.direct)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{channel}.Sanitize()); err != nil {
		return nil, errors.Join(err, conn.Close(context.WithoutCancel(ctx)))
	}
	return conn, nil
}

// Read runs fn with GORM, bound to the county of ctx.
func (db *DB) Read(ctx context.Context, fn func(g *gorm.DB) error) error {
	if db.binder.alone() {
		return fn(db.gorm.WithContext(ctx))
	}
	return db.Write(ctx, func(tx *Tx) error { return fn(tx.Gorm()) })
}

// Query runs fn with plain pgx on one connection, bound to the county of ctx.
func (db *DB) Query(ctx context.Context, fn func(q Querier) error) error {
	conn, err := db.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if db.binder.alone() {
		return fn(conn)
	}
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if err := db.binder.begin(ctx, conn.Conn()); err != nil {
			return err
		}
		return fn(tx)
	})
}

// Tx is one transaction, bound to the county of its context. pgx statements and
// GORM run side by side in it, on one connection; it serves one goroutine.
type Tx struct {
	pgx.Tx
	gorm *gorm.DB
}

// Gorm is GORM inside the transaction. Do not open a transaction on it.
func (tx *Tx) Gorm() *gorm.DB { return tx.gorm }

// attempts is how often Write runs a transaction that the server broke off for
// the sake of another (deadlock, serialization).
const attempts = 4

// Write runs fn in one transaction and commits when fn returns nil. fn may run
// again after a deadlock or a serialization failure: it must change nothing
// but the database.
func (db *DB) Write(ctx context.Context, fn func(tx *Tx) error) error {
	var err error
	for i := range attempts {
		if err = db.writeOnce(ctx, fn); !retryable(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(time.Duration(5<<i) * time.Millisecond):
		}
	}
	return err
}

func (db *DB) writeOnce(ctx context.Context, fn func(tx *Tx) error) error {
	held, err := db.sql.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = held.Close() }()
	var conn *pgx.Conn
	if err := held.Raw(func(c any) error { conn = c.(*stdlib.Conn).Conn(); return nil }); err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, conn, func(t pgx.Tx) error {
		if err := db.binder.begin(ctx, conn); err != nil {
			return err
		}
		g := db.gorm.Session(&gorm.Session{NewDB: true, Context: ctx})
		g.Statement.ConnPool = held // the connection that holds the transaction
		return fn(&Tx{Tx: t, gorm: g})
	})
}

func retryable(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}

// Away reports whether the server cannot be reached, is starting or stopping, or
// takes no more connections: nothing is wrong with what was asked, and it may be
// asked again.
func Away(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return strings.HasPrefix(e.Code, "08") || strings.HasPrefix(e.Code, "57P0") || e.Code == "53300"
	}
	var connecting *pgconn.ConnectError
	var network *net.OpError
	return errors.As(err, &connecting) || errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// Violates reports whether err is a broken constraint of this name.
func Violates(err error, constraint string) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.ConstraintName == constraint
}

// NoRows reports whether err says that nothing was found, by GORM or by pgx.
func NoRows(err error) bool {
	return errors.Is(err, pgx.ErrNoRows) || errors.Is(err, gorm.ErrRecordNotFound)
}
