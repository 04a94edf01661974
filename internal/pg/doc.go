// Package pg is the way to PostgreSQL: one pool, with a county bound to every
// piece of work.
//
// There are three doors, and all take the county from the context (WithTenant):
//
//	db.Read(ctx, func(g *gorm.DB) error { … })   // ordinary reads, by GORM
//	db.Query(ctx, func(q pg.Querier) error { … }) // hot reads, by pgx on the same pool
//	db.Write(ctx, func(tx *pg.Tx) error { … })   // one transaction; tx.Gorm() and pgx side by side
//
// Row-level security refuses whatever forgets the county: without one bound, a
// query sees no row of any county. A Binder decides how the county reaches the
// server: by session (SET when the connection last served another county) or by
// transaction (SET LOCAL, for PgBouncer in transaction mode and for Citus).
package pg
