package catalog

import (
	"context"

	"github.com/google/uuid"
	"golang.org/x/sync/semaphore"

	"countyfair/internal/actor"
	"countyfair/internal/blob"
	"countyfair/internal/clock"
	"countyfair/internal/errs"
	"countyfair/internal/jobs"
	"countyfair/internal/pg"
	"countyfair/tenants"
)

// Refusals of this package.
var (
	ErrNotFound        = errs.NotFoundOf("product")
	ErrImportNotFound  = errs.NotFoundOf("import")
	ErrPictureNotFound = errs.NotFoundOf("picture")
	ErrNotSeller       = errs.New(errs.Forbidden, "not_a_seller", "Only an approved seller may do this. Please apply to the county office first.")
	ErrStale           = errs.New(errs.Conflict, "stale", "Somebody has changed this meanwhile. Please look at it again.")
	ErrWrongState      = errs.New(errs.Conflict, "wrong_state", "This cannot be done to the product as it stands.")
	ErrNotReady        = errs.New(errs.Conflict, "not_ready", "A product needs a name, a category and at least one size on sale before it is published.")
)

// Counties tells what a county allows.
type Counties interface {
	ByID(id uuid.UUID) (*tenants.County, error)
}

// Service is the use-cases of the catalog.
type Service struct {
	db       *pg.DB
	counties Counties
	files    blob.Store
	clock    clock.Clock
	// handling bounds how many pictures are decoded and written anew at once.
	handling *semaphore.Weighted
}

// NewService makes the service and registers its jobs.
func NewService(db *pg.DB, counties Counties, files blob.Store, r *jobs.Registry, c clock.Clock) *Service {
	s := &Service{db: db, counties: counties, files: files, clock: c, handling: semaphore.NewWeighted(2)}
	jobs.Handle(r, s.makeWidths)
	jobs.Handle(r, s.runImport)
	jobs.Handle(r, s.reindex)
	jobs.Handle(r, s.reindexSeller)
	return s
}

// sellerOf is the approved seller that the actor's account is. The token may
// be older than a suspension, so the row decides.
func sellerOf(ctx context.Context, q pg.Querier, who actor.Actor) (uuid.UUID, error) {
	if !who.SignedIn() {
		return uuid.Nil, errs.SignIn()
	}
	var id uuid.UUID
	var state string
	err := q.QueryRow(ctx, `SELECT id, state FROM sellers WHERE tenant_id = $1 AND account_id = $2`, who.Tenant, who.Account).Scan(&id, &state)
	if pg.NoRows(err) || (err == nil && state != "approved") {
		return uuid.Nil, ErrNotSeller
	}
	return id, err
}
