package observe

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"countyfair/internal/jobs"
	"countyfair/internal/pg"
	"countyfair/internal/testkit"
)

type noteArgs struct{ jobs.Of }

func (noteArgs) Kind() string { return "note" }

func TestOneTraceRunsThroughHTTPGormAndJobs(t *testing.T) {
	spans := tracetest.NewInMemoryExporter()
	tracing := tracingTo(sdk.WithSyncer(spans), "test")
	app, _ := testkit.URLs(t)
	db := testkit.Open(t, pg.Options{URL: app, Tracer: tracing.Pgx(), Gorm: tracing.Gorm()})
	_, county := testkit.County(t, db, "longnan")

	worked := make(chan struct{})
	registry := jobs.NewRegistry()
	jobs.Handle(registry, func(context.Context, noteArgs) error { close(worked); return nil })
	runner, err := jobs.Start(t.Context(), db, registry, 1, slog.New(slog.DiscardHandler), tracing.Jobs()...)
	require.NoError(t, err)

	web := fiber.New(fiber.Config{DisableStartupMessage: true})
	for _, h := range tracing.HTTP() {
		web.Use(h)
	}
	web.Post("/notes/:id", func(c *fiber.Ctx) error {
		ctx := pg.WithTenant(c.UserContext(), county)
		return db.Write(ctx, func(tx *pg.Tx) error {
			var slugs []string
			if err := tx.Gorm().Table("tenants").Where("id = ?", county).Pluck("slug", &slugs).Error; err != nil {
				return err
			}
			return jobs.Insert(ctx, tx, noteArgs{jobs.Of{Tenant: county}})
		})
	})
	res, err := web.Test(httptest.NewRequestWithContext(t.Context(), "POST", "/notes/"+uuid.NewString(), http.NoBody), 10000)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, 200, res.StatusCode)
	select {
	case <-worked:
	case <-time.After(20 * time.Second):
		t.Fatal("the job was not worked")
	}
	require.NoError(t, runner.Stop(context.Background()))

	found := map[string]tracetest.SpanStub{}
	for _, s := range spans.GetSpans() {
		found[s.Name] = s
	}
	root := found["/notes/:id"]
	require.True(t, root.SpanContext.IsValid(), "spans: %v", keys(found))
	for _, name := range []string{"gorm.query", "job note"} {
		require.Contains(t, found, name)
		require.Equal(t, root.SpanContext.TraceID(), found[name].SpanContext.TraceID(), name)
	}
	require.Equal(t, root.SpanContext.SpanID(), found["gorm.query"].Parent.SpanID())
}

func keys(m map[string]tracetest.SpanStub) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	return out
}

func TestTracingThatIsOffInstallsNothing(t *testing.T) {
	tracing, err := StartTracing(t.Context(), "", "test")
	require.NoError(t, err)
	require.False(t, tracing.On())
	require.Nil(t, tracing.Pgx())
	require.Empty(t, tracing.HTTP())
	require.Empty(t, tracing.Gorm())
	require.Empty(t, tracing.Jobs())
	require.NoError(t, tracing.Stop(t.Context()))
}

func TestTracesReachACollector(t *testing.T) {
	got := make(chan string, 1)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case got <- r.URL.Path:
		default:
		}
	}))
	defer collector.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	tracing, err := StartTracing(t.Context(), collector.URL, "test")
	require.NoError(t, err)
	_, span := tracing.tracer.Start(t.Context(), "x")
	span.End()
	require.NoError(t, tracing.Stop(t.Context()))
	select {
	case path := <-got:
		require.Equal(t, "/v1/traces", path)
	case <-time.After(5 * time.Second):
		t.Fatal("nothing arrived")
	}
	require.Len(t, tracing.Gorm(), 1)
}
