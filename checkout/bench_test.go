package checkout_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/checkout"
	"countyfair/internal/testkit"
	"countyfair/shipping"
)

// shelf is a county with so many well stocked sizes.
func shelf(b *testing.B, sizes int) (*market, []uuid.UUID) {
	b.Helper()
	m := openMarket(b)
	out := make([]uuid.UUID, sizes)
	for i := range out {
		out[i] = testkit.Variant(b, m.ctx, m.db, m.pears.Seller, testkit.Goods{Price: 1250, Grams: 500, OnHand: 9_000_000})
	}
	return m, out
}

// ready makes a guest's quote for one piece.
func (m *market) ready(variant uuid.UUID) (quote uuid.UUID, token string, err error) {
	c, err := m.CreateCart(m.ctx, m.guest(), "")
	if err != nil {
		return quote, "", err
	}
	if _, err := m.AddLine(m.ctx, m.guest(), c.ID, c.Token, variant, 1); err != nil {
		return quote, "", err
	}
	q, err := m.Quote(m.ctx, m.guest(), checkout.QuoteRequest{Cart: c.ID, Token: c.Token, Address: shipping.Address{
		Name: "王小明", Phone: "+8613800138000", Country: "CN", AdminArea: "上海市", City: "上海市", Line1: "世纪大道 1 号",
	}})
	return q.ID, c.Token, err
}

func BenchmarkAddLine(b *testing.B) {
	m, sizes := shelf(b, 1)
	c, err := m.CreateCart(m.ctx, m.guest(), "")
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.AddLine(m.ctx, m.guest(), c.ID, c.Token, sizes[0], 1); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPlace has 32 buyers at once order one and the same size, or sizes
// of which hardly two buyers want the same: what contention for a stock row
// costs a whole order. The tests' PostgreSQL does not wait for the disk.
func BenchmarkPlace(b *testing.B) {
	for _, sizes := range []int{1, 200} {
		b.Run(fmt.Sprintf("sizes=%d", sizes), func(b *testing.B) {
			m, all := shelf(b, sizes)
			type ticket struct {
				quote uuid.UUID
				token string
			}
			tickets := make([]ticket, b.N)
			for i := range tickets {
				var err error
				tickets[i].quote, tickets[i].token, err = m.ready(all[i%sizes])
				require.NoError(b, err)
			}
			var next atomic.Int64
			b.SetParallelism(16)
			b.ReportAllocs()
			b.ResetTimer()
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					t := tickets[next.Add(1)-1]
					if _, err := m.Place(m.ctx, m.guest(), checkout.PlaceRequest{Quote: t.quote, Token: t.token, Email: "b@example.org"}); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
