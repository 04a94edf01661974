package pg

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

type tenantKey struct{}

// WithTenant binds all database work under ctx to the county.
func WithTenant(ctx context.Context, tenant uuid.UUID) context.Context {
	return context.WithValue(ctx, tenantKey{}, tenant)
}

// Tenant is the county that ctx is bound to, or the zero UUID.
func Tenant(ctx context.Context) uuid.UUID {
	id, _ := ctx.Value(tenantKey{}).(uuid.UUID)
	return id
}

// Binder brings the county of a context to the server.
type Binder interface {
	// acquire readies a connection as it leaves the pool.
	acquire(ctx context.Context, conn *pgx.Conn) error
	// begin is the first thing inside a transaction.
	begin(ctx context.Context, conn *pgx.Conn) error
	// alone reports whether a statement may run outside a transaction.
	alone() bool
}

// BySession sets the county on the connection, when it last served another.
type BySession struct{}

// boundKey marks in a connection's own data the county it is set to.
const boundKey = "countyfair.tenant"

func (BySession) acquire(ctx context.Context, conn *pgx.Conn) error {
	want := Tenant(ctx)
	data := conn.PgConn().CustomData()
	if have, ok := data[boundKey].(uuid.UUID); ok && have == want {
		return nil
	}
	delete(data, boundKey) // a SET that fails half-way leaves nothing believed
	if _, err := conn.Exec(ctx, setting("SET", want)); err != nil {
		return fmt.Errorf("pg: bind county: %w", err)
	}
	data[boundKey] = want
	return nil
}

func (BySession) begin(context.Context, *pgx.Conn) error { return nil }
func (BySession) alone() bool                            { return true }

// ByTransaction sets the county inside each transaction, and lets no statement
// run outside one.
type ByTransaction struct {
	// Citus keeps the setting from being sent to workers, where it would be refused.
	Citus bool
}

func (ByTransaction) acquire(context.Context, *pgx.Conn) error { return nil }

func (b ByTransaction) begin(ctx context.Context, conn *pgx.Conn) error {
	sql := setting("SET LOCAL", Tenant(ctx))
	if b.Citus {
		sql = "SET LOCAL citus.propagate_set_commands = 'local'; " + sql
	}
	_, err := conn.PgConn().Exec(ctx, sql).ReadAll()
	return err
}

func (ByTransaction) alone() bool { return false }

// setting writes the SET; it takes no bind parameter, and a uuid.UUID prints
// as nothing but hexadecimal and dashes.
func setting(verb string, tenant uuid.UUID) string {
	value := ""
	if tenant != uuid.Nil {
		value = tenant.String()
	}
	return verb + " app.tenant_id = '" + value + "'"
}
