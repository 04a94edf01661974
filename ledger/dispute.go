package ledger

import (
	"time"

	"github.com/google/uuid"

	"countyfair/internal/money"
)

// Dispute is a buyer's bank that takes money back. It opens when the funds are
// withdrawn, and ends reinstated or lost.
type Dispute struct {
	ID       string // the provider's
	Provider string
	Payment  uuid.UUID
	Amount   money.Money
	At       time.Time
}

func (d Dispute) entry(kind Kind, step string) Entry {
	e := entry(kind, d.At, "dispute/"+d.Provider+"/"+d.ID+"/"+step)
	e.Payment = d.Payment
	return e
}

// Opened books that the provider took the funds.
func (d Dispute) Opened() Entry {
	e := d.entry(KindDisputeOpened, "opened")
	e.debit(DisputeHeld, d.Provider, uuid.Nil, d.Amount)
	e.credit(ProviderClearing, d.Provider, uuid.Nil, d.Amount)
	return e
}

// Reinstated books that the funds came back.
func (d Dispute) Reinstated() Entry {
	e := d.entry(KindDisputeWon, "reinstated")
	e.debit(ProviderClearing, d.Provider, uuid.Nil, d.Amount)
	e.credit(DisputeHeld, d.Provider, uuid.Nil, d.Amount)
	return e
}

// Lost books that the funds are gone. With bySellers what remains of the orders
// bears it as it would a refund, and the county what is beyond that; otherwise
// the county bears all.
func (d Dispute) Lost(left Remains, bySellers bool) (Entry, error) {
	e := d.entry(KindDisputeLost, "lost")
	county := d.Amount
	if bySellers {
		theirs := money.Of(min(d.Amount.Amount, left.Left(d.Amount.Currency).Amount), d.Amount.Currency)
		if theirs.Amount > 0 {
			if err := e.take(left, theirs); err != nil {
				return Entry{}, err
			}
		}
		county.Amount -= theirs.Amount
	}
	e.debit(DisputeLoss, "", uuid.Nil, county)
	e.credit(DisputeHeld, d.Provider, uuid.Nil, d.Amount)
	return e, nil
}
