package checkout

import "slices"

// GroupState is where a whole basket stands.
type GroupState string

// The states of a group.
const (
	GroupPending   GroupState = "pending" // stock is held, money is awaited
	GroupPaid      GroupState = "paid"
	GroupCancelled GroupState = "cancelled"
	GroupExpired   GroupState = "expired"
)

var groupMoves = map[GroupState][]GroupState{
	GroupPending:   {GroupPaid, GroupCancelled, GroupExpired},
	GroupPaid:      {},
	GroupCancelled: {},
	GroupExpired:   {},
}

// OrderState is where one seller's order stands.
type OrderState string

// The states of an order.
const (
	Pending   OrderState = "pending"
	Paid      OrderState = "paid"
	Shipped   OrderState = "shipped"
	Delivered OrderState = "delivered"
	Cancelled OrderState = "cancelled"
	Expired   OrderState = "expired"
)

var orderMoves = map[OrderState][]OrderState{
	Pending:   {Paid, Cancelled, Expired},
	Paid:      {Shipped, Cancelled},
	Shipped:   {Delivered},
	Delivered: {},
	Cancelled: {},
	Expired:   {},
}

// OrderStates are all states of an order, in the order of an order's life.
var OrderStates = []OrderState{Pending, Paid, Shipped, Delivered, Cancelled, Expired}

// PaymentState is where a payment stands, as we know it.
type PaymentState string

// The states of a payment.
const (
	PaymentCreated     PaymentState = "created" // ours; the provider may not know it yet
	PaymentNeedsAction PaymentState = "needs_action"
	PaymentProcessing  PaymentState = "processing"
	PaymentSucceeded   PaymentState = "succeeded"
	PaymentFailed      PaymentState = "failed" // declined; the buyer may try again
	PaymentCancelled   PaymentState = "cancelled"
)

// A cancelled payment may still turn out to have succeeded: the cancellation
// and the buyer's last click can cross. The money then goes back.
var paymentMoves = map[PaymentState][]PaymentState{
	PaymentCreated:     {PaymentNeedsAction, PaymentProcessing, PaymentSucceeded, PaymentFailed, PaymentCancelled},
	PaymentNeedsAction: {PaymentProcessing, PaymentSucceeded, PaymentFailed, PaymentCancelled},
	PaymentProcessing:  {PaymentNeedsAction, PaymentSucceeded, PaymentFailed, PaymentCancelled},
	PaymentFailed:      {PaymentNeedsAction, PaymentProcessing, PaymentSucceeded, PaymentCancelled},
	PaymentCancelled:   {PaymentSucceeded},
	PaymentSucceeded:   {},
}

// CanBecome reports whether a group may go on to the next state.
func (s GroupState) CanBecome(next GroupState) bool { return slices.Contains(groupMoves[s], next) }

// CanBecome reports whether an order may go on to the next state.
func (s OrderState) CanBecome(next OrderState) bool { return slices.Contains(orderMoves[s], next) }

// CanBecome reports whether a payment may go on to the next state.
func (s PaymentState) CanBecome(next PaymentState) bool {
	return slices.Contains(paymentMoves[s], next)
}
