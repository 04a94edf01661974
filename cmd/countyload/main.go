// Command countyload measures the market: it fills a private PostgreSQL with a
// large county among many, starts the real server as a process of its own, and
// drives it over HTTP with 1, 16 and 64 clients, each measure bounded in time.
//
// Beside every rate it prints what pgbench reaches with the very statements
// that the server ran for such requests, on the same PostgreSQL in the same run
// (it reads them from the server's log), and the ratio of the two: of the rates,
// and of the processor time for one, drivers included, which says what the ratio
// would be where nothing else runs. Reads are measured without the cache of
// public answers first, and with it afterwards.
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
	length   time.Duration
	only     map[string]bool
	pgbench  bool
	hold     bool
	profiles string
	within   time.Duration
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	o, err := parse()
	if err == nil {
		err = run(ctx, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "countyload:", err)
		stop()
		os.Exit(1)
	}
}

func parse() (o options, err error) {
	var clients, only string
	var seconds int
	flag.IntVar(&o.products, "products", 10_000, "products of the large county")
	flag.IntVar(&o.counties, "counties", 100, "counties beside it")
	flag.StringVar(&clients, "clients", "1,16,64", "how many clients at once, one measure each")
	flag.DurationVar(&o.within, "within", 4*time.Minute+30*time.Second, "when to stop measuring, counted from the start; what is left then is left out")
	flag.IntVar(&seconds, "seconds", 2, "how long each measure takes")
	flag.StringVar(&only, "only", "", "some of the measures, separated by commas; empty: all")
	flag.BoolVar(&o.pgbench, "pgbench", true, "compare with pgbench")
	flag.BoolVar(&o.hold, "hold", false, "fill and serve, then wait: for looking at plans and profiles by hand")
	flag.StringVar(&o.profiles, "profiles", "", "a folder for the server's CPU profile of each measure with 16 clients")
	flag.Parse()
	o.length = time.Duration(min(max(seconds, 1), 60)) * time.Second
	for part := range strings.SplitSeq(clients, ",") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 || n > 512 {
			return o, fmt.Errorf("--clients takes numbers from 1 to 512, separated by commas")
		}
		o.clients = append(o.clients, n)
	}
	for part := range strings.SplitSeq(only, ",") {
		if part != "" {
			if o.only == nil {
				o.only = map[string]bool{}
			}
			o.only[part] = true
		}
	}
	return o, nil
}

func run(ctx context.Context, o options) error {
	began := time.Now()
	m, err := open(ctx, o)
	if err != nil {
		return err
	}
	defer m.close()
	m.until = began.Add(o.within)
	if o.hold {
		return m.hold(ctx)
	}
	if err := m.openFor(ctx, pastOrders); err != nil {
		return err
	}
	benches, err := m.captureAll(ctx)
	if err != nil {
		return err
	}
	if err := m.serve(ctx, "PUBLIC_CACHE=0s"); err != nil {
		return err
	}
	fmt.Printf("%d products in one county, %d counties beside it; fsync on; %s a measure; load of the machine %s\n", o.products, o.counties, o.length, loadAverage())
	fmt.Printf("server ready in %s, %d MB at rest\n\n", m.ready.Round(time.Millisecond), m.memory("VmRSS"))
	fmt.Printf("%-18s %8s %8s %9s %9s %8s %7s %7s %7s %7s %10s %6s %6s\n", "what", "clients", "rate/s", "p50", "p99", "p99/p50", "errors", "ms srv", "ms PG", "ms load", "pgbench/s", "ratio", "by CPU")
	for _, s := range m.scenarios() {
		if err := m.measure(ctx, s, benches[s.name]); err != nil {
			return err
		}
	}
	if err := m.rush(ctx); err != nil {
		return err
	}
	if err := m.serve(ctx); err != nil { // with the cache, as it comes
		return err
	}
	fmt.Println("\nwith the cache of public answers, as the program comes (guests; of the details a hundred that are much looked at):")
	for _, s := range m.cached() {
		if err := m.measure(ctx, s, nil); err != nil {
			return err
		}
	}
	fmt.Printf("\nmemory of the server: %d MB at most; load of the machine %s; the whole took %s\n", m.mostMemory(), loadAverage(), time.Since(began).Round(time.Second))
	return nil
}

func (m *market) wanted(name string) bool {
	return m.o.only == nil || m.o.only[strings.TrimPrefix(name, "held ")]
}

// measure drives one scenario with each number of clients, and pgbench with the
// same, and prints a line of each.
func (m *market) measure(ctx context.Context, s scenario, scripts []bench) error {
	if !m.wanted(s.name) {
		return nil
	}
	for _, n := range m.o.clients {
		if time.Now().After(m.until) {
			fmt.Printf("%-18s %8d left out: the time is up\n", s.name, n)
			continue
		}
		if err := m.owner(ctx, `DELETE FROM river_job`); err != nil { // the orders of one measure are no work for the next
			return err
		}
		finish := m.profile(ctx, s.name, n)
		r := m.drive(ctx, s, n)
		if err := finish(); err != nil {
			return fmt.Errorf("%s: profile: %w", s.name, err)
		}
		if r.first != nil {
			fmt.Fprintf(os.Stderr, "%s with %d clients: %v\n", s.name, n, r.first)
		}
		other, err := m.pgbench(ctx, scripts, n)
		if err != nil {
			return fmt.Errorf("%s: pgbench: %w", s.name, err)
		}
		beside, share, byCPU := "-", "-", "-"
		if other.rate > 0 {
			own := (r.cpu.server + r.cpu.postgres + r.cpu.driver) / time.Duration(max(len(r.took), 1))
			beside, share, byCPU = fmt.Sprintf("%.0f", other.rate), fmt.Sprintf("%.2f", r.rate()/other.rate), fmt.Sprintf("%.2f", float64(other.each)/float64(max(own, 1)))
		}
		fmt.Printf("%-18s %8d %8.0f %9s %9s %8.1f %7d %7.2f %7.2f %7.2f %10s %6s %6s\n", s.name, n, r.rate(), short(r.at(.5)), short(r.at(.99)),
			float64(r.at(.99))/float64(max(r.at(.5), 1)), r.errors, r.each(r.cpu.server), r.each(r.cpu.postgres), r.each(r.cpu.driver), beside, share, byCPU)
	}
	return ctx.Err()
}

func short(d time.Duration) string { return d.Round(10 * time.Microsecond).String() }
