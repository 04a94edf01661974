package auth

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/actor"
	"countyfair/internal/pg"
)

// Session is a signed-in device.
type Session struct {
	ID        uuid.UUID
	Tenant    uuid.UUID
	Account   uuid.UUID
	Kind      string // "browser" or "api"
	Name      string // of the account; may be empty
	Language  string // the account's wish; may be empty
	Device    string // what the client calls itself
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
	Current   bool // the one that asks
}

// standing is a living session with what its account may do now.
type standing struct {
	Session
	roles  []actor.Role
	seller uuid.UUID
}

func (s standing) actor() actor.Actor {
	return actor.Actor{Tenant: s.Tenant, Account: s.Account, Seller: s.seller, Session: s.ID, Roles: s.roles, Language: s.Language}
}

const standingSQL = `SELECT s.id, s.tenant_id, s.account_id, s.kind, s.device, s.created_at, s.seen_at, s.expires_at,
		a.name, a.language, a.roles, f.id, coalesce(f.state, '')
	FROM sessions s
	JOIN accounts a ON a.tenant_id = s.tenant_id AND a.id = s.account_id
	LEFT JOIN sellers f ON f.tenant_id = s.tenant_id AND f.account_id = s.account_id
	WHERE s.tenant_id = $1 AND s.ended_at IS NULL AND s.expires_at > $3 AND a.state = 'active' AND `

func (s *Service) standingByID(ctx context.Context, tenant, session uuid.UUID) (standing, error) {
	return s.standing(ctx, standingSQL+`s.id = $2`, tenant, session)
}

func (s *Service) standingByHash(ctx context.Context, tenant uuid.UUID, hash []byte) (standing, error) {
	return s.standing(ctx, standingSQL+`s.token_hash = $2 AND s.kind = 'browser'`, tenant, hash)
}

func (s *Service) standing(ctx context.Context, sql string, tenant uuid.UUID, key any) (out standing, err error) {
	err = s.db.Query(ctx, func(q pg.Querier) error {
		out, err = s.standingFrom(ctx, q, sql, tenant, key)
		return err
	})
	return out, err
}

func (s *Service) standingFrom(ctx context.Context, q pg.Querier, sql string, tenant uuid.UUID, key any) (standing, error) {
	return scanStanding(q.QueryRow(ctx, sql, tenant, key, s.clock.Now()))
}

func scanStanding(row pgx.Row) (standing, error) {
	var st standing
	var roles []string
	var seller *uuid.UUID
	var sellerState string
	err := row.Scan(&st.ID, &st.Tenant, &st.Account, &st.Kind, &st.Device,
		&st.CreatedAt, &st.SeenAt, &st.ExpiresAt, &st.Name, &st.Language, &roles, &seller, &sellerState)
	if pg.NoRows(err) {
		return standing{}, sessionEnded()
	}
	if err != nil {
		return standing{}, err
	}
	if seller != nil {
		st.seller = *seller
	}
	st.roles = presentRoles(roles, sellerState)
	return st, nil
}

// presentRoles are what an account may act as: what was granted, with one
// rule. Who has a stall is a seller just while the stall is approved; the role
// granted by hand counts only for somebody who has none.
func presentRoles(granted []string, stall string) []actor.Role {
	roles := make([]actor.Role, 0, len(granted)+2)
	for _, r := range granted {
		if role := actor.Role(r); role != actor.Seller || stall == "" {
			roles = append(roles, role)
		}
	}
	if stall == "approved" {
		roles = append(roles, actor.Seller)
	}
	roles = append(roles, actor.Buyer)
	slices.Sort(roles)
	return slices.Compact(roles)
}
