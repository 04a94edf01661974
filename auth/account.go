package auth

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
)

// Account is one person in one county.
type Account struct {
	ID            uuid.UUID
	Email         string // empty where there is only a phone number
	Phone         string // E.164; empty where there is only an e-mail address
	EmailVerified bool   // a code or link sent there came back
	PhoneVerified bool
	HasPassword   bool
	Name          string
	Language      string // BCP 47; empty: no wish
	Roles         []actor.Role
	Disabled      bool
	CreatedAt     time.Time
}

// granted are the roles as the table keeps them.
type granted []string

// Value writes PostgreSQL's text[]. Role names are plain words.
func (g granted) Value() (driver.Value, error) { return "{" + strings.Join(g, ",") + "}", nil }

// Scan reads PostgreSQL's text[] of plain words.
func (g *granted) Scan(src any) error {
	s, ok := src.(string)
	if !ok {
		return fmt.Errorf("auth: cannot read roles from %T", src)
	}
	*g = granted{}
	if s = strings.Trim(s, "{}"); s != "" {
		*g = strings.Split(s, ",")
	}
	return nil
}

// accountRow is a row of accounts.
type accountRow struct {
	TenantID        uuid.UUID `gorm:"primaryKey"`
	ID              uuid.UUID `gorm:"primaryKey"`
	Email           *string
	Phone           *string
	Name            string
	Language        string
	Roles           granted
	PasswordHash    string
	EmailVerifiedAt *time.Time
	PhoneVerifiedAt *time.Time
	State           string
	CreatedAt       time.Time
	UpdatedAt       time.Time
}

// TableName names the table.
func (accountRow) TableName() string { return "accounts" }

func (r accountRow) account() Account {
	a := Account{
		ID: r.ID, EmailVerified: r.EmailVerifiedAt != nil, PhoneVerified: r.PhoneVerifiedAt != nil,
		HasPassword: r.PasswordHash != "", Name: r.Name, Language: r.Language, Disabled: r.State == stateDisabled, CreatedAt: r.CreatedAt,
	}
	if r.Email != nil {
		a.Email = *r.Email
	}
	if r.Phone != nil {
		a.Phone = *r.Phone
	}
	for _, role := range r.Roles {
		a.Roles = append(a.Roles, actor.Role(role))
	}
	return a
}

// Login is the account's e-mail address, or its phone number.
func (a Account) Login() Login {
	if a.Email != "" {
		return Login{Email: a.Email}
	}
	return Login{Phone: a.Phone}
}

const (
	stateActive   = "active"
	stateDisabled = "disabled"
)

func newAccountRow(tenant uuid.UUID, l Login, now time.Time) accountRow {
	r := accountRow{TenantID: tenant, ID: uuid.Must(uuid.NewV7()), Roles: granted{}, State: stateActive, CreatedAt: now, UpdatedAt: now}
	if l.Email != "" {
		r.Email = &l.Email
	} else {
		r.Phone = &l.Phone
	}
	return r
}

// byLogin finds the account of a login; ErrRecordNotFound where there is none.
func byLogin(g *gorm.DB, tenant uuid.UUID, l Login) (accountRow, error) {
	var r accountRow
	err := g.Where("tenant_id = ?", tenant).Where(l.column()+" = ?", l.String()).Take(&r).Error
	return r, err
}

func byID(g *gorm.DB, tenant, id uuid.UUID) (accountRow, error) {
	var r accountRow
	err := g.Where("tenant_id = ? AND id = ?", tenant, id).Take(&r).Error
	if pg.NoRows(err) {
		return r, errs.NotFoundOf("account")
	}
	return r, err
}

// lockAccount reads an account for change.
func lockAccount(tx *pg.Tx, tenant, id uuid.UUID) (accountRow, error) {
	return byID(tx.Gorm().Clauses(clause.Locking{Strength: "UPDATE"}), tenant, id)
}

// isTaken reports whether a login has an account already.
func isTaken(err error) bool { return errors.Is(err, gorm.ErrDuplicatedKey) }

// fieldsOf are the wrong inputs that a refusal names.
func fieldsOf(err error) errs.Fields {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return e.Fields
	}
	return nil
}

// parse reads a login as typed in a county, whose country its phone numbers
// are of when they don't say.
func (s *Service) parse(ctx context.Context, tenant uuid.UUID, typed string) (Login, error) {
	country := ""
	if !strings.ContainsAny(typed, "@＠") && !strings.HasPrefix(strings.TrimSpace(typed), "+") {
		err := s.db.Query(ctx, func(q pg.Querier) error {
			return q.QueryRow(ctx, `SELECT country FROM tenants WHERE id = $1`, tenant).Scan(&country)
		})
		if err != nil && !pg.NoRows(err) {
			return Login{}, err
		}
	}
	return ParseLogin(typed, country)
}

// Me is the account of the actor.
func (s *Service) Me(ctx context.Context, a actor.Actor) (Account, error) {
	if a.Account == uuid.Nil {
		return Account{}, errs.SignIn()
	}
	r, err := s.account(ctx, a.Tenant, a.Account)
	return r.account(), err
}

// Profile is what people say of themselves.
type Profile struct {
	Name     string
	Language string // BCP 47; empty: no wish
}

// UpdateMe changes the actor's own profile.
func (s *Service) UpdateMe(ctx context.Context, a actor.Actor, p Profile) (Account, error) {
	if a.Account == uuid.Nil {
		return Account{}, errs.SignIn()
	}
	p.Name = strings.TrimSpace(p.Name)
	if err := p.check(); err != nil {
		return Account{}, err
	}
	var r accountRow
	err := s.db.Write(ctx, func(tx *pg.Tx) (err error) {
		if r, err = byID(tx.Gorm(), a.Tenant, a.Account); err != nil {
			return err
		}
		r.Name, r.Language, r.UpdatedAt = p.Name, p.Language, s.clock.Now()
		return tx.Gorm().Model(&r).Where("tenant_id = ?", a.Tenant).Select("Name", "Language", "UpdatedAt").Updates(&r).Error
	})
	s.alive.forget(a.Account)
	return r.account(), err
}
