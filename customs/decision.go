package customs

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/actor"
	"countyfair/internal/audit"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
)

// Decision is what a county's office found out, once and for all, where the
// tables say nothing of goods for a country: of one product, or of all with an
// HS prefix.
type Decision struct {
	ID          uuid.UUID
	Destination string
	Product     *uuid.UUID
	HSPrefix    string // where Product is nil
	Outcome     Outcome
	Documents   []string
	Note        string // on what it rests
	DecidedAt   time.Time
}

var errDecisionNotFound = errs.NotFoundOf("decision")

func scanDecision(row pgx.CollectableRow, d *Decision) error {
	return row.Scan(&d.ID, &d.Destination, &d.Product, &d.HSPrefix, &d.Outcome, &d.Documents, &d.Note, &d.DecidedAt)
}

// Decisions lists what the office decided, of one destination or of all.
func (s *Service) Decisions(ctx context.Context, who actor.Actor, destination string) ([]Decision, error) {
	if err := who.Need(actor.Officer, actor.Supervisor, actor.System); err != nil {
		return nil, err
	}
	var out []Decision
	b := &pgx.Batch{}
	b.Queue(selectDecisions, who.Tenant, destination).Query(into(&out, scanDecision))
	return out, s.db.Query(ctx, func(q pg.Querier) error { return q.SendBatch(ctx, b).Close() })
}

// Decide settles what the tables leave open. A decision of the same product or
// prefix is replaced. It never overrules the tables: where a row comes to say
// something, the row holds.
func (s *Service) Decide(ctx context.Context, who actor.Actor, d Decision) (Decision, error) {
	if err := who.Need(actor.Officer, actor.System); err != nil {
		return Decision{}, err
	}
	d.HSPrefix = strings.ReplaceAll(strings.TrimSpace(d.HSPrefix), ".", "")
	d.Note = strings.TrimSpace(d.Note)
	if err := d.check(); err != nil {
		return Decision{}, err
	}
	d.ID, d.DecidedAt = newID(), s.clock.Now()
	if d.Documents == nil {
		d.Documents = []string{}
	}
	err := s.db.Write(ctx, func(tx *pg.Tx) error {
		if err := replaceDecision(ctx, tx, who, d); err != nil {
			return err
		}
		return audit.Record(ctx, tx, d.DecidedAt, who, audit.Act{Action: "export.decide", Subject: "export_decision", ID: d.ID.String(), Detail: map[string]any{
			"destination": d.Destination, "product": d.Product, "hs_prefix": d.HSPrefix, "outcome": d.Outcome, "documents": d.Documents, "note": d.Note,
		}})
	})
	if pg.Violates(err, "county_export_decisions_tenant_id_product_id_fkey") {
		return Decision{}, errs.NotFoundOf("product")
	}
	return d, err
}

func replaceDecision(ctx context.Context, tx *pg.Tx, who actor.Actor, d Decision) error {
	if _, err := tx.Exec(ctx, `DELETE FROM county_export_decisions WHERE tenant_id = $1 AND destination = $2 AND product_id IS NOT DISTINCT FROM $3 AND hs_prefix = $4`,
		who.Tenant, d.Destination, d.Product, d.HSPrefix); err != nil {
		return err
	}
	var by *uuid.UUID
	if who.SignedIn() {
		by = &who.Account
	}
	_, err := tx.Exec(ctx, `INSERT INTO county_export_decisions (tenant_id, id, destination, product_id, hs_prefix, outcome, documents, note, decided_by, decided_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, who.Tenant, d.ID, d.Destination, d.Product, d.HSPrefix, d.Outcome, d.Documents, d.Note, by, d.DecidedAt)
	return err
}

// Withdraw takes a decision back; the goods need the office again.
func (s *Service) Withdraw(ctx context.Context, who actor.Actor, id uuid.UUID) error {
	if err := who.Need(actor.Officer, actor.System); err != nil {
		return err
	}
	now := s.clock.Now()
	return s.db.Write(ctx, func(tx *pg.Tx) error {
		done, err := tx.Exec(ctx, `DELETE FROM county_export_decisions WHERE tenant_id = $1 AND id = $2`, who.Tenant, id)
		if err != nil {
			return err
		}
		if done.RowsAffected() == 0 {
			return errDecisionNotFound
		}
		return audit.Record(ctx, tx, now, who, audit.Act{Action: "export.withdraw", Subject: "export_decision", ID: id.String()})
	})
}

var (
	placeOnly  = regexp.MustCompile(`^` + placeForm + `$`)
	prefixOnly = regexp.MustCompile(`^\d{2,10}$`)
)

func (d *Decision) check() error {
	var wrong errs.Fields
	if !placeOnly.MatchString(d.Destination) {
		wrong.Add("destination", "bad_country", "Give the country as two capital letters, such as DE.")
	}
	if (d.Product == nil) == (d.HSPrefix == "") {
		wrong.Add("hs_prefix", "product_or_prefix", "Name a product or an HS prefix, one of the two.")
	} else if d.Product == nil && !prefixOnly.MatchString(d.HSPrefix) {
		wrong.Add("hs_prefix", "bad_hs_prefix", "An HS prefix has 2 to 10 digits.")
	}
	if !slices.Contains([]Outcome{Allow, Certificate, Permit, Prohibit}, d.Outcome) {
		wrong.Add("outcome", "bad_outcome", messages["bad_outcome"])
	}
	if (len(d.Documents) > 0) != (d.Outcome == Certificate || d.Outcome == Permit) {
		wrong.Add("documents", "documents_needed", messages["documents_needed"])
	}
	for _, p := range d.Documents {
		if !slices.Contains(Papers, p) {
			wrong.Add("documents", "bad_document", messages["bad_document"])
		}
	}
	if d.Note == "" || len([]rune(d.Note)) > 1000 {
		wrong.Add("note", "required", "Say on what this rests: who was asked, and when.")
	}
	return wrong.Err()
}
