package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// scenario is one thing that users do; once does it as client number n.
type scenario struct {
	name string
	once func(n int) error
}

// result is what a measure found.
type result struct {
	took   []time.Duration // sorted
	errors int
	first  error // the first of them
	wall   time.Duration
	cpu    cpu
}

// drive repeats the scenario from so many clients until the time is over.
func (m *market) drive(ctx context.Context, s scenario, clients int) result {
	for n := range clients { // warm connections, statements and caches
		_ = s.once(n)
	}
	ctx, cancel := context.WithTimeout(ctx, m.o.length)
	defer cancel()
	parts := make([]result, clients)
	began, before := time.Now(), m.cpu()
	var wg sync.WaitGroup
	for n := range clients {
		wg.Go(func() { parts[n].repeat(ctx, func() error { return s.once(n) }) })
	}
	wg.Wait()
	r := result{wall: time.Since(began), cpu: m.cpu().since(before)}
	for _, p := range parts {
		r.took, r.errors = append(r.took, p.took...), r.errors+p.errors
		if r.first == nil {
			r.first = p.first
		}
	}
	slices.Sort(r.took)
	return r
}

// pastOrders are placed before anything is measured; as many carts are left standing.
const pastOrders = 1500

// openFor lets the market be open for a while: tables that have never held a
// row, or hold hardly any, are planned for as if they never would.
func (m *market) openFor(ctx context.Context, orders int) error {
	if err := m.serve(ctx, "JOB_WORKERS=0"); err != nil {
		return err
	}
	var g errgroup.Group
	g.SetLimit(16)
	for range orders {
		g.Go(func() error {
			_, _, err := m.quoted(pick(m.variants))
			return errors.Join(err, m.order(pick(m.variants)))
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return m.owner(ctx, `VACUUM ANALYZE`)
}

func (r *result) repeat(ctx context.Context, once func() error) {
	for ctx.Err() == nil {
		at := time.Now()
		err := once()
		if err == nil {
			r.took = append(r.took, time.Since(at))
			continue
		}
		if r.errors++; r.first == nil {
			r.first = err
		}
	}
}

func (r result) rate() float64 { return float64(len(r.took)) / r.wall.Seconds() }

// each is so much time for one operation, in milliseconds.
func (r result) each(d time.Duration) float64 {
	return float64(d) / float64(time.Millisecond) / float64(max(len(r.took)+r.errors, 1))
}

// at is the time within which this part of the requests was answered.
func (r result) at(part float64) time.Duration {
	if len(r.took) == 0 {
		return 0
	}
	return r.took[min(int(part*float64(len(r.took))), len(r.took)-1)]
}
