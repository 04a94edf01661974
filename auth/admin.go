package auth

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"countyfair/internal/actor"
	"countyfair/internal/audit"
	"countyfair/internal/cursor"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
)

// mayGrant says who hands out which role: the platform's operators any;
// a county's officers those that work under them, in their own county.
func mayGrant(a actor.Actor, tenant uuid.UUID, role actor.Role) error {
	if a.Is(actor.System) || a.Is(actor.Operator) && a.Tenant == PlatformID {
		return nil
	}
	if err := a.Need(actor.Officer); err != nil {
		return err
	}
	if a.Tenant != tenant {
		return errs.NotFoundOf("account")
	}
	if role != actor.Buyer && role != actor.Seller && role != actor.Officer {
		return errs.NotAllowed()
	}
	return nil
}

// fits says whether a tenant has the role at all: operators are the
// platform's, everybody else is a county's.
func fits(tenant uuid.UUID, role actor.Role) error {
	var f errs.Fields
	switch role {
	case actor.Operator:
		if tenant != PlatformID {
			f.Add("role", "wrong_tenant", "Operators belong to the platform, not to a county.")
		}
	case actor.Buyer, actor.Seller, actor.Officer, actor.Supervisor:
		if tenant == PlatformID {
			f.Add("role", "wrong_tenant", "On the platform there are only operators.")
		}
	default:
		f.Add("role", "unknown_role", "The roles are buyer, seller, officer, supervisor and operator.")
	}
	return f.Err()
}

// NewUser is an account that somebody in charge makes for another.
type NewUser struct {
	Login    string
	Password string // empty: the person signs in by one-time code
	Role     actor.Role
	Name     string
	Language string
}

// CreateUser makes an account in a tenant. Who makes it vouches for the login.
func (s *Service) CreateUser(ctx context.Context, a actor.Actor, tenant uuid.UUID, u NewUser) (Account, error) {
	if err := mayGrant(a, tenant, u.Role); err != nil {
		return Account{}, err
	}
	if err := fits(tenant, u.Role); err != nil {
		return Account{}, err
	}
	ctx = pg.WithTenant(ctx, tenant)
	l, err := s.parse(ctx, tenant, u.Login)
	if err != nil {
		return Account{}, err
	}
	row, err := s.newUserRow(ctx, tenant, l, u)
	if err != nil {
		return Account{}, err
	}
	err = s.db.Write(ctx, func(tx *pg.Tx) error {
		if err := insertAccount(tx, row); err != nil {
			return err
		}
		return audit.Record(ctx, tx, row.CreatedAt, a, audit.Act{Action: "account.create", Subject: "account", ID: row.ID.String(), Detail: map[string]any{"role": u.Role}})
	})
	if errors.Is(err, gorm.ErrForeignKeyViolated) {
		err = errs.NotFoundOf("county")
	}
	if err != nil {
		return Account{}, err
	}
	return row.account(), nil
}

func (s *Service) newUserRow(ctx context.Context, tenant uuid.UUID, l Login, u NewUser) (accountRow, error) {
	now := s.clock.Now()
	row := newAccountRow(tenant, l, now)
	if l.Email != "" {
		row.EmailVerifiedAt = &now
	} else {
		row.PhoneVerifiedAt = &now
	}
	if u.Role != actor.Buyer {
		row.Roles = granted{string(u.Role)}
	}
	if u.Password == "" {
		p := Profile{Name: strings.TrimSpace(u.Name), Language: u.Language}
		row.Name, row.Language = p.Name, p.Language
		return row, p.check()
	}
	if err := row.fill(l, u.Password, u.Name, u.Language); err != nil {
		return row, err
	}
	var err error
	row.PasswordHash, err = s.hasher.hash(ctx, u.Password)
	return row, err
}

// GrantRole lets an account act as something more.
func (s *Service) GrantRole(ctx context.Context, a actor.Actor, tenant, account uuid.UUID, role actor.Role) error {
	return s.changeRole(ctx, a, tenant, account, role, "account.grant", func(has granted) granted {
		if role == actor.Buyer || slices.Contains(has, string(role)) {
			return has
		}
		return append(has, string(role))
	})
}

// RevokeRole takes a role away; nobody takes their own.
func (s *Service) RevokeRole(ctx context.Context, a actor.Actor, tenant, account uuid.UUID, role actor.Role) error {
	if a.Account == account && a.SignedIn() {
		return errs.New(errs.Conflict, "own_role", "You cannot take a role from yourself. Ask somebody else in charge.")
	}
	return s.changeRole(ctx, a, tenant, account, role, "account.revoke", func(has granted) granted {
		return slices.DeleteFunc(has, func(r string) bool { return r == string(role) })
	})
}

func (s *Service) changeRole(ctx context.Context, a actor.Actor, tenant, account uuid.UUID, role actor.Role, action string, change func(granted) granted) error {
	if err := mayGrant(a, tenant, role); err != nil {
		return err
	}
	if err := fits(tenant, role); err != nil {
		return err
	}
	ctx = pg.WithTenant(ctx, tenant)
	err := s.db.Write(ctx, func(tx *pg.Tx) error {
		row, err := lockAccount(tx, tenant, account)
		if err != nil {
			return err
		}
		next := change(slices.Clone(row.Roles))
		if slices.Equal(next, row.Roles) {
			return nil
		}
		now := s.clock.Now()
		row.Roles, row.UpdatedAt = next, now
		if err := tx.Gorm().Model(&row).Select("Roles", "UpdatedAt").Updates(&row).Error; err != nil {
			return err
		}
		return audit.Record(ctx, tx, now, a, audit.Act{Action: action, Subject: "account", ID: account.String(), Detail: map[string]any{"role": role}})
	})
	s.alive.forget(account)
	return err
}

// CloseAccount keeps an account from signing in, and ends its sessions. The
// reason goes to the audit.
func (s *Service) CloseAccount(ctx context.Context, a actor.Actor, tenant, account uuid.UUID, reason string) error {
	return s.setState(ctx, a, tenant, account, stateDisabled, reason)
}

// ReopenAccount lets a closed account sign in again.
func (s *Service) ReopenAccount(ctx context.Context, a actor.Actor, tenant, account uuid.UUID, reason string) error {
	return s.setState(ctx, a, tenant, account, stateActive, reason)
}

func (s *Service) setState(ctx context.Context, a actor.Actor, tenant, account uuid.UUID, state, reason string) error {
	if err := mayGrant(a, tenant, actor.Buyer); err != nil {
		return err
	}
	if a.Account == account && a.SignedIn() {
		return errs.New(errs.Conflict, "own_account", "You cannot close your own account here.")
	}
	ctx = pg.WithTenant(ctx, tenant)
	err := s.db.Write(ctx, func(tx *pg.Tx) error {
		row, err := lockAccount(tx, tenant, account)
		if err != nil {
			return err
		}
		for _, role := range row.Roles { // who may not grant a role may not shut out who has it
			if err := mayGrant(a, tenant, actor.Role(role)); err != nil {
				return err
			}
		}
		if row.State == state {
			return nil
		}
		now := s.clock.Now()
		if _, err := tx.Exec(ctx, `UPDATE accounts SET state = $3, updated_at = $4 WHERE tenant_id = $1 AND id = $2`, tenant, account, state, now); err != nil {
			return err
		}
		if err := endSessions(ctx, tx, tenant, account, uuid.Nil, "closed", now); err != nil {
			return err
		}
		return audit.Record(ctx, tx, now, a, audit.Act{Action: "account." + state, Subject: "account", ID: account.String(), Detail: map[string]any{"reason": reason}})
	})
	s.alive.forget(account)
	return err
}

// UserFilter narrows a list of accounts.
type UserFilter struct {
	Role   actor.Role // empty: any
	Query  string     // part of an e-mail address, phone number or name
	Limit  int
	Cursor string
}

// ListUsers lists the accounts of a tenant, the newest first, for those in
// charge of it. next is empty at the end.
func (s *Service) ListUsers(ctx context.Context, a actor.Actor, tenant uuid.UUID, f UserFilter) (items []Account, next string, err error) {
	if !a.Is(actor.Supervisor) || a.Tenant != tenant {
		if err := mayGrant(a, tenant, actor.Buyer); err != nil {
			return nil, "", err
		}
	}
	before := cursor.Place{ID: uuid.Max}
	if _, err := cursor.Decode(f.Cursor, &before); err != nil {
		return nil, "", err
	}
	limit := cursor.Limit(f.Limit)
	var rows []accountRow
	err = s.db.Read(pg.WithTenant(ctx, tenant), func(g *gorm.DB) error {
		q := g.Where("tenant_id = ? AND id < ?", tenant, before.ID)
		if f.Role != "" && f.Role != actor.Buyer {
			q = q.Where("? = ANY (roles)", string(f.Role))
		}
		if f.Query != "" {
			like := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(f.Query)) + "%"
			q = q.Where("email LIKE ? OR phone LIKE ? OR lower(name) LIKE ?", like, like, like)
		}
		return q.Order("id DESC").Limit(limit + 1).Find(&rows).Error
	})
	if err != nil {
		return nil, "", err
	}
	if len(rows) > limit {
		rows = rows[:limit]
		next = cursor.Encode(cursor.Place{ID: rows[limit-1].ID})
	}
	for _, r := range rows {
		items = append(items, r.account())
	}
	return items, next, nil
}

// DemoAccounts reports whether a tenant holds an account of the demo, whose
// password everybody knows: no server may run with them.
func (s *Service) DemoAccounts(ctx context.Context) (found bool, err error) {
	ids, err := s.tenants(ctx)
	for _, id := range ids {
		if err != nil || found {
			break
		}
		err = s.db.Query(pg.WithTenant(ctx, id), func(q pg.Querier) error {
			return q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM accounts WHERE tenant_id = $1 AND (email LIKE '%@demo' OR email LIKE '%.demo'))`, id).Scan(&found)
		})
	}
	return found, err
}
