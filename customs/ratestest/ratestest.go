// Package ratestest says what every customs.RateSource must do.
package ratestest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"countyfair/customs"
)

// Exercise asks a source that works for its rates.
func Exercise(t *testing.T, source customs.RateSource) {
	t.Helper()
	first, err := source.Fetch(t.Context())
	require.NoError(t, err)
	require.False(t, first.AsOf.IsZero(), "the rates are of a day")
	require.NotEmpty(t, first.Source)
	require.NotEmpty(t, first.PerEuro)
	require.NotContains(t, first.PerEuro, customs.Euro, "the euro is what the others are told in")
	for code, rate := range first.PerEuro {
		require.Positive(t, rate, code)
	}
	again, err := source.Fetch(t.Context())
	require.NoError(t, err)
	require.Equal(t, first, again)
}
