package checkout

import (
	"context"
	"encoding/json"
	"net/mail"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/catalog"
	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/money"
	"countyfair/internal/notify"
	"countyfair/internal/pg"
	"countyfair/tenants"
)

// PlaceRequest turns a quote into an order.
type PlaceRequest struct {
	Quote   uuid.UUID
	Token   string // of the cart, for a guest
	Email   string // where a guest wants to hear of the order
	Payment string // the provider's name; empty: the installation's own
}

// Placed is an order group as its buyer sees it.
type Placed struct {
	ID        uuid.UUID
	Orders    []PlacedOrder
	State     GroupState
	Total     money.Money
	ExpiresAt time.Time
	Payment   Payment
	GuestLink string // path of the first order, with the key to it
	Token     string // the key alone, for the header X-Order-Token
}

// PlacedOrder is one seller's part.
type PlacedOrder struct {
	ID     uuid.UUID
	Number string
	Seller SellerRef
	Total  money.Money
	State  OrderState
}

// ErrQuoteExpired says that the quote stands no longer.
var ErrQuoteExpired = errs.New(errs.Gone, "quote_expired", "These prices are no longer promised. Look at the new ones and order again.")

var errNotInCurrency = errs.New(errs.Conflict, "payment_currency", "This way to pay does not take this currency. Choose another one.")

// heldQuote is a quote as its holder finds it.
type heldQuote struct {
	Quote
	group              *uuid.UUID // the order that was made of it already
	email, phone, lang string     // of the account
}

const selectQuote = `SELECT q.body, g.id, coalesce(a.email, ''), coalesce(a.phone, ''), coalesce(a.language, '')
	FROM quotes q JOIN carts c ON c.tenant_id = q.tenant_id AND c.id = q.cart_id
	LEFT JOIN order_groups g ON g.tenant_id = q.tenant_id AND g.quote_id = q.id
	LEFT JOIN accounts a ON a.tenant_id = q.tenant_id AND a.id = $4
	WHERE q.tenant_id = $1 AND q.id = $2 AND ` + holds

func (s *Service) findQuote(ctx context.Context, who actor.Actor, id uuid.UUID, token string) (q heldQuote, err error) {
	var body []byte
	err = s.db.Query(ctx, func(db pg.Querier) error {
		return db.QueryRow(ctx, selectQuote, who.Tenant, id, tokenHash(token), account(who)).Scan(&body, &q.group, &q.email, &q.phone, &q.lang)
	})
	if pg.NoRows(err) {
		return q, errs.NotFoundOf("quote")
	}
	if err != nil {
		return q, err
	}
	return q, json.Unmarshal(body, &q.Quote)
}

// Place makes the order of a quote: the stock is held, the orders are written,
// the payment is opened at the provider. The same quote gives the same order,
// however often. Where the provider does not answer, the order stands with a
// payment in state created; placing again, or the sweeper, opens it.
func (s *Service) Place(ctx context.Context, who actor.Actor, r PlaceRequest) (Placed, error) {
	county, err := s.open(who.Tenant)
	if err != nil {
		return Placed{}, err
	}
	provider, err := s.provider(r.Payment)
	if err != nil {
		return Placed{}, err
	}
	if err := r.check(); err != nil {
		return Placed{}, err
	}
	q, err := s.findQuote(ctx, who, r.Quote, r.Token)
	if err != nil {
		return Placed{}, err
	}
	var g *group
	if q.group == nil {
		if g, err = s.placeNew(ctx, who, county, provider, r, q); pg.Violates(err, "order_groups_quote") {
			q, err = s.findQuote(ctx, who, r.Quote, r.Token) // the same click, a moment earlier
		}
		if err != nil {
			return Placed{}, err
		}
	}
	if g == nil {
		if g, err = s.groupByID(ctx, who.Tenant, *q.group); err != nil {
			return Placed{}, err
		}
	}
	if g.State == GroupPending && g.Payment.State == PaymentCreated {
		g.ip = who.IP
		s.openPayment(ctx, county, g)
	}
	return s.placed(who.Tenant, g), nil
}

func (r *PlaceRequest) check() error {
	r.Email = strings.ToLower(strings.TrimSpace(r.Email))
	if r.Email == "" {
		return nil
	}
	if a, err := mail.ParseAddress(r.Email); err == nil && a.Address == r.Email && len(r.Email) <= 254 {
		return nil
	}
	var wrong errs.Fields
	wrong.Add("email", "not_an_email", "This is not an e-mail address.")
	return wrong.Err()
}

func (s *Service) groupByID(ctx context.Context, tenant, id uuid.UUID) (g *group, err error) {
	err = s.db.Query(ctx, func(q pg.Querier) error {
		g, err = groupOf(ctx, q, tenant, id)
		return err
	})
	return g, err
}

func (s *Service) placed(tenant uuid.UUID, g *group) Placed {
	p := Placed{
		ID: g.ID, State: g.State, Total: g.Total, ExpiresAt: g.Expires, Payment: g.Payment, Token: s.orderToken(tenant, g.ID),
		GuestLink: s.orderPath(tenant, g.ID, g.Orders[0].Number),
	}
	for _, o := range g.Orders {
		p.Orders = append(p.Orders, PlacedOrder{o.ID, o.Number, o.Seller, o.Total, o.State})
	}
	return p
}

// placeNew writes the whole order in one round trip and one transaction. The
// stock is held last, so that its row is locked for the shortest time.
func (s *Service) placeNew(ctx context.Context, who actor.Actor, county *tenants.County, provider PaymentProvider, r PlaceRequest, q heldQuote) (*group, error) {
	now := s.clock.Now()
	if !q.ExpiresAt.After(now) {
		return nil, ErrQuoteExpired
	}
	if err := q.refusal(); err != nil {
		return nil, err
	}
	if n := step(provider, q.Currency); n == 0 || q.Amounts.Total.Amount%n != 0 {
		return nil, errNotInCurrency
	}
	g := &group{
		ID: newID(), Account: account(who), Email: r.Email, Phone: q.Address.Phone, Language: who.Language, Total: q.Amounts.Total, State: GroupPending,
		Expires: now.Add(s.cfg.HoldFor), Payment: Payment{
			ID: newID(), Provider: provider.Name(), Amount: q.Amounts.Total,
			Refunded: money.Of(0, q.Currency), State: PaymentCreated, updated: now,
		},
	}
	if g.Email == "" {
		g.Email = q.email
	}
	if g.Language == "" {
		g.Language = or2(q.lang, county.DefaultLanguage())
	}
	for _, c := range q.Consignments {
		g.Orders = append(g.Orders, placedOrder{ID: newID(), Number: orderNumber(county, now), Seller: c.Seller, Total: c.Amounts.Total, State: Pending})
	}
	b := &pgx.Batch{}
	if err := queueOrder(b, who, county, q.Quote, g, now); err != nil {
		return nil, err
	}
	if err := notify.QueueBatch(b, who.Tenant, now, s.toBuyer(who.Tenant, g, tellPlaced)); err != nil {
		return nil, err
	}
	wants := make([]catalog.Want, len(q.Lines))
	for i, l := range q.Lines {
		wants[i] = catalog.Want{Variant: l.Variant, Quantity: l.Quantity}
	}
	queueBought(b, who.Tenant, q.CartID, wants)
	catalog.QueueReserve(b, who.Tenant, g.ID, wants, now, g.Expires)
	s.step("before order")
	if err := s.atomic(ctx, b, nil); err != nil {
		return nil, catalog.OutOfStock(err)
	}
	s.step("after order")
	return g, nil
}

func or2(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

const insertOrder = `WITH g AS (
	INSERT INTO order_groups (tenant_id, id, quote_id, cart_id, account_id, email, phone, language, address, currency, total, created_at, expires_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
), p AS (
	INSERT INTO payments (tenant_id, id, group_id, provider, currency, amount, created_at, updated_at) VALUES ($1, $14, $2, $15, $10, $11, $12, $12)
), o AS (
	INSERT INTO orders (tenant_id, id, group_id, number, seller_id, currency, goods, shipping, insurance, handling, duty, tax, discount, total, commission_bp, platform_bp, incoterm, terms, created_at, updated_at)
	SELECT $1, id, $2, number, seller, $10, goods, shipping, insurance, handling, duty, tax, discount, total, $16, $44, $34, terms::jsonb, $12, $12
	FROM unnest($17::uuid[], $18::text[], $19::uuid[], $20::bigint[], $21::bigint[], $35::bigint[], $36::bigint[], $37::bigint[], $38::bigint[], $39::bigint[], $40::bigint[], $41::text[])
		AS u (id, number, seller, goods, shipping, insurance, handling, duty, tax, discount, total, terms)
), e AS (
	INSERT INTO order_events (tenant_id, id, order_id, state, at, account_id) SELECT $1, id, order_id, 'pending', $12, $5
	FROM unnest($22::uuid[], $17::uuid[]) AS u (id, order_id)
)
INSERT INTO order_lines (tenant_id, id, order_id, product_id, variant_id, titles, variant_titles, unit, hs_code, net_weight_g, quantity, price, total, origin_country, gross_weight_g)
SELECT $1, id, order_id, product, variant, titles::jsonb, variant_titles::jsonb, unit, hs, grams, quantity, price, price * quantity, origin, gross
FROM unnest($23::uuid[], $24::uuid[], $25::uuid[], $26::uuid[], $27::text[], $28::text[], $29::text[], $30::text[], $31::int[], $32::int[], $33::bigint[], $42::text[], $43::int[])
	AS u (id, order_id, product, variant, titles, variant_titles, unit, hs, grams, quantity, price, origin, gross)`

// queueOrder adds to the batch everything that is written of an order.
func queueOrder(b *pgx.Batch, who actor.Actor, county *tenants.County, q Quote, g *group, now time.Time) error {
	address, err := json.Marshal(q.Address)
	if err != nil {
		return err
	}
	var o struct {
		ids, sellers, events []uuid.UUID
		numbers              []string
		goods, shipping      []int64
		border               borderColumns
	}
	of := map[uuid.UUID]uuid.UUID{} // seller → order
	for i, c := range q.Consignments {
		p := g.Orders[i]
		of[c.Seller.ID] = p.ID
		o.ids, o.sellers, o.events, o.numbers = append(o.ids, p.ID), append(o.sellers, c.Seller.ID), append(o.events, newID()), append(o.numbers, p.Number)
		o.goods, o.shipping = append(o.goods, c.Amounts.Goods.Amount), append(o.shipping, c.Amounts.Shipping.Amount)
		if err := o.border.add(q.termsOf(c), c.Amounts); err != nil {
			return err
		}
	}
	var l struct {
		ids, orders, products, variants       []uuid.UUID
		titles, variantTitles, units, hsCodes []string
		grams, quantities                     []int
		prices                                []int64
		origins                               []string
		gross                                 []*int
	}
	for _, line := range q.Lines {
		title, err := json.Marshal(line.Title)
		if err != nil {
			return err
		}
		variant, err := json.Marshal(line.VariantTitle)
		if err != nil {
			return err
		}
		l.ids, l.orders = append(l.ids, newID()), append(l.orders, of[line.Seller])
		l.products, l.variants = append(l.products, line.Product), append(l.variants, line.Variant)
		l.titles, l.variantTitles = append(l.titles, string(title)), append(l.variantTitles, string(variant))
		l.units, l.hsCodes = append(l.units, line.Unit), append(l.hsCodes, line.HSCode)
		l.grams, l.quantities, l.prices = append(l.grams, line.NetWeightG), append(l.quantities, line.Quantity), append(l.prices, line.Price.Amount)
		l.origins, l.gross = append(l.origins, line.Origin), append(l.gross, line.GrossWeightG)
	}
	b.Queue(insertOrder, who.Tenant, g.ID, q.ID, q.CartID, g.Account, g.Email, g.Phone, g.Language, address, q.Currency, g.Total.Amount, now, g.Expires,
		g.Payment.ID, g.Payment.Provider, county.Policy.CommissionBP, o.ids, o.numbers, o.sellers, o.goods, o.shipping, o.events,
		l.ids, l.orders, l.products, l.variants, l.titles, l.variantTitles, l.units, l.hsCodes, l.grams, l.quantities, l.prices,
		q.Incoterm, o.border.insurance, o.border.handling, o.border.duty, o.border.tax, o.border.discount, o.border.total, o.border.terms, l.origins, l.gross, county.Policy.Payout.PlatformBP)
	return nil
}

// queueBought takes out of the cart what was bought; what was put in since stays.
func queueBought(b *pgx.Batch, tenant, cart uuid.UUID, bought []catalog.Want) {
	variants, quantities := make([]uuid.UUID, len(bought)), make([]int, len(bought))
	for i, w := range bought {
		variants[i], quantities[i] = w.Variant, w.Quantity
	}
	b.Queue(`WITH b AS (SELECT * FROM unnest($3::uuid[], $4::int[]) AS u (variant_id, quantity)), d AS (
			DELETE FROM cart_lines l USING b WHERE l.tenant_id = $1 AND l.cart_id = $2 AND l.variant_id = b.variant_id AND l.quantity <= b.quantity
		)
		UPDATE cart_lines l SET quantity = l.quantity - b.quantity FROM b
		WHERE l.tenant_id = $1 AND l.cart_id = $2 AND l.variant_id = b.variant_id AND l.quantity > b.quantity`, tenant, cart, variants, quantities)
}
