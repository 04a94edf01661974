package cursor_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/internal/cursor"
)

type place struct {
	At   time.Time `json:"t,omitzero"`
	N    int64     `json:"n,omitempty"`
	Rank float32   `json:"r,omitempty"`
	ID   uuid.UUID `json:"i"`
}

func TestACursorIsReadAsItWasWritten(t *testing.T) {
	was := place{time.Date(2026, 11, 24, 1, 2, 3, 4000, time.UTC), -7, 0.25, uuid.Must(uuid.NewV7())}
	var got place
	more, err := cursor.Decode(cursor.Encode(was), &got)
	require.NoError(t, err)
	require.True(t, more)
	require.Equal(t, was, got)
	more, err = cursor.Decode("", &got)
	require.NoError(t, err)
	require.False(t, more)
}

// FuzzDecode throws anything at the reader: it refuses, or gives a place that a
// cursor can be made of again.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{"", "!", "e30", "bnVsbA", cursor.Encode(place{ID: uuid.Max}), cursor.Encode(map[string]any{"t": "9999-12-31T23:59:59-23:59", "n": 1e18})} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var got, again place
		more, err := cursor.Decode(s, &got)
		if err != nil {
			require.ErrorIs(t, err, cursor.ErrBad)
			return
		}
		require.Equal(t, s != "", more)
		if !more {
			return
		}
		_, err = cursor.Decode(cursor.Encode(got), &again)
		require.NoError(t, err)
		require.True(t, got.At.Equal(again.At))
		require.Equal(t, [3]any{got.N, got.Rank, got.ID}, [3]any{again.N, again.Rank, again.ID})
	})
}
