package catalog

import (
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// mostFound is how many products a query may find before filters; the best
// fitting ones are kept.
const mostFound = 2000

// listing builds the statements of one list. Its parameters are numbered; $1
// is the county.
type listing struct {
	f        Filter
	args     []any
	from     string
	where    []string // without the choice of category and area
	category string   // that choice, or "true"
	area     string
	found    bool // words are looked for: rank is there
}

func newListing(tenant uuid.UUID, f Filter, words string) *listing {
	q := &listing{f: f, args: []any{tenant}, from: "products p", category: "true", area: "true"}
	if words != "" {
		q.found = true
		// OFFSET keeps the planner to looking each product up: it takes the large
		// county for one of average size, and would read all its products.
		q.from = "search_find(" + q.arg(words) + "::text::tsquery, " + strconv.Itoa(mostFound) + ") f CROSS JOIN LATERAL (SELECT * FROM products WHERE tenant_id = $1 AND id = f.product_id OFFSET 0) p"
	}
	q.from += " JOIN sellers s ON s.tenant_id = $1 AND s.id = p.seller_id AND s.state = 'approved'"
	q.where = []string{"p.tenant_id = $1", "p.state = 'published'"}
	if f.Category != "" {
		q.category = "p.category_id = (SELECT id FROM categories WHERE tenant_id = $1 AND code = " + q.arg(f.Category) + ")"
	}
	if f.Area != "" {
		q.area = "p.area = " + q.arg(f.Area)
	}
	if f.Seller != "" {
		if id, err := uuid.Parse(f.Seller); err == nil {
			q.and("p.seller_id = " + q.arg(id))
		} else {
			q.and("p.seller_id = (SELECT id FROM sellers WHERE tenant_id = $1 AND slug = " + q.arg(f.Seller) + ")")
		}
	}
	if f.PriceFrom > 0 {
		q.and("p.low_price >= " + q.arg(f.PriceFrom))
	}
	if f.PriceTo > 0 {
		q.and("p.low_price <= " + q.arg(f.PriceTo))
	}
	if f.InStock {
		q.and("EXISTS (SELECT FROM variants v JOIN stock st ON st.tenant_id = $1 AND st.variant_id = v.id WHERE v.tenant_id = $1 AND v.product_id = p.id AND v.active AND st.on_hand > st.reserved)")
	}
	if f.Certified {
		q.and("EXISTS (SELECT FROM batches b WHERE b.tenant_id = $1 AND b.product_id = p.id AND b.certificate_no <> '')")
	}
	if f.Month >= 1 && f.Month <= 12 {
		q.and("p.season & " + q.arg(1<<(f.Month-1)) + "::integer <> 0")
	}
	return q
}

func (q *listing) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

func (q *listing) and(condition string) { q.where = append(q.where, condition) }

// orders are, for each sort, the column and the direction; the id decides
// between equals, in the same direction, so that one index serves.
var orders = map[Sort]struct{ column, cast, direction, beyond string }{
	ByFit:       {"f.rank", "real", "DESC", "<"},
	ByNewest:    {"p.published_at", "timestamptz", "DESC", "<"},
	ByPrice:     {"p.low_price", "bigint", "ASC", ">"},
	ByPriceDown: {"p.low_price", "bigint", "DESC", "<"},
	BySold:      {"p.sold", "bigint", "DESC", "<"},
}

// page is the statement of the cards from a place on. The products of the page
// are chosen first; only for them is the rest fetched.
func (q *listing) page(more bool, from place) (string, []any) {
	saved := q.args
	defer func() { q.args = saved }()
	o, ok := orders[q.f.Sort]
	if !ok {
		o = orders[ByNewest]
	}
	where := append([]string{}, q.where...)
	if q.f.Category != "" {
		where = append(where, q.category)
	}
	if q.f.Area != "" {
		where = append(where, q.area)
	}
	if more {
		var key any
		switch q.f.Sort {
		case ByFit:
			key = from.Rank
		case ByPrice, ByPriceDown, BySold:
			key = from.N
		case ByNewest:
			key = from.At
		default:
			key = from.At
		}
		where = append(where, "("+o.column+", p.id) "+o.beyond+" ("+q.arg(key)+"::"+o.cast+", "+q.arg(from.ID)+"::uuid)")
	}
	rank := "0::real"
	if q.found {
		rank = "f.rank"
	}
	order := strings.Replace(o.column, "f.", "p.", 1) + " " + o.direction + ", p.id " + o.direction
	sql := "SELECT " + cardColumns + ", p.rank FROM (SELECT p.*, " + rank + " AS rank FROM " + q.from +
		" WHERE " + strings.Join(where, " AND ") + " ORDER BY " + o.column + " " + o.direction + ", p.id " + o.direction +
		" LIMIT " + q.arg(q.f.Limit+1) + ") p JOIN sellers s ON s.tenant_id = $1 AND s.id = p.seller_id" + cardJoins + " ORDER BY " + order
	return sql, q.args
}

// facets counts what each category would leave, with the area as chosen, and
// each area, with the category as chosen.
func (q *listing) facets() (string, []any) {
	sql := `WITH base AS MATERIALIZED (SELECT p.category_id, p.area, p.areas, ` + q.category + ` AS in_category, ` + q.area + ` AS in_area FROM ` + q.from +
		` WHERE ` + strings.Join(q.where, " AND ") + `)
	(SELECT true, c.code, c.names, n.n FROM (SELECT category_id, count(*) AS n FROM base WHERE in_area GROUP BY category_id) n
		JOIN categories c ON c.tenant_id = $1 AND c.id = n.category_id ORDER BY c.position, c.code)
	UNION ALL
	(SELECT false, area, (array_agg(areas))[1], count(*) AS n FROM base WHERE in_category AND area <> '' GROUP BY area ORDER BY n DESC, area LIMIT 60)`
	return sql, q.args
}
