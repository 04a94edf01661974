package ledger

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"countyfair/internal/money"
)

// Sale is a payment that was captured for a living basket.
type Sale struct {
	Payment  uuid.UUID
	Group    uuid.UUID
	Provider string
	Total    money.Money // as captured
	Parts    []Part
	At       time.Time
}

// Part is one seller's order in a sale, in minor units of the currency charged.
type Part struct {
	Order      uuid.UUID
	Seller     uuid.UUID
	Goods      int64
	Discount   int64
	Shipping   int64
	Insurance  int64
	Handling   int64
	Duty       int64 // as charged: under DAP none
	Tax        int64
	CountyBP   int // of goods less discount, in basis points
	PlatformBP int
	Owed       *Owed // where the seller is owed another currency than was charged
}

// Owed is a seller's share in the seller's own currency.
type Owed struct {
	Currency string
	Net      int64 // goods less discount and commission
	Shipping int64
}

// Total is what the buyer paid for this order.
func (p *Part) Total() int64 {
	return p.Goods - p.Discount + p.Shipping + p.Insurance + p.Handling + p.Duty + p.Tax
}

// Captured is the name of the fact that a payment was captured.
func Captured(payment uuid.UUID) string { return "payment/" + payment.String() + "/captured" }

// Entry shares the captured money out.
func (s Sale) Entry() (Entry, error) {
	e := entry(KindSale, s.At, Captured(s.Payment))
	e.Group, e.Payment = s.Group, s.Payment
	e.debit(ProviderClearing, s.Provider, uuid.Nil, s.Total)
	var sum int64
	for i := range s.Parts {
		p := &s.Parts[i]
		sum += p.Total()
		if err := e.share(p, s.Total.Currency); err != nil {
			return Entry{}, err
		}
	}
	if sum != s.Total.Amount {
		return Entry{}, fmt.Errorf("%w: payment %s captured %s, its orders come to %d", ErrUnbalanced, s.Payment, s.Total, sum)
	}
	return e, nil
}

// share credits everybody's part of one order.
func (e *Entry) share(p *Part, code string) error {
	of := func(n int64) money.Money { return money.Of(n, code) }
	for _, n := range []int64{p.Goods, p.Discount, p.Shipping, p.Insurance, p.Handling, p.Duty, p.Tax, p.Goods - p.Discount} {
		if n < 0 {
			return fmt.Errorf("%w: order %s has a part below zero", ErrAmount, p.Order)
		}
	}
	county, err := of(p.Goods - p.Discount).BasisPoints(int64(p.CountyBP))
	if err != nil {
		return err
	}
	platform, err := of(p.Goods - p.Discount).BasisPoints(int64(p.PlatformBP))
	if err != nil {
		return err
	}
	// Two halves of one fen, rounded up, are more than the fen.
	platform.Amount = min(platform.Amount, p.Goods-p.Discount-county.Amount)
	net, seller := p.Goods-p.Discount-county.Amount-platform.Amount, p.Seller.String()
	if p.Owed == nil {
		e.credit(SellerPending, seller, p.Order, of(net))
		e.credit(ShippingPayable, seller, p.Order, of(p.Shipping))
	} else {
		e.credit(FXClearing, "", p.Order, of(net+p.Shipping))
		e.debit(FXClearing, "", p.Order, money.Of(p.Owed.Net+p.Owed.Shipping, p.Owed.Currency))
		e.credit(SellerPending, seller, p.Order, money.Of(p.Owed.Net, p.Owed.Currency))
		e.credit(ShippingPayable, seller, p.Order, money.Of(p.Owed.Shipping, p.Owed.Currency))
	}
	e.credit(CountyCommission, seller, p.Order, county)
	e.credit(PlatformCommission, seller, p.Order, platform)
	e.credit(InsurancePayable, "", p.Order, of(p.Insurance))
	e.credit(HandlingPayable, "", p.Order, of(p.Handling))
	e.credit(DutyPayable, "", p.Order, of(p.Duty))
	e.credit(TaxPayable, "", p.Order, of(p.Tax))
	return nil
}

// Late is money that came for a basket that had ended: it is the buyer's.
type Late struct {
	Payment  uuid.UUID
	Group    uuid.UUID
	Provider string
	Amount   money.Money
	At       time.Time
}

// Entry promises the money back at once.
func (l Late) Entry() Entry {
	e := entry(KindLate, l.At, Captured(l.Payment))
	e.Group, e.Payment = l.Group, l.Payment
	e.debit(ProviderClearing, l.Provider, uuid.Nil, l.Amount)
	e.credit(BuyerRefunds, "", uuid.Nil, l.Amount)
	return e
}
