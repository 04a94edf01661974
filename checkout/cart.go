package checkout

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/lang"
	"countyfair/internal/money"
	"countyfair/internal/pg"
	"countyfair/tenants"
)

// MostPieces is how many of one variant a cart holds; the statements say it too.
const MostPieces = 9999

// Cart is what somebody means to buy, at the prices of this moment.
type Cart struct {
	ID        uuid.UUID
	Token     string // only from CreateCart: the guest's key to the cart
	Currency  string
	Lines     []CartLine
	Subtotal  money.Money // of the lines that can be bought
	UpdatedAt time.Time
}

// CartLine is one variant in a cart.
type CartLine struct {
	ID           uuid.UUID
	Variant      uuid.UUID
	Product      uuid.UUID
	Slug         string // the product's
	Title        lang.Text
	VariantTitle lang.Text
	Unit         string
	NetWeightG   int
	HSCode       string
	Origin       string // ISO 3166-1 alpha-2; empty: the county's own country
	GrossWeightG *int   // packed; nil where nobody weighed it
	Picture      *uuid.UUID
	Hue          int // its category's
	Seller       SellerRef
	Face         *uuid.UUID // the seller's picture
	Quantity     int
	Price        money.Money
	Total        money.Money
	Problem      *Problem // nil where nothing stands in the way
}

// grams is what a piece weighs in a parcel.
func (l *CartLine) grams() int64 {
	if l.GrossWeightG != nil {
		return int64(*l.GrossWeightG)
	}
	return int64(l.NetWeightG)
}

// SellerRef is a seller by name.
type SellerRef struct {
	ID    uuid.UUID
	Slug  string
	Names lang.Text
}

// Problem is why a line cannot be bought as it stands.
type Problem struct {
	Code      string // ProblemGone, ProblemShort
	Available int    // for ProblemShort: how many there still are
}

// The problems of a line.
const (
	ProblemGone  = "not_available" // no longer sold
	ProblemShort = "out_of_stock"  // fewer left than wanted
)

var errCartNotFound = errs.NotFoundOf("cart")

// tokenHash is how a guest's token is kept.
func tokenHash(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

// newToken makes 256 bits that nobody guesses.
func newToken() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// CreateCart makes an empty cart: a guest's, held by the token in the answer,
// or the account's own. Currency is the county's where it is left empty.
func (s *Service) CreateCart(ctx context.Context, who actor.Actor, currency string) (Cart, error) {
	county, err := s.open(who.Tenant)
	if err != nil {
		return Cart{}, err
	}
	if currency == "" {
		currency = county.Currency
	}
	if err := s.sells(county, currency); err != nil {
		return Cart{}, err
	}
	c := Cart{ID: newID(), Token: newToken(), Currency: currency, Lines: []CartLine{}, Subtotal: money.Of(0, currency), UpdatedAt: s.clock.Now()}
	return c, s.db.Query(ctx, func(q pg.Querier) error {
		_, err := q.Exec(ctx, `INSERT INTO carts (tenant_id, id, token_hash, account_id, currency, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6)`,
			who.Tenant, c.ID, tokenHash(c.Token), account(who), currency, c.UpdatedAt)
		return err
	})
}

// open finds the county, if it does business.
func (s *Service) open(tenant uuid.UUID) (*tenants.County, error) {
	county, err := s.counties.ByID(tenant)
	if err != nil {
		return nil, err
	}
	if county.State != tenants.Open {
		return nil, errs.New(errs.Unavailable, "county_closed", "This market takes no orders at the moment.").After(3600)
	}
	return county, nil
}

func (s *Service) sells(county *tenants.County, currency string) error {
	if currency == county.Currency {
		return nil
	}
	var wrong errs.Fields
	wrong.Add("currency", "not_offered", "This market does not sell in that currency.")
	return wrong.Err()
}

// account is the actor's account for a nullable column.
func account(who actor.Actor) *uuid.UUID {
	if !who.SignedIn() {
		return nil
	}
	return &who.Account
}

// holds is whom a cart opens to: its account, or, while it has none, whoever
// brings the token. A signed-in cart's token opens nothing: on a shared device
// it outlives the session.
const holds = `(c.account_id = $4 OR (c.account_id IS NULL AND c.token_hash = $3))`

const selectCart = `SELECT c.id, c.currency, c.updated_at, l.id, l.variant_id, l.quantity, v.titles, coalesce(v.unit, ''), coalesce(v.net_weight_g, 0), coalesce(v.price, 0), coalesce(v.currency, ''),
	p.id, coalesce(p.slug, ''), p.titles, coalesce(p.hs_code, ''), coalesce(p.origin_country, ''), v.gross_weight_g, s.id, coalesce(s.slug, ''), s.names,
	coalesce(v.active AND p.state = 'published' AND s.state = 'approved' AND v.currency = c.currency, false), coalesce(st.on_hand - st.reserved, 0),
	(SELECT pp.picture_id FROM product_pictures pp WHERE pp.tenant_id = c.tenant_id AND pp.product_id = p.id ORDER BY pp.position LIMIT 1),
	coalesce(k.hue, 0), s.picture_id
FROM carts c
LEFT JOIN cart_lines l ON l.tenant_id = c.tenant_id AND l.cart_id = c.id
LEFT JOIN variants v ON v.tenant_id = c.tenant_id AND v.id = l.variant_id
LEFT JOIN products p ON p.tenant_id = c.tenant_id AND p.id = v.product_id
LEFT JOIN categories k ON k.tenant_id = c.tenant_id AND k.id = p.category_id
LEFT JOIN sellers s ON s.tenant_id = c.tenant_id AND s.id = p.seller_id
LEFT JOIN stock st ON st.tenant_id = c.tenant_id AND st.variant_id = l.variant_id
WHERE c.tenant_id = $1 AND c.id = `

const (
	cartByID = selectCart + `$2 AND ` + holds + ` ORDER BY l.added_at, l.id`
	// cartOfHolder is the newest cart with something in it that the actor holds.
	cartOfHolder = selectCart + `(SELECT c.id FROM carts c WHERE c.tenant_id = $1 AND (c.account_id = $3 OR ($3::uuid IS NULL AND c.account_id IS NULL AND c.token_hash = $2))
		ORDER BY EXISTS (SELECT FROM cart_lines l WHERE l.tenant_id = $1 AND l.cart_id = c.id) DESC, c.updated_at DESC LIMIT 1) ORDER BY l.added_at, l.id`
)

// scanCart reads the rows of selectCart.
func scanCart(rows pgx.Rows) (Cart, error) {
	c := Cart{Lines: []CartLine{}}
	defer rows.Close()
	for rows.Next() {
		var line, variant, product, seller *uuid.UUID
		var quantity *int
		var price int64
		var currency string
		var sellable bool
		var available int
		var l CartLine
		if err := rows.Scan(&c.ID, &c.Currency, &c.UpdatedAt, &line, &variant, &quantity, &l.VariantTitle, &l.Unit, &l.NetWeightG, &price, &currency,
			&product, &l.Slug, &l.Title, &l.HSCode, &l.Origin, &l.GrossWeightG, &seller, &l.Seller.Slug, &l.Seller.Names, &sellable, &available, &l.Picture, &l.Hue, &l.Face); err != nil {
			return Cart{}, err
		}
		if line == nil {
			continue
		}
		l.ID, l.Variant, l.Product, l.Seller.ID, l.Quantity = *line, *variant, *product, *seller, *quantity
		l.Price = money.Of(price, currency)
		total, err := l.Price.Times(int64(l.Quantity))
		if err != nil {
			return Cart{}, err
		}
		l.Total = total
		switch {
		case !sellable:
			l.Problem = &Problem{Code: ProblemGone}
		case available < l.Quantity:
			l.Problem = &Problem{Code: ProblemShort, Available: max(available, 0)}
		}
		c.Lines = append(c.Lines, l)
	}
	if err := rows.Err(); err != nil {
		return Cart{}, err
	}
	if c.ID == uuid.Nil {
		return Cart{}, errCartNotFound
	}
	return c, c.add()
}

// add sums the lines that are still sold.
func (c *Cart) add() error {
	c.Subtotal = money.Of(0, c.Currency)
	for _, l := range c.Lines {
		if l.Problem != nil && l.Problem.Code == ProblemGone {
			continue
		}
		var err error
		if c.Subtotal, err = c.Subtotal.Add(l.Total); err != nil {
			return err
		}
	}
	return nil
}

// GetCart shows a cart to whoever holds it.
func (s *Service) GetCart(ctx context.Context, who actor.Actor, id uuid.UUID, token string) (c Cart, err error) {
	err = s.db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, cartByID, who.Tenant, id, tokenHash(token), account(who))
		if err != nil {
			return err
		}
		c, err = scanCart(rows)
		return err
	})
	return c, err
}

// CurrentCart is the cart that the actor goes on with: the account's newest one
// with something in it, whatever the device, or the guest's by its token.
func (s *Service) CurrentCart(ctx context.Context, who actor.Actor, token string) (c Cart, err error) {
	err = s.db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, cartOfHolder, who.Tenant, tokenHash(token), account(who))
		if err != nil {
			return err
		}
		c, err = scanCart(rows)
		return err
	})
	return c, err
}
