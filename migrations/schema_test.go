package migrations_test

import (
	"context"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"countyfair/internal/testkit"
	"countyfair/migrations"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// global tables belong to no county. Each has its reason; no other table is exempt.
var global = map[string]string{
	"tenants":              "the counties themselves, looked up by host before one is bound",
	"tenant_domains":       "looked up by host before a county is bound",
	"signing_keys":         "the installation signs for all its counties",
	"payment_owners":       "finds the county of a provider's event",
	"webhook_inbox":        "events arrive before their county is known",
	"sandbox_payments":     "the book of a company outside",
	"sandbox_refunds":      "the book of a company outside",
	"search_documents":     "behind functions that see only the bound county; the program has no right on it",
	"goose_db_version":     "the schema's own version",
	"customs_rates":        "duties and taxes are facts of the destination; operators keep them for all counties",
	"customs_bands":        "how a destination taxes a parcel, the same for all counties",
	"customs_restrictions": "what a destination lets in, the same for all counties",
	"fx_rates":             "reference rates of a day, the same for all counties",
}

func isGlobal(table string) bool {
	_, ok := global[table]
	return ok || len(table) > 6 && table[:6] == "river_"
}

func TestEveryCountyTableIsSealed(t *testing.T) {
	conn := connect(t)
	for _, table := range tables(t, conn) {
		if isGlobal(table) {
			continue
		}
		var forced, tenant bool
		var owner string
		require.NoError(t, conn.QueryRow(t.Context(), `SELECT c.relrowsecurity AND c.relforcerowsecurity, pg_get_userbyid(c.relowner),
			EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnotnull)
			FROM pg_class c WHERE c.oid = $1::regclass`, table).Scan(&forced, &owner, &tenant))
		require.True(t, tenant, "%s has no tenant_id", table)
		require.True(t, forced, "%s has no forced row-level security", table)
		require.Equal(t, "countyfair_owner", owner)
	}
}

func TestEveryKeyNamesTheCounty(t *testing.T) {
	conn := connect(t)
	for _, table := range tables(t, conn) {
		if isGlobal(table) && table != "search_documents" {
			continue
		}
		rows, err := conn.Query(t.Context(), `
			SELECT i.indexrelid::regclass::text, array(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey))
			FROM pg_index i WHERE i.indrelid = $1::regclass AND i.indisunique
			UNION ALL
			SELECT c.conname, array(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey))
			FROM pg_constraint c WHERE c.conrelid = $1::regclass AND c.contype = 'f'`, table)
		require.NoError(t, err)
		type key struct {
			Name    string
			Columns []string
		}
		keys, err := pgx.CollectRows(rows, pgx.RowToStructByPos[key])
		require.NoError(t, err)
		require.NotEmpty(t, keys, table)
		for _, k := range keys {
			require.True(t, slices.Contains(k.Columns, "tenant_id"), "%s of %s leaves tenant_id out: %v", k.Name, table, k.Columns)
		}
	}
}

func TestTheProgramCannotReadTheSearchTableOrRewriteHistory(t *testing.T) {
	app, _ := testkit.URLs(t)
	conn, err := pgx.Connect(t.Context(), app)
	require.NoError(t, err)
	defer conn.Close(context.Background()) //nolint:errcheck // a test's connection
	for _, sql := range []string{
		`SELECT FROM search_documents`, `UPDATE audit_events SET action = ''`, `DELETE FROM audit_events`,
		`DELETE FROM order_events`, `DELETE FROM tenants`, `CREATE TABLE mine (x int)`, `ALTER TABLE orders DISABLE ROW LEVEL SECURITY`,
	} {
		_, err := conn.Exec(t.Context(), sql)
		require.ErrorContains(t, err, "42501", sql)
	}
}

func TestMigrationsGoDownAndUpAgain(t *testing.T) {
	_, owner := testkit.URLs(t)
	for range migrations.Newest() {
		require.NoError(t, migrations.Down(t.Context(), owner))
	}
	require.NoError(t, migrations.Up(t.Context(), owner))
	all, err := migrations.List(t.Context(), owner)
	require.NoError(t, err)
	for _, m := range all {
		require.True(t, m.Applied, m.Name)
	}
}

func connect(t *testing.T) *pgx.Conn {
	t.Helper()
	_, owner := testkit.URLs(t)
	conn, err := pgx.Connect(t.Context(), owner)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func tables(t *testing.T, conn *pgx.Conn) []string {
	t.Helper()
	rows, err := conn.Query(t.Context(), `SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') ORDER BY 1`)
	require.NoError(t, err)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Greater(t, len(names), 30)
	return names
}
