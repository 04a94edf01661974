package migrations_test

import (
	"context"
	"strings"
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

// faults are what is wrong with the schema, a sentence each.
func faults(t *testing.T, conn *pgx.Conn) (out []string) {
	t.Helper()
	for _, table := range tables(t, conn) {
		_, exempt := global[table]
		if exempt || strings.HasPrefix(table, "river_") { // the queue serves all counties; each job names its own
			continue
		}
		out = append(out, unsealed(t, conn, table)...)
		out = append(out, looseKeys(t, conn, table)...)
	}
	out = append(out, looseKeys(t, conn, "search_documents")...) // exempt from the lock, not from its keys
	return append(out, owned(t, conn)...)
}

// unsealed says how a county's table lets another county in.
func unsealed(t *testing.T, conn *pgx.Conn, table string) (out []string) {
	t.Helper()
	var tenant, forced, policy bool
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT
		EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnotnull),
		c.relrowsecurity AND c.relforcerowsecurity,
		EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd = '*' AND pg_get_expr(p.polqual, c.oid) LIKE '%tenant_id%app.tenant_id%' AND pg_get_expr(p.polwithcheck, c.oid) LIKE '%tenant_id%app.tenant_id%')
			AND (SELECT count(*) = 1 FROM pg_policy p WHERE p.polrelid = c.oid)
		FROM pg_class c WHERE c.oid = $1::regclass`, table).Scan(&tenant, &forced, &policy))
	for _, rule := range []struct {
		kept bool
		told string
	}{{tenant, "has no tenant_id"}, {forced, "has no forced row-level security"}, {policy, "is not closed by the policy of isolate()"}} {
		if !rule.kept {
			out = append(out, table+" "+rule.told)
		}
	}
	return out
}

// looseKeys are keys and references that leave the county out.
func looseKeys(t *testing.T, conn *pgx.Conn, table string) []string {
	t.Helper()
	return list(t, conn, `
		WITH keys (name, rel, columns) AS (
			SELECT indexrelid::regclass::text, indrelid, indkey::int2[] FROM pg_index WHERE indisunique AND indrelid = $1::regclass
			UNION ALL SELECT conname::text, conrelid, conkey FROM pg_constraint WHERE contype = 'f' AND conrelid = $1::regclass
			UNION ALL SELECT conname::text, confrelid, confkey FROM pg_constraint WHERE contype = 'f' AND conrelid = $1::regclass AND confrelid <> 'tenants'::regclass)
		SELECT DISTINCT $1::text || ': ' || name || ' leaves tenant_id out' FROM keys
		WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = rel AND a.attname = 'tenant_id' AND a.attnum = ANY (columns)) ORDER BY 1`, table)
}

// owned is what belongs to the program's roles: it should be nothing.
func owned(t *testing.T, conn *pgx.Conn) []string {
	t.Helper()
	return list(t, conn, `
		WITH RECURSIVE roles AS (
			SELECT oid FROM pg_roles WHERE rolname = 'countyfair_app'
			UNION SELECT m.member FROM pg_auth_members m JOIN roles r ON m.roleid = r.oid),
		things (name, owner) AS (
			SELECT relname::text, relowner FROM pg_class UNION ALL SELECT proname::text, proowner FROM pg_proc
			UNION ALL SELECT nspname::text, nspowner FROM pg_namespace UNION ALL SELECT datname::text, datdba FROM pg_database)
		SELECT DISTINCT name || ' belongs to the program''s role' FROM things JOIN roles ON owner = oid
		UNION SELECT rolname || ' bypasses row-level security' FROM pg_roles JOIN roles USING (oid) WHERE rolsuper OR rolbypassrls ORDER BY 1`)
}

func TestTheSchemaKeepsCountiesApart(t *testing.T) {
	require.Empty(t, faults(t, connect(t)))
}

// A test that finds nothing in good tables must find what is wrong in bad ones.
func TestABadTableIsFound(t *testing.T) {
	conn := connect(t)
	for _, sql := range []string{
		`CREATE TABLE bare (id uuid PRIMARY KEY)`,
		`CREATE TABLE open_door (tenant_id uuid NOT NULL REFERENCES tenants (id), id uuid, PRIMARY KEY (tenant_id, id))`,
		`CREATE TABLE loose (tenant_id uuid NOT NULL, id uuid UNIQUE, other uuid REFERENCES loose (id), PRIMARY KEY (tenant_id, id))`,
		`SELECT isolate('loose')`,
		`CREATE TABLE second_door (tenant_id uuid NOT NULL, id uuid, PRIMARY KEY (tenant_id, id))`,
		`SELECT isolate('second_door')`,
		`CREATE POLICY everybody ON second_door USING (true)`,
	} {
		_, err := conn.Exec(t.Context(), sql)
		require.NoError(t, err, sql)
	}
	require.Equal(t, []string{
		"bare has no tenant_id", "bare has no forced row-level security", "bare is not closed by the policy of isolate()", "bare: bare_pkey leaves tenant_id out",
		"loose: loose_id_key leaves tenant_id out", "loose: loose_other_fkey leaves tenant_id out",
		"open_door has no forced row-level security", "open_door is not closed by the policy of isolate()",
		"second_door is not closed by the policy of isolate()",
	}, faults(t, conn))
}

func TestWhatTheProgramOwnsIsFound(t *testing.T) {
	app, _ := testkit.URLs(t)
	config, err := pgx.ParseConfig(app)
	require.NoError(t, err)
	super, err := pgx.Connect(t.Context(), testkit.Server(t).URL("postgres", config.Database))
	require.NoError(t, err)
	defer super.Close(context.Background()) //nolint:errcheck // a test's connection
	_, err = super.Exec(t.Context(), `ALTER TABLE carts OWNER TO `+pgx.Identifier{config.User}.Sanitize())
	require.NoError(t, err)
	require.Contains(t, faults(t, super), "carts belongs to the program's role")
}

// Every exemption is of a table that is there.
func TestNoExemptionIsLeftOver(t *testing.T) {
	there := tables(t, connect(t))
	for table := range global {
		require.Contains(t, there, table)
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
	names := list(t, conn, `SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1`)
	require.Greater(t, len(names), 30)
	return names
}

func list(t *testing.T, conn *pgx.Conn, sql string, args ...any) []string {
	t.Helper()
	rows, err := conn.Query(t.Context(), sql, args...)
	require.NoError(t, err)
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return out
}
