package ledger

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/errs"
	"countyfair/internal/money"
	"countyfair/internal/pg"
)

// Held is what an account still holds of an order: positive is owed to somebody.
type Held struct {
	Account  Account
	Party    string
	Order    uuid.UUID
	Currency string
	Amount   int64
}

// Remains is what the book still holds of one or more orders.
type Remains []Held

// Of asks the book what remains of the orders, after everybody else who was
// about to change them. Until the transaction ends nobody else changes them.
func Of(ctx context.Context, tx *pg.Tx, tenant uuid.UUID, orders ...uuid.UUID) (Remains, error) {
	b := &pgx.Batch{}
	b.Queue(`SELECT pg_advisory_xact_lock(hashtextextended('ledger/order/' || o, 0)) FROM unnest($1::uuid[]) AS u (o) ORDER BY o`, orders)
	b.Queue(`SELECT account, party, order_id, currency, -sum(amount)::bigint FROM ledger_lines WHERE tenant_id = $1 AND order_id = ANY ($2)
		GROUP BY account, party, order_id, currency HAVING sum(amount) <> 0 ORDER BY order_id, account, currency`, tenant, orders)
	r := tx.SendBatch(ctx, b)
	out, err := readHeld(r)
	if bad := r.Close(); err == nil {
		err = bad
	}
	return out, err
}

func readHeld(r pgx.BatchResults) (Remains, error) {
	if _, err := r.Exec(); err != nil {
		return nil, err
	}
	rows, err := r.Query()
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Held])
}

// sellerStands are where a seller's share of an order can stand, in the order a
// refund takes it: what is not the seller's yet, then what is kept for refunds,
// then the balance, which may fall below zero.
var sellerStands = []Account{SellerPending, SellerReserved, SellerAvailable}

// component is one share that a refund takes from.
type component struct {
	account  Account // SellerAvailable stands for all a seller has of the order
	party    string
	order    uuid.UUID
	currency string
	amount   int64
}

// components gives the shares of the currency that hold something, orders in
// turn and accounts as in the chart.
func (r Remains) components(code string) []component {
	var out []component
	for _, order := range r.orders() {
		for _, info := range Chart {
			if info.Side != Claim || info.Account == SellerPending || info.Account == SellerReserved || info.Account == SellerPaidOut || info.Account == DisputeLoss {
				continue
			}
			c := component{account: info.Account, order: order, currency: code}
			for _, h := range r {
				if h.Order == order && h.Currency == code && standsFor(h.Account) == info.Account {
					c.amount += h.Amount
					c.party = h.Party
				}
			}
			if c.amount > 0 {
				out = append(out, c)
			}
		}
	}
	return out
}

// standsFor puts all that a seller has of an order into one.
func standsFor(a Account) Account {
	switch a {
	case SellerPending, SellerReserved, SellerPaidOut:
		return SellerAvailable
	default:
		return a
	}
}

func (r Remains) orders() []uuid.UUID {
	var out []uuid.UUID
	seen := map[uuid.UUID]bool{}
	for _, h := range r {
		if !seen[h.Order] {
			seen[h.Order] = true
			out = append(out, h.Order)
		}
	}
	return out
}

// Left is what can still be given back in the currency.
func (r Remains) Left(code string) money.Money {
	m := money.Of(0, code)
	for _, c := range r.components(code) {
		m.Amount += c.amount
	}
	return m
}

func (r Remains) held(account Account, order uuid.UUID, code string) Held {
	for _, h := range r {
		if h.Account == account && h.Order == order && h.Currency == code {
			return h
		}
	}
	return Held{Account: account, Order: order, Currency: code}
}

// ErrTooMuch says that more is asked back than is left.
var ErrTooMuch = errs.New(errs.Conflict, "refund_too_much", "This is more than what is left of the order.")

// take debits the shares for an amount: by largest remainder over what they
// still hold, so that no part exceeds its share and all sum to the amount.
func (e *Entry) take(r Remains, amount money.Money) error {
	parts := r.components(amount.Currency)
	if amount.Amount <= 0 || amount.Amount > r.Left(amount.Currency).Amount {
		return ErrTooMuch
	}
	weights := make([]int64, len(parts))
	for i, c := range parts {
		weights[i] = c.amount
	}
	for i, n := range money.Allocate(amount.Amount, weights) {
		c := parts[i]
		switch c.account {
		case SellerAvailable:
			e.takeFromSeller(r, c, n)
		case FXClearing:
			if err := e.takeExchanged(r, c, n); err != nil {
				return err
			}
		default:
			e.debit(c.account, c.party, c.order, money.Of(n, c.currency))
		}
	}
	return nil
}

// takeFromSeller takes from where the seller's share stands, and what none of
// these hold any more from the balance.
func (e *Entry) takeFromSeller(r Remains, c component, n int64) {
	for _, a := range sellerStands {
		part := n
		if a != SellerAvailable {
			part = min(n, max(r.held(a, c.order, c.currency).Amount, 0))
		}
		e.debit(a, c.party, c.order, money.Of(part, c.currency))
		n -= part
	}
}

// takeExchanged gives back a part of what ties the order to the seller's own
// currency, and in that currency the same proportion of the seller's share.
func (e *Entry) takeExchanged(r Remains, c component, n int64) error {
	e.debit(FXClearing, "", c.order, money.Of(n, c.currency))
	for _, h := range r {
		if h.Account != FXClearing || h.Order != c.order || h.Currency == c.currency {
			continue
		}
		part, err := money.MulRatio(-h.Amount, n, c.amount)
		if err != nil {
			return err
		}
		e.credit(FXClearing, "", c.order, money.Of(part, h.Currency))
		own := Remains{}
		for _, o := range r {
			if o.Order == c.order && o.Currency == h.Currency && o.Account != FXClearing {
				own = append(own, o)
			}
		}
		if part > 0 {
			if err := e.take(own, money.Of(part, h.Currency)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Available is what each seller can be paid in the currency; below zero, what a
// seller owes.
func Available(ctx context.Context, q pg.Querier, tenant uuid.UUID, code string) (map[uuid.UUID]int64, error) {
	rows, err := q.Query(ctx, `SELECT party::uuid, -sum(amount)::bigint FROM ledger_lines WHERE tenant_id = $1 AND account = 'seller_available' AND currency = $2
		GROUP BY party HAVING sum(amount) <> 0`, tenant, code)
	if err != nil {
		return nil, err
	}
	out := map[uuid.UUID]int64{}
	var seller uuid.UUID
	var sum int64
	_, err = pgx.ForEachRow(rows, []any{&seller, &sum}, func() error {
		out[seller] = sum
		return nil
	})
	return out, err
}
