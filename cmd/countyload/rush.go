package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
)

const (
	rushBuyers = 300
	rushBoxes  = 100
)

// rush has many buyers, each with a quote in hand, order at the same moment
// what there is too little of.
func (m *market) rush(ctx context.Context) error {
	if !m.wanted("rush") {
		return nil
	}
	variant := m.variants[0]
	if err := m.owner(ctx, `UPDATE stock SET on_hand = reserved + $3 WHERE tenant_id = $1 AND variant_id = $2`, m.county, variant, rushBoxes); err != nil {
		return err
	}
	carts, quotes := make([]cart, rushBuyers), make([]uuid.UUID, rushBuyers)
	for i := range rushBuyers {
		var err error
		if carts[i], quotes[i], err = m.quoted(variant); err != nil {
			return err
		}
	}
	var mu sync.Mutex
	var sold, short, other int
	var lastSold, last time.Duration
	began := time.Now()
	var wg sync.WaitGroup
	for i := range rushBuyers {
		wg.Go(func() {
			_, err := m.place(carts[i], quotes[i])
			took := time.Since(began)
			mu.Lock()
			defer mu.Unlock()
			last = max(last, took)
			var no *refused
			switch {
			case err == nil:
				sold, lastSold = sold+1, max(lastSold, took)
			case errors.As(err, &no) && no.code == "out_of_stock":
				short++
			default:
				other++
			}
		})
	}
	wg.Wait()
	fmt.Printf("\nrush: %d buyers, %d boxes: %d sold, %d told that nothing is left, %d other errors; the last box sold after %s, the last answer after %s\n",
		rushBuyers, rushBoxes, sold, short, other, lastSold.Round(time.Millisecond), last.Round(time.Millisecond))
	return nil
}
