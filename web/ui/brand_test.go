package ui_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"countyfair/web/ui"
)

func TestTheSignalKeepsAwayFromTheCountysColour(t *testing.T) {
	for colour, want := range map[string]string{
		"#9b3227": "--signal-dark-h:66", // red: the amber of a lamp
		"#2f6f3e": "--signal-dark-h:66", // green
		"#b5540c": "--signal-dark-h:22", // amber itself: coral
	} {
		b, err := ui.BrandOf(colour)
		require.NoError(t, err)
		require.Contains(t, b.CSS(), want, colour)
	}
	_, err := ui.BrandOf("red")
	require.ErrorIs(t, err, ui.ErrColour)
}
