// Package audit keeps what officers and operators did, for ever: one row an
// act, written in the transaction of the act itself.
package audit

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"

	"countyfair/internal/actor"
	"countyfair/internal/pg"
)

// Act is what somebody did to something.
type Act struct {
	Action  string // "seller.approve"
	Subject string // "seller"
	ID      string // the subject's id
	Detail  map[string]any
}

// Record writes the act in the county of ctx. Detail holds what changed and
// why, and no secret.
func Record(ctx context.Context, tx *pg.Tx, now time.Time, who actor.Actor, a Act) error {
	detail, err := json.Marshal(a.Detail)
	if err != nil {
		return err
	}
	if a.Detail == nil {
		detail = []byte("{}")
	}
	var account *uuid.UUID
	if who.SignedIn() {
		account = &who.Account
	}
	roles := make([]string, len(who.Roles))
	for i, r := range who.Roles {
		roles[i] = string(r)
	}
	_, err = tx.Exec(ctx, `INSERT INTO audit_events (tenant_id, id, at, account_id, role, action, subject, subject_id, detail, ip)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		pg.Tenant(ctx), uuid.Must(uuid.NewV7()), now, account, strings.Join(roles, ","), a.Action, a.Subject, a.ID, detail, who.IP)
	return err
}
