package ledger_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"countyfair/internal/money"
	"countyfair/internal/pg"
	"countyfair/internal/testkit"
	"countyfair/ledger"
)

// world is a county whose money moves at random, and what an outsider would
// write down of it: the cash at each provider, and the facts.
type world struct {
	*book
	facts   []ledger.Fact
	cash    map[string]int64 // at the provider, by currency
	outside map[string]int64 // identity (c), its left side, by currency
	sales   []*sold
	refunds []*asked
	lines   []*payoutLine
	serial  int
}

type sold struct {
	ledger.Sale
	released, reserveOver map[uuid.UUID]bool
	transfers             []*sent
	refunded              int64
	disputed              bool
}

type sent struct {
	ledger.Transfer
	reversed int64
	times    int
}

type asked struct {
	ledger.Refund
	sale  *sold
	lines []ledger.Line
	done  bool
}

type payoutLine struct {
	ledger.Payout
	state string
}

func (w *world) Kinds() []ledger.Kind {
	return []ledger.Kind{ledger.KindSale, ledger.KindLate, ledger.KindRefundAsked, ledger.KindRefundDone, ledger.KindPayoutApproved, ledger.KindPayoutPaid}
}

func (w *world) Facts(_ context.Context, _ pg.Querier, _ uuid.UUID, visit func([]ledger.Fact) error) error {
	return visit(w.facts)
}

func (w *world) tell(kind ledger.Kind, name string, account ledger.Account, m money.Money, orders map[uuid.UUID]int64) {
	w.facts = append(w.facts, ledger.Fact{Name: name, Kind: kind, Account: account, Amount: m, Orders: orders})
}

func (w *world) now() time.Time { return now() }

// check holds every identity against what the outsider wrote down.
func (w *world) check(t *rapid.T) {
	r, err := w.Verify(w.ctx, w.system(), w)
	require.NoError(t, err)
	require.Nil(t, r.Difference)
	all, err := w.Trial(w.ctx, w.system())
	require.NoError(t, err)
	sums, cash, claims := map[string]int64{}, map[string]int64{}, map[string]int64{}
	for _, b := range all {
		sums[b.Currency] += b.Amount
		if b.Account == ledger.ProviderClearing {
			cash[b.Currency] += b.Amount
		}
		i := slices.IndexFunc(ledger.Chart, func(a ledger.AccountInfo) bool { return a.Account == b.Account })
		if ledger.Chart[i].Side == ledger.Claim {
			claims[b.Currency] -= b.Amount
		}
	}
	for code, n := range sums {
		require.Zero(t, n, code)
		require.Equal(t, w.cash[code], cash[code], "(d) %s", code)
		require.Equal(t, w.outside[code], claims[code], "(c) %s", code)
	}
}

var currencies = []string{"CNY", "JPY", "KWD", "EUR", "KES"}

func (w *world) sell(t *rapid.T) {
	s := &sold{Sale: ledger.Sale{Payment: id(), Group: id(), Provider: "sandbox", At: w.now()}, released: map[uuid.UUID]bool{}, reserveOver: map[uuid.UUID]bool{}}
	code := rapid.SampledFrom(currencies).Draw(t, "currency")
	most := rapid.SampledFrom([]int64{3, 1_000, 50_000_000}).Draw(t, "most")
	some := func(name string) int64 { return rapid.Int64Range(0, most).Draw(t, name) }
	orders := map[uuid.UUID]int64{}
	for range rapid.IntRange(1, 4).Draw(t, "sellers") {
		goods := some("goods") + 1
		p := ledger.Part{
			Order: id(), Seller: id(), Goods: goods, Discount: rapid.Int64Range(0, goods).Draw(t, "discount"), Shipping: some("shipping"),
			Insurance: some("insurance"), Handling: some("handling"), Duty: some("duty"), Tax: some("tax"),
			CountyBP: rapid.IntRange(0, 5000).Draw(t, "county"), PlatformBP: rapid.IntRange(0, 5000).Draw(t, "platform"),
		}
		if len(w.sales) > 0 && rapid.Bool().Draw(t, "known seller") {
			p.Seller = rapid.SampledFrom(w.sales).Draw(t, "sale").Parts[0].Seller
		}
		if code != "CNY" && rapid.Bool().Draw(t, "owed in CNY") {
			p.Owed = &ledger.Owed{Currency: "CNY", Net: some("net"), Shipping: some("freight")}
		}
		s.Parts = append(s.Parts, p)
		s.Total.Amount += p.Total()
		orders[p.Order] = p.Total()
	}
	s.Total.Currency = code
	if s.Total.Amount == 0 {
		return
	}
	e, err := s.Entry()
	require.NoError(t, err)
	w.post(e, e)
	w.sales = append(w.sales, s)
	w.cash[code] += s.Total.Amount
	w.outside[code] += s.Total.Amount
	w.tell(ledger.KindSale, ledger.Captured(s.Payment), ledger.ProviderClearing, s.Total, orders)
}

func (w *world) late(t *rapid.T) {
	code := rapid.SampledFrom(currencies).Draw(t, "currency")
	l := ledger.Late{Payment: id(), Provider: "sandbox", Amount: money.Of(rapid.Int64Range(1, 1e9).Draw(t, "amount"), code), At: w.now()}
	w.post(l.Entry())
	w.cash[code] += l.Amount.Amount
	w.outside[code] += l.Amount.Amount
	w.tell(ledger.KindLate, ledger.Captured(l.Payment), ledger.ProviderClearing, l.Amount, nil)
	w.refunds = append(w.refunds, &asked{Refund: ledger.Refund{ID: id(), Payment: l.Payment, Provider: "sandbox", Amount: l.Amount, At: w.now()}})
}

func (w *world) anySale(t *rapid.T) *sold {
	if len(w.sales) == 0 {
		t.Skip("nothing was sold yet")
	}
	return rapid.SampledFrom(w.sales).Draw(t, "sale")
}

func (w *world) refund(t *rapid.T) {
	s := w.anySale(t)
	p := rapid.SampledFrom(s.Parts).Draw(t, "order")
	left := w.of(p.Order)
	rest := left.Left(s.Total.Currency).Amount
	if rest <= 0 {
		t.Skip("nothing is left of it")
	}
	n := rapid.Int64Range(1, rest+rest/4).Draw(t, "amount")
	r := &asked{sale: s, Refund: ledger.Refund{ID: id(), Payment: s.Payment, Orders: []uuid.UUID{p.Order}, Provider: "sandbox", Amount: money.Of(n, s.Total.Currency), At: w.now()}}
	e, err := r.Asked(left)
	if n > rest {
		require.ErrorIs(t, err, ledger.ErrTooMuch)
		return
	}
	require.NoError(t, err)
	r.lines = e.Lines
	w.post(e)
	w.refunds = append(w.refunds, r)
	w.tell(ledger.KindRefundAsked, e.Fact, ledger.BuyerRefunds, money.Of(-n, s.Total.Currency), nil)
}

func (w *world) refundEnds(t *rapid.T) {
	i := slices.IndexFunc(w.refunds, func(r *asked) bool { return !r.done })
	if i < 0 {
		t.Skip("no refund waits")
	}
	r := w.refunds[i]
	r.done = true
	if r.sale != nil && rapid.IntRange(0, 4).Draw(t, "fails") == 0 {
		w.post(r.Failed(r.lines, r.sale.released[r.Orders[0]]))
		return
	}
	e := r.Done()
	w.post(e, e)
	w.cash[r.Amount.Currency] -= r.Amount.Amount
	w.outside[r.Amount.Currency] -= r.Amount.Amount
	w.tell(ledger.KindRefundDone, e.Fact, ledger.ProviderClearing, money.Of(-r.Amount.Amount, r.Amount.Currency), nil)
	if r.sale != nil {
		r.sale.refunded += r.Amount.Amount
		w.reverse(t, r.sale)
	}
}

// reverse pulls transfers back in cumulative proportion.
func (w *world) reverse(t *rapid.T, s *sold) {
	for _, tr := range s.transfers {
		due, err := ledger.ReversalDue(tr.Amount.Amount, s.Total.Amount, s.refunded, tr.reversed)
		require.NoError(t, err)
		require.GreaterOrEqual(t, due, int64(0))
		tr.reversed += due
		tr.times++
		require.LessOrEqual(t, tr.reversed, tr.Amount.Amount)
		w.post(tr.Reversed(tr.times, money.Of(due, tr.Amount.Currency)))
		w.cash[tr.Amount.Currency] += due
	}
}

func (w *world) release(t *rapid.T) {
	s := w.anySale(t)
	p := rapid.SampledFrom(s.Parts).Draw(t, "order")
	if s.released[p.Order] {
		if !s.reserveOver[p.Order] {
			s.reserveOver[p.Order] = true
			w.post(ledger.ReserveReleased(p.Order, w.now(), w.of(p.Order)))
		}
		return
	}
	s.released[p.Order] = true
	e, err := ledger.Release{Order: p.Order, At: w.now(), ReserveBP: rapid.IntRange(0, 3000).Draw(t, "reserve")}.Entry(w.of(p.Order))
	require.NoError(t, err)
	w.post(e)
}

func (w *world) fee(t *rapid.T) {
	s := w.anySale(t)
	w.serial++
	f := ledger.Fee{ID: fmt.Sprint(w.serial), Provider: "sandbox", Payment: s.Payment, Amount: money.Of(rapid.Int64Range(1, 500).Draw(t, "fee"), s.Total.Currency), At: w.now()}
	w.post(f.Entry())
	w.cash[s.Total.Currency] -= f.Amount.Amount
}

func (w *world) dispute(t *rapid.T) {
	s := w.anySale(t)
	if s.disputed {
		t.Skip("disputed already")
	}
	s.disputed = true
	w.serial++
	d := ledger.Dispute{ID: fmt.Sprint(w.serial), Provider: "sandbox", Payment: s.Payment, Amount: s.Total, At: w.now()}
	w.post(d.Opened())
	w.cash[s.Total.Currency] -= s.Total.Amount
	if rapid.Bool().Draw(t, "won") {
		w.post(d.Reinstated())
		w.cash[s.Total.Currency] += s.Total.Amount
		return
	}
	var orders []uuid.UUID
	for _, p := range s.Parts {
		orders = append(orders, p.Order)
	}
	e, err := d.Lost(w.of(orders...), rapid.Bool().Draw(t, "sellers bear it"))
	require.NoError(t, err)
	w.post(e)
	w.outside[s.Total.Currency] -= s.Total.Amount
}

func (w *world) transfer(t *rapid.T) {
	s := w.anySale(t)
	p := rapid.SampledFrom(s.Parts).Draw(t, "order")
	if slices.ContainsFunc(s.transfers, func(x *sent) bool { return x.Order == p.Order }) || p.Owed != nil {
		t.Skip("not to be transferred")
	}
	tr := &sent{Transfer: ledger.Transfer{
		ID: id(), Provider: "sandbox", Payment: s.Payment, Order: p.Order, Seller: p.Seller,
		Amount: money.Of(rapid.Int64Range(1, p.Goods+p.Shipping).Draw(t, "amount"), s.Total.Currency), At: w.now(),
	}}
	w.post(tr.Sent())
	s.transfers = append(s.transfers, tr)
	w.cash[s.Total.Currency] -= tr.Amount.Amount
	w.reverse(t, s)
}

func (w *world) payOut(t *rapid.T) {
	s := w.anySale(t)
	l := &payoutLine{Payout: ledger.Payout{Line: id(), Seller: s.Parts[0].Seller, Amount: money.Of(rapid.Int64Range(1, 100_000).Draw(t, "amount"), s.Total.Currency), At: w.now()}, state: "approved"}
	w.post(l.Approved())
	w.lines = append(w.lines, l)
	w.tell(ledger.KindPayoutApproved, ledger.PayoutFact(l.Line, "approved"), ledger.SellerPaidOut, money.Of(-l.Amount.Amount, l.Amount.Currency), nil)
}

func (w *world) payoutEnds(t *rapid.T) {
	if len(w.lines) == 0 {
		t.Skip("no payout is under way")
	}
	l := rapid.SampledFrom(w.lines).Draw(t, "line")
	switch {
	case l.state == "approved" && rapid.Bool().Draw(t, "paid"):
		l.state = "paid"
		w.post(l.Paid(), l.Paid())
		w.tell(ledger.KindPayoutPaid, ledger.PayoutFact(l.Line, "paid"), ledger.PayoutsMade, l.Amount, nil)
	case l.state == "approved":
		l.state = "failed"
		w.post(l.Failed())
	case l.state == "paid":
		l.state = "returned"
		w.post(l.Returned())
	}
}

func (w *world) exchange(t *rapid.T) {
	code := rapid.SampledFrom(currencies[1:]).Draw(t, "from")
	open, owed := -w.at(ledger.FXClearing, code), w.at(ledger.FXClearing, "CNY")
	if open <= 0 || owed <= 0 {
		t.Skip("nothing to exchange")
	}
	part := rapid.Int64Range(1, open).Draw(t, "part")
	worth, err := ledger.BookValue(open, owed, part)
	require.NoError(t, err)
	w.serial++
	c := ledger.Conversion{
		ID: fmt.Sprint(w.serial), Where: ledger.ProviderClearing, Party: "sandbox", From: money.Of(part, code),
		To: money.Of(rapid.Int64Range(1, 1e8).Draw(t, "got"), "CNY"), Book: worth, At: w.now(),
	}
	w.post(c.Entry())
	for code, n := range map[string]int64{code: -part, "CNY": c.To.Amount} {
		w.cash[code] += n
		w.outside[code] += n
	}
}

func (w *world) bank(t *rapid.T) {
	s := w.anySale(t)
	w.serial++
	p := ledger.ProviderPayout{ID: fmt.Sprint(w.serial), Provider: "sandbox", Amount: money.Of(rapid.Int64Range(1, 10_000).Draw(t, "amount"), s.Total.Currency), At: w.now()}
	w.post(p.Entry())
	w.cash[s.Total.Currency] -= p.Amount.Amount
}

// Whatever happens in whatever order, in currencies of 0, 2 and 3 decimals: the
// identities hold after each step.
func TestTheIdentitiesHoldWhateverHappens(t *testing.T) {
	db := testkit.DB(t)
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		w := &world{book: bookOn(t, db, fmt.Sprintf("county-%d", n)), cash: map[string]int64{}, outside: map[string]int64{}}
		w.sell(rt)
		rt.Repeat(map[string]func(*rapid.T){
			"sell": w.sell, "sell more": w.sell, "late": w.late, "refund": w.refund, "refund again": w.refund, "refund ends": w.refundEnds, "release": w.release,
			"fee": w.fee, "dispute": w.dispute, "transfer": w.transfer, "pay out": w.payOut, "payout ends": w.payoutEnds, "exchange": w.exchange, "bank": w.bank,
			"": w.check,
		})
	})
}
