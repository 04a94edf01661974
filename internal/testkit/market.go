package testkit

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/internal/pg"
)

// Account makes an account in the county of ctx.
func Account(t testing.TB, ctx context.Context, db *pg.DB, email string, roles ...string) uuid.UUID { //nolint:revive // t first, as in all of testkit
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	if roles == nil {
		roles = []string{}
	}
	exec(t, ctx, db, `INSERT INTO accounts (tenant_id, id, email, name, language, roles, created_at, updated_at) VALUES ($1, $2, $3, $3, 'en', $4, now(), now())`,
		pg.Tenant(ctx), id, email, roles)
	return id
}

// Seller makes an approved seller with an account of its own.
func Seller(t testing.TB, ctx context.Context, db *pg.DB, slug string) (seller, account uuid.UUID) { //nolint:revive // as above
	t.Helper()
	account, seller = Account(t, ctx, db, slug+"@sellers.example", "seller"), uuid.Must(uuid.NewV7())
	exec(t, ctx, db, `INSERT INTO sellers (tenant_id, id, account_id, slug, kind, names, state, applied_at, updated_at)
		VALUES ($1, $2, $3, $4, 'household', jsonb_build_object('en', $4::text), 'approved', now(), now())`, pg.Tenant(ctx), seller, account, slug)
	return seller, account
}

// Goods is a published product with one variant, as Variant makes it.
type Goods struct {
	Price    int64 // minor units of the county's currency
	Grams    int
	OnHand   int
	Currency string // empty: CNY
}

// Variant makes a published product of one variant and gives the variant's id.
func Variant(t testing.TB, ctx context.Context, db *pg.DB, seller uuid.UUID, g Goods) uuid.UUID { //nolint:revive // as above
	t.Helper()
	tenant, category, product, variant := pg.Tenant(ctx), uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	slug := fmt.Sprintf("goods-%x", product[8:])
	if g.Currency == "" {
		g.Currency = "CNY"
	}
	exec(t, ctx, db, `INSERT INTO categories (tenant_id, id, code, names) VALUES ($1, $2, $3, '{"en":"Fruit"}')`, tenant, category, slug)
	exec(t, ctx, db, `INSERT INTO products (tenant_id, id, seller_id, category_id, code, slug, titles, state, low_price, created_at, updated_at, published_at)
		VALUES ($1, $2, $3, $4, $5, $5, '{"en":"Apples","zh-Hans":"苹果"}', 'published', $6, now(), now(), now())`, tenant, product, seller, category, slug, g.Price)
	exec(t, ctx, db, `INSERT INTO variants (tenant_id, id, product_id, code, titles, unit, net_weight_g, price, currency)
		VALUES ($1, $2, $3, 'box', '{"en":"Box","zh-Hans":"箱"}', 'box', $4, $5, $6)`, tenant, variant, product, g.Grams, g.Price, g.Currency)
	exec(t, ctx, db, `INSERT INTO stock (tenant_id, variant_id, on_hand, updated_at) VALUES ($1, $2, $3, now())`, tenant, variant, g.OnHand)
	return variant
}

// StockOf reads what there is of a variant and what of it is promised.
func StockOf(t testing.TB, ctx context.Context, db *pg.DB, variant uuid.UUID) (onHand, reserved int) { //nolint:revive // as above
	t.Helper()
	require.NoError(t, db.Query(ctx, func(q pg.Querier) error {
		return q.QueryRow(ctx, `SELECT on_hand, reserved FROM stock WHERE tenant_id = $1 AND variant_id = $2`, pg.Tenant(ctx), variant).Scan(&onHand, &reserved)
	}))
	return onHand, reserved
}

func exec(t testing.TB, ctx context.Context, db *pg.DB, sql string, args ...any) { //nolint:revive // as above
	t.Helper()
	require.NoError(t, db.Write(ctx, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, sql, args...)
		return err
	}))
}
