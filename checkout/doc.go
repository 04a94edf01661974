// Package checkout is buying: carts, quotes, orders, payments, and the way of
// an order to its buyer.
//
// What it holds true:
//
//   - A quote is frozen. What it says is what is charged, until it expires.
//   - An order exists when its stock is held, and not otherwise: one transaction
//     writes both. Placing a quote twice gives the same order.
//   - The payment provider is never called inside a transaction. The intent is
//     stored first, the call carries an idempotency key of ours, the answer is
//     stored after it, and a sweeper finds whatever a crash left in between.
//   - What a provider's event says is never trusted: the payment is fetched
//     again. Events may come late, twice, forged and in any order.
//   - Every change of a group goes through a lock on its row, and its stock
//     moves in the same transaction.
//   - A state moves only along the maps in states.go, and each step of an order
//     leaves a row in its history.
//
// A basket over several sellers becomes one group with one payment, and in it
// one order a seller. Who may see an order: its buyer (account, cart token or
// signed link), its seller, the county's officers. To anybody else it is not
// there.
package checkout
