package ledger

import (
	"time"

	"github.com/google/uuid"

	"countyfair/internal/money"
)

// Release is the end of an order's hold, some days after it was delivered.
type Release struct {
	Order     uuid.UUID
	At        time.Time
	ReserveBP int // of the seller's share, kept back a while longer
}

// ReleaseFact names the end of an order's hold.
func ReleaseFact(order uuid.UUID) string { return "order/" + order.String() + "/released" }

// Entry makes what remains of the seller's share, and of the freight, available.
func (r Release) Entry(left Remains) (Entry, error) {
	e := entry(KindRelease, r.At, ReleaseFact(r.Order))
	e.Order = r.Order
	for _, h := range left {
		if h.Order != r.Order || (h.Account != SellerPending && h.Account != ShippingPayable) || h.Amount <= 0 {
			continue
		}
		whole := money.Of(h.Amount, h.Currency)
		kept := money.Of(0, h.Currency)
		if h.Account == SellerPending {
			var err error
			if kept, err = whole.BasisPoints(int64(r.ReserveBP)); err != nil {
				return Entry{}, err
			}
		}
		e.debit(h.Account, h.Party, r.Order, whole)
		e.credit(SellerReserved, h.Party, r.Order, kept)
		e.credit(SellerAvailable, h.Party, r.Order, money.Of(whole.Amount-kept.Amount, h.Currency))
	}
	return e, nil
}

// ReserveReleased makes the rest of an order's reserve available.
func ReserveReleased(order uuid.UUID, at time.Time, left Remains) Entry {
	e := entry(KindReserveRelease, at, "order/"+order.String()+"/reserve_released")
	e.Order = order
	for _, h := range left {
		if h.Order == order && h.Account == SellerReserved && h.Amount > 0 {
			e.debit(SellerReserved, h.Party, order, money.Of(h.Amount, h.Currency))
			e.credit(SellerAvailable, h.Party, order, money.Of(h.Amount, h.Currency))
		}
	}
	return e
}
