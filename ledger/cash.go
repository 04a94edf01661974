package ledger

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"countyfair/internal/money"
)

// Fee is what a provider kept for its work.
type Fee struct {
	ID       string // the provider's own number of the movement
	Provider string
	Payment  uuid.UUID
	Amount   money.Money
	At       time.Time
}

// Entry books the fee; a negative one is a fee given back.
func (f Fee) Entry() Entry {
	e := entry(KindFee, f.At, "fee/"+f.Provider+"/"+f.ID)
	e.Payment = f.Payment
	e.debit(ProviderFees, f.Provider, uuid.Nil, f.Amount)
	e.credit(ProviderClearing, f.Provider, uuid.Nil, f.Amount)
	return e
}

// Transfer moves a seller's share of one order to the seller's own account at
// the provider.
type Transfer struct {
	ID       uuid.UUID
	Provider string
	Payment  uuid.UUID
	Order    uuid.UUID
	Seller   uuid.UUID
	Amount   money.Money
	At       time.Time
}

// Sent books the transfer.
func (t Transfer) Sent() Entry { return t.move(KindTransfer, "sent", t.Amount) }

// Reversed books that a part came back; n counts the reversals of the transfer.
func (t Transfer) Reversed(n int, part money.Money) Entry {
	return t.move(KindTransferBack, fmt.Sprintf("reversed/%d", n), money.Of(-part.Amount, part.Currency))
}

func (t Transfer) move(kind Kind, step string, m money.Money) Entry {
	e := entry(kind, t.At, "transfer/"+t.ID.String()+"/"+step)
	e.Payment, e.Order = t.Payment, t.Order
	e.debit(SellerAvailable, t.Seller.String(), t.Order, m)
	e.credit(SellerPaidOut, t.Seller.String(), t.Order, m)
	e.debit(PayoutsMade, "", uuid.Nil, m)
	e.credit(ProviderClearing, t.Provider, uuid.Nil, m)
	return e
}

// ReversalDue is what of a transfer is to come back, once so much of the
// captured money was refunded and so much came back before: cumulative, so that
// the parts never add up to more than the transfer.
func ReversalDue(transfer, captured, refunded, reversed int64) (int64, error) {
	due, err := money.MulRatio(transfer, refunded, captured)
	return due - reversed, err
}

// ProviderPayout is money that a provider sent to the county's bank account.
type ProviderPayout struct {
	ID       string
	Provider string
	Amount   money.Money
	At       time.Time
}

// Entry books the payout.
func (p ProviderPayout) Entry() Entry {
	e := entry(KindProviderPayout, p.At, "provider_payout/"+p.Provider+"/"+p.ID)
	e.debit(Bank, "", uuid.Nil, p.Amount)
	e.credit(ProviderClearing, p.Provider, uuid.Nil, p.Amount)
	return e
}

// Conversion is money that was exchanged where it lay.
type Conversion struct {
	ID    string
	Where Account     // ProviderClearing or Bank
	Party string      // the provider, where it lay there
	From  money.Money // what was given
	To    money.Money // what came
	Book  int64       // what From stood for in To's currency, by BookValue
	At    time.Time
}

// BookValue is what a part of a position stands for: open minor units of one
// currency were sold for owed of another, in proportion to the part.
func BookValue(open, owed, part int64) (int64, error) { return money.MulRatio(owed, part, open) }

// Entry books the exchange; the difference to the sales' rate is gain or loss.
func (c Conversion) Entry() Entry {
	e := entry(KindConversion, c.At, "conversion/"+c.ID)
	e.debit(FXClearing, "", uuid.Nil, c.From)
	e.credit(c.Where, c.Party, uuid.Nil, c.From)
	e.debit(c.Where, c.Party, uuid.Nil, c.To)
	e.credit(FXClearing, "", uuid.Nil, money.Of(c.Book, c.To.Currency))
	e.credit(FXDifference, "", uuid.Nil, money.Of(c.To.Amount-c.Book, c.To.Currency))
	return e
}

// Payout is one seller's line of a payout run.
type Payout struct {
	Line   uuid.UUID
	Seller uuid.UUID
	Amount money.Money
	At     time.Time
}

// PayoutFact names a step of a payout line.
func PayoutFact(line uuid.UUID, step string) string { return "payout/" + line.String() + "/" + step }

// Approved takes the money out of the seller's balance.
func (p Payout) Approved() Entry {
	e := entry(KindPayoutApproved, p.At, PayoutFact(p.Line, "approved"))
	e.debit(SellerAvailable, p.Seller.String(), uuid.Nil, p.Amount)
	e.credit(SellerPaidOut, p.Seller.String(), uuid.Nil, p.Amount)
	return e
}

// Paid books that the bank carried it out.
func (p Payout) Paid() Entry {
	e := entry(KindPayoutPaid, p.At, PayoutFact(p.Line, "paid"))
	e.debit(PayoutsMade, "", uuid.Nil, p.Amount)
	e.credit(Bank, "", uuid.Nil, p.Amount)
	return e
}

// Failed puts the money back into the balance: the bank did not pay.
func (p Payout) Failed() Entry {
	return reversal(KindPayoutFailed, p.At, PayoutFact(p.Line, "failed"), p.Approved().Lines)
}

// Returned puts the money back after the bank had paid, and the seller's bank refused.
func (p Payout) Returned() Entry {
	return reversal(KindPayoutReturned, p.At, PayoutFact(p.Line, "returned"), append(p.Approved().Lines, p.Paid().Lines...))
}
