package payout

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"countyfair/internal/money"
)

// RunState is where a run stands.
type RunState string

// The states of a run.
const (
	Proposed RunState = "proposed" // waits for a second officer
	Approved RunState = "approved" // booked, to be carried out
	Rejected RunState = "rejected"
	Settled  RunState = "settled" // every line has its answer
)

var runMoves = map[RunState][]RunState{
	Proposed: {Approved, Rejected},
	Approved: {Settled},
	Rejected: {},
	Settled:  {},
}

// LineState is where one seller's payment stands.
type LineState string

// The states of a line.
const (
	LineProposed LineState = "proposed"
	LineDropped  LineState = "dropped" // not approved, or no longer covered when the run was
	LineApproved LineState = "approved"
	LinePaid     LineState = "paid"
	LineFailed   LineState = "failed"   // the bank did not pay; back in the balance
	LineReturned LineState = "returned" // paid, and sent back; back in the balance
)

var lineMoves = map[LineState][]LineState{
	LineProposed: {LineApproved, LineDropped},
	LineDropped:  {},
	LineApproved: {LinePaid, LineFailed},
	LinePaid:     {LineReturned},
	LineFailed:   {},
	LineReturned: {},
}

// CanBecome reports whether a run may go on to the next state.
func (s RunState) CanBecome(next RunState) bool { return slices.Contains(runMoves[s], next) }

// CanBecome reports whether a line may go on to the next state.
func (s LineState) CanBecome(next LineState) bool { return slices.Contains(lineMoves[s], next) }

// Run is one payout run. Lines are there where a single run was asked for.
type Run struct {
	ID        uuid.UUID
	Number    string
	Rail      string
	Currency  string
	State     RunState
	MadeBy    uuid.UUID
	MadeAt    time.Time
	DecidedBy *uuid.UUID
	DecidedAt *time.Time
	SettledAt *time.Time
	Reason    string
	Count     int         // lines that are not dropped
	Total     money.Money // of these
	Lines     []Line
}

// Line is one seller's payment in a run.
type Line struct {
	ID      uuid.UUID
	Seller  uuid.UUID
	Amount  money.Money
	State   LineState
	Holder  string
	Bank    string
	Account string // masked: ···· 1234
	BankRef string
	Failure string
	code    string
	sealed  []byte
}
