package ledger

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/actor"
	"countyfair/internal/clock"
	"countyfair/internal/money"
	"countyfair/internal/pg"
)

// Book is reading the book.
type Book struct {
	db    *pg.DB
	clock clock.Clock
}

// NewBook makes the use-cases of reading.
func NewBook(db *pg.DB, c clock.Clock) *Book { return &Book{db, c} }

// Balance is what an account stands at: positive debit, negative credit.
type Balance struct {
	Account  Account
	Party    string
	Currency string
	Amount   int64
}

// Trial is the county's trial balance: every account with its parties. Each
// currency sums to zero.
func (b *Book) Trial(ctx context.Context, who actor.Actor) ([]Balance, error) {
	if err := who.Need(actor.Officer, actor.Supervisor, actor.System); err != nil {
		return nil, err
	}
	var out []Balance
	err := b.db.Query(ctx, func(q pg.Querier) (err error) {
		out, err = trial(ctx, q, who.Tenant)
		return err
	})
	return out, err
}

func trial(ctx context.Context, q pg.Querier, tenant uuid.UUID) ([]Balance, error) {
	rows, err := q.Query(ctx, `SELECT account, party, currency, sum(amount)::bigint FROM ledger_lines WHERE tenant_id = $1 GROUP BY account, party, currency ORDER BY currency, account, party`, tenant)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Balance])
}

// Standing is where a seller's money of one currency stands.
type Standing struct {
	Pending   money.Money // of orders that are not past their hold
	Available money.Money // below zero: what the seller owes
	Reserved  money.Money
	PaidOut   money.Money
	Shipping  money.Money // freight of orders that are not past their hold
}

// Income is what a seller earned in a period, in one currency, and where the
// seller's money stands now. Sold + Shipping − Refunded − Commission is what the
// period brought.
type Income struct {
	Currency   string
	Sold       money.Money // goods less discounts
	Shipping   money.Money
	Refunded   money.Money // goods and freight given back
	Commission money.Money // less what went back with refunds
	PaidOut    money.Money // sent, less what came back
	Standing   Standing
}

// Period is from (inclusive) to (exclusive).
type Period struct{ From, To time.Time }

// movement is what the entries of one kind did to one account of a seller:
// in the period, and ever. Positive is to the seller's favour.
type movement struct {
	Currency string
	Kind     Kind
	Account  Account
	Period   int64
	Ever     int64
}

// Income sums up the actor's own seller, a currency a line.
func (b *Book) Income(ctx context.Context, who actor.Actor, p Period) ([]Income, error) {
	if err := who.Need(actor.Seller); err != nil {
		return nil, err
	}
	return b.incomeOf(ctx, who.Tenant, who.Seller, p)
}

// IncomeOf sums up any seller, for the office.
func (b *Book) IncomeOf(ctx context.Context, who actor.Actor, seller uuid.UUID, p Period) ([]Income, error) {
	if err := who.Need(actor.Officer, actor.Supervisor, actor.System); err != nil {
		return nil, err
	}
	return b.incomeOf(ctx, who.Tenant, seller, p)
}

func (b *Book) incomeOf(ctx context.Context, tenant, seller uuid.UUID, p Period) ([]Income, error) {
	var all []movement
	err := b.db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, `SELECT l.currency, e.kind, l.account, coalesce(-sum(l.amount) FILTER (WHERE e.at >= $3 AND e.at < $4), 0)::bigint, -sum(l.amount)::bigint
			FROM ledger_lines l JOIN ledger_entries e ON e.tenant_id = l.tenant_id AND e.id = l.entry_id
			WHERE l.tenant_id = $1 AND l.party = $2 GROUP BY l.currency, e.kind, l.account ORDER BY l.currency`, tenant, seller.String(), p.From, p.To)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, pgx.RowToStructByPos[movement])
		return err
	})
	return incomes(all), err
}

func incomes(all []movement) []Income {
	out := []Income{}
	for _, m := range all {
		if len(out) == 0 || out[len(out)-1].Currency != m.Currency {
			out = append(out, NoIncome(m.Currency))
		}
		out[len(out)-1].add(m)
	}
	return out
}

// NoIncome is nothing earned, and nothing standing, in the currency.
func NoIncome(code string) Income {
	zero := money.Of(0, code)
	return Income{code, zero, zero, zero, zero, zero, Standing{zero, zero, zero, zero, zero}}
}

// Earned is what the period brought.
func (i *Income) Earned() money.Money {
	return money.Of(i.Sold.Amount+i.Shipping.Amount-i.Refunded.Amount-i.Commission.Amount, i.Currency)
}

func (i *Income) add(m movement) {
	s := &i.Standing
	switch m.Account {
	case SellerPending:
		s.Pending.Amount += m.Ever
	case SellerAvailable:
		s.Available.Amount += m.Ever
	case SellerReserved:
		s.Reserved.Amount += m.Ever
	case SellerPaidOut:
		s.PaidOut.Amount += m.Ever
		i.PaidOut.Amount += m.Period
	case ShippingPayable:
		s.Shipping.Amount += m.Ever
	case CountyCommission, PlatformCommission:
		i.Commission.Amount += m.Period
	default: // no seller's
	}
	switch m.Kind {
	case KindSale:
		if m.Account == ShippingPayable {
			i.Shipping.Amount += m.Period
		} else {
			i.Sold.Amount += m.Period
		}
	case KindRefundAsked, KindRefundFailed, KindDisputeLost:
		i.Refunded.Amount -= m.Period
	default: // moves what is the seller's already
	}
}

// StatementLine is one entry as it changed a seller's money.
type StatementLine struct {
	Entry     uuid.UUID
	Kind      Kind
	At        time.Time
	Order     *uuid.UUID
	Currency  string
	Pending   int64
	Available int64
	Reserved  int64
	PaidOut   int64
	Freight   int64
	Fee       int64 // commission, to the seller's cost
}

// Statement lists what changed the actor's own seller's money in a period, the
// newest first, after the entry named (uuid.Nil: from the start).
func (b *Book) Statement(ctx context.Context, who actor.Actor, p Period, after uuid.UUID, limit int) ([]StatementLine, error) {
	if err := who.Need(actor.Seller); err != nil {
		return nil, err
	}
	if after == uuid.Nil {
		after = uuid.Max
	}
	out := []StatementLine{}
	err := b.db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, `SELECT e.id, e.kind, e.at, l.order_id, l.currency,
				sum(-l.amount) FILTER (WHERE account = 'seller_pending'), sum(-l.amount) FILTER (WHERE account = 'seller_available'),
				sum(-l.amount) FILTER (WHERE account = 'seller_reserved'), sum(-l.amount) FILTER (WHERE account = 'seller_paid_out'),
				sum(-l.amount) FILTER (WHERE account = 'shipping_payable'), sum(-l.amount) FILTER (WHERE account IN ('county_commission', 'platform_commission'))
			FROM ledger_lines l JOIN ledger_entries e ON e.tenant_id = l.tenant_id AND e.id = l.entry_id
			WHERE l.tenant_id = $1 AND l.party = $2 AND e.at >= $3 AND e.at < $4 AND e.id < $5
			GROUP BY e.id, e.kind, e.at, l.order_id, l.currency ORDER BY e.id DESC, l.order_id, l.currency LIMIT $6`,
			who.Tenant, who.Seller.String(), p.From, p.To, after, min(max(limit, 1), 500))
		if err != nil {
			return err
		}
		out, err = pgx.AppendRows(out, rows, scanStatementLine)
		return err
	})
	return out, err
}

func scanStatementLine(row pgx.CollectableRow) (s StatementLine, err error) {
	var n [6]*int64
	if err := row.Scan(&s.Entry, &s.Kind, &s.At, &s.Order, &s.Currency, &n[0], &n[1], &n[2], &n[3], &n[4], &n[5]); err != nil {
		return s, err
	}
	for i, to := range []*int64{&s.Pending, &s.Available, &s.Reserved, &s.PaidOut, &s.Freight, &s.Fee} {
		if n[i] != nil {
			*to = *n[i]
		}
	}
	return s, nil
}
