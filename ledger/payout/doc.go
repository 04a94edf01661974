// Package payout pays sellers what the book says is theirs to have.
//
// An officer makes a run of all balances that can be paid (Propose); another
// officer looks at it and approves it (two persons: the database insists too).
// Approving books every line: the money leaves the seller's balance. A Rail
// carries the run out: the settlement rail makes the files that a bank takes,
// and the bank's answer is imported; a line that failed goes back into the
// seller's balance. Each line is booked once, whatever is imported twice.
//
// States move only along the maps in run.go. Each step is audited in its own
// transaction. Account numbers are sealed with the installation's secret and
// shown by their last digits only; in clear they stand in the bank's file alone.
package payout
