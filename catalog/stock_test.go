package catalog_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"countyfair/catalog"
	"countyfair/internal/actor"
	"countyfair/internal/clock"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
	"countyfair/internal/testkit"
)

func now() time.Time { return clock.System{}.Now() }

func reserve(ctx context.Context, db *pg.DB, group uuid.UUID, wants ...catalog.Want) error {
	return db.Query(ctx, func(q pg.Querier) error {
		b := &pgx.Batch{}
		catalog.QueueReserve(b, pg.Tenant(ctx), group, wants, now(), now().Add(time.Hour))
		return catalog.OutOfStock(q.SendBatch(ctx, b).Close())
	})
}

// end runs one of the statements that end a group's reservations.
func end(t *testing.T, ctx context.Context, db *pg.DB, queue func(b *pgx.Batch)) {
	t.Helper()
	require.NoError(t, db.Query(ctx, func(q pg.Querier) error {
		b := &pgx.Batch{}
		queue(b)
		return q.SendBatch(ctx, b).Close()
	}))
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func TestAReservationIsAllOrNothingAndSaysWhatIsShort(t *testing.T) {
	db := testkit.DB(t)
	ctx, _ := testkit.County(t, db, "stock")
	seller, _ := testkit.Seller(t, ctx, db, "farm")
	a := testkit.Variant(t, ctx, db, seller, testkit.Goods{Price: 100, Grams: 500, OnHand: 5})
	b := testkit.Variant(t, ctx, db, seller, testkit.Goods{Price: 100, Grams: 500, OnHand: 2})
	unknown := newID()
	for _, wants := range [][]catalog.Want{{{b, 3}, {a, 1}}, {{a, 1}, {unknown, 1}}, {{b, 1}, {a, 1}, {b, 2}}, {{b, 3}}, {{unknown, 1}}} {
		err := reserve(ctx, db, newID(), wants...)
		require.ErrorIs(t, err, catalog.ErrOutOfStock)
		var e *errs.Error
		require.ErrorAs(t, err, &e)
		short := e.Data["short"].([]catalog.Short)
		require.Len(t, short, 1)
		if short[0].Variant == b {
			require.Equal(t, catalog.Short{Variant: b, Wanted: 3, Available: 2}, short[0])
		} else {
			require.Equal(t, catalog.Short{Variant: unknown, Wanted: 1}, short[0])
		}
		for _, v := range []uuid.UUID{a, b} {
			_, reserved := testkit.StockOf(t, ctx, db, v)
			require.Zero(t, reserved)
		}
	}
	require.NoError(t, reserve(ctx, db, newID(), catalog.Want{Variant: b, Quantity: 2}, catalog.Want{Variant: a, Quantity: 4}))
	onHand, reserved := testkit.StockOf(t, ctx, db, a)
	require.Equal(t, [2]int{5, 4}, [2]int{onHand, reserved})
}

func TestTakeReleaseAndGiveBackHappenOnce(t *testing.T) {
	db := testkit.DB(t)
	ctx, tenant := testkit.County(t, db, "ends")
	seller, _ := testkit.Seller(t, ctx, db, "farm")
	v := testkit.Variant(t, ctx, db, seller, testkit.Goods{Price: 100, Grams: 500, OnHand: 10})
	sold, dropped := newID(), newID()
	require.NoError(t, reserve(ctx, db, sold, catalog.Want{Variant: v, Quantity: 3}))
	require.NoError(t, reserve(ctx, db, dropped, catalog.Want{Variant: v, Quantity: 4}))
	check := func(onHand, reserved int) {
		t.Helper()
		h, r := testkit.StockOf(t, ctx, db, v)
		require.Equal(t, [2]int{onHand, reserved}, [2]int{h, r})
	}
	check(10, 7)
	for range 2 {
		end(t, ctx, db, func(b *pgx.Batch) { catalog.QueueTake(b, tenant, sold, now()) })
		check(7, 4)
	}
	for range 2 {
		end(t, ctx, db, func(b *pgx.Batch) { catalog.QueueRelease(b, tenant, dropped, now()) })
		check(7, 0)
	}
	end(t, ctx, db, func(b *pgx.Batch) { catalog.QueueRelease(b, tenant, sold, now()) })
	check(7, 0) // what was taken is not released
	for range 2 {
		end(t, ctx, db, func(b *pgx.Batch) { catalog.QueueGiveBack(b, tenant, sold, []uuid.UUID{v}, now()) })
		check(10, 0)
	}
}

func TestARushNeverOversells(t *testing.T) {
	db := testkit.DB(t)
	ctx, tenant := testkit.County(t, db, "rush")
	seller, _ := testkit.Seller(t, ctx, db, "farm")
	var goods []uuid.UUID
	for range 4 {
		goods = append(goods, testkit.Variant(t, ctx, db, seller, testkit.Goods{Price: 1, Grams: 1, OnHand: 60}))
	}
	var won, lost atomic.Int64
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			for range 10 {
				// Baskets of the same goods in any order: a deadlock would fail here.
				mine := slices.Clone(goods)
				rand.Shuffle(len(mine), func(i, j int) { mine[i], mine[j] = mine[j], mine[i] })
				group, wants := newID(), []catalog.Want{}
				for _, v := range mine[:1+rand.IntN(4)] {
					wants = append(wants, catalog.Want{Variant: v, Quantity: 1})
				}
				err := reserve(ctx, db, group, wants...)
				switch {
				case err == nil:
					won.Add(int64(len(wants)))
					if rand.IntN(2) == 0 {
						_ = db.Query(ctx, func(q pg.Querier) error {
							b := &pgx.Batch{}
							catalog.QueueTake(b, tenant, group, now())
							return q.SendBatch(ctx, b).Close()
						})
					}
				case errors.Is(err, catalog.ErrOutOfStock):
					lost.Add(1)
				default:
					t.Errorf("neither sold nor sold out: %v", err)
				}
			}
		})
	}
	wg.Wait()
	var left, reserved, held int
	require.NoError(t, db.Query(ctx, func(q pg.Querier) error {
		return q.QueryRow(ctx, `SELECT sum(on_hand), sum(reserved), (SELECT sum(quantity) FROM reservations WHERE state = 'held') FROM stock`).Scan(&left, &reserved, &held)
	}))
	require.Equal(t, reserved, held, "what is promised is what is held")
	require.Positive(t, lost.Load())
	require.Positive(t, won.Load())
	var taken int
	require.NoError(t, db.Query(ctx, func(q pg.Querier) error {
		return q.QueryRow(ctx, `SELECT sum(quantity) FROM reservations WHERE state = 'taken'`).Scan(&taken)
	}))
	require.Equal(t, 240, left+taken)
	require.Equal(t, won.Load(), int64(held+taken))
}

func TestOnlyTheSellerAdjustsItsStockAndNeverBelowWhatIsPromised(t *testing.T) {
	db := testkit.DB(t)
	ctx, tenant := testkit.County(t, db, "adjust")
	elsewhere, other := testkit.County(t, db, "elsewhere")
	seller, account := testkit.Seller(t, ctx, db, "farm")
	rival, rivalAccount := testkit.Seller(t, ctx, db, "rival")
	stranger, strangerAccount := testkit.Seller(t, elsewhere, db, "stranger")
	v := testkit.Variant(t, ctx, db, seller, testkit.Goods{Price: 1, Grams: 1, OnHand: 10})
	require.NoError(t, reserve(ctx, db, newID(), catalog.Want{Variant: v, Quantity: 6}))
	stock := catalog.NewStock(db, clock.System{})
	as := func(tenant, account, seller uuid.UUID, roles ...actor.Role) actor.Actor {
		return actor.Actor{Tenant: tenant, Account: account, Seller: seller, Roles: roles}
	}
	me := as(tenant, account, seller, actor.Seller)
	for _, c := range []struct {
		name string
		who  actor.Actor
		ctx  context.Context //nolint:containedctx // a row of a table
		a    catalog.Adjustment
		code errs.Code
	}{
		{"guest", actor.Guest(tenant), ctx, catalog.Adjustment{Variant: v, Change: 1, Reason: "x"}, errs.Unauthenticated},
		{"buyer", as(tenant, account, uuid.Nil), ctx, catalog.Adjustment{Variant: v, Change: 1, Reason: "x"}, errs.Forbidden},
		{"another seller", as(tenant, rivalAccount, rival, actor.Seller), ctx, catalog.Adjustment{Variant: v, Change: 1, Reason: "x"}, errs.NotFound},
		{"another county", as(other, strangerAccount, stranger, actor.Seller), elsewhere, catalog.Adjustment{Variant: v, Change: 1, Reason: "x"}, errs.NotFound},
		{"nothing", me, ctx, catalog.Adjustment{Variant: v, Reason: "x"}, errs.Invalid},
		{"no reason", me, ctx, catalog.Adjustment{Variant: v, Change: 1}, errs.Invalid},
		{"below what is promised", me, ctx, catalog.Adjustment{Variant: v, Change: -5, Reason: "rot"}, errs.Conflict},
		{"too much", me, ctx, catalog.Adjustment{Variant: v, Change: 10_000_000, Reason: "x"}, errs.Conflict},
	} {
		_, err := stock.Adjust(c.ctx, c.who, c.a)
		require.Equal(t, c.code, errs.CodeOf(err), "%s: %v", c.name, err)
	}
	got, err := stock.Adjust(ctx, me, catalog.Adjustment{Variant: v, Change: -4, Reason: " rot "})
	require.NoError(t, err)
	require.Equal(t, catalog.Level{Variant: v, OnHand: 6, Reserved: 6}, got)
	got, err = stock.Adjust(ctx, me, catalog.Adjustment{Variant: v, Change: 20, Reason: "harvest"})
	require.NoError(t, err)
	require.Equal(t, catalog.Level{Variant: v, OnHand: 26, Reserved: 6, Available: 20}, got)
	var moves, sum int
	require.NoError(t, db.Query(ctx, func(q pg.Querier) error {
		return q.QueryRow(ctx, `SELECT count(*), sum(change) FROM stock_moves WHERE variant_id = $1 AND account_id = $2`, v, account).Scan(&moves, &sum)
	}))
	require.Equal(t, [2]int{2, 16}, [2]int{moves, sum})
}
