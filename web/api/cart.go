package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"countyfair/catalog"
	"countyfair/checkout"
	"countyfair/customs"
	"countyfair/internal/actor"
	"countyfair/internal/money"
	"countyfair/shipping"
	"countyfair/web/scope"
)

// Cart is a basket over all of a county's sellers.
type Cart struct {
	ID        uuid.UUID   `json:"id"`
	Token     string      `json:"token,omitempty" doc:"Only when it is made: a guest's key to it, sent back as X-Cart-Token"`
	Currency  string      `json:"currency"`
	Lines     []CartLine  `json:"lines"`
	Subtotal  money.Money `json:"subtotal"`
	UpdatedAt time.Time   `json:"updated_at"`
}

// CartLine is one size in the cart, at today's price.
type CartLine struct {
	ID         uuid.UUID    `json:"id"`
	VariantID  uuid.UUID    `json:"variant_id"`
	ProductID  uuid.UUID    `json:"product_id"`
	Title      string       `json:"title"`
	Variant    string       `json:"variant"`
	Seller     SellerRef    `json:"seller"`
	PictureURL string       `json:"picture_url,omitempty"`
	Quantity   int          `json:"quantity"`
	Price      money.Money  `json:"price"`
	Total      money.Money  `json:"total"`
	Problem    *LineProblem `json:"problem,omitempty" doc:"What keeps this line from being bought"`
}

// LineProblem is what keeps a line from being bought.
type LineProblem struct {
	Code      string `json:"code" example:"out_of_stock"`
	Available int    `json:"available" doc:"How many there still are"`
}

// CartKey names a cart, and proves that a guest holds it.
type CartKey struct {
	ID    uuid.UUID `path:"id"`
	Token string    `header:"X-Cart-Token" doc:"A guest's key to the cart"`
}

// RegisterCarts adds the operations on carts.
func RegisterCarts(a *API, s *checkout.Service) {
	Handle(a, Op{ID: "create-cart", Method: http.MethodPost, Path: "/carts", Tag: "cart", Access: Anyone, Status: 201, Summary: "Make a cart", Detail: "Somebody signed in has one cart, which is given back."},
		func(ctx context.Context, who actor.Actor, in *struct {
			Body struct {
				Currency string `json:"currency,omitempty" maxLength:"3"`
			}
		},
		) (*Body[Cart], error) {
			return cartAnswer(ctx)(s.CreateCart(ctx, who, in.Body.Currency))
		})
	Handle(a, Op{ID: "get-cart", Method: http.MethodGet, Path: "/carts/{id}", Tag: "cart", Access: Anyone, Summary: "The cart as it stands, at today's prices"},
		func(ctx context.Context, who actor.Actor, in *CartKey) (*Body[Cart], error) {
			return cartAnswer(ctx)(s.GetCart(ctx, who, in.ID, in.Token))
		})
	Handle(a, Op{ID: "add-cart-line", Method: http.MethodPost, Path: "/carts/{id}/lines", Tag: "cart", Access: Anyone, Summary: "Put something in; what is in already is added to"},
		func(ctx context.Context, who actor.Actor, in *struct {
			CartKey
			Body struct {
				VariantID uuid.UUID `json:"variant_id"`
				Quantity  int       `json:"quantity" minimum:"1" maximum:"9999"`
			}
		},
		) (*Body[Cart], error) {
			return cartAnswer(ctx)(s.AddLine(ctx, who, in.ID, in.Token, in.Body.VariantID, in.Body.Quantity))
		})
	Handle(a, Op{ID: "update-cart-line", Method: http.MethodPatch, Path: "/carts/{id}/lines/{line_id}", Tag: "cart", Access: Anyone, Summary: "Change how many; none takes the line away"},
		func(ctx context.Context, who actor.Actor, in *struct {
			CartKey
			Line uuid.UUID `path:"line_id"`
			Body struct {
				Quantity int `json:"quantity" minimum:"0" maximum:"9999"`
			}
		},
		) (*Body[Cart], error) {
			return cartAnswer(ctx)(s.UpdateLine(ctx, who, in.ID, in.Token, in.Line, in.Body.Quantity))
		})
	Handle(a, Op{ID: "remove-cart-line", Method: http.MethodDelete, Path: "/carts/{id}/lines/{line_id}", Tag: "cart", Access: Anyone, Status: 200, Summary: "Take something out"},
		func(ctx context.Context, who actor.Actor, in *struct {
			CartKey
			Line uuid.UUID `path:"line_id"`
		},
		) (*Body[Cart], error) {
			return cartAnswer(ctx)(s.RemoveLine(ctx, who, in.ID, in.Token, in.Line))
		})
}

func cartAnswer(ctx context.Context) func(checkout.Cart, error) (*Body[Cart], error) {
	return func(c checkout.Cart, err error) (*Body[Cart], error) {
		if err != nil {
			return nil, err
		}
		out := Cart{ID: c.ID, Token: c.Token, Currency: c.Currency, Lines: make([]CartLine, len(c.Lines)), Subtotal: c.Subtotal, UpdatedAt: c.UpdatedAt}
		for i, l := range c.Lines {
			out.Lines[i] = CartLine{
				ID: l.ID, VariantID: l.Variant, ProductID: l.Product, Title: in(ctx, l.Title), Variant: in(ctx, l.VariantTitle),
				Seller: sellerRef(ctx, l.Seller), PictureURL: pictureURL(l.Picture), Quantity: l.Quantity, Price: l.Price, Total: l.Total,
			}
			if l.Problem != nil {
				out.Lines[i].Problem = &LineProblem{l.Problem.Code, l.Problem.Available}
			}
		}
		return Answer(out), nil
	}
}

func sellerRef(ctx context.Context, s checkout.SellerRef) SellerRef {
	return SellerRef{ID: s.ID, Slug: s.Slug, Name: in(ctx, s.Names)}
}

// Quote is what will be charged, frozen until it expires.
type Quote struct {
	ID        uuid.UUID `json:"id"`
	ExpiresAt time.Time `json:"expires_at"`
	Currency  string    `json:"currency"`
	checkout.Amounts
	Incoterm        string             `json:"incoterm,omitempty" enum:"DDP,DAP" doc:"Of sales abroad: DDP holds duty and tax, under DAP they are paid on delivery"`
	Exchange        *customs.Exchange  `json:"exchange,omitempty" doc:"Where the currency is not the county's"`
	Estimate        *checkout.Estimate `json:"estimate,omitempty" doc:"Under DAP: what the buyer will pay on delivery"`
	Landed          []Landed           `json:"landed,omitempty" doc:"Across a border: duty and tax line by line, with their sources. An aid, no legal advice"`
	Papers          []Papers           `json:"papers,omitempty" doc:"Documents that lines need to be let in; the county sees to them"`
	Lines           []QuoteLine        `json:"lines"`
	Consignments    []Consignment      `json:"consignments" doc:"One parcel a seller"`
	ShippingOptions []ShippingOption   `json:"shipping_options"`
	Restrictions    []Restriction      `json:"restrictions" doc:"Why it cannot be ordered as it is; empty where it can"`
}

// QuoteLine is one line of a quote.
type QuoteLine struct {
	VariantID  uuid.UUID   `json:"variant_id"`
	Title      string      `json:"title"`
	Variant    string      `json:"variant"`
	Quantity   int         `json:"quantity"`
	Price      money.Money `json:"price"`
	Total      money.Money `json:"total"`
	NetWeightG int         `json:"net_weight_g"`
}

// Consignment is one seller's parcel in a quote.
type Consignment struct {
	Seller  SellerRef `json:"seller"`
	WeightG int64     `json:"weight_g"`
	checkout.Amounts
}

// ShippingOption is a way to travel.
type ShippingOption struct {
	ID      string      `json:"id"`
	Title   string      `json:"title"`
	Price   money.Money `json:"price"`
	DaysMin int         `json:"days_min"`
	DaysMax int         `json:"days_max"`
}

// Restriction is why something cannot be ordered as it is.
type Restriction struct {
	checkout.Restriction
	Message string `json:"message" doc:"In the reader's language"`
}

func registerQuotes(a *API, s *checkout.Service, words func(language, reason string, data map[string]any) (string, bool)) {
	Handle(a, Op{ID: "quote-checkout", Method: http.MethodPost, Path: "/checkout/quotes", Tag: "checkout", Access: Anyone, Summary: "What it costs, delivered to an address"},
		func(ctx context.Context, who actor.Actor, in *struct {
			Token string `header:"X-Cart-Token"`
			Body  struct {
				CartID         uuid.UUID        `json:"cart_id"`
				Address        shipping.Address `json:"address"`
				Currency       string           `json:"currency,omitempty" maxLength:"3"`
				ShippingOption string           `json:"shipping_option,omitempty" maxLength:"80"`
			}
		},
		) (*Body[Quote], error) {
			b := in.Body
			q, err := s.Quote(ctx, who, checkout.QuoteRequest{Cart: b.CartID, Token: in.Token, Address: b.Address, Currency: b.Currency, ShippingOption: b.ShippingOption})
			if err != nil {
				return nil, err
			}
			return Answer(quote(ctx, &q, words)), nil
		})
}

func quote(ctx context.Context, q *checkout.Quote, words func(language, reason string, data map[string]any) (string, bool)) Quote {
	out := Quote{
		ID: q.ID, ExpiresAt: q.ExpiresAt, Currency: q.Currency, Amounts: q.Amounts, Lines: make([]QuoteLine, len(q.Lines)), Consignments: make([]Consignment, len(q.Consignments)),
		ShippingOptions: make([]ShippingOption, len(q.ShippingOptions)), Restrictions: make([]Restriction, len(q.Restrictions)),
	}
	for i, l := range q.Lines {
		out.Lines[i] = QuoteLine{l.Variant, in(ctx, l.Title), in(ctx, l.VariantTitle), l.Quantity, l.Price, l.Total, l.NetWeightG}
	}
	for i, c := range q.Consignments {
		out.Consignments[i] = Consignment{sellerRef(ctx, c.Seller), c.WeightG, c.Amounts}
	}
	for i, o := range q.ShippingOptions {
		out.ShippingOptions[i] = ShippingOption{o.ID, in(ctx, o.Title), o.Price, o.DaysMin, o.DaysMax}
	}
	for i, r := range q.Restrictions {
		out.Restrictions[i] = Restriction{Restriction: r}
		out.Restrictions[i].Message, _ = words(scope.From(ctx).Language, r.Code, nil)
		if text := borderText(ctx, r.Reason); text != "" {
			out.Restrictions[i].Message = text
		}
	}
	out.crossing(ctx, q)
	return out
}

// RegisterStock adds how a seller counts its stock.
func RegisterStock(a *API, s *catalog.Stock) {
	Handle(a, Op{ID: "adjust-stock", Method: http.MethodPost, Path: "/seller/stock", Tag: "seller", Access: Sellers, Summary: "Add to the stock of a size, or take from it", Detail: "Never below what is promised to orders."},
		func(ctx context.Context, who actor.Actor, in *struct {
			Body struct {
				VariantID uuid.UUID `json:"variant_id"`
				Change    int       `json:"change" minimum:"-1000000" maximum:"1000000" doc:"Pieces; negative takes away"`
				Reason    string    `json:"reason" minLength:"1" maxLength:"200"`
			}
		},
		) (*Body[StockLevel], error) {
			l, err := s.Adjust(ctx, who, catalog.Adjustment{Variant: in.Body.VariantID, Change: in.Body.Change, Reason: in.Body.Reason})
			if err != nil {
				return nil, err
			}
			return Answer(StockLevel{l.Variant, l.OnHand, l.Reserved, l.Available}), nil
		})
}

// StockLevel is the stock of a size, as its seller sees it.
type StockLevel struct {
	VariantID uuid.UUID `json:"variant_id"`
	OnHand    int       `json:"on_hand"`
	Reserved  int       `json:"reserved" doc:"Promised to orders that are not sent yet"`
	Available int       `json:"available"`
}
