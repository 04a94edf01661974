// Package jobs is background work, kept in PostgreSQL by River: enqueued in the
// transaction of the fact that asks for it, so neither is lost without the other.
//
// A job of a county carries the county in its arguments (embed Of); the worker
// runs bound to that county. A job may run more than once.
//
//	type ExpireArgs struct {
//		jobs.Of
//		Group uuid.UUID `json:"group"`
//	}
//	func (ExpireArgs) Kind() string { return "checkout.expire" }
//
//	jobs.Handle(registry, func(ctx context.Context, a ExpireArgs) error { … })
//	jobs.Insert(ctx, tx, ExpireArgs{Of: jobs.Of{Tenant: county}, Group: id}, jobs.Once())
package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"countyfair/internal/pg"
)

// Of is the county a job works for; embed it in the job's arguments.
type Of struct {
	Tenant uuid.UUID `json:"tenant"`
}

// County is the county the job works for.
func (o Of) County() uuid.UUID { return o.Tenant }

// Args are a job's arguments: their kind, and the county they are for (zero
// for work that is the installation's).
type Args interface {
	river.JobArgs
	County() uuid.UUID
}

// Registry collects what the program can do in the background.
type Registry struct {
	workers  *river.Workers
	periodic []*river.PeriodicJob
}

// NewRegistry is an empty registry.
func NewRegistry() *Registry { return &Registry{workers: river.NewWorkers()} }

// Handle says which function does the jobs of A's kind. The function may run
// more than once for one job, and runs bound to the job's county.
func Handle[A Args](r *Registry, work func(ctx context.Context, args A) error) {
	river.AddWorker(r.workers, &worker[A]{work: work})
}

// Every has a job of the installation inserted again and again, by one process
// at a time, and at the start.
func Every[A Args](r *Registry, period time.Duration, args A) {
	r.periodic = append(r.periodic, river.NewPeriodicJob(river.PeriodicInterval(period),
		func() (river.JobArgs, *river.InsertOpts) { return args, nil },
		&river.PeriodicJobOpts{RunOnStart: true}))
}

type worker[A Args] struct {
	river.WorkerDefaults[A]
	work func(ctx context.Context, args A) error
}

func (w *worker[A]) Work(ctx context.Context, job *river.Job[A]) error {
	if t := job.Args.County(); t != uuid.Nil {
		ctx = pg.WithTenant(ctx, t)
	}
	return w.work(ctx, job.Args)
}

// Give up on a job for good: what it was to do can never be done.
func Give(err error) error { return river.JobCancel(err) }

// Later has a job run again after the delay without counting as a failure.
func Later(d time.Duration) error { return river.JobSnooze(d) }

// Option sets when or how a job runs.
type Option func(*river.InsertOpts)

// Attempts is how often the job is tried before it is given up (default 25,
// over about three weeks).
func Attempts(n int) Option { return func(o *river.InsertOpts) { o.MaxAttempts = n } }

// At has the job run at that time, not before.
func At(t time.Time) Option { return func(o *river.InsertOpts) { o.ScheduledAt = t } }

// behind is the queue of heavy work that nobody waits for, done one at a time.
const behind = "behind"

// Behind puts the job into the queue of heavy work that nobody waits for.
func Behind() Option { return func(o *river.InsertOpts) { o.Queue = behind } }

// Once leaves the job out where an equal one still waits or runs.
func Once() Option {
	return func(o *river.InsertOpts) {
		o.UniqueOpts = river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
			rivertype.JobStateRunning, rivertype.JobStateScheduled,
		}}
	}
}

// insertOnly puts jobs into any transaction; River needs no pool for that.
var insertOnly = mustInsertOnly()

func mustInsertOnly() *river.Client[pgx.Tx] {
	c, err := river.NewClient(riverpgxv5.New(nil), &river.Config{})
	if err != nil {
		panic(err) // the empty configuration is valid
	}
	return c
}

// Insert adds the job to the transaction: it exists when the transaction commits.
func Insert(ctx context.Context, tx *pg.Tx, args Args, options ...Option) error {
	o := &river.InsertOpts{Metadata: traceOf(ctx)}
	for _, set := range options {
		set(o)
	}
	_, err := insertOnly.InsertTx(ctx, tx.Tx, args, o)
	return err
}

// traceOf is the trace that asks for a job, kept beside it so that the job's
// own spans join it; nil where nothing is traced.
func traceOf(ctx context.Context) []byte {
	if !trace.SpanContextFromContext(ctx).IsValid() {
		return nil
	}
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	metadata, err := json.Marshal(carrier)
	if err != nil {
		return nil
	}
	return metadata
}

// Runner works the queue.
type Runner struct{ client *river.Client[pgx.Tx] }

// Start begins to work the queue with so many workers.
func Start(ctx context.Context, db *pg.DB, r *Registry, workers int, log *slog.Logger, around ...rivertype.Middleware) (*Runner, error) {
	client, err := river.NewClient(riverpgxv5.New(db.Pool()), &river.Config{
		Queues:       map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: max(workers, 1)}, behind: {MaxWorkers: 1}},
		Workers:      r.workers,
		PeriodicJobs: r.periodic,
		Logger:       log,
		JobTimeout:   5 * time.Minute,
		// a job whose worker was killed is run again after this
		RescueStuckJobsAfter: 10 * time.Minute,
		Middleware:           around,
	})
	if err != nil {
		return nil, err
	}
	return &Runner{client}, client.Start(ctx)
}

// Stop lets running jobs end and takes no new ones; when ctx ends first, the
// rest is cancelled and will be run again later.
func (r *Runner) Stop(ctx context.Context) error {
	err := r.client.Stop(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return r.client.StopAndCancel(context.WithoutCancel(ctx))
	}
	return err
}
