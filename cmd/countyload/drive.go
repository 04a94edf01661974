package main

import (
	"context"
	"slices"
	"sync"
	"time"
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
	wall   time.Duration
}

// drive repeats the scenario from so many clients until the time is over.
func drive(ctx context.Context, s scenario, clients int, length time.Duration) result {
	for n := range min(clients, 4) { // warm connections and caches
		_ = s.once(n)
	}
	ctx, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	parts := make([]result, clients)
	began := time.Now()
	var wg sync.WaitGroup
	for n := range clients {
		wg.Go(func() {
			for ctx.Err() == nil {
				at := time.Now()
				if err := s.once(n); err != nil {
					parts[n].errors++
					continue
				}
				parts[n].took = append(parts[n].took, time.Since(at))
			}
		})
	}
	wg.Wait()
	r := result{wall: time.Since(began)}
	for _, p := range parts {
		r.took, r.errors = append(r.took, p.took...), r.errors+p.errors
	}
	slices.Sort(r.took)
	return r
}

func (r result) rate() float64 { return float64(len(r.took)) / r.wall.Seconds() }

// at is the time within which this part of the requests was answered.
func (r result) at(part float64) time.Duration {
	if len(r.took) == 0 {
		return 0
	}
	return r.took[min(int(part*float64(len(r.took))), len(r.took)-1)]
}
