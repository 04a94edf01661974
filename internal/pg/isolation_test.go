package pg_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"countyfair/internal/pg"
	"countyfair/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const (
	storms   = 64
	counties = 8
	rounds   = 60
)

func TestNoRowOfAnotherCountyInAStormBySession(t *testing.T) {
	app, _ := testkit.URLs(t)
	storm(t, testkit.Open(t, pg.Options{URL: app, MaxConns: 8}))
}

func TestNoRowOfAnotherCountyInAStormByTransaction(t *testing.T) {
	app, _ := testkit.URLs(t)
	storm(t, testkit.Open(t, pg.Options{URL: app, MaxConns: 8, Binder: pg.ByTransaction{}}))
}

// storm reads and writes from many goroutines over few connections, now and
// then under a context that is cancelled half-way.
func storm(t *testing.T, db *pg.DB) {
	t.Helper()
	ids := make([]uuid.UUID, counties)
	for i := range ids {
		_, ids[i] = testkit.County(t, db, fmt.Sprintf("county-%d", i))
	}
	var n tally
	var wg sync.WaitGroup
	for range storms {
		wg.Go(func() {
			for range rounds {
				n.round(db, ids[rand.IntN(counties)])
			}
		})
	}
	wg.Wait()
	t.Logf("%d answers, %d writes, %d foreign rows", n.answers.Load(), n.writes.Load(), n.foreign.Load())
	require.Zero(t, n.foreign.Load())
	require.Greater(t, n.answers.Load(), int64(storms*rounds))
	require.Greater(t, n.writes.Load(), int64(storms*rounds/4))
}

type tally struct{ foreign, answers, writes atomic.Int64 }

// round writes once and reads by every way as one county.
func (n *tally) round(db *pg.DB, mine uuid.UUID) {
	ctx, cancel := context.WithTimeout(pg.WithTenant(context.Background(), mine), patience())
	defer cancel()
	if insert(ctx, db, mine) == nil {
		n.writes.Add(1)
	}
	for _, seen := range []func(context.Context, *pg.DB) ([]uuid.UUID, error){byGorm, byPgx, inTransaction} {
		got, err := seen(ctx, db)
		if err != nil {
			continue // cancelled: allowed, so long as nothing leaks
		}
		n.answers.Add(1)
		for _, id := range got {
			if id != mine {
				n.foreign.Add(1)
			}
		}
	}
}

// patience is mostly enough, and now and then far too little.
func patience() time.Duration {
	if rand.IntN(5) == 0 {
		return time.Duration(rand.IntN(2000)) * time.Microsecond
	}
	return 30 * time.Second
}

func insert(ctx context.Context, db *pg.DB, tenant uuid.UUID) error {
	return db.Write(ctx, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO audit_events (tenant_id, id, at, role, action, subject, subject_id) VALUES ($1, $2, now(), 'system', 'test', 'x', 'y')`,
			tenant, uuid.Must(uuid.NewV7()))
		return err
	})
}

const newest = `SELECT tenant_id FROM audit_events ORDER BY random() LIMIT 20`

func byGorm(ctx context.Context, db *pg.DB) (ids []uuid.UUID, err error) {
	err = db.Read(ctx, func(g *gorm.DB) error { return g.Raw(newest).Scan(&ids).Error })
	return ids, err
}

func byPgx(ctx context.Context, db *pg.DB) (ids []uuid.UUID, err error) {
	err = db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, newest)
		if err != nil {
			return err
		}
		ids, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		return err
	})
	return ids, err
}

func inTransaction(ctx context.Context, db *pg.DB) (ids []uuid.UUID, err error) {
	err = db.Write(ctx, func(tx *pg.Tx) error { return tx.Gorm().Raw(newest).Scan(&ids).Error })
	return ids, err
}

func TestWithoutACountyNothingIsSeen(t *testing.T) {
	db := testkit.DB(t)
	ctx, id := testkit.County(t, db, "alone")
	require.NoError(t, insert(ctx, db, id))
	got, err := byGorm(ctx, db)
	require.NoError(t, err)
	require.Len(t, got, 1)
	got, err = byGorm(context.Background(), db)
	require.NoError(t, err)
	require.Empty(t, got)
}

func TestARowForAnotherCountyIsRefused(t *testing.T) {
	db := testkit.DB(t)
	mine, _ := testkit.County(t, db, "mine")
	_, other := testkit.County(t, db, "other")
	require.ErrorContains(t, insert(mine, db, other), "42501")
}

func TestAFailedTransactionLeavesNothing(t *testing.T) {
	db := testkit.DB(t)
	ctx, id := testkit.County(t, db, "half")
	err := db.Write(ctx, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO county_pages VALUES ($1, 'terms', 'en', 'x', now())`, id); err != nil {
			return err
		}
		var n int64
		if err := tx.Gorm().Table("county_pages").Count(&n).Error; err != nil {
			return err
		}
		require.Equal(t, int64(1), n, "GORM sees what pgx wrote")
		return context.Canceled
	})
	require.ErrorIs(t, err, context.Canceled)
	var n int64
	require.NoError(t, db.Read(ctx, func(g *gorm.DB) error { return g.Table("county_pages").Count(&n).Error }))
	require.Zero(t, n)
}
