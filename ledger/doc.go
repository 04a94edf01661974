// Package ledger is the county's book of money: double entry, append-only, one
// balanced entry for each thing that happened.
//
// It knows no tables of orders. Whoever sees money move tells it a fact (Sale,
// Refund, Release, Dispute, Transfer, …); the fact makes an Entry by a pure
// function, and Queue or Post writes it in the very transaction of the fact. A
// fact has a name of its own ("payment/<id>/captured"); told twice it is
// written once.
//
//	sale, err := ledger.Sale{…}.Entry()
//	err = ledger.Queue(batch, county, sale)
//
// Amounts are minor units: positive is debit, negative credit. Chart names each
// account, Kinds each sort of entry and the accounts it may touch.
//
// Always true, to the minor unit, for each county and currency; Verify
// recomputes all of it and tells the first difference:
//
//	(a) a sale: the buyer's total = goods − discount + shipping + insurance +
//	    handling + duty + tax charged = what the provider captured
//	(b) every entry sums to zero in each currency
//	(c) captured − refunded − charged back + exchanged
//	      = sellers (pending + available + reserved + paid out)
//	      + county and platform commission
//	      + shipping, insurance, handling, duty and tax payable
//	      + refunds that buyers still wait for
//	      + FX clearing + FX difference − dispute loss
//	(d) cash at a provider = captured − refunded − fees − transfers out + reversals
//	      − paid to the bank − disputed + reinstated ± exchanged
//	(e) sellers paid out = payouts made + payout lines approved and still under way
//
// In (c) exchanged is what a conversion brought of this currency less what it
// took. On its left stands cash, told by the facts; on its right stand claims.
package ledger
