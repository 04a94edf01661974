package pg_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"countyfair/internal/pg"
	"countyfair/internal/testkit"
)

func TestAServerThatIsAwayIsNobodysFault(t *testing.T) {
	gone, err := pg.Open(t.Context(), pg.Options{URL: "postgres://nobody@127.0.0.1:1/nothing"})
	require.NoError(t, err)
	t.Cleanup(gone.Close)
	err = gone.Query(t.Context(), func(pg.Querier) error { return nil })
	require.True(t, pg.Away(err), err)

	db := testkit.DB(t)
	err = db.Query(t.Context(), func(q pg.Querier) error {
		_, err := q.Exec(t.Context(), "SELECT pg_terminate_backend(pg_backend_pid())")
		return err
	})
	require.True(t, pg.Away(err), err)
	require.NoError(t, db.Query(t.Context(), func(q pg.Querier) error { // the next one has a living connection
		_, err := q.Exec(context.Background(), "SELECT 1")
		return err
	}))
	for _, other := range []error{nil, errors.New("x"), &pgconn.PgError{Code: "23505"}, &pgconn.PgError{Code: "22021"}, context.Canceled} {
		require.False(t, pg.Away(other), other)
	}
}
