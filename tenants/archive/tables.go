package archive

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/jackc/pgx/v5"

	"countyfair/internal/pg"
)

// stays are tables that do not travel, each with its reason. Whoever moved
// signs in again.
var stays = map[string]string{
	"sessions":         "sign-ins belong to the installation that gave them",
	"refresh_tokens":   "sign-ins belong to the installation that gave them",
	"one_time_codes":   "live for minutes",
	"rate_counts":      "live for minutes",
	"bank_accounts":    "numbers are sealed with the installation's secret: they are entered anew",
	"idempotency_keys": "answers kept for a day, sealed with the installation's secret",
}

// Blobs is the store of files that can be listed.
type Blobs interface {
	Walk(ctx context.Context, prefix string, visit func(key string) error) error
	Open(ctx context.Context, key string) (io.ReadCloser, error)
	Put(ctx context.Context, key string, r io.Reader) error
	Delete(ctx context.Context, key string) error
}

// tables gives the tables that hold counties' rows, each after those it refers to.
func tables(ctx context.Context, q pg.Querier) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT c.relname::text,
			array(SELECT DISTINCT f.relname::text FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid
				WHERE k.conrelid = c.oid AND k.contype = 'f' AND f.oid <> c.oid)
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
			AND (c.relname = 'tenants' OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped))
		ORDER BY 1`)
	if err != nil {
		return nil, err
	}
	type table struct {
		Name  string
		After []string
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[table])
	if err != nil {
		return nil, err
	}
	names := make([]string, len(all))
	for i, t := range all {
		names[i] = t.Name
	}
	var order []string
	for len(order) < len(all) {
		before := len(order)
		for _, t := range all {
			ready := !slices.ContainsFunc(t.After, func(a string) bool { return slices.Contains(names, a) && !slices.Contains(order, a) })
			if ready && !slices.Contains(order, t.Name) {
				order = append(order, t.Name)
			}
		}
		if len(order) == before {
			return nil, fmt.Errorf("archive: the tables refer to each other in a circle, after %v", order)
		}
	}
	return slices.DeleteFunc(order, func(name string) bool { return stays[name] != "" }), nil
}

// column says which county a table's row is of.
func column(table string) string {
	if table == "tenants" {
		return "id"
	}
	return "tenant_id"
}

func quoted(table string) string { return pgx.Identifier{table}.Sanitize() }
