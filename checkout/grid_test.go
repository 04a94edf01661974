package checkout_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"countyfair/checkout"
	"countyfair/internal/money"
)

func TestWhatIsOrderedIsWhatCanBeCharged(t *testing.T) {
	kwd := func(n int64) money.Money { return money.Of(n, "KWD") }
	for _, c := range []struct{ goods, discount, handling, total int64 }{
		{5124, 4, 0, 5120}, {5125, 0, 5, 5130}, {5126, 0, 4, 5130}, {5120, 0, 0, 5120}, {4, 4, 0, 0},
	} {
		a := checkout.OnGrid(checkout.Amounts{Goods: kwd(c.goods), Shipping: kwd(0), Handling: kwd(0), Discount: kwd(0), Total: kwd(c.goods)}, 10)
		require.Equal(t, []money.Money{kwd(c.discount), kwd(c.handling), kwd(c.total)}, []money.Money{a.Discount, a.Handling, a.Total}, c)
	}
	rapid.Check(t, func(t *rapid.T) {
		step := rapid.SampledFrom([]int64{1, 10, 100}).Draw(t, "step")
		part := func(name string) money.Money { return money.Of(rapid.Int64Range(0, 1_000_000).Draw(t, name), "KWD") }
		a := checkout.Amounts{Goods: part("goods"), Shipping: part("shipping"), Insurance: part("insurance"), Handling: part("handling"), Duty: part("duty"), Tax: part("tax"), Discount: kwd(0)}
		whole := a.Goods.Amount + a.Shipping.Amount + a.Insurance.Amount + a.Handling.Amount + a.Duty.Amount + a.Tax.Amount
		a.Total = kwd(whole)
		got := checkout.OnGrid(a, step)
		require.Zero(t, got.Total.Amount%step)
		require.LessOrEqual(t, max(got.Total.Amount-whole, whole-got.Total.Amount)*2, step)
		require.Equal(t, got.Goods.Amount+got.Shipping.Amount+got.Insurance.Amount+got.Handling.Amount+got.Duty.Amount+got.Tax.Amount-got.Discount.Amount, got.Total.Amount)
		require.GreaterOrEqual(t, got.Discount.Amount, int64(0))
		require.GreaterOrEqual(t, got.Handling.Amount, a.Handling.Amount)
	})
}
