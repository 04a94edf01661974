// Command countyload measures the market: it fills a private PostgreSQL with a
// large county among many, starts the real server as a process of its own, and
// drives it over HTTP with 1, 16 and 64 clients, each measure bounded in time.
//
// Beside every rate it prints what pgbench reaches with the very statements
// that the server ran for one such request, on the same PostgreSQL in the same
// run (it reads them from the server's log), and the ratio of the two.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"time"
)

type options struct {
	products int
	counties int
	clients  []int
	seconds  int
	only     string
	pgbench  bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	o := options{}
	var clients string
	flag.IntVar(&o.products, "products", 10_000, "products of the large county")
	flag.IntVar(&o.counties, "counties", 100, "counties beside it")
	flag.StringVar(&clients, "clients", "1,16,64", "how many clients at once, one measure each")
	flag.IntVar(&o.seconds, "seconds", 4, "how long each measure takes")
	flag.StringVar(&o.only, "only", "", "one of list, detail, search, cart, order; empty: all")
	flag.BoolVar(&o.pgbench, "pgbench", true, "compare with pgbench")
	flag.Parse()
	for part := range strings.SplitSeq(clients, ",") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 || n > 512 {
			fmt.Fprintln(os.Stderr, "countyload: --clients takes numbers from 1 to 512, separated by commas")
			os.Exit(2)
		}
		o.clients = append(o.clients, n)
	}
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "countyload:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	m, err := open(ctx, o)
	if err != nil {
		return err
	}
	defer m.close()
	fmt.Printf("%d products in one county, %d counties beside it; fsync on; %d s a measure; memory at rest %s\n\n", o.products, o.counties, o.seconds, m.memory())
	fmt.Printf("%-8s %8s %10s %9s %9s %9s %7s %10s %7s\n", "what", "clients", "rate/s", "p50", "p99", "p99/p50", "errors", "pgbench/s", "ratio")
	for _, s := range scenarios(m) {
		if o.only != "" && o.only != s.name {
			continue
		}
		script, err := m.capture(ctx, s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		for _, n := range o.clients {
			r := drive(ctx, s, n, time.Duration(o.seconds)*time.Second)
			rate, err := m.pgbench(ctx, script, n)
			if err != nil {
				return fmt.Errorf("%s: pgbench: %w", s.name, err)
			}
			fmt.Printf("%-8s %8d %10.0f %9s %9s %9.1f %7d %10.0f %7.2f\n", s.name, n, r.rate(), short(r.at(.5)), short(r.at(.99)),
				float64(r.at(.99))/float64(max(r.at(.5), 1)), r.errors, rate, ratio(r.rate(), rate))
		}
	}
	fmt.Printf("\nmemory after the load: %s\n", m.memory())
	return nil
}

func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

func short(d time.Duration) string { return d.Round(10 * time.Microsecond).String() }
