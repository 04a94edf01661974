package customs_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"countyfair/customs"
	"countyfair/internal/money"
)

// The IMF's own values of 22 August 2022: SDR 0.765655 for a euro, 0.765578 for
// a dollar, 0.111989 for a yuan, 0.00558 for a yen, 0.903688 for a pound.
func TestTheValueOfAnSDRFollowsFromTheRatesOfItsBasket(t *testing.T) {
	day := time.Date(2022, 8, 22, 0, 0, 0, 0, time.UTC)
	fx := customs.Snapshot{AsOf: day, Source: "a test", PerEuro: map[string]int64{"USD": 1_00010058, "CNY": 6_83687683, "JPY": 137_21415771, "GBP": 84725591}}
	for _, c := range []struct {
		m    money.Money
		want int64
	}{{money.Of(100_00, "EUR"), 76_57}, {money.Of(100_00, "USD"), 76_56}, {money.Of(1000_00, "CNY"), 111_99}, {money.Of(10_000, "JPY"), 55_80}, {money.Of(0, "EUR"), 0}} {
		got, known := fx.SDR(c.m, day)
		require.True(t, known)
		require.InDelta(t, c.want, got, 2, c.m.String())
	}
	require.Contains(t, fx.SDRSource(day), "IMF")

	_, known := fx.SDR(money.Of(1, "EUR"), day.AddDate(5, 0, 0))
	require.False(t, known, "no basket holds")
	_, known = fx.SDR(money.Of(1, "KES"), day)
	require.False(t, known, "no rate")
	delete(fx.PerEuro, "GBP")
	_, known = fx.SDR(money.Of(1, "EUR"), day)
	require.False(t, known, "a rate of the basket is missing")
	require.Empty(t, fx.SDRSource(day.AddDate(-9, 0, 0)))
}
