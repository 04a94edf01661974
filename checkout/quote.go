package checkout

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/lang"
	"countyfair/internal/money"
	"countyfair/internal/pg"
	"countyfair/shipping"
	"countyfair/tenants"
)

// Amounts is how a sum comes about: total = goods + shipping + insurance +
// handling + duty + tax − discount. Domestic prices include their tax, so tax
// is what comes on top of them.
type Amounts struct {
	Goods     money.Money `json:"goods"`
	Shipping  money.Money `json:"shipping"`
	Insurance money.Money `json:"insurance"`
	Handling  money.Money `json:"handling"`
	Duty      money.Money `json:"duty"`
	Tax       money.Money `json:"tax"`
	Discount  money.Money `json:"discount"`
	Total     money.Money `json:"total"`
}

func amounts(currency string, goods, freight int64) (Amounts, error) {
	nothing := money.Of(0, currency)
	total, err := money.Of(goods, currency).Add(money.Of(freight, currency))
	return Amounts{
		Goods: money.Of(goods, currency), Shipping: money.Of(freight, currency), Insurance: nothing, Handling: nothing,
		Duty: nothing, Tax: nothing, Discount: nothing, Total: total,
	}, err
}

// Quote is frozen: what will be charged, for what, to where, until when.
type Quote struct {
	ID              uuid.UUID        `json:"id"`
	CartID          uuid.UUID        `json:"cart_id"`
	CreatedAt       time.Time        `json:"created_at"`
	ExpiresAt       time.Time        `json:"expires_at"`
	Currency        string           `json:"currency"`
	Amounts         Amounts          `json:"amounts"`
	Lines           []QuoteLine      `json:"lines"`
	Consignments    []Consignment    `json:"consignments"`
	ShippingOption  string           `json:"shipping_option"`
	ShippingOptions []ShippingOption `json:"shipping_options"`
	Restrictions    []Restriction    `json:"restrictions"`
	Address         shipping.Address `json:"address"`
}

// QuoteLine is one variant as it will be bought.
type QuoteLine struct {
	Variant      uuid.UUID   `json:"variant_id"`
	Product      uuid.UUID   `json:"product_id"`
	Seller       uuid.UUID   `json:"seller_id"`
	Title        lang.Text   `json:"title"`
	VariantTitle lang.Text   `json:"variant_title"`
	Unit         string      `json:"unit"`
	HSCode       string      `json:"hs_code"`
	NetWeightG   int         `json:"net_weight_g"`
	Quantity     int         `json:"quantity"`
	Price        money.Money `json:"price"`
	Total        money.Money `json:"total"`
}

// Consignment is the parcel of one seller.
type Consignment struct {
	Seller  SellerRef `json:"seller"`
	WeightG int64     `json:"weight_g"`
	Amounts Amounts   `json:"amounts"`
}

// ShippingOption is one way the parcels can travel.
type ShippingOption struct {
	ID      string      `json:"id"`
	Title   lang.Text   `json:"title"`
	Price   money.Money `json:"price"`
	DaysMin int         `json:"days_min"`
	DaysMax int         `json:"days_max"`
}

// Restriction is a reason why something of the basket cannot be sent, or not as
// it stands.
type Restriction struct {
	Code      string     `json:"code"` // NotDelivered, ProblemGone, ProblemShort
	Country   string     `json:"country,omitempty"`
	Area      string     `json:"area,omitempty"`
	Variant   *uuid.UUID `json:"variant_id,omitempty"`
	Available *int       `json:"available,omitempty"`
}

// NotDelivered restricts a basket to nowhere: the county does not deliver there.
const NotDelivered = "not_delivered"

// Standard is the shipping option that every county has.
const Standard = "standard"

// QuoteRequest asks for a quote.
type QuoteRequest struct {
	Cart           uuid.UUID
	Token          string
	Address        shipping.Address
	Currency       string
	ShippingOption string
}

// Quote freezes what the cart costs, delivered to the address. Only whoever
// holds the cart may ask. A quote with restrictions is still an answer; an
// order of it is refused where they stand in the way.
func (s *Service) Quote(ctx context.Context, who actor.Actor, r QuoteRequest) (Quote, error) {
	county, err := s.open(who.Tenant)
	if err != nil {
		return Quote{}, err
	}
	address, err := r.Address.Clean("address.")
	if err != nil {
		return Quote{}, err
	}
	if r.Currency != "" {
		if err := s.sells(county, r.Currency); err != nil {
			return Quote{}, err
		}
	}
	if r.ShippingOption != "" && r.ShippingOption != Standard {
		var wrong errs.Fields
		wrong.Add("shipping_option", "not_offered", "This way to send is not offered.")
		return Quote{}, wrong.Err()
	}
	zones, err := s.counties.Zones(ctx, county.ID)
	if err != nil {
		return Quote{}, err
	}
	cart, err := s.GetCart(ctx, who, r.Cart, r.Token)
	if err != nil {
		return Quote{}, err
	}
	if len(cart.Lines) == 0 {
		return Quote{}, errs.New(errs.Conflict, "cart_empty", "The cart is empty.")
	}
	q, err := compute(county, zones, cart, address)
	if err != nil {
		return Quote{}, err
	}
	q.ID, q.CreatedAt = newID(), s.clock.Now()
	q.ExpiresAt = q.CreatedAt.Add(s.cfg.QuoteFor)
	return q, s.keepQuote(ctx, who, q)
}

func (s *Service) keepQuote(ctx context.Context, who actor.Actor, q Quote) error {
	body, err := json.Marshal(q)
	if err != nil {
		return err
	}
	address, err := json.Marshal(q.Address)
	if err != nil {
		return err
	}
	return s.db.Query(ctx, func(db pg.Querier) error {
		_, err := db.Exec(ctx, `INSERT INTO quotes (tenant_id, id, cart_id, account_id, address, currency, total, body, created_at, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			who.Tenant, q.ID, q.CartID, account(who), address, q.Currency, q.Amounts.Total.Amount, body, q.CreatedAt, q.ExpiresAt)
		return err
	})
}

// compute is the arithmetic of a quote; it asks nobody.
func compute(county *tenants.County, zones []tenants.Zone, cart Cart, to shipping.Address) (Quote, error) {
	q := Quote{
		CartID: cart.ID, Currency: cart.Currency, Address: to, ShippingOption: Standard,
		Lines: []QuoteLine{}, Consignments: []Consignment{}, ShippingOptions: []ShippingOption{}, Restrictions: []Restriction{},
	}
	parcels := map[uuid.UUID]*shipping.Parcel{}
	for _, l := range cart.Lines {
		if l.Problem != nil {
			variant, available := l.Variant, l.Problem.Available
			q.Restrictions = append(q.Restrictions, Restriction{Code: l.Problem.Code, Variant: &variant, Available: &available})
			if l.Problem.Code == ProblemGone {
				continue
			}
		}
		q.Lines = append(q.Lines, QuoteLine{l.Variant, l.Product, l.Seller.ID, l.Title, l.VariantTitle, l.Unit, l.HSCode, l.NetWeightG, l.Quantity, l.Price, l.Total})
		p := parcels[l.Seller.ID]
		if p == nil {
			p = &shipping.Parcel{}
			parcels[l.Seller.ID] = p
			q.Consignments = append(q.Consignments, Consignment{Seller: l.Seller})
		}
		goods, err := money.Of(p.Goods, cart.Currency).Add(l.Total)
		if err != nil {
			return Quote{}, err
		}
		p.Goods = goods.Amount
		p.Grams += int64(l.NetWeightG) * int64(l.Quantity)
	}
	zone := shipping.ZoneFor(zones, to.Country, to.Area())
	if to.Country != county.Country || zone == nil || !zone.Delivers {
		q.Restrictions = append(q.Restrictions, Restriction{Code: NotDelivered, Country: to.Country, Area: to.Area()})
		zone = nil
	}
	return q, q.sum(zone, parcels)
}

// sum works out the parcels and adds them up. Without a zone they cost nothing
// to send, since they are not sent.
func (q *Quote) sum(zone *tenants.Zone, parcels map[uuid.UUID]*shipping.Parcel) error {
	var goods, freight money.Money
	for i := range q.Consignments {
		c := &q.Consignments[i]
		p := parcels[c.Seller.ID]
		c.WeightG = p.Grams
		var rate int64
		var err error
		if zone != nil {
			if rate, err = shipping.Rate(zone, *p); err != nil {
				return err
			}
		}
		if c.Amounts, err = amounts(q.Currency, p.Goods, rate); err != nil {
			return err
		}
		if goods, err = goods.Add(c.Amounts.Goods); err != nil {
			return err
		}
		if freight, err = freight.Add(c.Amounts.Shipping); err != nil {
			return err
		}
	}
	var err error
	if q.Amounts, err = amounts(q.Currency, goods.Amount, freight.Amount); err != nil {
		return err
	}
	if zone != nil {
		q.ShippingOptions = []ShippingOption{{Standard, zone.Names, q.Amounts.Shipping, zone.DaysMin, zone.DaysMax}}
	}
	return nil
}

// refusal is why an order of this quote cannot be placed, or nil. What was
// short when the quote was made may have come in since: the stock decides.
func (q *Quote) refusal() error {
	for _, r := range q.Restrictions {
		switch r.Code {
		case NotDelivered:
			return errs.New(errs.Conflict, NotDelivered, "We don't deliver there.")
		case ProblemGone:
			return errs.New(errs.Conflict, ProblemGone, "Something in the cart is no longer sold. Take it out and try again.")
		}
	}
	if len(q.Lines) == 0 {
		return errs.New(errs.Conflict, "cart_empty", "The cart is empty.")
	}
	return nil
}
