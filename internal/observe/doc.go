// Package observe is how an operator sees into the running program: its log,
// its metrics, its traces, and whether it is fit to take requests.
//
// Logs are JSON lines that carry the request and the county of their context
// and no secret. Metrics are Prometheus', with labels that cannot grow without
// bound. Traces go by OTLP where an endpoint is set; where none is, nothing of
// tracing is installed, so it costs nothing.
//
//	log := observe.NewLogger(os.Stderr, cfg.LogLevel, requestAttrs)
//	tracing, err := observe.StartTracing(ctx, cfg.OTLPEndpoint, version)
//	db, err := pg.Open(ctx, pg.Options{Tracer: tracing.Pgx(), Gorm: tracing.Gorm()})
//	metrics := observe.NewMetrics(version)
//	health := observe.NewHealth(observe.Check{Name: "database", Try: ping})
//	observe.Routes(app, metrics, health)
package observe
