package ledger_test

import (
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/money"
	"countyfair/internal/pg"
	"countyfair/internal/testkit"
	"countyfair/ledger"
)

// basket is a sale of two sellers: 40.00 with 5.00 freight and 65.00 with 5.00.
func basket() ledger.Sale {
	return ledger.Sale{Payment: id(), Group: id(), Provider: "sandbox", Total: cny(11_500), At: now(), Parts: []ledger.Part{
		{Order: id(), Seller: id(), Goods: 4_000, Shipping: 500, CountyBP: 300, PlatformBP: 200},
		{Order: id(), Seller: id(), Goods: 7_000, Discount: 500, Shipping: 500, CountyBP: 300, PlatformBP: 200},
	}}
}

func entryOf(t testing.TB, s ledger.Sale) ledger.Entry {
	t.Helper()
	e, err := s.Entry()
	require.NoError(t, err)
	return e
}

func TestASaleIsSharedOutOnce(t *testing.T) {
	b := openBook(t)
	s := basket()
	for range 3 {
		b.post(entryOf(t, s))
	}
	require.Equal(t, int64(11_500), b.at(ledger.ProviderClearing, "CNY"))
	require.Equal(t, int64(-(3_800 + 6_175)), b.at(ledger.SellerPending, "CNY"))
	require.Equal(t, int64(-(120 + 195)), b.at(ledger.CountyCommission, "CNY"))
	require.Equal(t, int64(-(80 + 130)), b.at(ledger.PlatformCommission, "CNY"))
	require.Equal(t, int64(-1_000), b.at(ledger.ShippingPayable, "CNY"))
	require.Nil(t, b.verify().Difference)

	s.Total = cny(11_499)
	_, err := s.Entry()
	require.ErrorIs(t, err, ledger.ErrUnbalanced)
}

func TestTwoThatBookTheSameFactAtOnceBookItOnce(t *testing.T) {
	b := openBook(t)
	s := basket()
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			e, _ := s.Entry()
			_ = b.db.Write(b.ctx, func(tx *pg.Tx) error { return ledger.Post(b.ctx, tx, b.tenant, e) })
		})
	}
	all.Wait()
	require.Equal(t, int64(11_500), b.at(ledger.ProviderClearing, "CNY"))
}

// The database itself keeps the book, whatever the program does.
func TestTheDatabaseRefuses(t *testing.T) {
	b := openBook(t)
	old := entryOf(t, basket())
	b.post(old)
	entry := `INSERT INTO ledger_entries (tenant_id, id, kind, fact, at) VALUES ($1, $2, 'provider_payout', 'test/' || $2::uuid, now());`
	line := func(n, amount, code string) string {
		return `INSERT INTO ledger_lines (tenant_id, entry_id, line, account, currency, amount) VALUES ($1, $2, ` + n + `, 'bank', '` + code + `', ` + amount + `);`
	}
	pair := `INSERT INTO ledger_lines (tenant_id, entry_id, line, account, currency, amount) VALUES ($1, $2, 1, 'bank', 'CNY', 5), ($1, $2, 2, 'bank', 'CNY', -5);`
	now := `SET CONSTRAINTS ALL IMMEDIATE;`
	for name, c := range map[string]struct {
		sql  []string
		id   uuid.UUID
		code string // "" is accepted
	}{
		"balanced, line by line":           {[]string{entry, line("1", "5", "CNY"), line("2", "-5", "CNY")}, id(), ""},
		"balanced, at once":                {[]string{entry, pair}, id(), ""},
		"without lines":                    {[]string{entry}, id(), "23514"},
		"one line":                         {[]string{entry, line("1", "5", "CNY")}, id(), "23514"},
		"over by one":                      {[]string{entry, line("1", "5", "CNY"), line("2", "-4", "CNY")}, id(), "23514"},
		"two currencies that cancel":       {[]string{entry, line("1", "5", "CNY"), line("2", "-5", "EUR")}, id(), "23514"},
		"lines for an old entry":           {[]string{`INSERT INTO ledger_lines (tenant_id, entry_id, line, account, currency, amount) VALUES ($1, $2, 90, 'bank', 'CNY', 5), ($1, $2, 91, 'bank', 'CNY', -5);`}, old.ID, "23514"},
		"lines after the check":            {[]string{entry, pair, now, line("3", "7", "CNY")}, id(), "23514"},
		"no such account":                  {[]string{entry, `INSERT INTO ledger_lines (tenant_id, entry_id, line, account, currency, amount) VALUES ($1, $2, 1, 'pocket', 'CNY', 5)`}, id(), "23514"},
		"a line of nothing":                {[]string{entry, line("1", "0", "CNY")}, id(), "23514"},
		"a line of no entry":               {[]string{line("1", "5", "CNY")}, id(), "23503 23514"},
		"changing an amount":               {[]string{`UPDATE ledger_lines SET amount = amount + 1 WHERE tenant_id = $1 AND entry_id = $2`}, old.ID, "42501"},
		"changing an entry":                {[]string{`UPDATE ledger_entries SET fact = 'x' || fact WHERE tenant_id = $1 AND id = $2`}, old.ID, "42501"},
		"removing lines":                   {[]string{`DELETE FROM ledger_lines WHERE tenant_id = $1 AND entry_id = $2`}, old.ID, "42501"},
		"another county's line on our own": {[]string{`INSERT INTO ledger_lines (tenant_id, entry_id, line, account, currency, amount) VALUES (gen_random_uuid(), $2, 1, 'bank', 'CNY', 5) RETURNING $1::uuid`}, old.ID, "42501"},
	} {
		err := b.db.Write(b.ctx, func(tx *pg.Tx) error {
			for _, sql := range c.sql {
				args := []any{b.tenant, c.id}
				if sql == now {
					args = nil
				}
				if _, err := tx.Exec(b.ctx, sql, args...); err != nil {
					return err
				}
			}
			return nil
		})
		if c.code == "" {
			require.NoError(t, err, name)
			continue
		}
		require.Error(t, err, name)
		require.Regexp(t, "SQLSTATE ("+strings.ReplaceAll(c.code, " ", "|")+")", err.Error(), name)
	}
	require.Nil(t, b.verify().Difference)
}

// A batch that is one transaction of its own is refused as a whole too.
func TestAnUnbalancedEntryBreaksOffTheBatchOfItsFact(t *testing.T) {
	b := openBook(t)
	batch := &pgx.Batch{}
	require.NoError(t, ledger.Queue(batch, b.tenant, entryOf(t, basket())))
	batch.Queue(`INSERT INTO ledger_entries (tenant_id, id, kind, fact, at) VALUES ($1, $2, 'sale', 'test/1', now())`, b.tenant, id())
	err := b.db.Query(b.ctx, func(q pg.Querier) error { return q.SendBatch(b.ctx, batch).Close() })
	require.ErrorContains(t, err, "23514")
	require.Zero(t, b.at(ledger.ProviderClearing, "CNY"))
}

func TestTheOwnerOfTheSchemaCannotChangeTheBookEither(t *testing.T) {
	_, url := testkit.URLs(t)
	b := bookOn(t, testkit.Open(t, pg.Options{URL: url}), "longnan")
	b.post(entryOf(t, basket()))
	for _, sql := range []string{`UPDATE ledger_lines SET amount = 1`, `DELETE FROM ledger_entries`, `TRUNCATE ledger_entries, ledger_lines`} {
		err := b.db.Write(b.ctx, func(tx *pg.Tx) error { _, err := tx.Exec(b.ctx, sql); return err })
		require.ErrorContains(t, err, "append-only", sql)
	}
}

func TestTheChartIsTheDatabases(t *testing.T) {
	sql, err := os.ReadFile("../migrations/sql/00005_ledger.sql")
	require.NoError(t, err)
	list := regexp.MustCompile(`(?s)CHECK \(account IN \((.*?)\)\)`).FindSubmatch(sql)[1]
	var have []string
	for _, m := range regexp.MustCompile(`'([a-z_]+)'`).FindAllSubmatch(list, -1) {
		have = append(have, string(m[1]))
	}
	var want []string
	for _, info := range ledger.Chart {
		want = append(want, string(info.Account))
		require.NotEmpty(t, info.Says)
	}
	require.ElementsMatch(t, want, have)
}

// The worked examples of splitting and reversing.
func TestSharesOfTheFactsPage(t *testing.T) {
	require.Equal(t, []int64{406, 773, 321}, money.Allocate(1_500, []int64{1250, 2380, 990}))
	require.Equal(t, []int64{3334, 3333, 3333}, money.Allocate(10_000, []int64{1, 1, 1}))
	var refunded, reversed int64
	for i, want := range []int64{3_000, 2_999, 3_001} {
		refunded += []int64{3_333, 3_333, 3_334}[i]
		part, err := ledger.ReversalDue(9_000, 10_000, refunded, reversed)
		require.NoError(t, err)
		require.Equal(t, want, part)
		reversed += part
	}
	require.Equal(t, int64(9_000), reversed)
}

func TestRefundsInPartsNeverExceedTheOrder(t *testing.T) {
	b := openBook(t)
	s := ledger.Sale{Payment: id(), Provider: "sandbox", Total: money.Of(8667, "EUR"), At: now(), Parts: []ledger.Part{
		{Order: id(), Seller: id(), Goods: 6000, Shipping: 1500, Duty: 600, Tax: 567, CountyBP: 333, PlatformBP: 111},
	}}
	b.post(entryOf(t, s))
	order := s.Parts[0].Order
	for _, n := range []int64{1, 3333, 3333, 2000} {
		r := ledger.Refund{ID: id(), Payment: s.Payment, Orders: []uuid.UUID{order}, Provider: "sandbox", Amount: money.Of(n, "EUR"), At: now()}
		left := b.of(order)
		e, err := r.Asked(left)
		require.NoError(t, err)
		for _, l := range e.Lines {
			for _, h := range left {
				if l.Amount > 0 && h.Account == l.Account {
					require.LessOrEqual(t, l.Amount, h.Amount)
				}
			}
		}
		b.post(e, r.Done())
	}
	require.Empty(t, b.of(order), "nothing is left of any share")
	r := ledger.Refund{ID: id(), Orders: []uuid.UUID{order}, Amount: money.Of(1, "EUR"), At: now()}
	_, err := r.Asked(b.of(order))
	require.ErrorIs(t, err, ledger.ErrTooMuch)
	require.Zero(t, b.at(ledger.ProviderClearing, "EUR"))
	require.Nil(t, b.verify().Difference)
}

func TestABalanceFallsBelowZeroAndIsCarried(t *testing.T) {
	b := openBook(t)
	s := ledger.Sale{Payment: id(), Provider: "sandbox", Total: cny(10_000), At: now(), Parts: []ledger.Part{{Order: id(), Seller: id(), Goods: 10_000, CountyBP: 500}}}
	p := s.Parts[0]
	b.post(entryOf(t, s))
	released, err := ledger.Release{Order: p.Order, At: now(), ReserveBP: 1000}.Entry(b.of(p.Order))
	require.NoError(t, err)
	b.post(released)
	out := ledger.Payout{Line: id(), Seller: p.Seller, Amount: cny(8_550), At: now()}
	b.post(out.Approved(), out.Paid())
	r := ledger.Refund{ID: id(), Payment: s.Payment, Orders: []uuid.UUID{p.Order}, Provider: "sandbox", Amount: cny(10_000), At: now()}
	asked, err := r.Asked(b.of(p.Order))
	require.NoError(t, err)
	b.post(asked, r.Done())
	seller := actor.Actor{Tenant: b.tenant, Account: id(), Seller: p.Seller, Roles: []actor.Role{actor.Seller}}
	income, err := b.Income(b.ctx, seller, ledger.Period{From: now().AddDate(0, 0, -1), To: now().AddDate(0, 0, 1)})
	require.NoError(t, err)
	require.Len(t, income, 1)
	zero := cny(0)
	require.Equal(t, ledger.Income{
		Currency: "CNY", Sold: cny(10_000), Shipping: zero, Refunded: cny(10_000), Commission: zero, PaidOut: cny(8_550),
		Standing: ledger.Standing{Pending: zero, Available: cny(-8_550), Reserved: zero, PaidOut: cny(8_550), Shipping: zero},
	}, income[0])
	lines, err := b.Statement(b.ctx, seller, ledger.Period{From: now().AddDate(0, 0, -1), To: now().AddDate(0, 0, 1)}, uuid.Nil, 100)
	require.NoError(t, err)
	require.Len(t, lines, 4)
	require.Equal(t, ledger.KindRefundAsked, lines[0].Kind)
	require.Nil(t, b.verify().Difference)
}

func TestTheBookIsReadByThoseItConcerns(t *testing.T) {
	b := openBook(t)
	other := bookOn(t, b.db, "xinfeng")
	s := basket()
	b.post(entryOf(t, s))
	ever := ledger.Period{To: now().AddDate(1, 0, 0)}
	for _, who := range []actor.Actor{actor.Guest(b.tenant), {Tenant: b.tenant, Account: id()}, {Tenant: b.tenant, Account: id(), Roles: []actor.Role{actor.Seller}}} {
		_, err := b.Trial(b.ctx, who)
		require.Contains(t, []errs.Code{errs.Unauthenticated, errs.Forbidden}, errs.CodeOf(err))
		_, err = b.Verify(b.ctx, who)
		require.Error(t, err)
	}
	_, err := b.Income(b.ctx, actor.Actor{Tenant: b.tenant, Account: id(), Roles: []actor.Role{actor.Officer}}, ever)
	require.Equal(t, errs.Forbidden, errs.CodeOf(err))
	// Another county sees nothing of it, neither by its own name nor by ours.
	all, err := other.Trial(other.ctx, other.system())
	require.NoError(t, err)
	require.Empty(t, all)
	all, err = other.Trial(other.ctx, b.system())
	require.NoError(t, err)
	require.Empty(t, all)
	mine, err := b.Income(b.ctx, actor.Actor{Tenant: b.tenant, Account: id(), Seller: id(), Roles: []actor.Role{actor.Seller}}, ever)
	require.NoError(t, err)
	require.Empty(t, mine, "another seller")
}
