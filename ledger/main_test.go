package ledger_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/internal/actor"
	"countyfair/internal/clock"
	"countyfair/internal/money"
	"countyfair/internal/pg"
	"countyfair/internal/testkit"
	"countyfair/ledger"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// book is a county with an empty book.
type book struct {
	*ledger.Book
	t      testing.TB
	db     *pg.DB
	ctx    context.Context //nolint:containedctx // a test's county
	tenant uuid.UUID
}

func openBook(t testing.TB) *book { return bookOn(t, testkit.DB(t), "longnan") }

func bookOn(t testing.TB, db *pg.DB, slug string) *book {
	t.Helper()
	b := &book{Book: ledger.NewBook(db, clock.System{}), t: t, db: db}
	b.ctx, b.tenant = testkit.County(t, db, slug)
	return b
}

func (b *book) system() actor.Actor { return actor.OfSystem(b.tenant) }

func (b *book) post(entries ...ledger.Entry) {
	b.t.Helper()
	require.NoError(b.t, b.db.Write(b.ctx, func(tx *pg.Tx) error { return ledger.Post(b.ctx, tx, b.tenant, entries...) }))
}

// of asks what remains of orders, in a transaction of its own.
func (b *book) of(orders ...uuid.UUID) (left ledger.Remains) {
	b.t.Helper()
	require.NoError(b.t, b.db.Write(b.ctx, func(tx *pg.Tx) (err error) {
		left, err = ledger.Of(b.ctx, tx, b.tenant, orders...)
		return err
	}))
	return left
}

// at is what an account stands at, over all its parties.
func (b *book) at(a ledger.Account, code string) (sum int64) {
	b.t.Helper()
	all, err := b.Trial(b.ctx, b.system())
	require.NoError(b.t, err)
	for _, x := range all {
		if x.Account == a && x.Currency == code {
			sum += x.Amount
		}
	}
	return sum
}

func (b *book) verify(sources ...ledger.Source) ledger.Report {
	b.t.Helper()
	r, err := b.Verify(b.ctx, b.system(), sources...)
	require.NoError(b.t, err)
	return r
}

func id() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func cny(n int64) money.Money { return money.Of(n, "CNY") }

func now() time.Time { return clock.System{}.Now() }
