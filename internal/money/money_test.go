package money_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"countyfair/internal/money"
)

func TestAllocateFollowsTheLargestRemainder(t *testing.T) {
	require.Equal(t, []int64{406, 773, 321}, money.Allocate(1500, []int64{1250, 2380, 990}))
	require.Equal(t, []int64{3334, 3333, 3333}, money.Allocate(10_000, []int64{1, 1, 1}))
	require.Equal(t, []int64{-3334, -3333, -3333}, money.Allocate(-10_000, []int64{1, 1, 1}))
	require.Equal(t, []int64{7, 0}, money.Allocate(7, []int64{0, 0}))
}

func TestAllocatedPartsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.Int64().Filter(func(n int64) bool { return n != -1<<63 }).Draw(t, "total")
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1<<40), 1, 30).Draw(t, "weights")
		var sum int64
		for _, p := range money.Allocate(total, weights) {
			sum += p
		}
		require.Equal(t, total, sum)
	})
}

func TestParse(t *testing.T) {
	for text, want := range map[string]int64{
		"12.50": 1250, "¥12.5": 1250, "￥１２．５": 1250, "12.50 元": 1250, "1,234.5": 123450,
		"-3": -300, "12.500": 1250, "0": 0,
	} {
		got, err := money.Parse(text, "CNY")
		require.NoError(t, err, text)
		require.Equal(t, money.Of(want, "CNY"), got, text)
	}
	for _, text := range []string{"", ".", "12.", "12.345", "1,23", "12,5", "1.2.3", "abc", "9999999999999999999", "1e3", "--1"} {
		_, err := money.Parse(text, "CNY")
		require.ErrorIs(t, err, money.ErrParse, text)
	}
	got, err := money.Parse("1980", "JPY")
	require.NoError(t, err)
	require.Equal(t, int64(1980), got.Amount)
	_, err = money.Parse("1980.5", "JPY")
	require.ErrorIs(t, err, money.ErrParse)
}

func TestParseReadsWhatDecimalWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := money.Of(rapid.Int64Range(-1<<60, 1<<60).Draw(t, "amount"),
			rapid.SampledFrom([]string{"CNY", "KES", "JPY", "KWD"}).Draw(t, "currency"))
		got, err := money.Parse(m.Decimal(), m.Currency)
		require.NoError(t, err)
		require.Equal(t, m, got)
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"12.50", "￥1,234.5", "-0.01", "１２", "9223372036854775807"} {
		f.Add(s, "CNY")
	}
	f.Fuzz(func(t *testing.T, text, code string) {
		m, err := money.Parse(text, code)
		if err != nil {
			return
		}
		again, err := money.Parse(m.Decimal(), code)
		if err != nil || again != m {
			t.Fatalf("%q read as %v, which reads back as %v (%v)", text, m, again, err)
		}
	})
}

func TestFormatByLanguage(t *testing.T) {
	require.Equal(t, "¥128.80", money.Of(12880, "CNY").Format("zh-Hans"))
	sign, figure := money.Of(123450, "KES").Parts("en")
	require.Equal(t, "KSh", sign)
	require.Equal(t, "1,234.50", figure)
}

func TestArithmeticRefusesMixedCurrenciesAndOverflow(t *testing.T) {
	_, err := money.Of(1, "CNY").Add(money.Of(1, "KES"))
	require.ErrorIs(t, err, money.ErrCurrency)
	_, err = money.Of(1<<62, "CNY").Times(4)
	require.ErrorIs(t, err, money.ErrOverflow)
	half, err := money.MulRatio(5, 1, 2)
	require.NoError(t, err)
	require.Equal(t, int64(3), half)
}
