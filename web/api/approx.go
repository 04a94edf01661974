package api

import (
	"context"
	"strings"
	"time"

	"countyfair/customs"
	"countyfair/internal/errs"
	"countyfair/internal/money"
	"countyfair/web/scope"
)

// ApproxPrice is a price in the reader's currency, as a help to read it. What
// is charged stands in the quote.
type ApproxPrice struct {
	money.Money
	AsOf string `json:"as_of" format:"date" doc:"Day of the exchange rate"`
}

// Rates give the newest exchange rates; customs.Service.FX does.
type Rates func(ctx context.Context) (customs.Snapshot, error)

// into gives how prices are told in a currency: not at all where none is asked
// for or it is the county's own.
func (r Rates) into(ctx context.Context, currency string) (func(money.Money) *ApproxPrice, error) {
	own := scope.From(ctx).County.Currency
	currency = strings.ToUpper(currency)
	if currency == "" || currency == own {
		return func(money.Money) *ApproxPrice { return nil }, nil
	}
	var fx customs.Snapshot
	if r != nil {
		var err error
		if fx, err = r(ctx); err != nil {
			return nil, err
		}
	}
	if !fx.Knows(currency) || !fx.Knows(own) {
		var wrong errs.Fields
		wrong.Add("currency", "not_offered", "There is no exchange rate for this currency.")
		return nil, wrong.Err()
	}
	day := fx.AsOf.Format(time.DateOnly)
	return func(m money.Money) *ApproxPrice {
		amount, err := fx.Convert(m.Amount, m.Currency, currency)
		if err != nil {
			return nil
		}
		return &ApproxPrice{money.Of(amount, currency), day}
	}, nil
}
