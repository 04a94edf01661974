package customs

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/actor"
	"countyfair/internal/audit"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
)

// Policy is how a county sells abroad.
type Policy struct {
	Incoterm    Incoterm
	InsuranceBP int   // of the goods, in basis points
	Handling    int64 // a parcel, in minor units of the county's currency
}

// standing is the policy of a county that has said nothing.
var standing = Policy{Incoterm: DDP}

func (p *Policy) read(rows pgx.Rows) error {
	*p = standing
	_, err := pgx.ForEachRow(rows, []any{&p.Incoterm, &p.InsuranceBP, &p.Handling}, func() error { return nil })
	return err
}

// Policy tells how a county sells abroad.
func (s *Service) Policy(ctx context.Context, who actor.Actor) (p Policy, err error) {
	if err := who.Need(actor.Officer, actor.Supervisor, actor.System); err != nil {
		return Policy{}, err
	}
	err = s.db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, selectPolicy, who.Tenant)
		if err != nil {
			return err
		}
		return p.read(rows)
	})
	return p, err
}

// SetPolicy changes how the officer's county sells abroad. Quotes made before
// stand as they are.
func (s *Service) SetPolicy(ctx context.Context, who actor.Actor, p Policy) error {
	if err := who.Need(actor.Officer, actor.System); err != nil {
		return err
	}
	var wrong errs.Fields
	if p.Incoterm != DDP && p.Incoterm != DAP {
		wrong.Add("incoterm", "bad_incoterm", "Choose DDP or DAP.")
	}
	if p.InsuranceBP < 0 || p.InsuranceBP > 2000 {
		wrong.Add("insurance_bp", "out_of_range", "Insurance is between 0 and 20 percent of the goods.")
	}
	if p.Handling < 0 || p.Handling > mostAmount {
		wrong.Add("handling", "out_of_range", "Give what a parcel costs to handle.")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	now := s.clock.Now()
	return s.db.Write(ctx, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO county_export_policies (tenant_id, incoterm, insurance_bp, handling, updated_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (tenant_id) DO UPDATE SET incoterm = excluded.incoterm, insurance_bp = excluded.insurance_bp, handling = excluded.handling, updated_at = excluded.updated_at`,
			who.Tenant, p.Incoterm, p.InsuranceBP, p.Handling, now); err != nil {
			return err
		}
		return audit.Record(ctx, tx, now, who, audit.Act{Action: "export.policy", Subject: "county", ID: who.Tenant.String(), Detail: map[string]any{
			"incoterm": p.Incoterm, "insurance_bp": p.InsuranceBP, "handling": p.Handling,
		}})
	})
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
