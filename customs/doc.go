// Package customs is what it means for a parcel to cross a border: which duty
// and tax it costs, what may not be sent, which papers it needs, and at which
// rate one currency becomes another.
//
// Rates, bands of value and restrictions are rows of dated tables, each with
// its source. No rate is in the code, and none is guessed: where the tables are
// silent, the answer is "ask the office" (Unknown, AskOffice). Landed is pure
// arithmetic over the rows of one moment, so that a quote can be recomputed and
// an order keeps what it was promised whatever is edited later.
//
// All of it is an aid to whoever ships and no legal advice; pages that show a
// computed duty say so.
package customs
