package observe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/exaring/otelpgx"
	"github.com/gofiber/contrib/otelfiber/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.37.0"
	"go.opentelemetry.io/otel/trace"
	"gorm.io/gorm"
)

var errNoAnswer = errors.New("PostgreSQL does not answer")

// Tracing follows a request through HTTP, GORM, PostgreSQL and the jobs it
// leaves behind. Where it is off, its parts are nil or empty.
type Tracing struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
}

// w3c carries a trace from one process to the next as `traceparent`.
var w3c = propagation.TraceContext{}

// StartTracing sends traces to an OTLP endpoint over HTTP
// ("http://collector:4318"); with an empty endpoint it is off. The other
// OTEL_… variables (headers, sampling) hold as OpenTelemetry documents them.
func StartTracing(ctx context.Context, endpoint, version string) (*Tracing, error) {
	if endpoint == "" {
		return &Tracing{}, nil
	}
	exporter, err := otlptracehttp.New(ctx) // reads OTEL_EXPORTER_OTLP_ENDPOINT itself
	if err != nil {
		return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_ENDPOINT: %w", err)
	}
	return tracingTo(sdk.WithBatcher(exporter), version), nil
}

func tracingTo(spans sdk.TracerProviderOption, version string) *Tracing {
	about := resource.NewSchemaless(semconv.ServiceName("countyfair"), semconv.ServiceVersion(version))
	if merged, err := resource.Merge(resource.Default(), about); err == nil {
		about = merged
	}
	p := sdk.NewTracerProvider(spans, sdk.WithResource(about))
	return &Tracing{p, p.Tracer("countyfair")}
}

// On reports whether traces go anywhere.
func (t *Tracing) On() bool { return t.provider != nil }

// Stop sends what is left, for at most a few seconds.
func (t *Tracing) Stop(ctx context.Context) error {
	if !t.On() {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return t.provider.Shutdown(ctx)
}

// HTTP is the middleware of requests, none where tracing is off. Put it
// outermost.
func (t *Tracing) HTTP() []fiber.Handler {
	if !t.On() {
		return nil
	}
	return []fiber.Handler{otelfiber.Middleware(
		otelfiber.WithTracerProvider(t.provider),
		otelfiber.WithPropagators(w3c),
		otelfiber.WithMeterProvider(noop.NewMeterProvider()), // Prometheus has them
		otelfiber.WithCollectClientIP(false),
	)}
}

// Pgx traces each statement, without its values.
func (t *Tracing) Pgx() pgx.QueryTracer {
	if !t.On() {
		return nil
	}
	return otelpgx.NewTracer(otelpgx.WithTracerProvider(t.provider), otelpgx.WithDisableConnectionDetailsInAttributes())
}

// Gorm traces GORM's work around its statements.
func (t *Tracing) Gorm() []gorm.Plugin {
	if !t.On() {
		return nil
	}
	return []gorm.Plugin{gormTrace{t.tracer}}
}

// Jobs traces background jobs, each as a child of the request that asked for it.
func (t *Tracing) Jobs() []rivertype.Middleware {
	if !t.On() {
		return nil
	}
	return []rivertype.Middleware{&jobTrace{tracer: t.tracer}}
}

type jobTrace struct {
	river.MiddlewareDefaults
	tracer trace.Tracer
}

// Work spans one job.
func (j *jobTrace) Work(ctx context.Context, job *rivertype.JobRow, work func(context.Context) error) error {
	var from struct {
		Traceparent string `json:"traceparent"`
	}
	if json.Unmarshal(job.Metadata, &from) == nil && from.Traceparent != "" {
		ctx = w3c.Extract(ctx, propagation.MapCarrier{"traceparent": from.Traceparent})
	}
	ctx, span := j.tracer.Start(ctx, "job "+job.Kind, trace.WithSpanKind(trace.SpanKindConsumer),
		trace.WithAttributes(attribute.String("job.kind", job.Kind), attribute.Int64("job.id", job.ID), attribute.Int("job.attempt", job.Attempt)))
	defer span.End()
	err := work(ctx)
	if err != nil {
		span.RecordError(err)
		span.SetStatus(codes.Error, "failed")
	}
	return err
}

// gormTrace spans each of GORM's operations.
type gormTrace struct{ tracer trace.Tracer }

// Name is part of gorm.Plugin.
func (gormTrace) Name() string { return "countyfair-trace" }

const spanKey = "countyfair:span"

// Initialize is part of gorm.Plugin.
func (g gormTrace) Initialize(db *gorm.DB) error {
	before := func(operation string) func(*gorm.DB) {
		return func(tx *gorm.DB) {
			ctx, span := g.tracer.Start(tx.Statement.Context, "gorm."+operation)
			tx.Statement.Context = ctx
			tx.InstanceSet(spanKey, span)
		}
	}
	c := db.Callback()
	return errors.Join(
		c.Create().Before("gorm:create").Register("trace:before_create", before("create")),
		c.Create().After("gorm:create").Register("trace:after_create", endSpan),
		c.Query().Before("gorm:query").Register("trace:before_query", before("query")),
		c.Query().After("gorm:after_query").Register("trace:after_query", endSpan),
		c.Update().Before("gorm:update").Register("trace:before_update", before("update")),
		c.Update().After("gorm:update").Register("trace:after_update", endSpan),
		c.Delete().Before("gorm:delete").Register("trace:before_delete", before("delete")),
		c.Delete().After("gorm:delete").Register("trace:after_delete", endSpan),
		c.Row().Before("gorm:row").Register("trace:before_row", before("row")),
		c.Row().After("gorm:row").Register("trace:after_row", endSpan),
		c.Raw().Before("gorm:raw").Register("trace:before_raw", before("raw")),
		c.Raw().After("gorm:raw").Register("trace:after_raw", endSpan),
	)
}

func endSpan(tx *gorm.DB) {
	v, ok := tx.InstanceGet(spanKey)
	if !ok {
		return
	}
	span, ok := v.(trace.Span)
	if !ok {
		return
	}
	span.SetAttributes(semconv.DBCollectionName(tx.Statement.Table), attribute.Int64("db.rows", tx.Statement.RowsAffected))
	if tx.Error != nil && !errors.Is(tx.Error, gorm.ErrRecordNotFound) {
		span.SetStatus(codes.Error, "failed")
	}
	span.End()
}
