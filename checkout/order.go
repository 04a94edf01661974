package checkout

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/customs"
	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/lang"
	"countyfair/internal/money"
	"countyfair/internal/pg"
	"countyfair/shipping"
)

// Order is one seller's order, as one of those who may see it sees it.
type Order struct {
	ID        uuid.UUID
	Number    string
	Group     uuid.UUID
	State     OrderState
	Seller    SellerRef
	Currency  string
	Amounts   Amounts
	Lines     []OrderLine
	History   []OrderEvent
	Shipment  *Shipment // nil until it is shipped
	Address   shipping.Address
	Incoterm  customs.Incoterm // empty within the country
	Terms     Terms
	Email     string // the buyer's; for buyer and officer
	Payment   Payment
	ExpiresAt time.Time // until when a pending order is held
	CreatedAt time.Time
	May       May
	view      viewer
	cart      uuid.UUID
	account   *uuid.UUID
	cartHeld  bool
}

// May is what the one who looks may do with the order now.
type May struct{ Cancel, Confirm, Ship, Pay bool }

// viewer is what the one who looks is to the order.
type viewer struct{ Buyer, Seller, Officer bool }

// OrderLine is one variant as it was sold.
type OrderLine struct {
	ID           uuid.UUID
	Product      uuid.UUID
	Variant      uuid.UUID
	Slug         string // the product's now
	Picture      *uuid.UUID
	Title        lang.Text
	VariantTitle lang.Text
	Unit         string
	HSCode       string
	Origin       string // ISO 3166-1 alpha-2; empty: not known
	NetWeightG   int
	GrossWeightG *int // a piece as packed, where it is known
	Quantity     int
	Price        money.Money
	Total        money.Money
}

// OrderEvent is one step in an order's history.
type OrderEvent struct {
	State OrderState
	At    time.Time
	Note  string // why, or "refunded", "late_payment"
}

// Shipment is how an order travels.
type Shipment struct {
	Carrier        string
	TrackingNumber string
	ShippedAt      time.Time
}

var errOrderNotFound = errs.NotFoundOf("order")

const (
	selectOrder = `SELECT o.id, o.number, o.group_id, o.state, o.currency, o.goods, o.shipping, o.insurance, o.handling, o.duty, o.tax, o.discount, o.total,
		o.carrier, o.tracking_number, o.created_at, s.id, s.slug, s.names, g.account_id, g.cart_id, g.email, g.address, g.expires_at,
		p.id, p.provider, coalesce(p.provider_ref, ''), p.method, p.amount, p.refunded, p.state, p.failure, p.client_secret, p.redirect_url,
		o.incoterm, o.terms, EXISTS (SELECT FROM carts c WHERE c.tenant_id = $1 AND c.id = g.cart_id AND c.token_hash = $3 AND c.account_id IS NULL)
	FROM orders o JOIN order_groups g ON g.tenant_id = o.tenant_id AND g.id = o.group_id
	JOIN payments p ON p.tenant_id = o.tenant_id AND p.group_id = g.id JOIN sellers s ON s.tenant_id = o.tenant_id AND s.id = o.seller_id
	WHERE o.tenant_id = $1 AND `
	orderByID     = selectOrder + `o.id = $2`
	orderByNumber = selectOrder + `o.number = $2`
	// The order's own rows, found by the same key.
	linesOf = `SELECT l.id, l.product_id, l.variant_id, coalesce(p.slug, ''), (SELECT pp.picture_id FROM product_pictures pp WHERE pp.tenant_id = $1 AND pp.product_id = l.product_id ORDER BY pp.position LIMIT 1),
		l.titles, l.variant_titles, l.unit, l.hs_code, l.origin_country, l.net_weight_g, l.gross_weight_g, l.quantity, l.price, l.total
	FROM order_lines l LEFT JOIN products p ON p.tenant_id = l.tenant_id AND p.id = l.product_id WHERE l.tenant_id = $1 AND l.order_id = `
	eventsOf = `SELECT state, at, note FROM order_events WHERE tenant_id = $1 AND order_id = `
	linesEnd = ` ORDER BY l.id`
	evensEnd = ` ORDER BY at, id`
	byNumber = `(SELECT id FROM orders WHERE tenant_id = $1 AND number = $2)`
)

// GetOrder shows an order to its buyer (by account, cart token or the token of
// a guest's link), its seller or an officer. To anybody else it is not there.
func (s *Service) GetOrder(ctx context.Context, who actor.Actor, id uuid.UUID, c Credentials) (Order, error) {
	return s.findOrder(ctx, who, orderByID, id, c)
}

// GetOrderByNumber is GetOrder by the number that people read.
func (s *Service) GetOrderByNumber(ctx context.Context, who actor.Actor, number string, c Credentials) (Order, error) {
	return s.findOrder(ctx, who, orderByNumber, number, c)
}

// findOrder loads an order with lines and history in one round trip.
func (s *Service) findOrder(ctx context.Context, who actor.Actor, head string, key any, c Credentials) (Order, error) {
	of := "$2"
	if head == orderByNumber {
		of = byNumber
	}
	b := &pgx.Batch{}
	b.Queue(head, who.Tenant, key, tokenHash(c.CartToken))
	b.Queue(linesOf+of+linesEnd, who.Tenant, key)
	b.Queue(eventsOf+of+evensEnd, who.Tenant, key)
	var o Order
	err := s.db.Query(ctx, func(q pg.Querier) error {
		r := q.SendBatch(ctx, b)
		err := o.scan(r)
		if bad := r.Close(); err == nil {
			err = bad
		}
		return err
	})
	if pg.NoRows(err) {
		return Order{}, errOrderNotFound
	}
	if err != nil {
		return Order{}, err
	}
	o.view = s.viewOf(who, &o, c)
	if o.view == (viewer{}) {
		return Order{}, errOrderNotFound
	}
	o.conceal(s.clock.Now())
	return o, nil
}

func (s *Service) viewOf(who actor.Actor, o *Order, c Credentials) viewer {
	return viewer{
		Buyer: (who.SignedIn() && sameID(o.account, who.Account)) || s.opens(c.OrderToken, who.Tenant, o.Group) || (o.account == nil && o.cartHeld),
		// A seller sees an order once it is paid: until then it is nobody's to pack.
		Seller:  who.Is(actor.Seller) && who.Seller == o.Seller.ID && o.State != Pending && o.State != Expired,
		Officer: who.Is(actor.Officer, actor.Supervisor, actor.System),
	}
}

// conceal takes away what the viewer has no use for, and says what they may do.
func (o *Order) conceal(now time.Time) {
	v := o.view
	o.May = May{
		Cancel:  (o.State == Pending && (v.Buyer || v.Officer)) || o.State == Paid,
		Confirm: o.State == Shipped && v.Buyer,
		Ship:    o.State == Paid && v.Seller,
		Pay:     o.State == Pending && v.Buyer && o.ExpiresAt.After(now),
	}
	if !o.May.Pay {
		o.Payment.ClientSecret, o.Payment.RedirectURL = "", ""
	}
	if !v.Buyer && !v.Officer {
		o.Email = ""
	}
}

func (o *Order) scan(r pgx.BatchResults) error {
	a, p := &o.Amounts, &o.Payment
	var address []byte
	var shipment Shipment
	if err := r.QueryRow().Scan(&o.ID, &o.Number, &o.Group, &o.State, &o.Currency, &a.Goods.Amount, &a.Shipping.Amount, &a.Insurance.Amount, &a.Handling.Amount,
		&a.Duty.Amount, &a.Tax.Amount, &a.Discount.Amount, &a.Total.Amount, &shipment.Carrier, &shipment.TrackingNumber, &o.CreatedAt,
		&o.Seller.ID, &o.Seller.Slug, &o.Seller.Names, &o.account, &o.cart, &o.Email, &address, &o.ExpiresAt,
		&p.ID, &p.Provider, &p.Ref, &p.Method, &p.Amount.Amount, &p.Refunded.Amount, &p.State, &p.Failure, &p.ClientSecret, &p.RedirectURL, &o.Incoterm, &o.Terms, &o.cartHeld); err != nil {
		return err
	}
	for _, m := range []*money.Money{&a.Goods, &a.Shipping, &a.Insurance, &a.Handling, &a.Duty, &a.Tax, &a.Discount, &a.Total, &p.Amount, &p.Refunded} {
		m.Currency = o.Currency
	}
	if err := json.Unmarshal(address, &o.Address); err != nil {
		return err
	}
	if err := o.scanLines(r); err != nil {
		return err
	}
	rows, err := r.Query()
	if err != nil {
		return err
	}
	if o.History, err = pgx.CollectRows(rows, pgx.RowToStructByPos[OrderEvent]); err != nil {
		return err
	}
	for _, e := range o.History {
		if e.State == Shipped && e.Note == "" {
			shipment.ShippedAt = e.At
			o.Shipment = &shipment
		}
	}
	return nil
}

func (o *Order) scanLines(r pgx.BatchResults) error {
	rows, err := r.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		l := OrderLine{Price: money.Of(0, o.Currency), Total: money.Of(0, o.Currency)}
		if err := rows.Scan(&l.ID, &l.Product, &l.Variant, &l.Slug, &l.Picture, &l.Title, &l.VariantTitle, &l.Unit, &l.HSCode, &l.Origin, &l.NetWeightG, &l.GrossWeightG, &l.Quantity, &l.Price.Amount, &l.Total.Amount); err != nil {
			return err
		}
		o.Lines = append(o.Lines, l)
	}
	return rows.Err()
}
