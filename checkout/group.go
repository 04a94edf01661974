package checkout

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/errs"
	"countyfair/internal/money"
	"countyfair/internal/pg"
	"countyfair/ledger"
)

// group is a basket that was ordered, as the verbs of this package load it.
type group struct {
	ID       uuid.UUID
	Account  *uuid.UUID
	Email    string
	Phone    string
	Language string
	Total    money.Money
	State    GroupState
	Expires  time.Time
	Payment  Payment
	Orders   []placedOrder
	ip       string // the buyer's, while the buyer waits; not kept
}

// Payment is what is known of the payment of a group.
type Payment struct {
	ID           uuid.UUID
	Provider     string
	Ref          string
	Method       string
	Amount       money.Money
	Refunded     money.Money
	State        PaymentState
	Failure      string
	ClientSecret string
	RedirectURL  string
	settled      bool
	updated      time.Time
}

// placedOrder is one seller's order in a group, and how the seller is reached.
type placedOrder struct {
	ID       uuid.UUID
	Number   string
	Seller   SellerRef
	Total    money.Money
	State    OrderState
	part     ledger.Part // how its money is shared out
	email    string
	phone    string
	language string
}

const (
	selectGroup = `SELECT g.id, g.account_id, g.email, g.phone, g.language, g.currency, g.total, g.state, g.expires_at,
		p.id, p.provider, coalesce(p.provider_ref, ''), p.method, p.amount, p.refunded, p.state, p.failure, p.client_secret, p.redirect_url, p.settled, p.updated_at
	FROM order_groups g JOIN payments p ON p.tenant_id = g.tenant_id AND p.group_id = g.id WHERE g.tenant_id = $1 AND `
	selectOrders = `SELECT o.id, o.number, o.total, o.currency, o.state, o.goods, o.discount, o.shipping, o.insurance, o.handling, o.duty, o.tax, o.commission_bp, o.platform_bp,
		 s.id, s.slug, s.names, coalesce(a.email, ''), coalesce(a.phone, s.phone), a.language
	FROM orders o JOIN sellers s ON s.tenant_id = o.tenant_id AND s.id = o.seller_id
	JOIN accounts a ON a.tenant_id = s.tenant_id AND a.id = s.account_id WHERE o.tenant_id = $1 AND `
	groupByID     = selectGroup + `g.id = $2`
	groupByPay    = selectGroup + `p.id = $2`
	ordersByGroup = selectOrders + `o.group_id = $2 ORDER BY o.id`
	ordersByPay   = selectOrders + `o.group_id = (SELECT group_id FROM payments WHERE tenant_id = $1 AND id = $2) ORDER BY o.id`
)

// groupOf loads a group by its id, in one round trip.
func groupOf(ctx context.Context, q pg.Querier, tenant, id uuid.UUID) (*group, error) {
	return loadGroup(ctx, q, groupByID, ordersByGroup, tenant, id)
}

// groupOfPayment loads a group by its payment, in one round trip.
func groupOfPayment(ctx context.Context, q pg.Querier, tenant, payment uuid.UUID) (*group, error) {
	return loadGroup(ctx, q, groupByPay, ordersByPay, tenant, payment)
}

func loadGroup(ctx context.Context, q pg.Querier, head, orders string, tenant, id uuid.UUID) (*group, error) {
	b := &pgx.Batch{}
	b.Queue(head, tenant, id)
	b.Queue(orders, tenant, id)
	r := q.SendBatch(ctx, b)
	g, err := scanGroup(r)
	if bad := r.Close(); err == nil {
		err = bad
	}
	if pg.NoRows(err) {
		return nil, errs.NotFoundOf("payment")
	}
	return g, err
}

func scanGroup(r pgx.BatchResults) (*group, error) {
	var g group
	var currency string
	p := &g.Payment
	if err := r.QueryRow().Scan(&g.ID, &g.Account, &g.Email, &g.Phone, &g.Language, &currency, &g.Total.Amount, &g.State, &g.Expires,
		&p.ID, &p.Provider, &p.Ref, &p.Method, &p.Amount.Amount, &p.Refunded.Amount, &p.State, &p.Failure, &p.ClientSecret, &p.RedirectURL, &p.settled, &p.updated); err != nil {
		return nil, err
	}
	g.Total.Currency, p.Amount.Currency, p.Refunded.Currency = currency, currency, currency
	rows, err := r.Query()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var o placedOrder
		m := &o.part
		if err := rows.Scan(&o.ID, &o.Number, &o.Total.Amount, &o.Total.Currency, &o.State, &m.Goods, &m.Discount, &m.Shipping, &m.Insurance, &m.Handling, &m.Duty, &m.Tax,
			&m.CountyBP, &m.PlatformBP, &o.Seller.ID, &o.Seller.Slug, &o.Seller.Names, &o.email, &o.phone, &o.language); err != nil {
			return nil, err
		}
		m.Order, m.Seller = o.ID, o.Seller.ID
		g.Orders = append(g.Orders, o)
	}
	return &g, rows.Err()
}

// lockGroup locks the group's row, which every change goes through, and loads it.
func lockGroup(ctx context.Context, tx *pg.Tx, tenant, id uuid.UUID) (*group, error) {
	if _, err := tx.Exec(ctx, `SELECT FROM order_groups WHERE tenant_id = $1 AND id = $2 FOR UPDATE`, tenant, id); err != nil {
		return nil, err
	}
	return groupOf(ctx, tx, tenant, id)
}
