package main

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/lang"
	"countyfair/internal/pgembed"
	"countyfair/internal/terms"
)

const bigSlug = "big"

// kinds and places make names that search has something to find in.
var (
	kinds  = []string{"花椒", "核桃", "黑木耳", "绿茶", "苹果", "半夏", "蜂蜜", "橄榄油", "土豆", "大蒜", "香菇", "当归", "黄芪", "柿饼", "荞麦", "粉条"}
	places = []string{"武都", "成县", "康县", "文县", "礼县", "西和", "徽县", "两当", "宕昌"}
	grades = []string{"特级", "一级", "大果", "小朵", "新货", "手工", "高山", "有机"}
)

// fill writes the counties by bulk, as the owner and past the use-cases: how
// fast they write is not what is measured.
func (m *market) fill(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, m.postgres.URL("postgres", pgembed.Database))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)                                                     //nolint:errcheck // nothing to do about it
	if _, err := conn.Exec(ctx, `SET synchronous_commit = off`); err != nil { // of this connection alone
		return err
	}
	began := time.Now()
	for i := range m.o.counties + 1 {
		slug, products := fmt.Sprintf("county-%d", i), 20
		if i == m.o.counties {
			slug, products = bigSlug, m.o.products
		}
		if err := m.fillCounty(ctx, conn, slug, products); err != nil {
			return fmt.Errorf("fill %s: %w", slug, err)
		}
	}
	if _, err := conn.Exec(ctx, `VACUUM ANALYZE`); err != nil {
		return err
	}
	fmt.Printf("filled in %.1f s\n", time.Since(began).Seconds())
	return nil
}

func (m *market) fillCounty(ctx context.Context, conn *pgx.Conn, slug string, products int) error {
	tenant := uuid.Must(uuid.NewV7())
	if slug == bigSlug {
		m.county = tenant
	}
	now := time.Now().UTC()
	if _, err := conn.Exec(ctx, `INSERT INTO tenants (id, slug, names, country, time_zone, languages, currency, state, review_products, created_at, updated_at)
		VALUES ($1, $2::text, jsonb_build_object('en', $2::text, 'zh-Hans', $2::text), 'CN', 'Asia/Shanghai', '{zh-Hans,en}', 'CNY', 'open', false, $3, $3)`, tenant, slug, now); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, `INSERT INTO delivery_zones (tenant_id, id, names, countries, areas, delivers, currency, first_kg, next_kg, free_above, days_min, days_max, position)
		VALUES ($1, gen_random_uuid(), '{"en":"China"}', '{CN}', '{}', true, 'CNY', 600, 200, NULL, 2, 4, 0)`, tenant); err != nil {
		return err
	}
	sellers, categories, err := m.fillPeople(ctx, conn, tenant, now)
	if err != nil {
		return err
	}
	rows := make([]good, products)
	for i := range rows {
		rows[i] = newGood(i, sellers, categories, now)
		if slug == bigSlug {
			m.products = append(m.products, rows[i].product)
			m.variants = append(m.variants, rows[i].variants[0])
			m.slugs = append(m.slugs, fmt.Sprintf("good-%d", i))
		}
	}
	return copyGoods(ctx, conn, tenant, now, rows)
}

// fillPeople makes 50 sellers and a category for each kind.
func (m *market) fillPeople(ctx context.Context, conn *pgx.Conn, tenant uuid.UUID, now time.Time) (sellers, categories []uuid.UUID, err error) {
	b := &pgx.Batch{}
	for i := range 50 {
		account, seller := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
		sellers = append(sellers, seller)
		b.Queue(`INSERT INTO accounts (tenant_id, id, email, roles, created_at, updated_at) VALUES ($1, $2, $3, '{seller}', $4, $4)`, tenant, account, fmt.Sprintf("s%d@example.org", i), now)
		b.Queue(`INSERT INTO sellers (tenant_id, id, account_id, slug, kind, names, village, state, applied_at, updated_at) VALUES ($1, $2, $3, $4, 'household', $5, $6, 'approved', $7, $7)`,
			tenant, seller, account, fmt.Sprintf("seller-%d", i), lang.Text{"zh-Hans": fmt.Sprintf("农户 %d", i)}, lang.Text{"zh-Hans": places[i%len(places)]}, now)
	}
	for i, kind := range kinds {
		id := uuid.Must(uuid.NewV7())
		categories = append(categories, id)
		b.Queue(`INSERT INTO categories (tenant_id, id, code, names, position) VALUES ($1, $2, $3, $4, $5)`, tenant, id, fmt.Sprintf("kind-%d", i), lang.Text{"zh-Hans": kind}, i)
	}
	return sellers, categories, conn.SendBatch(ctx, b).Close()
}

// good is a product with its sizes.
type good struct {
	product, seller, category uuid.UUID
	variants                  []uuid.UUID
	n                         int
	title                     lang.Text
	at                        time.Time
}

func newGood(i int, sellers, categories []uuid.UUID, now time.Time) good {
	kind := i % len(kinds)
	return good{
		product: uuid.Must(uuid.NewV7()), seller: sellers[i%len(sellers)], category: categories[kind], n: i,
		variants: []uuid.UUID{uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())},
		title:    lang.Text{"zh-Hans": fmt.Sprintf("%s%s %s %d 号", places[i%len(places)], kinds[kind], grades[(i/7)%len(grades)], i), "en": fmt.Sprintf("Good %d", i)},
		at:       now.Add(-time.Duration(i) * time.Minute),
	}
}

func copyGoods(ctx context.Context, conn *pgx.Conn, tenant uuid.UUID, now time.Time, goods []good) error {
	var products, variants, stock [][]any
	var ids []uuid.UUID
	var documents []string
	for _, g := range goods {
		price := int64(1000 + g.n%9000)
		products = append(products, []any{tenant, g.product, g.seller, g.category, fmt.Sprintf("P%d", g.n), fmt.Sprintf("good-%d", g.n), g.title, "published", price, 4095, g.at, g.at, g.at})
		for i, v := range g.variants {
			variants = append(variants, []any{tenant, v, g.product, fmt.Sprintf("V%d", i), lang.Text{"zh-Hans": "500 克"}, "袋", 500 * (i + 1), price * int64(i+1), "CNY", i})
			stock = append(stock, []any{tenant, v, 1_000_000_000, 0, now})
		}
		d := terms.NewDocument()
		d.Add('A', g.title["zh-Hans"])
		d.Add('A', g.title["en"])
		ids, documents = append(ids, g.product), append(documents, d.String())
	}
	for _, t := range []struct {
		table   string
		columns []string
		rows    [][]any
	}{
		{"products", []string{"tenant_id", "id", "seller_id", "category_id", "code", "slug", "titles", "state", "low_price", "season", "created_at", "updated_at", "published_at"}, products},
		{"variants", []string{"tenant_id", "id", "product_id", "code", "titles", "unit", "net_weight_g", "price", "currency", "position"}, variants},
		{"stock", []string{"tenant_id", "variant_id", "on_hand", "reserved", "updated_at"}, stock},
	} {
		if _, err := conn.CopyFrom(ctx, pgx.Identifier{t.table}, t.columns, pgx.CopyFromRows(t.rows)); err != nil {
			return fmt.Errorf("%s: %w", t.table, err)
		}
	}
	_, err := conn.Exec(ctx, `INSERT INTO search_documents (tenant_id, product_id, terms)
		SELECT $1, id, terms::tsvector FROM unnest($2::uuid[], $3::text[]) AS u (id, terms)`, tenant, ids, documents)
	return err
}
