package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/google/uuid"

	"countyfair/internal/money"
)

// Entry is one thing that happened to money.
type Entry struct {
	ID      uuid.UUID
	Kind    Kind
	Fact    string // its name, once for each county: "payment/<id>/captured"
	At      time.Time
	Group   uuid.UUID // what it belongs to, where it does
	Order   uuid.UUID
	Payment uuid.UUID
	Memo    map[string]any
	Lines   []Line
}

// Line is one account's part: positive debit, negative credit.
type Line struct {
	Account  Account
	Party    string    // a seller's id or a provider's name; "" where the account has none
	Order    uuid.UUID // whose money it is, where it is an order's
	Currency string
	Amount   int64
}

// Errors of the book.
var (
	ErrUnbalanced = errors.New("ledger: the entry does not sum to zero")
	ErrAmount     = errors.New("ledger: the amount makes no sense")
)

func entry(kind Kind, at time.Time, fact string) Entry {
	return Entry{ID: uuid.Must(uuid.NewV7()), Kind: kind, Fact: fact, At: at}
}

// debit adds a line; nothing adds none.
func (e *Entry) debit(a Account, party string, order uuid.UUID, m money.Money) {
	if m.Amount != 0 {
		e.Lines = append(e.Lines, Line{a, party, order, m.Currency, m.Amount})
	}
}

func (e *Entry) credit(a Account, party string, order uuid.UUID, m money.Money) {
	e.debit(a, party, order, money.Of(-m.Amount, m.Currency))
}

// Empty reports whether nothing moved: such an entry is not written.
func (e *Entry) Empty() bool { return len(e.Lines) == 0 }

// check is what the database checks too, said earlier and in Go.
func (e *Entry) check() error {
	info, ok := Kinds[e.Kind]
	if !ok || e.Fact == "" || e.At.IsZero() {
		return fmt.Errorf("ledger: an entry needs a kind, a fact and a time: %q %q", e.Kind, e.Fact)
	}
	sums := map[string]*big.Int{}
	for _, l := range e.Lines {
		if !slices.Contains(info.Touches, l.Account) {
			return fmt.Errorf("ledger: %s touches %s", e.Kind, l.Account)
		}
		if sums[l.Currency] == nil {
			sums[l.Currency] = new(big.Int)
		}
		sums[l.Currency].Add(sums[l.Currency], big.NewInt(l.Amount))
	}
	for code, sum := range sums {
		if sum.Sign() != 0 {
			return fmt.Errorf("%w: %s is over by %s in %s", ErrUnbalanced, e.Fact, sum, code)
		}
	}
	return nil
}

func (e *Entry) memo() ([]byte, error) {
	if len(e.Memo) == 0 {
		return []byte("{}"), nil
	}
	return json.Marshal(e.Memo)
}

// Reversal is the entry turned round, under the name of what undid it.
func reversal(kind Kind, at time.Time, fact string, lines []Line) Entry {
	e := entry(kind, at, fact)
	for _, l := range lines {
		l.Amount = -l.Amount
		e.Lines = append(e.Lines, l)
	}
	return e
}
