package checkout

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"countyfair/customs"
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
	// Of sales abroad, and of prices in another currency than the county's.
	Incoterm customs.Incoterm  `json:"incoterm,omitempty"`
	Exchange *customs.Exchange `json:"exchange,omitempty"`
	Estimate *Estimate         `json:"estimate,omitempty"` // under DAP
	Papers   []Paper           `json:"papers,omitempty"`
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
	Origin       string      `json:"origin,omitempty"` // ISO 3166-1 alpha-2
	GrossWeightG *int        `json:"gross_weight_g,omitempty"`

	Landed *customs.LandedLine `json:"landed,omitempty"` // its share of what a border costs
}

// Consignment is the parcel of one seller.
type Consignment struct {
	Seller  SellerRef     `json:"seller"`
	WeightG int64         `json:"weight_g"`
	Amounts Amounts       `json:"amounts"`
	Landed  *customs.Sums `json:"landed,omitempty"` // across a border: with duty and tax, charged or not
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
	Code      string     `json:"code"` // NotDelivered, ProblemGone, ProblemShort, ExportProhibited, ExportUnknown, DutyUnknown
	Country   string     `json:"country,omitempty"`
	Area      string     `json:"area,omitempty"`
	Variant   *uuid.UUID `json:"variant_id,omitempty"`
	Available *int       `json:"available,omitempty"`
	Reason    string     `json:"reason,omitempty"` // id of a text that says more
	Source    string     `json:"source,omitempty"` // the rule that stands in the way
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
	currency := or2(r.Currency, county.Currency)
	abroad, err := s.crossing(ctx, county, address.Country, currency)
	if err != nil {
		return Quote{}, err
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
	provider, err := s.provider("")
	if err != nil {
		return Quote{}, err
	}
	q, err := compute(county, zones, cart, address)
	if err != nil {
		return Quote{}, err
	}
	if err := q.finish(county, abroad, currency, step(provider, currency)); err != nil {
		return Quote{}, err
	}
	q.ID, q.CreatedAt = newID(), s.clock.Now()
	q.ExpiresAt = q.CreatedAt.Add(s.cfg.QuoteFor)
	return q, s.keepQuote(ctx, who, q)
}

// finish takes the quote into the currency it is asked in and across the
// border, and adds it up.
func (q *Quote) finish(county *tenants.County, abroad *customs.Abroad, currency string, step int64) error {
	if currency != q.Currency {
		if err := q.exchange(&abroad.FX, currency); err != nil {
			return err
		}
	}
	if q.Address.Country != county.Country && abroad != nil && len(q.ShippingOptions) > 0 {
		if err := q.cross(abroad, county); err != nil {
			return err
		}
	}
	return q.settle(step)
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
		q.Lines = append(q.Lines, QuoteLine{
			Variant: l.Variant, Product: l.Product, Seller: l.Seller.ID, Title: l.Title, VariantTitle: l.VariantTitle, Unit: l.Unit, HSCode: l.HSCode, NetWeightG: l.NetWeightG,
			Quantity: l.Quantity, Price: l.Price, Total: l.Total, Origin: or2(l.Origin, county.Country), GrossWeightG: l.GrossWeightG,
		})
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
		p.Grams += l.grams() * int64(l.Quantity)
	}
	zone := shipping.ZoneFor(zones, to.Country, to.Area())
	if (to.Country != county.Country && !county.Policy.ExportEnabled) || zone == nil || !zone.Delivers {
		q.Restrictions = append(q.Restrictions, Restriction{Code: NotDelivered, Country: to.Country, Area: to.Area()})
		zone = nil
	}
	return q, q.sum(zone, parcels)
}

// sum works out what each parcel costs to send. Without a zone they cost
// nothing, since they are not sent.
func (q *Quote) sum(zone *tenants.Zone, parcels map[uuid.UUID]*shipping.Parcel) error {
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
	}
	if zone != nil {
		q.ShippingOptions = []ShippingOption{{ID: Standard, Title: zone.Names, DaysMin: zone.DaysMin, DaysMax: zone.DaysMax}}
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
		case ExportProhibited:
			return errs.New(errs.Conflict, ExportProhibited, "Something in the cart may not be sent to this country. Take it out and try again.")
		case ExportUnknown:
			return errs.New(errs.Conflict, ExportUnknown, "Nobody has found out yet whether something in the cart may be sent to this country. Please ask the county office.")
		case DutyUnknown:
			return errs.New(errs.Conflict, DutyUnknown, "The duty on something in the cart is not known yet, so no full price can be promised. Please ask the county office.")
		}
	}
	if len(q.Lines) == 0 {
		return errs.New(errs.Conflict, "cart_empty", "The cart is empty.")
	}
	return nil
}
