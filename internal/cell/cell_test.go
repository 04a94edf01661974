package cell_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"countyfair/internal/cell"
)

func TestNoCellIsAFormula(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "plain": "plain", "=1+1": "'=1+1", "@SUM(A1)": "'@SUM(A1)", "-2": "'-2", "＝1": "'＝1", "a\tb\x00": "a b", "苹果": "苹果",
	} {
		require.Equal(t, want, cell.Harmless(in), "%q", in)
	}
	var b bytes.Buffer
	require.NoError(t, cell.WriteCSV(&b, [][]string{{"a", "=b"}, {"花椒", "x,y"}}))
	require.Equal(t, "\ufeffa,'=b\n花椒,\"x,y\"\n", b.String())
}
