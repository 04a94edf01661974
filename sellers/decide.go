package sellers

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"gorm.io/gorm/clause"

	"countyfair/internal/actor"
	"countyfair/internal/audit"
	"countyfair/internal/errs"
	"countyfair/internal/lang"
	"countyfair/internal/notify"
	"countyfair/internal/pg"
)

const longestReason = 1000

// Decision is what an officer says to an application.
type Decision struct {
	Approve bool
	Reason  string // needed for a rejection
}

// Decide approves or rejects an application.
func (s *Service) Decide(ctx context.Context, who actor.Actor, id uuid.UUID, d Decision) (*Seller, error) {
	if d.Approve {
		return s.move(ctx, who, id, Approved, "seller.approve", d.Reason, Applied, Rejected)
	}
	return s.move(ctx, who, id, Rejected, "seller.reject", d.Reason, Applied)
}

// Suspend stops a seller: nothing of it is sold until it is restored.
func (s *Service) Suspend(ctx context.Context, who actor.Actor, id uuid.UUID, reason string) (*Seller, error) {
	return s.move(ctx, who, id, Suspended, "seller.suspend", reason, Approved)
}

// Restore lets a suspended seller sell again.
func (s *Service) Restore(ctx context.Context, who actor.Actor, id uuid.UUID, reason string) (*Seller, error) {
	return s.move(ctx, who, id, Approved, "seller.restore", reason, Suspended)
}

// move takes a seller from one of the states to the next, with everything that
// goes with it, in one transaction.
func (s *Service) move(ctx context.Context, who actor.Actor, id uuid.UUID, next State, action, reason string, from ...State) (*Seller, error) {
	if err := who.Need(actor.Officer, actor.Operator, actor.System); err != nil {
		return nil, err
	}
	reason = strings.TrimSpace(reason)
	if err := checkReason(reason, next != Approved); err != nil {
		return nil, err
	}
	now := s.clock.Now()
	var out *Seller
	err := s.db.Write(ctx, func(tx *pg.Tx) error {
		seller, err := find(tx.Gorm().Clauses(clause.Locking{Strength: "UPDATE"}), who.Tenant, "id = ?", id)
		if err != nil {
			return absent(err)
		}
		if !seller.State.CanBecome(next) || !slices.Contains(from, seller.State) {
			return ErrDecided
		}
		was := seller.State
		seller.State, seller.Reason, seller.DecidedAt, seller.UpdatedAt = next, reason, &now, now
		seller.DecidedBy = nil
		if who.SignedIn() {
			seller.DecidedBy = &who.Account
		}
		if err := tx.Gorm().Select("state", "reason", "decided_at", "decided_by", "updated_at").Updates(seller).Error; err != nil {
			return err
		}
		if err := setRole(ctx, tx, seller, now); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, now, who, audit.Act{Action: action, Subject: "seller", ID: id.String(), Detail: map[string]any{"from": was, "to": next, "reason": reason}}); err != nil {
			return err
		}
		out = seller
		return tell(ctx, tx, seller, action, now)
	})
	return out, err
}

func checkReason(reason string, needed bool) error {
	var wrong errs.Fields
	switch {
	case needed && reason == "":
		wrong.Add("reason", "missing", "Please say why, so that the seller knows what to do.")
	case utf8.RuneCountInString(reason) > longestReason || !lang.Plain(reason):
		wrong.Add("reason", "too_long", fmt.Sprintf("Please keep this to %d characters.", longestReason))
	}
	return wrong.Err()
}

// setRole gives the account its role, or takes it.
func setRole(ctx context.Context, tx *pg.Tx, seller *Seller, now time.Time) error {
	sql := `UPDATE accounts SET roles = array_remove(roles, 'seller'), updated_at = $3 WHERE tenant_id = $1 AND id = $2 AND 'seller' = ANY (roles)`
	if seller.State == Approved {
		sql = `UPDATE accounts SET roles = array_append(roles, 'seller'), updated_at = $3 WHERE tenant_id = $1 AND id = $2 AND NOT 'seller' = ANY (roles)`
	}
	_, err := tx.Exec(ctx, sql, seller.TenantID, seller.AccountID, now)
	return err
}

// tell queues the message about a decision for the seller's account.
func tell(ctx context.Context, tx *pg.Tx, seller *Seller, action string, now time.Time) error {
	kind := map[string]string{
		"seller.approve": "seller_approved", "seller.reject": "seller_rejected",
		"seller.suspend": "seller_suspended", "seller.restore": "seller_approved",
	}[action]
	m := notify.Message{Kind: kind, Dedupe: fmt.Sprintf("%s/%s/%d", kind, seller.ID, now.UnixMicro())}
	err := tx.QueryRow(ctx, `SELECT coalesce(email, ''), coalesce(phone, ''), language FROM accounts WHERE tenant_id = $1 AND id = $2`,
		seller.TenantID, seller.AccountID).Scan(&m.Email, &m.Phone, &m.Language)
	if err != nil {
		return err
	}
	m.Data = map[string]any{"seller": seller.Names.In(m.Language), "reason": seller.Reason}
	return notify.Queue(ctx, tx, now, m)
}
