package ledger

// Account is where money stands.
type Account string

// The accounts. Those of a seller and of a provider have a party.
const (
	ProviderClearing   Account = "provider_clearing"
	Bank               Account = "bank"
	BuyerRefunds       Account = "buyer_refunds"
	SellerPending      Account = "seller_pending"
	SellerAvailable    Account = "seller_available"
	SellerReserved     Account = "seller_reserved"
	SellerPaidOut      Account = "seller_paid_out"
	PayoutsMade        Account = "payouts_made"
	CountyCommission   Account = "county_commission"
	PlatformCommission Account = "platform_commission"
	ShippingPayable    Account = "shipping_payable"
	InsurancePayable   Account = "insurance_payable"
	HandlingPayable    Account = "handling_payable"
	DutyPayable        Account = "duty_payable"
	TaxPayable         Account = "tax_payable"
	ProviderFees       Account = "provider_fees"
	FXClearing         Account = "fx_clearing"
	FXDifference       Account = "fx_difference"
	DisputeHeld        Account = "dispute_held"
	DisputeLoss        Account = "dispute_loss"
)

// Side is which side of identity (c) an account stands on.
type Side int

// The sides.
const (
	Cash  Side = iota + 1 // where money is, or went
	Claim                 // whose it is
)

// AccountInfo is what the chart says of an account.
type AccountInfo struct {
	Account Account
	Side    Side
	Says    string // one sentence for whoever reads the book
}

// Chart is every account, in the order they are shown.
var Chart = []AccountInfo{
	{ProviderClearing, Cash, "Money that lies with a payment provider (the party)."},
	{Bank, Cash, "Money in the county's bank account."},
	{DisputeHeld, Cash, "Money a provider holds back until a dispute is decided."},
	{ProviderFees, Cash, "What providers kept for their work."},
	{PayoutsMade, Cash, "Money that has left for sellers; the counterpart of what they were paid out."},
	{BuyerRefunds, Claim, "Money promised back to buyers that the provider has not returned yet."},
	{SellerPending, Claim, "A seller's share (the party) of orders that are not past their hold."},
	{SellerAvailable, Claim, "What a seller can be paid now; below zero, what the seller owes."},
	{SellerReserved, Claim, "A part of a seller's share kept back a while longer, for refunds."},
	{SellerPaidOut, Claim, "What a seller was paid, or is about to be by an approved run."},
	{CountyCommission, Claim, "The county's share of sales; the party is the seller it came from."},
	{PlatformCommission, Claim, "The platform's share of sales; the party is the seller it came from."},
	{ShippingPayable, Claim, "Freight the buyer paid, owed to the seller (the party), who pays the courier."},
	{InsurancePayable, Claim, "Transport insurance the buyer paid, owed to the insurer."},
	{HandlingPayable, Claim, "Handling the buyer paid, owed to whoever packs and clears the parcel."},
	{DutyPayable, Claim, "Customs duty collected, owed to the authority of the destination."},
	{TaxPayable, Claim, "VAT or GST collected, owed to the authority of the destination."},
	{FXClearing, Claim, "Ties a sale in one currency to a seller's share in another, until it is exchanged."},
	{FXDifference, Claim, "What an exchange brought more (or less) than the rate of the sales."},
	{DisputeLoss, Claim, "What lost disputes cost the county."},
}

// Kind is a sort of entry.
type Kind string

// The kinds.
const (
	KindSale           Kind = "sale"
	KindLate           Kind = "late_money"
	KindRefundAsked    Kind = "refund_asked"
	KindRefundDone     Kind = "refund_done"
	KindRefundFailed   Kind = "refund_failed"
	KindRelease        Kind = "release"
	KindReserveRelease Kind = "reserve_release"
	KindFee            Kind = "provider_fee"
	KindDisputeOpened  Kind = "dispute_opened"
	KindDisputeWon     Kind = "dispute_reinstated"
	KindDisputeLost    Kind = "dispute_lost"
	KindTransfer       Kind = "transfer"
	KindTransferBack   Kind = "transfer_reversed"
	KindPayoutApproved Kind = "payout_approved"
	KindPayoutPaid     Kind = "payout_paid"
	KindPayoutFailed   Kind = "payout_failed"
	KindPayoutReturned Kind = "payout_returned"
	KindProviderPayout Kind = "provider_payout"
	KindConversion     Kind = "conversion"
)

// KindInfo is what the book says of a kind of entry.
type KindInfo struct {
	Says    string
	Touches []Account // and no other
}

var ofOrder = []Account{
	SellerPending, SellerAvailable, SellerReserved, CountyCommission, PlatformCommission, ShippingPayable,
	InsurancePayable, HandlingPayable, DutyPayable, TaxPayable, FXClearing,
}

// Kinds is every sort of entry and what it may touch.
var Kinds = map[Kind]KindInfo{
	KindSale:           {"A buyer's payment was captured and shared out.", append([]Account{ProviderClearing}, ofOrder...)},
	KindLate:           {"Money came for an order that had ended; it goes back.", []Account{ProviderClearing, BuyerRefunds}},
	KindRefundAsked:    {"A refund was promised; every share gives back its part.", append([]Account{BuyerRefunds}, ofOrder...)},
	KindRefundDone:     {"The provider returned the money to the buyer.", []Account{BuyerRefunds, ProviderClearing}},
	KindRefundFailed:   {"The provider could not return the money; the shares are as before.", append([]Account{BuyerRefunds}, ofOrder...)},
	KindRelease:        {"The hold is over: the seller's share can be paid out.", []Account{SellerPending, ShippingPayable, SellerAvailable, SellerReserved}},
	KindReserveRelease: {"The reserve is over: the rest can be paid out.", []Account{SellerReserved, SellerAvailable}},
	KindFee:            {"The provider kept its fee.", []Account{ProviderFees, ProviderClearing}},
	KindDisputeOpened:  {"A buyer's bank took the money back until a dispute is decided.", []Account{DisputeHeld, ProviderClearing}},
	KindDisputeWon:     {"A dispute was won and the money came back.", []Account{DisputeHeld, ProviderClearing}},
	KindDisputeLost:    {"A dispute was lost; the money is gone.", append([]Account{DisputeHeld, DisputeLoss}, ofOrder...)},
	KindTransfer:       {"A provider moved a seller's share to the seller's own account there.", []Account{SellerAvailable, SellerPaidOut, PayoutsMade, ProviderClearing}},
	KindTransferBack:   {"A provider moved a part of a transfer back after a refund.", []Account{SellerAvailable, SellerPaidOut, PayoutsMade, ProviderClearing}},
	KindPayoutApproved: {"An approved run will pay the seller.", []Account{SellerAvailable, SellerPaidOut}},
	KindPayoutPaid:     {"The bank paid the seller.", []Account{PayoutsMade, Bank}},
	KindPayoutFailed:   {"The bank did not pay; the money is the seller's balance again.", []Account{SellerAvailable, SellerPaidOut}},
	KindPayoutReturned: {"A payment came back from the seller's bank.", []Account{SellerAvailable, SellerPaidOut, PayoutsMade, Bank}},
	KindProviderPayout: {"A provider paid out to the county's bank account.", []Account{Bank, ProviderClearing}},
	KindConversion:     {"Money was exchanged; the difference to the sales' rate is gain or loss.", []Account{FXClearing, FXDifference, ProviderClearing, Bank}},
}
