package payout_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/internal/actor"
	"countyfair/internal/clock"
	"countyfair/internal/errs"
	"countyfair/internal/money"
	"countyfair/internal/pg"
	"countyfair/internal/testkit"
	"countyfair/ledger"
	"countyfair/ledger/payout"
	"countyfair/tenants"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// office is a county with two officers and sellers who have balances.
type office struct {
	*payout.Service
	t              testing.TB
	db             *pg.DB
	ctx            context.Context //nolint:containedctx // a test's county
	tenant         uuid.UUID
	maker, checker actor.Actor
	orders         map[uuid.UUID]uuid.UUID // seller → an order, released
}

func openOffice(t testing.TB) *office { return officeOn(t, testkit.DB(t), "longnan") }

func officeOn(t testing.TB, db *pg.DB, slug string) *office {
	t.Helper()
	o := &office{t: t, db: db, orders: map[uuid.UUID]uuid.UUID{}}
	o.ctx, o.tenant = testkit.County(t, db, slug)
	dir, err := tenants.OpenDirectory(t.Context(), db, "localhost", slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	o.Service, err = payout.NewService(db, clock.System{}, dir, strings.Repeat("s", 32), payout.Settlement{})
	require.NoError(t, err)
	o.maker, o.checker = o.officer("maker"), o.officer("checker")
	require.NoError(t, o.SetBankAccount(o.ctx, o.maker, payout.BankAccount{Holder: "陇南市财政局", Bank: "中国银行", BankCode: "BKCHCNBJ", Number: "1234 5678 9012"}))
	return o
}

func (o *office) officer(name string) actor.Actor {
	return actor.Actor{Tenant: o.tenant, Account: testkit.Account(o.t, o.ctx, o.db, name+"@office.example", "officer"), Roles: []actor.Role{actor.Officer}}
}

// seller makes a seller with so much to be paid, and a bank account where number is given.
func (o *office) seller(slug string, amount int64, number string) actor.Actor {
	o.t.Helper()
	id, account := testkit.Seller(o.t, o.ctx, o.db, slug)
	who := actor.Actor{Tenant: o.tenant, Account: account, Seller: id, Roles: []actor.Role{actor.Seller}}
	if number != "" {
		require.NoError(o.t, o.SetBankAccount(o.ctx, who, payout.BankAccount{Holder: slug, Bank: "农业银行", Number: number}))
	}
	o.earn(who, amount)
	return who
}

func (o *office) earn(who actor.Actor, amount int64) {
	o.t.Helper()
	order, at := newID(), clock.System{}.Now()
	sale, err := ledger.Sale{Payment: newID(), Provider: "sandbox", Total: money.Of(amount, "CNY"), At: at, Parts: []ledger.Part{{Order: order, Seller: who.Seller, Goods: amount}}}.Entry()
	require.NoError(o.t, err)
	require.NoError(o.t, o.db.Write(o.ctx, func(tx *pg.Tx) error {
		if err := ledger.Post(o.ctx, tx, o.tenant, sale); err != nil {
			return err
		}
		left, err := ledger.Of(o.ctx, tx, o.tenant, order)
		if err != nil {
			return err
		}
		e, err := ledger.Release{Order: order, At: at}.Entry(left)
		if err != nil {
			return err
		}
		return ledger.Post(o.ctx, tx, o.tenant, e)
	}))
	o.orders[who.Seller] = order
}

// refund takes something back from the seller's order.
func (o *office) refund(who actor.Actor, amount int64) error {
	return o.db.Write(o.ctx, func(tx *pg.Tx) error {
		order := o.orders[who.Seller]
		left, err := ledger.Of(o.ctx, tx, o.tenant, order)
		if err != nil {
			return err
		}
		r := ledger.Refund{ID: newID(), Orders: []uuid.UUID{order}, Provider: "sandbox", Amount: money.Of(amount, "CNY"), At: clock.System{}.Now()}
		e, err := r.Asked(left)
		if err != nil {
			return err
		}
		return ledger.Post(o.ctx, tx, o.tenant, e, r.Done())
	})
}

func (o *office) available(who actor.Actor) int64 {
	o.t.Helper()
	var all map[uuid.UUID]int64
	require.NoError(o.t, o.db.Query(o.ctx, func(q pg.Querier) (err error) {
		all, err = ledger.Available(o.ctx, q, o.tenant, "CNY")
		return err
	}))
	return all[who.Seller]
}

func (o *office) sound() {
	o.t.Helper()
	r, err := ledger.NewBook(o.db, clock.System{}).Verify(o.ctx, actor.OfSystem(o.tenant), o.Service)
	require.NoError(o.t, err)
	require.Nil(o.t, r.Difference)
}

// approved is a run that went through both hands.
func (o *office) approved() payout.Run {
	o.t.Helper()
	run, err := o.Propose(o.ctx, o.maker, "settlement")
	require.NoError(o.t, err)
	run, err = o.Approve(o.ctx, o.checker, run.ID)
	require.NoError(o.t, err)
	return run
}

func answer(lines []payout.Line, outcome string) string {
	var b strings.Builder
	b.WriteString("reference,outcome,amount,currency,reason\n")
	for _, l := range lines {
		fmt.Fprintf(&b, "%s,%s,%s,%s,closed\n", payout.Reference(l.ID), outcome, l.Amount.Decimal(), l.Amount.Currency)
	}
	return b.String()
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func TestARunFromProposalToMoney(t *testing.T) {
	o := openOffice(t)
	pears, teas := o.seller("pears", 8_000, "6228480402564890018"), o.seller("teas", 500, "622848040256")
	o.seller("cash", 9_000, "") // no account
	run, err := o.Propose(o.ctx, o.maker, "settlement")
	require.NoError(t, err)
	require.Len(t, run.Lines, 2)
	require.Equal(t, money.Of(8_500, "CNY"), run.Total)
	require.Equal(t, "···· 0018", run.Lines[0].Account)
	require.Equal(t, int64(8_000), o.available(pears), "nothing is booked yet")

	_, err = o.Propose(o.ctx, o.checker, "settlement")
	require.ErrorIs(t, err, payout.ErrRunWaits)
	_, err = o.Carry(o.ctx, o.maker, run.ID)
	require.Equal(t, errs.Conflict, errs.CodeOf(err))
	_, err = o.Approve(o.ctx, o.maker, run.ID)
	require.ErrorIs(t, err, payout.ErrTwoPersons)
	_, err = o.db.Pool().Exec(o.ctx, `UPDATE payout_runs SET state = 'approved', decided_by = made_by, decided_at = now()`)
	require.True(t, pg.Violates(err, "payout_runs_two_persons"), "the database insists too: %v", err)
	run, err = o.Approve(o.ctx, o.checker, run.ID)
	require.NoError(t, err)
	require.Equal(t, payout.Approved, run.State)
	require.Zero(t, o.available(pears))
	o.sound()

	files, err := o.Carry(o.ctx, o.maker, run.ID)
	require.NoError(t, err)
	require.Len(t, files, 2)
	require.Contains(t, string(files[0].Body), "6228480402564890018")
	require.Contains(t, string(files[1].Body), "<CtrlSum>85.00</CtrlSum>")

	got, err := o.Import(o.ctx, o.maker, strings.NewReader(answer(run.Lines[:1], "paid")))
	require.NoError(t, err)
	require.Equal(t, payout.Imported{Paid: 1}, got)
	for _, again := range []payout.Imported{{Failed: 1, Already: 1}, {Already: 2}} {
		got, err = o.Import(o.ctx, o.checker, strings.NewReader(answer(run.Lines[:1], "paid")+strings.TrimPrefix(answer(run.Lines[1:], "failed"), "reference,outcome,amount,currency,reason\n")))
		require.NoError(t, err)
		require.Equal(t, again, got)
	}
	require.Equal(t, int64(500), o.available(teas), "what failed is in the balance again")
	run, err = o.Get(o.ctx, o.maker, run.ID)
	require.NoError(t, err)
	require.Equal(t, payout.Settled, run.State)
	require.Equal(t, []payout.LineState{payout.LinePaid, payout.LineFailed}, []payout.LineState{run.Lines[0].State, run.Lines[1].State})
	require.Equal(t, "closed", run.Lines[1].Failure)

	got, err = o.Import(o.ctx, o.maker, strings.NewReader(answer(run.Lines[:1], "failed"))) // sent back later
	require.NoError(t, err)
	require.Equal(t, payout.Imported{Failed: 1}, got)
	require.Equal(t, int64(8_000), o.available(pears))
	lines, err := o.Upcoming(o.ctx, pears)
	require.NoError(t, err)
	require.Equal(t, payout.LineReturned, lines[0].State)
	o.sound()
	var acts int
	require.NoError(t, o.db.Query(o.ctx, func(q pg.Querier) error {
		return q.QueryRow(o.ctx, `SELECT count(*) FROM audit_events WHERE action LIKE 'payout.%'`).Scan(&acts)
	}))
	require.Equal(t, 7, acts)
}

func TestARefundBetweenProposalAndApprovalDropsTheLine(t *testing.T) {
	o := openOffice(t)
	pears, teas := o.seller("pears", 8_000, "6228480402564890018"), o.seller("teas", 500, "622848040256")
	run, err := o.Propose(o.ctx, o.maker, "settlement")
	require.NoError(t, err)
	require.NoError(t, o.refund(pears, 1))
	run, err = o.Approve(o.ctx, o.checker, run.ID)
	require.NoError(t, err)
	require.Equal(t, 1, run.Count)
	require.Equal(t, int64(7_999), o.available(pears))
	require.Zero(t, o.available(teas))
	o.sound()
}

func TestARejectedRunLeavesBalancesAsTheyAre(t *testing.T) {
	o := openOffice(t)
	pears := o.seller("pears", 8_000, "6228480402564890018")
	run, err := o.Propose(o.ctx, o.maker, "settlement")
	require.NoError(t, err)
	_, err = o.Reject(o.ctx, o.maker, run.ID, " ")
	require.Equal(t, errs.Invalid, errs.CodeOf(err))
	run, err = o.Reject(o.ctx, o.maker, run.ID, "the wrong day")
	require.NoError(t, err)
	require.Equal(t, payout.Rejected, run.State)
	_, err = o.Approve(o.ctx, o.checker, run.ID)
	require.Equal(t, errs.Conflict, errs.CodeOf(err))
	require.Equal(t, int64(8_000), o.available(pears))
	o.approved()
	o.sound()
}

func TestResultsThatDoNotFitAreListed(t *testing.T) {
	o := openOffice(t)
	o.seller("pears", 8_000, "6228480402564890018")
	run := o.approved()
	wrong := run.Lines[0]
	wrong.Amount.Amount++
	got, err := o.Import(o.ctx, o.maker, strings.NewReader(answer([]payout.Line{wrong, {ID: newID(), Amount: wrong.Amount}}, "paid")))
	require.NoError(t, err)
	require.Equal(t, payout.Imported{Unknown: 1, Problems: []payout.Problem{{Reference: payout.Reference(wrong.ID), Why: "amount"}}}, got)
	_, err = o.Import(o.ctx, o.maker, strings.NewReader("<!DOCTYPE x>"))
	require.Equal(t, errs.Invalid, errs.CodeOf(err))
	o.sound()
}

func TestTwoApprovalsAtOnceBookOnce(t *testing.T) {
	o := openOffice(t)
	pears := o.seller("pears", 8_000, "6228480402564890018")
	run, err := o.Propose(o.ctx, o.maker, "settlement")
	require.NoError(t, err)
	third := o.officer("third")
	var done atomic.Int32
	o.together(8, func(i int) {
		if _, err := o.Approve(o.ctx, []actor.Actor{o.checker, third}[i%2], run.ID); err == nil {
			done.Add(1)
		}
	})
	require.Equal(t, int32(1), done.Load())
	require.Zero(t, o.available(pears))
	o.sound()
}

func TestTwoImportsAtOnceBookOnce(t *testing.T) {
	o := openOffice(t)
	for i := range 5 {
		o.seller(fmt.Sprintf("seller-%d", i), 1_000, "6228480402564890018")
	}
	run := o.approved()
	var paid, failed, other atomic.Int32
	o.together(8, func(int) {
		got, err := o.Import(o.ctx, o.maker, strings.NewReader(answer(run.Lines, "paid")))
		if err != nil {
			other.Add(1)
		}
		paid.Add(int32(got.Paid))
		failed.Add(int32(got.Failed))
	})
	require.Equal(t, []int32{5, 0, 0}, []int32{paid.Load(), failed.Load(), other.Load()})
	o.sound()
}

func TestRefundsRaceAPayout(t *testing.T) {
	o := openOffice(t)
	pears := o.seller("pears", 8_000, "6228480402564890018")
	run, err := o.Propose(o.ctx, o.maker, "settlement")
	require.NoError(t, err)
	var back atomic.Int64
	o.together(9, func(i int) {
		if i == 4 {
			_, _ = o.Approve(o.ctx, o.checker, run.ID)
		} else if o.refund(pears, 900) == nil {
			back.Add(900)
		}
	})
	run, err = o.Get(o.ctx, o.maker, run.ID)
	require.NoError(t, err)
	want := 8_000 - back.Load()
	if run.State == payout.Approved {
		want -= run.Total.Amount
	}
	require.Equal(t, int64(7_200), back.Load())
	require.Equal(t, want, o.available(pears), "carried, below zero or above")
	o.sound()
}

func (o *office) together(n int, do func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { do(i) })
	}
	all.Wait()
}

func TestWhoMayDoWhat(t *testing.T) {
	o := openOffice(t)
	pears := o.seller("pears", 8_000, "6228480402564890018")
	other := officeOn(t, o.db, "xinfeng")
	run, err := o.Propose(o.ctx, o.maker, "settlement")
	require.NoError(t, err)
	supervisor := actor.Actor{Tenant: o.tenant, Account: newID(), Roles: []actor.Role{actor.Supervisor}}
	for _, c := range []struct {
		who  actor.Actor
		code errs.Code
	}{{actor.Guest(o.tenant), errs.Unauthenticated}, {pears, errs.Forbidden}, {supervisor, errs.Forbidden}} {
		for what, err := range map[string]error{
			"propose": second(o.Propose(o.ctx, c.who, "settlement")), "approve": second(o.Approve(o.ctx, c.who, run.ID)), "reject": second(o.Reject(o.ctx, c.who, run.ID, "no")),
			"carry": second(o.Carry(o.ctx, c.who, run.ID)), "import": second(o.Import(o.ctx, c.who, strings.NewReader(""))),
		} {
			require.Equal(t, c.code, errs.CodeOf(err), "%s %v", what, c.who.Roles)
		}
	}
	for what, err := range map[string]error{
		"get": second(other.Get(other.ctx, other.maker, run.ID)), "approve": second(other.Approve(other.ctx, other.checker, run.ID)),
		"reject": second(other.Reject(other.ctx, other.checker, run.ID, "no")), "carry": second(other.Carry(other.ctx, other.checker, run.ID)),
	} {
		require.Equal(t, errs.NotFound, errs.CodeOf(err), "another county's: %s", what)
	}
	got, err := other.Import(other.ctx, other.maker, strings.NewReader(answer(run.Lines, "paid")))
	require.NoError(t, err)
	require.Equal(t, payout.Imported{Unknown: 1}, got)
	a, err := o.GetBankAccount(o.ctx, pears)
	require.NoError(t, err)
	require.Equal(t, "···· 0018", a.Number)
	require.Equal(t, errs.Invalid, errs.CodeOf(o.SetBankAccount(o.ctx, pears, payout.BankAccount{Holder: "x", Bank: "y", Number: "=1+1"})))
	var inClear int
	require.NoError(t, o.db.Query(o.ctx, func(q pg.Querier) error {
		return q.QueryRow(o.ctx, `SELECT count(*) FROM bank_accounts WHERE position('6228480402564890018'::bytea IN sealed) > 0`).Scan(&inClear)
	}))
	require.Zero(t, inClear)
}

func second[T any](_ T, err error) error { return err }
