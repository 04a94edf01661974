package checkout_test

import (
	"testing"
	"time"

	"countyfair/adapters/sandboxpay"
	"countyfair/internal/clock"
)

// A whole order, from the empty cart to the money, with its entry in the book
// and without, in turns. "booked/unbooked" is what the book costs.
func BenchmarkWholeOrderWithAndWithoutItsEntry(b *testing.B) {
	m := openMarket(b)
	m.exec(`UPDATE stock SET on_hand = 1000000 WHERE tenant_id = $1`, m.tenant)
	buy := func() time.Duration {
		start := clock.System{}.Now()
		_, p := m.order(m.guest(), want{m.pear, 2}, want{m.tea, 1})
		m.decide(p, sandboxpay.Succeed)
		return clock.System{}.Now().Sub(start)
	}
	for range 50 {
		buy()
	}
	var with, without time.Duration
	for b.Loop() {
		with += buy()
		m.WithoutBook(func() { without += buy() })
	}
	b.ReportMetric(float64(with)/float64(without), "booked/unbooked")
	b.ReportMetric(float64(with.Microseconds())/float64(b.N), "µs/order")
}
