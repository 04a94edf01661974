package observe

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
)

// Database adds the pool's numbers, and how much background work waits, read
// when Prometheus asks.
func (m *Metrics) Database(pool *pgxpool.Pool) { m.registry.MustRegister(&database{pool}) }

type database struct{ pool *pgxpool.Pool }

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("countyfair_"+name, help, labels, nil)
}

var (
	connections    = describe("db_connections", "Connections of the pool, by use (busy, idle, opening).", "use")
	connectionsMax = describe("db_connections_max", "Most connections the pool may hold.")
	acquires       = describe("db_acquires_total", "Connections taken from the pool.")
	acquireWaits   = describe("db_acquire_waits_total", "Times a request waited because every connection was busy.")
	acquireSeconds = describe("db_acquire_seconds_total", "Time spent on taking connections from the pool.")
	waitingJobs    = describe("jobs_waiting", "Background jobs that are not finished, by state.", "state")
	oldestJob      = describe("jobs_oldest_due_seconds", "How long the oldest job that is due has waited.")
)

// Describe is part of prometheus.Collector.
func (d *database) Describe(ch chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{connections, connectionsMax, acquires, acquireWaits, acquireSeconds, waitingJobs, oldestJob} {
		ch <- desc
	}
}

// Collect is part of prometheus.Collector.
func (d *database) Collect(ch chan<- prometheus.Metric) {
	s := d.pool.Stat()
	gauge := func(desc *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, v, labels...)
	}
	counter := func(desc *prometheus.Desc, v float64) {
		ch <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, v)
	}
	gauge(connections, float64(s.AcquiredConns()), "busy")
	gauge(connections, float64(s.IdleConns()), "idle")
	gauge(connections, float64(s.ConstructingConns()), "opening")
	gauge(connectionsMax, float64(s.MaxConns()))
	counter(acquires, float64(s.AcquireCount()))
	counter(acquireWaits, float64(s.EmptyAcquireCount()))
	counter(acquireSeconds, s.AcquireDuration().Seconds())
	d.queue(gauge)
}

// queue counts what waits. A database that does not answer leaves these out:
// the pool's numbers, and the rest of the page, are wanted most just then.
func (d *database) queue(gauge func(*prometheus.Desc, float64, ...string)) {
	ctx, cancel := context.WithTimeout(context.Background(), checkTime)
	defer cancel()
	rows, err := d.pool.Query(ctx, `SELECT state::text, count(*), coalesce(max(extract(epoch FROM now() - scheduled_at)) FILTER (WHERE state = 'available'), 0)::float8
		FROM river_job WHERE state IN ('available', 'pending', 'retryable', 'running', 'scheduled') GROUP BY state`)
	if err != nil {
		return
	}
	type waiting struct {
		State  string
		Count  int64
		Oldest float64
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[waiting])
	if err != nil {
		return
	}
	oldest := 0.0
	counts := map[string]int64{"available": 0, "retryable": 0, "running": 0, "scheduled": 0, "pending": 0}
	for _, w := range found {
		counts[w.State] = w.Count
		oldest = max(oldest, w.Oldest)
	}
	for state, n := range counts {
		gauge(waitingJobs, float64(n), state)
	}
	gauge(oldestJob, oldest)
}

// Ping is the check that the database answers.
func Ping(pool *pgxpool.Pool) Check {
	return Check{Name: "database", Try: func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, checkTime-100*time.Millisecond)
		defer cancel()
		if err := pool.Ping(ctx); err != nil {
			return errNoAnswer // the cause may hold an address
		}
		return nil
	}}
}
