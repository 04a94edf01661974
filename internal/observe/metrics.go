package observe

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// Metrics is what Prometheus reads. Labels are bounded: routes are patterns,
// never paths, and no metric has a county, a person or an id as its label.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	inFlight prometheus.Gauge
	jobs     *prometheus.CounterVec
	jobTime  *prometheus.HistogramVec
	orders   *prometheus.CounterVec
}

// NewMetrics makes a registry with Go's and the process's own numbers in it.
func NewMetrics(version string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "countyfair_http_requests_total", Help: "Requests answered, by route and status."},
			[]string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "countyfair_http_request_duration_seconds", Help: "Time to answer a request.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 15},
		}, []string{"method", "route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{Name: "countyfair_http_requests_in_flight", Help: "Requests being answered now."}),
		jobs: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "countyfair_jobs_total", Help: "Background jobs worked, by kind and outcome (done, failed, later, given_up)."},
			[]string{"kind", "outcome"}),
		jobTime: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "countyfair_job_duration_seconds", Help: "Time a background job took.",
			Buckets: []float64{.005, .025, .1, .5, 2, 10, 60, 300},
		}, []string{"kind"}),
		orders: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "countyfair_orders_total", Help: "Orders that reached a state, by state."}, []string{"state"}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "countyfair_build_info", Help: "Always 1; the version is its label.", ConstLabels: prometheus.Labels{"version": version}})
	build.Set(1)
	m.registry.MustRegister(m.requests, m.seconds, m.inFlight, m.jobs, m.jobTime, m.orders, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Registry is for parts with numbers of their own.
func (m *Metrics) Registry() prometheus.Registerer { return m.registry }

// Order counts an order that reached a state ("pending", "paid", "shipped" …).
func (m *Metrics) Order(state string) { m.orders.WithLabelValues(state).Inc() }

func (m *Metrics) serve() fiber.Handler {
	return adaptor.HTTPHandler(promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Timeout: 10 * time.Second}))
}

// methods that have a label of their own.
var methods = []string{fiber.MethodGet, fiber.MethodHead, fiber.MethodPost, fiber.MethodPut, fiber.MethodPatch, fiber.MethodDelete, fiber.MethodOptions}

// HTTP counts and times requests. Put it outermost.
func (m *Metrics) HTTP() fiber.Handler {
	var once sync.Once
	known := map[string]bool{}
	return func(c *fiber.Ctx) error {
		once.Do(func() { // by now every route is there
			for _, r := range c.App().GetRoutes(true) {
				known[r.Method+r.Path] = true
			}
		})
		began := time.Now() //nolint:forbidigo // measures a duration
		m.inFlight.Inc()
		defer m.inFlight.Dec()
		err := c.Next()
		status := c.Response().StatusCode()
		var fe *fiber.Error
		switch {
		case errors.As(err, &fe):
			status = fe.Code
		case err != nil:
			status = fiber.StatusInternalServerError
		}
		method, route := "other", c.Route().Path
		if i := slices.Index(methods, c.Method()); i >= 0 {
			method = methods[i] // the label must not lie in a buffer that Fiber reuses
		}
		if !known[method+route] || (route == "/" && c.Path() != "/") {
			route = "unmatched"
		}
		m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
		m.seconds.WithLabelValues(method, route).Observe(time.Since(began).Seconds())
		return err
	}
}

// Jobs counts and times background jobs; hand it to jobs.Start.
func (m *Metrics) Jobs() rivertype.Middleware { return &jobMeter{m: m} }

type jobMeter struct {
	river.MiddlewareDefaults
	m *Metrics
}

// Work measures one job.
func (j *jobMeter) Work(ctx context.Context, job *rivertype.JobRow, work func(context.Context) error) error {
	began := time.Now() //nolint:forbidigo // measures a duration
	err := work(ctx)
	j.m.jobs.WithLabelValues(job.Kind, outcome(err, job)).Inc()
	j.m.jobTime.WithLabelValues(job.Kind).Observe(time.Since(began).Seconds())
	return err
}

func outcome(err error, job *rivertype.JobRow) string {
	var later *rivertype.JobSnoozeError
	var gaveUp *rivertype.JobCancelError
	switch {
	case err == nil:
		return "done"
	case errors.As(err, &later):
		return "later"
	case errors.As(err, &gaveUp), job.Attempt >= job.MaxAttempts:
		return "given_up"
	}
	return "failed"
}
