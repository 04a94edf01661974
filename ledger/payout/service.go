package payout

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/actor"
	"countyfair/internal/clock"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
	"countyfair/internal/seal"
	"countyfair/tenants"
)

// Counties tells about the county; tenants.Directory does.
type Counties interface {
	ByID(id uuid.UUID) (*tenants.County, error)
}

// Service is all use-cases of paying sellers.
type Service struct {
	db       *pg.DB
	clock    clock.Clock
	counties Counties
	box      *seal.Box
	rails    map[string]Rail
}

// NewService makes the use-cases. The secret seals account numbers.
func NewService(db *pg.DB, c clock.Clock, counties Counties, secret string, rails ...Rail) (*Service, error) {
	box, err := seal.New(secret, "bank-accounts")
	if err != nil {
		return nil, err
	}
	s := &Service{db: db, clock: c, counties: counties, box: box, rails: map[string]Rail{}}
	for _, r := range rails {
		s.rails[r.Name()] = r
	}
	return s, nil
}

var (
	errRunNotFound = errs.NotFoundOf("payout_run")
	errRunState    = errs.New(errs.Conflict, "payout_run_state", "This payout run has been decided already.")
	// ErrTwoPersons says that whoever made a run cannot approve it.
	ErrTwoPersons = errs.New(errs.Forbidden, "two_persons", "Another officer has to approve what you made.")
	// ErrNothingToPay says that no balance can be paid.
	ErrNothingToPay = errs.New(errs.Conflict, "nothing_to_pay", "There is no balance that can be paid now.")
	// ErrRunWaits says that a run waits for its approval already.
	ErrRunWaits = errs.New(errs.Conflict, "payout_run_waits", "A payout run waits to be approved. Decide it first.")
)

// List gives the newest runs, without their lines.
func (s *Service) List(ctx context.Context, who actor.Actor) (runs []Run, err error) {
	if err := who.Need(actor.Officer, actor.Supervisor); err != nil {
		return nil, err
	}
	err = s.db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, selectRuns+` ORDER BY r.made_at DESC, r.id DESC LIMIT 100`, who.Tenant)
		if err != nil {
			return err
		}
		runs, err = pgx.CollectRows(rows, scanRun)
		return err
	})
	return runs, err
}

// Get gives one run with its lines.
func (s *Service) Get(ctx context.Context, who actor.Actor, id uuid.UUID) (run Run, err error) {
	if err := who.Need(actor.Officer, actor.Supervisor); err != nil {
		return Run{}, err
	}
	err = s.db.Query(ctx, func(q pg.Querier) error {
		run, err = runOf(ctx, q, who.Tenant, id)
		return err
	})
	return run, err
}

const (
	selectRuns = `SELECT r.id, r.number, r.rail, r.currency, r.state, r.made_by, r.made_at, r.decided_by, r.decided_at, r.settled_at, r.reason,
		(SELECT count(*)::int FROM payout_lines l WHERE l.tenant_id = r.tenant_id AND l.run_id = r.id AND (l.state <> 'dropped' OR r.state = 'rejected')),
		(SELECT coalesce(sum(amount), 0)::bigint FROM payout_lines l WHERE l.tenant_id = r.tenant_id AND l.run_id = r.id AND (l.state <> 'dropped' OR r.state = 'rejected'))
		FROM payout_runs r WHERE r.tenant_id = $1`
	selectLines = `SELECT id, seller_id, amount, currency, state, holder, bank, tail, bank_ref, failure, bank_code, sealed FROM payout_lines WHERE tenant_id = $1 AND `
)

func scanRun(row pgx.CollectableRow) (r Run, err error) {
	err = row.Scan(&r.ID, &r.Number, &r.Rail, &r.Currency, &r.State, &r.MadeBy, &r.MadeAt, &r.DecidedBy, &r.DecidedAt, &r.SettledAt, &r.Reason, &r.Count, &r.Total.Amount)
	r.Total.Currency = r.Currency
	return r, err
}

func scanLine(row pgx.CollectableRow) (l Line, err error) {
	err = row.Scan(&l.ID, &l.Seller, &l.Amount.Amount, &l.Amount.Currency, &l.State, &l.Holder, &l.Bank, &l.Account, &l.BankRef, &l.Failure, &l.code, &l.sealed)
	l.Account = masked(l.Account)
	return l, err
}

func runOf(ctx context.Context, q pg.Querier, tenant, id uuid.UUID) (Run, error) {
	rows, err := q.Query(ctx, selectRuns+` AND r.id = $2`, tenant, id)
	if err != nil {
		return Run{}, err
	}
	run, err := pgx.CollectExactlyOneRow(rows, scanRun)
	if pg.NoRows(err) {
		return Run{}, errRunNotFound
	}
	if err != nil {
		return Run{}, err
	}
	if rows, err = q.Query(ctx, selectLines+`run_id = $2 ORDER BY amount DESC, id`, tenant, id); err != nil {
		return Run{}, err
	}
	run.Lines, err = pgx.CollectRows(rows, scanLine)
	return run, err
}

// lockRun lets one officer at a time make or decide runs, and loads the run.
func lockRun(ctx context.Context, tx *pg.Tx, tenant, id uuid.UUID) (Run, error) {
	if err := lockPayouts(ctx, tx, tenant); err != nil {
		return Run{}, err
	}
	return runOf(ctx, tx, tenant, id)
}

func lockPayouts(ctx context.Context, tx *pg.Tx, tenant uuid.UUID) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('ledger/payouts/' || $1, 0))`, tenant.String())
	return err
}

// Upcoming is what a seller waits for, or got last, newest first.
func (s *Service) Upcoming(ctx context.Context, who actor.Actor) (lines []Line, err error) {
	if err := who.Need(actor.Seller); err != nil {
		return nil, err
	}
	err = s.db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, selectLines+`seller_id = $2 AND state NOT IN ('proposed', 'dropped') ORDER BY updated_at DESC, id DESC LIMIT 100`, who.Tenant, who.Seller)
		if err != nil {
			return err
		}
		lines, err = pgx.CollectRows(rows, scanLine)
		return err
	})
	return lines, err
}
