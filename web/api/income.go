package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"countyfair/checkout"
	"countyfair/internal/actor"
	"countyfair/internal/money"
	"countyfair/ledger"
	"countyfair/web/scope"
)

// Refund is money on its way back to a buyer.
type Refund struct {
	ID      uuid.UUID   `json:"id"`
	OrderID uuid.UUID   `json:"order_id"`
	Amount  money.Money `json:"amount"`
	Status  string      `json:"status" enum:"waiting,done,failed"`
	At      time.Time   `json:"created_at"`
}

// Income is what a seller earned in a period, and where the money stands.
type Income struct {
	From     string      `json:"from" format:"date"`
	To       string      `json:"to" format:"date" doc:"The last day that counts"`
	Currency string      `json:"currency"`
	Sums                 // of the county's currency
	Others   []OtherSums `json:"others" doc:"The same in other currencies, where there was anything"`
}

// OtherSums are the sums of another currency.
type OtherSums struct {
	Currency string `json:"currency"`
	Sums
}

// Sums are a seller's figures in one currency: sold + shipping − refunded −
// commission is what the period brought.
type Sums struct {
	Sold       money.Money `json:"sold" doc:"Goods less discounts"`
	Shipping   money.Money `json:"shipping"`
	Refunded   money.Money `json:"refunded"`
	Commission money.Money `json:"commission"`
	Earned     money.Money `json:"earned"`
	PaidOut    money.Money `json:"paid_out"`
	Balance    Standing    `json:"balance"`
}

// Standing is where a seller's money stands now.
type Standing struct {
	Pending   money.Money `json:"pending" doc:"Of orders that are not past their hold, freight included"`
	Available money.Money `json:"available" doc:"Below zero: what the seller owes"`
	Reserved  money.Money `json:"reserved"`
	PaidOut   money.Money `json:"paid_out" doc:"Ever"`
}

type incomeQuery struct {
	From string `query:"from" format:"date" doc:"The first day, in the county's time; absent: the first of this month"`
	To   string `query:"to" format:"date" doc:"The last day; absent: today"`
}

// period is the days asked for, and the same as moments.
func (q *incomeQuery) period(county *time.Location, now time.Time) (ledger.Period, time.Time, time.Time) {
	today := now.In(county)
	from, to := time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, county), time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, county)
	if day, err := time.ParseInLocation(time.DateOnly, q.From, county); err == nil {
		from = day
	}
	if day, err := time.ParseInLocation(time.DateOnly, q.To, county); err == nil {
		to = day
	}
	return ledger.Period{From: from, To: to.AddDate(0, 0, 1)}, from, to
}

// RegisterMoney adds what is done with money after it was paid.
func RegisterMoney(a *API, s *checkout.Service, book *ledger.Book, now func() time.Time) {
	Handle(a, Op{
		ID: "refund-order", Method: http.MethodPost, Path: "/orders/{id}/refunds", Tag: "checkout", Access: SignedIn, Status: 201, Summary: "Give back a part of a paid order, or all that is left",
		Detail: "For the order's seller and the county's officers. Without an amount all that is left goes back. More than that is refused as refund_too_much.",
	},
		func(ctx context.Context, who actor.Actor, in *struct {
			ByID
			Body struct {
				Amount *money.Money `json:"amount,omitempty"`
				Reason string       `json:"reason" minLength:"1" maxLength:"200"`
			}
		},
		) (*Body[Refund], error) {
			r, err := s.Refund(ctx, who, in.ID, checkout.RefundRequest{Amount: in.Body.Amount, Reason: in.Body.Reason})
			if err != nil {
				return nil, err
			}
			return Answer(Refund{r.ID, r.Order, r.Amount, r.State, r.At}), nil
		})
	Handle(a, Op{ID: "get-my-income", Method: http.MethodGet, Path: "/seller/income", Tag: "seller", Access: Sellers, Summary: "What the seller earned in a period, and where the money stands"},
		func(ctx context.Context, who actor.Actor, in *incomeQuery) (*Body[Income], error) {
			county := scope.From(ctx).County
			p, from, to := in.period(county.Location(), now())
			all, err := book.Income(ctx, who, p)
			if err != nil {
				return nil, err
			}
			out := Income{From: from.Format(time.DateOnly), To: to.Format(time.DateOnly), Currency: county.Currency, Sums: sums(ledger.NoIncome(county.Currency)), Others: []OtherSums{}}
			for _, i := range all {
				if i.Currency == county.Currency {
					out.Sums = sums(i)
				} else {
					out.Others = append(out.Others, OtherSums{i.Currency, sums(i)})
				}
			}
			return Answer(out), nil
		})
}

func sums(i ledger.Income) Sums {
	s := i.Standing
	pending := money.Of(s.Pending.Amount+s.Shipping.Amount, i.Currency)
	return Sums{i.Sold, i.Shipping, i.Refunded, i.Commission, i.Earned(), i.PaidOut, Standing{pending, s.Available, s.Reserved, s.PaidOut}}
}
