package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"countyfair/checkout"
	"countyfair/customs"
	"countyfair/internal/actor"
	"countyfair/internal/money"
	"countyfair/shipping"
	"countyfair/web/scope"
)

// Placed is a basket that was ordered: one order a seller, one payment.
type Placed struct {
	ID        uuid.UUID     `json:"id"`
	Orders    []PlacedOrder `json:"orders"`
	Total     money.Money   `json:"total"`
	Status    string        `json:"status" enum:"pending,paid,cancelled,expired"`
	ExpiresAt time.Time     `json:"expires_at" doc:"Until when the goods are held for an unpaid order"`
	Payment   Payment       `json:"payment"`
	GuestLink string        `json:"guest_link,omitempty" doc:"A page on which a guest follows the order; keep it secret"`
	Token     string        `json:"order_token,omitempty" doc:"The key of that link, for the header X-Order-Token"`
}

// PlacedOrder is one seller's part.
type PlacedOrder struct {
	ID     uuid.UUID   `json:"id"`
	Number string      `json:"number"`
	Seller SellerRef   `json:"seller"`
	Total  money.Money `json:"total"`
	Status string      `json:"status"`
}

// Payment is how the basket is paid.
type Payment struct {
	ID           uuid.UUID `json:"id"`
	Provider     string    `json:"provider" example:"sandbox"`
	Status       string    `json:"status" enum:"created,needs_action,processing,succeeded,failed,cancelled"`
	ClientSecret string    `json:"client_secret,omitempty"`
	RedirectURL  string    `json:"redirect_url,omitempty"`
}

// Order is one seller's order.
type Order struct {
	ID       uuid.UUID `json:"id"`
	Number   string    `json:"number"`
	GroupID  uuid.UUID `json:"group_id"`
	Status   string    `json:"status" enum:"pending,paid,shipped,delivered,cancelled,expired"`
	Seller   SellerRef `json:"seller"`
	Currency string    `json:"currency"`
	checkout.Amounts
	Lines     []OrderLine       `json:"lines"`
	History   []OrderEvent      `json:"history"`
	Shipment  *Shipment         `json:"shipment,omitempty"`
	Address   shipping.Address  `json:"address"`
	Incoterm  string            `json:"incoterm,omitempty" enum:"DDP,DAP" doc:"Of a sale abroad"`
	Exchange  *customs.Exchange `json:"exchange,omitempty"`
	Landed    []Landed          `json:"landed,omitempty" doc:"Across a border: duty and tax line by line, as they were promised"`
	Papers    []Papers          `json:"papers,omitempty"`
	CreatedAt time.Time         `json:"created_at"`
}

// OrderLine is one size as it was sold.
type OrderLine struct {
	ID         uuid.UUID   `json:"id"`
	ProductID  uuid.UUID   `json:"product_id"`
	VariantID  uuid.UUID   `json:"variant_id"`
	Title      string      `json:"title"`
	Variant    string      `json:"variant"`
	Quantity   int         `json:"quantity"`
	Price      money.Money `json:"price"`
	Total      money.Money `json:"total"`
	PictureURL string      `json:"picture_url,omitempty"`
}

// OrderEvent is a step that an order took.
type OrderEvent struct {
	Status string    `json:"status"`
	At     time.Time `json:"at"`
	Note   string    `json:"note,omitempty"`
}

// Shipment is how an order travels.
type Shipment struct {
	Carrier        string    `json:"carrier"`
	TrackingNumber string    `json:"tracking_number"`
	ShippedAt      time.Time `json:"shipped_at"`
}

// OrderSummary is an order in a list.
type OrderSummary struct {
	ID        uuid.UUID   `json:"id"`
	Number    string      `json:"number"`
	GroupID   uuid.UUID   `json:"group_id"`
	Status    string      `json:"status"`
	Seller    SellerRef   `json:"seller"`
	Total     money.Money `json:"total"`
	Pieces    int         `json:"pieces"`
	Title     string      `json:"title" doc:"Of the first line"`
	CreatedAt time.Time   `json:"created_at"`
}

// OrderStatus is where an order stands after a step.
type OrderStatus struct {
	ID     uuid.UUID `json:"id"`
	Status string    `json:"status"`
}

// OrderKey names an order, and proves that a guest may see it.
type OrderKey struct {
	ID         uuid.UUID `path:"id"`
	CartToken  string    `header:"X-Cart-Token" doc:"Of the cart it was ordered from"`
	OrderToken string    `header:"X-Order-Token" doc:"Of the guest's link"`
}

func (k *OrderKey) credentials() checkout.Credentials {
	return checkout.Credentials{CartToken: k.CartToken, OrderToken: k.OrderToken}
}

// RegisterOrders adds ordering and what follows it.
func RegisterOrders(a *API, s *checkout.Service, words func(language, reason string, data map[string]any) (string, bool)) {
	registerQuotes(a, s, words)
	Handle(a, Op{
		ID: "place-order", Method: http.MethodPost, Path: "/checkout/orders", Tag: "checkout", Access: Anyone, Status: 201, Summary: "Order what was quoted",
		Detail: "One quote makes one order, however often it is sent. Where stock has run out the answer is 409 out_of_stock, and nothing is changed.",
	},
		func(ctx context.Context, who actor.Actor, in *struct {
			Token string `header:"X-Cart-Token"`
			Body  struct {
				QuoteID       uuid.UUID `json:"quote_id"`
				Email         string    `json:"email,omitempty" maxLength:"254" doc:"Where a guest hears of the order"`
				PaymentMethod string    `json:"payment_method,omitempty" maxLength:"40"`
			}
		},
		) (*Body[Placed], error) {
			p, err := s.Place(ctx, who, checkout.PlaceRequest{Quote: in.Body.QuoteID, Token: in.Token, Email: in.Body.Email, Payment: in.Body.PaymentMethod})
			if err != nil {
				return nil, err
			}
			return Answer(placed(ctx, &p)), nil
		})
	Handle(a, Op{ID: "get-order", Method: http.MethodGet, Path: "/orders/{id}", Tag: "checkout", Access: Anyone, Summary: "An order, for its buyer, its seller and the office"},
		func(ctx context.Context, who actor.Actor, in *OrderKey) (*Body[Order], error) {
			return orderAnswer(ctx)(s.GetOrder(ctx, who, in.ID, in.credentials()))
		})
	Handle(a, Op{ID: "list-my-purchases", Method: http.MethodGet, Path: "/orders", Tag: "checkout", Access: SignedIn, Summary: "What the actor has bought, the newest first"},
		func(ctx context.Context, who actor.Actor, in *orderQuery) (*Body[List[OrderSummary]], error) {
			return orderList(ctx)(s.ListPurchases(ctx, who, in.request()))
		})
	Handle(a, Op{ID: "cancel-order", Method: http.MethodPost, Path: "/orders/{id}/cancel", Tag: "checkout", Access: Anyone, Summary: "Cancel an order that is not on its way; what was paid goes back"},
		func(ctx context.Context, who actor.Actor, in *struct {
			OrderKey
			Body struct {
				Reason string `json:"reason,omitempty" maxLength:"500"`
			}
		},
		) (*Body[Order], error) {
			return orderAnswer(ctx)(s.Cancel(ctx, who, in.ID, in.credentials(), in.Body.Reason))
		})
	Handle(a, Op{ID: "confirm-delivery", Method: http.MethodPost, Path: "/orders/{id}/delivery", Tag: "checkout", Access: Anyone, Summary: "The buyer has it"},
		func(ctx context.Context, who actor.Actor, in *struct {
			OrderKey
			Body none
		},
		) (*Body[OrderStatus], error) {
			return orderStatus(s.ConfirmDelivery(ctx, who, in.ID, in.credentials()))
		})
	registerSales(a, s)
}

func registerSales(a *API, s *checkout.Service) {
	Handle(a, Op{ID: "list-my-orders", Method: http.MethodGet, Path: "/seller/orders", Tag: "seller", Access: Sellers, Summary: "What the seller has sold, the newest first"},
		func(ctx context.Context, who actor.Actor, in *orderQuery) (*Body[List[OrderSummary]], error) {
			return orderList(ctx)(s.ListSales(ctx, who, in.request()))
		})
	Handle(a, Op{ID: "ship-order", Method: http.MethodPost, Path: "/seller/orders/{id}/shipment", Tag: "seller", Access: Sellers, Summary: "Send an order on its way"},
		func(ctx context.Context, who actor.Actor, in *struct {
			ByID
			Body struct {
				Carrier        string `json:"carrier" minLength:"1" maxLength:"80"`
				TrackingNumber string `json:"tracking_number" minLength:"1" maxLength:"80"`
			}
		},
		) (*Body[OrderStatus], error) {
			return orderStatus(s.Ship(ctx, who, in.ID, in.Body.Carrier, in.Body.TrackingNumber))
		})
	Handle(a, Op{ID: "list-orders", Method: http.MethodGet, Path: "/admin/orders", Tag: "admin", Access: Officers, Summary: "All orders of the county, the newest first"},
		func(ctx context.Context, who actor.Actor, in *orderQuery) (*Body[List[OrderSummary]], error) {
			return orderList(ctx)(s.ListAll(ctx, who, in.request()))
		})
}

type orderQuery struct {
	Page
	Status string `query:"status" enum:"pending,paid,shipped,delivered,cancelled,expired"`
}

func (q *orderQuery) request() checkout.ListRequest {
	return checkout.ListRequest{State: checkout.OrderState(q.Status), Limit: q.Limit, Cursor: q.Cursor}
}

func placed(ctx context.Context, p *checkout.Placed) Placed {
	out := Placed{ID: p.ID, Orders: make([]PlacedOrder, len(p.Orders)), Total: p.Total, Status: string(p.State), ExpiresAt: p.ExpiresAt, Token: p.Token, Payment: payment(ctx, &p.Payment)}
	if p.GuestLink != "" {
		out.GuestLink = scope.From(ctx).Origin + p.GuestLink
	}
	for i, o := range p.Orders {
		out.Orders[i] = PlacedOrder{o.ID, o.Number, sellerRef(ctx, o.Seller), o.Total, string(o.State)}
	}
	return out
}

// payment gives a page of our own its whole address.
func payment(ctx context.Context, p *checkout.Payment) Payment {
	out := Payment{p.ID, p.Provider, string(p.State), p.ClientSecret, p.RedirectURL}
	if out.RedirectURL != "" && out.RedirectURL[0] == '/' {
		out.RedirectURL = scope.From(ctx).Origin + out.RedirectURL
	}
	return out
}

func orderAnswer(ctx context.Context) func(checkout.Order, error) (*Body[Order], error) {
	return func(o checkout.Order, err error) (*Body[Order], error) {
		if err != nil {
			return nil, err
		}
		out := Order{
			ID: o.ID, Number: o.Number, GroupID: o.Group, Status: string(o.State), Seller: sellerRef(ctx, o.Seller), Currency: o.Currency, Amounts: o.Amounts,
			Lines: make([]OrderLine, len(o.Lines)), History: make([]OrderEvent, len(o.History)), Address: o.Address, CreatedAt: o.CreatedAt,
		}
		for i, l := range o.Lines {
			out.Lines[i] = OrderLine{l.ID, l.Product, l.Variant, in(ctx, l.Title), in(ctx, l.VariantTitle), l.Quantity, l.Price, l.Total, pictureURL(l.Picture)}
		}
		for i, e := range o.History {
			out.History[i] = OrderEvent{string(e.State), e.At, e.Note}
		}
		if o.Shipment != nil {
			out.Shipment = &Shipment{o.Shipment.Carrier, o.Shipment.TrackingNumber, o.Shipment.ShippedAt}
		}
		out.crossing(ctx, &o)
		return Answer(out), nil
	}
}

func orderStatus(o checkout.Order, err error) (*Body[OrderStatus], error) {
	if err != nil {
		return nil, err
	}
	return Answer(OrderStatus{o.ID, string(o.State)}), nil
}

func orderList(ctx context.Context) func(checkout.Page, error) (*Body[List[OrderSummary]], error) {
	return func(p checkout.Page, err error) (*Body[List[OrderSummary]], error) {
		if err != nil {
			return nil, err
		}
		out := List[OrderSummary]{Items: make([]OrderSummary, len(p.Items)), NextCursor: p.Next}
		for i, o := range p.Items {
			out.Items[i] = OrderSummary{o.ID, o.Number, o.Group, string(o.State), sellerRef(ctx, o.Seller), o.Total, o.Pieces, in(ctx, o.First), o.CreatedAt}
		}
		return Answer(out), nil
	}
}
