package observe_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"

	"countyfair/internal/observe"
	"countyfair/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func get(t *testing.T, app *fiber.App, method, path string) (int, string) {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody)
	res, err := app.Test(req, -1)
	require.NoError(t, err)
	defer res.Body.Close() //nolint:errcheck // a test's answer
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(body)
}

func TestReadiness(t *testing.T) {
	db := testkit.DB(t)
	var schema error
	health := observe.NewHealth(observe.Ping(db.Pool()), observe.Check{Name: "schema", Try: func(context.Context) error { return schema }})
	app := observe.NewAdmin(observe.NewMetrics("test"), health)
	ready := func() (int, observe.Readiness) {
		status, body := get(t, app, "GET", "/readyz")
		var r observe.Readiness
		require.NoError(t, json.Unmarshal([]byte(body), &r))
		return status, r
	}

	status, r := ready()
	require.Equal(t, 200, status)
	require.Equal(t, observe.Readiness{Status: "ready", Checks: map[string]string{"database": "ok", "schema": "ok"}}, r)

	schema = errors.New("the schema is at 3, this program needs 4")
	status, r = ready()
	require.Equal(t, 503, status)
	require.Equal(t, "the schema is at 3, this program needs 4", r.Checks["schema"])

	schema = nil
	db.Close()
	status, r = ready()
	require.Equal(t, 503, status)
	require.Equal(t, "PostgreSQL does not answer", r.Checks["database"])

	status, _ = get(t, app, "GET", "/livez")
	require.Equal(t, 200, status, "a program without its database lives on")
}

func TestDrainingIsNotReady(t *testing.T) {
	health := observe.NewHealth()
	app := observe.NewAdmin(observe.NewMetrics("test"), health)
	status, _ := get(t, app, "GET", "/readyz")
	require.Equal(t, 200, status)
	health.Drain()
	status, body := get(t, app, "GET", "/readyz")
	require.Equal(t, 503, status)
	require.Contains(t, body, "draining")
	status, _ = get(t, app, "GET", "/anything")
	require.Equal(t, 404, status)
}

func TestLabelsStayBounded(t *testing.T) {
	m := observe.NewMetrics("1.2.3")
	db := testkit.DB(t)
	m.Database(db.Pool())
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Use(m.HTTP())
	observe.Routes(app, m, observe.NewHealth())
	app.Use("/api", func(c *fiber.Ctx) error { return c.Next() })
	app.Get("/", func(c *fiber.Ctx) error { return c.SendString("home") })
	app.Get("/products/:id", func(c *fiber.Ctx) error { return c.SendString(c.Params("id")) })
	app.Post("/broken", func(*fiber.Ctx) error { return errors.New("boom") })

	for _, path := range []string{"/", "/products/1", "/products/2", "/no/such/1", "/api/none", "/wp-login.php"} {
		get(t, app, "GET", path)
	}
	get(t, app, "POST", "/broken")
	status, page := get(t, app, "GET", "/metrics")
	require.Equal(t, 200, status)
	for _, want := range []string{
		`countyfair_http_requests_total{method="GET",route="/",status="200"} 1`,
		`countyfair_http_requests_total{method="GET",route="/products/:id",status="200"} 2`,
		`countyfair_http_requests_total{method="GET",route="unmatched",status="404"} 3`,
		`countyfair_http_requests_total{method="POST",route="/broken",status="500"} 1`,
		`countyfair_http_request_duration_seconds_count{method="GET",route="/products/:id"} 2`,
		`countyfair_build_info{version="1.2.3"} 1`,
		`countyfair_db_connections{use="busy"} 0`,
		`countyfair_jobs_waiting{state="available"} 0`,
		`go_goroutines`,
	} {
		require.Contains(t, page, want, want)
	}
	require.NotContains(t, page, "wp-login")
	require.NotContains(t, page, "/products/1")
}

func TestMetricsOutliveTheDatabase(t *testing.T) {
	m := observe.NewMetrics("test")
	db := testkit.DB(t)
	m.Database(db.Pool())
	db.Close()
	m.Order("paid")
	status, page := get(t, observe.NewAdmin(m, observe.NewHealth()), "GET", "/metrics")
	require.Equal(t, 200, status)
	require.Contains(t, page, `countyfair_orders_total{state="paid"} 1`)
	require.NotContains(t, page, "countyfair_jobs_waiting{")
}

func TestJobsAreCountedByOutcome(t *testing.T) {
	m := observe.NewMetrics("test")
	meter := m.Jobs().(interface {
		Work(context.Context, *rivertype.JobRow, func(context.Context) error) error
	})
	for _, err := range []error{nil, errors.New("again"), river.JobCancel(errors.New("never")), river.JobSnooze(1)} {
		got := meter.Work(t.Context(), &rivertype.JobRow{Kind: "k", Attempt: 1, MaxAttempts: 3}, func(context.Context) error { return err })
		require.Equal(t, err, got)
	}
	_ = meter.Work(t.Context(), &rivertype.JobRow{Kind: "k", Attempt: 3, MaxAttempts: 3}, func(context.Context) error { return errors.New("last") })
	_, page := get(t, observe.NewAdmin(m, observe.NewHealth()), "GET", "/metrics")
	for outcome, n := range map[string]string{"done": "1", "failed": "1", "given_up": "2", "later": "1"} {
		require.Contains(t, page, `countyfair_jobs_total{kind="k",outcome="`+outcome+`"} `+n)
	}
}
