package payout

import (
	"context"
	"crypto/rand"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/actor"
	"countyfair/internal/audit"
	"countyfair/internal/errs"
	"countyfair/internal/money"
	"countyfair/internal/pg"
	"countyfair/ledger"
)

// Propose makes a run of every seller's balance in the county's currency that
// reaches the county's minimum and has a bank account to go to. Nothing is
// booked yet.
func (s *Service) Propose(ctx context.Context, who actor.Actor, rail string) (run Run, err error) {
	if err := who.Need(actor.Officer); err != nil {
		return Run{}, err
	}
	if _, ok := s.rails[rail]; !ok {
		return Run{}, errs.NotFoundOf("payout_rail")
	}
	county, err := s.counties.ByID(who.Tenant)
	if err != nil {
		return Run{}, err
	}
	now, id := s.clock.Now(), newID()
	number := "PAY-" + now.In(county.Location()).Format("060102") + "-" + strings.ToUpper(rand.Text()[:5])
	err = s.db.Write(ctx, func(tx *pg.Tx) error {
		if err := lockPayouts(ctx, tx, who.Tenant); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO payout_runs (tenant_id, id, number, rail, currency, state, made_by, made_at) VALUES ($1, $2, $3, $4, $5, 'proposed', $6, $7)`,
			who.Tenant, id, number, rail, county.Currency, who.Account, now)
		if err != nil {
			return err
		}
		n, err := s.proposeLines(ctx, tx, who.Tenant, id, money.Of(county.Policy.Payout.Minimum, county.Currency), now)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrNothingToPay
		}
		if run, err = runOf(ctx, tx, who.Tenant, id); err != nil {
			return err
		}
		return s.record(ctx, tx, now, who, "payout.propose", run, nil)
	})
	if pg.Violates(err, "payout_runs_proposed") {
		return Run{}, ErrRunWaits
	}
	return run, err
}

// proposeLines writes a line for each balance that can be paid. What waits in
// approved lines has left the balance already.
func (s *Service) proposeLines(ctx context.Context, tx *pg.Tx, tenant, run uuid.UUID, least money.Money, now time.Time) (n int, err error) {
	balances, err := ledger.Available(ctx, tx, tenant, least.Currency)
	if err != nil {
		return 0, err
	}
	b := &pgx.Batch{}
	for seller, amount := range balances {
		if amount >= least.Amount {
			b.Queue(`INSERT INTO payout_lines (tenant_id, id, run_id, seller_id, amount, currency, state, holder, bank, bank_code, sealed, tail, updated_at)
				SELECT $1, $2, $3, $4, $5, $6, 'proposed', holder, bank, bank_code, sealed, tail, $7 FROM bank_accounts WHERE tenant_id = $1 AND owner_id = $4`,
				tenant, newID(), run, seller, amount, least.Currency, now)
		}
	}
	r := tx.SendBatch(ctx, b)
	for range b.Len() {
		tag, err := r.Exec()
		if err != nil {
			_ = r.Close()
			return 0, err
		}
		n += int(tag.RowsAffected())
	}
	return n, r.Close()
}

// Approve books a run that another officer made. Lines that the balance no
// longer covers, since a refund came in between, are dropped.
func (s *Service) Approve(ctx context.Context, who actor.Actor, id uuid.UUID) (run Run, err error) {
	if err := who.Need(actor.Officer); err != nil {
		return Run{}, err
	}
	err = s.db.Write(ctx, func(tx *pg.Tx) error {
		if run, err = lockRun(ctx, tx, who.Tenant, id); err != nil {
			return err
		}
		if !run.State.CanBecome(Approved) {
			return errRunState
		}
		if run.MadeBy == who.Account {
			return ErrTwoPersons
		}
		now := s.clock.Now()
		if err := approveLines(ctx, tx, who.Tenant, &run, now); err != nil {
			return err
		}
		if err := decide(ctx, tx, who, id, Approved, "", now); err != nil {
			return err
		}
		if run, err = runOf(ctx, tx, who.Tenant, id); err != nil {
			return err
		}
		return s.record(ctx, tx, now, who, "payout.approve", run, nil)
	})
	return run, err
}

// approveLines books the lines that are covered and drops the others.
func approveLines(ctx context.Context, tx *pg.Tx, tenant uuid.UUID, run *Run, now time.Time) error {
	balances, err := ledger.Available(ctx, tx, tenant, run.Currency)
	if err != nil {
		return err
	}
	var covered, dropped []uuid.UUID
	var entries []ledger.Entry
	for _, l := range run.Lines {
		if balances[l.Seller] < l.Amount.Amount {
			dropped = append(dropped, l.ID)
			continue
		}
		covered = append(covered, l.ID)
		entries = append(entries, ledger.Payout{Line: l.ID, Seller: l.Seller, Amount: l.Amount, At: now}.Approved())
	}
	if len(covered) == 0 {
		return ErrNothingToPay
	}
	b := &pgx.Batch{}
	b.Queue(`UPDATE payout_lines SET state = 'approved', updated_at = $3 WHERE tenant_id = $1 AND id = ANY ($2)`, tenant, covered, now)
	b.Queue(`UPDATE payout_lines SET state = 'dropped', updated_at = $3 WHERE tenant_id = $1 AND id = ANY ($2)`, tenant, dropped, now)
	if err := ledger.Queue(b, tenant, entries...); err != nil {
		return err
	}
	return tx.SendBatch(ctx, b).Close()
}

// Reject gives up a run that waits; whoever made it may do so too.
func (s *Service) Reject(ctx context.Context, who actor.Actor, id uuid.UUID, reason string) (run Run, err error) {
	if err := who.Need(actor.Officer); err != nil {
		return Run{}, err
	}
	reason = strings.TrimSpace(reason)
	if reason == "" || utf8.RuneCountInString(reason) > 200 || !utf8.ValidString(reason) || strings.ContainsRune(reason, 0) {
		var wrong errs.Fields
		wrong.Add("reason", "required", "Say why, in 200 characters.")
		return Run{}, wrong.Err()
	}
	err = s.db.Write(ctx, func(tx *pg.Tx) error {
		if run, err = lockRun(ctx, tx, who.Tenant, id); err != nil {
			return err
		}
		if !run.State.CanBecome(Rejected) {
			return errRunState
		}
		now := s.clock.Now()
		if _, err := tx.Exec(ctx, `UPDATE payout_lines SET state = 'dropped', updated_at = $3 WHERE tenant_id = $1 AND run_id = $2`, who.Tenant, id, now); err != nil {
			return err
		}
		if err := decide(ctx, tx, who, id, Rejected, reason, now); err != nil {
			return err
		}
		if run, err = runOf(ctx, tx, who.Tenant, id); err != nil {
			return err
		}
		return s.record(ctx, tx, now, who, "payout.reject", run, map[string]any{"reason": reason})
	})
	return run, err
}

func decide(ctx context.Context, tx *pg.Tx, who actor.Actor, id uuid.UUID, state RunState, reason string, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE payout_runs SET state = $3, decided_by = $4, decided_at = $5, reason = $6 WHERE tenant_id = $1 AND id = $2`, who.Tenant, id, state, who.Account, now, reason)
	return err
}

// record audits what was done to a run.
func (s *Service) record(ctx context.Context, tx *pg.Tx, now time.Time, who actor.Actor, action string, r Run, detail map[string]any) error {
	if detail == nil {
		detail = map[string]any{}
	}
	detail["number"], detail["lines"], detail["total"] = r.Number, r.Count, r.Total
	return audit.Record(ctx, tx, now, who, audit.Act{Action: action, Subject: "payout_run", ID: r.ID.String(), Detail: detail})
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
