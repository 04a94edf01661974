package checkout

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"countyfair/internal/actor"
	"countyfair/internal/cursor"
	"countyfair/internal/errs"
	"countyfair/internal/lang"
	"countyfair/internal/money"
	"countyfair/internal/pg"
)

// OrderSummary is an order in a list.
type OrderSummary struct {
	ID        uuid.UUID
	Number    string
	Group     uuid.UUID
	State     OrderState
	Seller    SellerRef
	Total     money.Money
	CreatedAt time.Time
	Pieces    int       // over all lines
	Lines     int       // different things
	First     lang.Text // the first line's title
	Picture   *uuid.UUID
	Receiver  string // who gets the parcel
	City      string
}

// Page is one page of a list of orders. Next is empty on the last one.
type Page struct {
	Items []OrderSummary
	Next  string
}

// ListRequest asks for a page.
type ListRequest struct {
	State  OrderState // empty: all
	Oldest bool       // the oldest first, not the newest
	Limit  int        // 1…100; 0: 24
	Cursor string
}

const selectSummaries = `SELECT o.id, o.number, o.group_id, o.state, s.id, s.slug, s.names, o.total, o.currency, o.created_at, l.pieces, l.lines, l.first, l.picture,
	coalesce(g.address ->> 'name', ''), coalesce(g.address ->> 'city', '')
FROM orders o JOIN order_groups g ON g.tenant_id = o.tenant_id AND g.id = o.group_id JOIN sellers s ON s.tenant_id = o.tenant_id AND s.id = o.seller_id
CROSS JOIN LATERAL (SELECT sum(l.quantity)::int AS pieces, count(*)::int AS lines, (array_agg(l.titles ORDER BY l.id))[1] AS first,
	(SELECT pp.picture_id FROM product_pictures pp WHERE pp.tenant_id = o.tenant_id AND pp.product_id = (array_agg(l.product_id ORDER BY l.id))[1] ORDER BY pp.position LIMIT 1) AS picture
	FROM order_lines l WHERE l.tenant_id = o.tenant_id AND l.order_id = o.id) l
WHERE o.tenant_id = $1 AND ($5 = '' OR o.state = $5) AND `

const (
	newestFirst = ` AND (o.created_at, o.id) < ($3, $4) ORDER BY o.created_at DESC, o.id DESC LIMIT $6`
	oldestFirst = ` AND (o.created_at, o.id) > ($3, $4) ORDER BY o.created_at, o.id LIMIT $6`
)

// endOfTime is later than any order.
var endOfTime = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// ListPurchases lists the account's orders, newest first.
func (s *Service) ListPurchases(ctx context.Context, who actor.Actor, r ListRequest) (Page, error) {
	if !who.SignedIn() {
		return Page{}, errs.SignIn()
	}
	return s.list(ctx, who.Tenant, selectSummaries+`g.account_id = $2`, who.Account, r)
}

// ListSales lists the orders that the actor's own seller has received, newest
// first. Orders that are not paid are nobody's to pack, and left out.
func (s *Service) ListSales(ctx context.Context, who actor.Actor, r ListRequest) (Page, error) {
	if err := who.Need(actor.Seller); err != nil {
		return Page{}, err
	}
	return s.list(ctx, who.Tenant, selectSummaries+`o.seller_id = $2 AND g.state = 'paid'`, who.Seller, r)
}

// ListAll lists all orders of the county for its officers, newest first.
func (s *Service) ListAll(ctx context.Context, who actor.Actor, r ListRequest) (Page, error) {
	if err := who.Need(actor.Officer, actor.Supervisor); err != nil {
		return Page{}, err
	}
	return s.list(ctx, who.Tenant, selectSummaries+`$2::uuid IS NOT NULL`, who.Account, r)
}

func (s *Service) list(ctx context.Context, tenant uuid.UUID, sql string, whose uuid.UUID, r ListRequest) (Page, error) {
	if r.Limit == 0 {
		r.Limit = 24
	}
	var wrong errs.Fields
	if r.Limit < 1 || r.Limit > 100 {
		wrong.Add("limit", "out_of_range", "Ask for 1 to 100 at a time.")
	}
	if r.State != "" && !slices.Contains(OrderStates, r.State) {
		wrong.Add("state", "unknown_state", "There is no such state of an order.")
	}
	order, from := newestFirst, cursor.Place{At: endOfTime, ID: uuid.Max}
	if r.Oldest {
		order, from = oldestFirst, cursor.Place{}
	}
	if err := wrong.Err(); err != nil {
		return Page{}, err
	}
	if _, err := cursor.Decode(r.Cursor, &from); err != nil {
		return Page{}, err
	}
	page := Page{Items: []OrderSummary{}}
	err := s.db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, sql+order, tenant, whose, from.At, from.ID, string(r.State), r.Limit+1)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var o OrderSummary
			if err := rows.Scan(&o.ID, &o.Number, &o.Group, &o.State, &o.Seller.ID, &o.Seller.Slug, &o.Seller.Names, &o.Total.Amount, &o.Total.Currency,
				&o.CreatedAt, &o.Pieces, &o.Lines, &o.First, &o.Picture, &o.Receiver, &o.City); err != nil {
				return err
			}
			page.Items = append(page.Items, o)
		}
		return rows.Err()
	})
	if len(page.Items) > r.Limit {
		page.Items = page.Items[:r.Limit]
		last := page.Items[r.Limit-1]
		page.Next = cursor.Encode(cursor.Place{At: last.CreatedAt, ID: last.ID})
	}
	return page, err
}
