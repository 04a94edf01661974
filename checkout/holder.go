package checkout

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
	"countyfair/shipping"
)

// Pieces counts what is in the cart that CurrentCart would give, without
// fetching it: every page shows the number. No cart is no piece.
func (s *Service) Pieces(ctx context.Context, who actor.Actor, token string) (n int, err error) {
	err = s.db.Query(ctx, func(q pg.Querier) error {
		return q.QueryRow(ctx, `SELECT coalesce((SELECT sum(l.quantity) FROM cart_lines l WHERE l.tenant_id = $1 AND l.cart_id = c.id), 0)::int AS n
			FROM carts c WHERE c.tenant_id = $1 AND (c.account_id = $3 OR ($3::uuid IS NULL AND c.account_id IS NULL AND c.token_hash = $2))
			ORDER BY EXISTS (SELECT FROM cart_lines l WHERE l.tenant_id = $1 AND l.cart_id = c.id) DESC, c.updated_at DESC LIMIT 1`,
			who.Tenant, tokenHash(token), account(who)).Scan(&n)
	})
	if pg.NoRows(err) {
		return 0, nil
	}
	return n, err
}

// HeldQuote is a quote as its holder finds it again.
type HeldQuote struct {
	Quote
	Placed bool // an order was made of it
	Stale  bool // the cart has changed since
}

// FindQuote shows a quote to whoever holds the cart it is of. To anybody else
// it is not there.
func (s *Service) FindQuote(ctx context.Context, who actor.Actor, id uuid.UUID, token string) (HeldQuote, error) {
	var h HeldQuote
	var body []byte
	err := s.db.Query(ctx, func(db pg.Querier) error {
		return db.QueryRow(ctx, `SELECT q.body, c.updated_at > q.created_at, EXISTS (SELECT FROM order_groups g WHERE g.tenant_id = q.tenant_id AND g.quote_id = q.id)
			FROM quotes q JOIN carts c ON c.tenant_id = q.tenant_id AND c.id = q.cart_id
			WHERE q.tenant_id = $1 AND q.id = $2 AND `+holds, who.Tenant, id, tokenHash(token), account(who)).Scan(&body, &h.Stale, &h.Placed)
	})
	if pg.NoRows(err) {
		return h, errs.NotFoundOf("quote")
	}
	if err != nil {
		return h, err
	}
	return h, json.Unmarshal(body, &h.Quote)
}

// LastAddress is where the account's newest order went, so that nobody types
// an address twice; the zero address where there was none.
func (s *Service) LastAddress(ctx context.Context, who actor.Actor) (a shipping.Address, err error) {
	if !who.SignedIn() {
		return a, nil
	}
	var body []byte
	err = s.db.Query(ctx, func(q pg.Querier) error {
		return q.QueryRow(ctx, `SELECT address FROM order_groups WHERE tenant_id = $1 AND account_id = $2 ORDER BY created_at DESC, id DESC LIMIT 1`, who.Tenant, who.Account).Scan(&body)
	})
	if pg.NoRows(err) {
		return a, nil
	}
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(body, &a)
}

// Siblings are the orders that were bought together with this one, itself among
// them, for whoever was shown the order as its buyer or as an officer. To a
// seller they are others' business: none.
func (s *Service) Siblings(ctx context.Context, who actor.Actor, o Order) ([]PlacedOrder, error) {
	if !o.view.Buyer && !o.view.Officer {
		return nil, nil
	}
	var out []PlacedOrder
	err := s.db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, `SELECT o.id, o.number, o.total, o.currency, o.state, s.id, s.slug, s.names
			FROM orders o JOIN sellers s ON s.tenant_id = o.tenant_id AND s.id = o.seller_id WHERE o.tenant_id = $1 AND o.group_id = $2 ORDER BY o.id`, who.Tenant, o.Group)
		if err != nil {
			return err
		}
		out, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (p PlacedOrder, err error) {
			err = row.Scan(&p.ID, &p.Number, &p.Total.Amount, &p.Total.Currency, &p.State, &p.Seller.ID, &p.Seller.Slug, &p.Seller.Names)
			return p, err
		})
		return err
	})
	return out, err
}
