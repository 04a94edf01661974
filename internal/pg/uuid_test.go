package pg_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/internal/pg"
	"countyfair/internal/testkit"
)

func TestUUIDsTravelUnharmedInEveryShape(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	id, kept := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	type named uuid.UUID
	var one, none uuid.UUID
	var some, missing *uuid.UUID
	var many []uuid.UUID
	var text string
	require.NoError(t, db.Query(t.Context(), func(q pg.Querier) error {
		return q.QueryRow(t.Context(), `SELECT $1::uuid, NULL::uuid, $2::uuid, $3::uuid, $4::uuid[], $5::uuid::text`,
			id, &kept, (*uuid.UUID)(nil), []uuid.UUID{id, kept}, named(id)).Scan(&one, &none, &some, &missing, &many, &text)
	}))
	require.Equal(t, id, one)
	require.Equal(t, uuid.Nil, none)
	require.Equal(t, &kept, some)
	require.Nil(t, missing)
	require.Equal(t, []uuid.UUID{id, kept}, many)
	require.Equal(t, id.String(), text)
}

func BenchmarkUUIDs(b *testing.B) {
	db := testkit.DB(b)
	ids := make([]uuid.UUID, 100)
	for i := range ids {
		ids[i] = uuid.Must(uuid.NewV7())
	}
	b.ReportAllocs()
	for b.Loop() {
		var out []uuid.UUID
		err := db.Query(b.Context(), func(q pg.Querier) error {
			return q.QueryRow(b.Context(), `SELECT $1::uuid[]`, ids).Scan(&out)
		})
		if err != nil || len(out) != len(ids) {
			b.Fatal(err)
		}
	}
}
