package auth

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
)

// Credentials are what somebody signs in with: a login, and its password or a
// one-time code.
type Credentials struct {
	Login    string
	Password string // either this
	Code     string // or this
	Device   string // what the client calls itself, for the list of sessions
	Language string // of the page, for an account that is made by signing in
}

// opener starts a session for an account in the transaction.
type opener func(tx *pg.Tx, account accountRow) error

// signIn judges the credentials and opens a session.
func (s *Service) signIn(ctx context.Context, a actor.Actor, c Credentials, open opener) error {
	var f errs.Fields
	if c.Login == "" {
		f.Add("login", "missing", "Enter your e-mail address or phone number.")
	}
	if c.Password == "" && c.Code == "" {
		f.Add("password", "missing", "Enter your password, or a code that we sent you.")
	}
	if err := f.Err(); err != nil {
		return err
	}
	l, err := s.parse(ctx, a.Tenant, c.Login)
	if err != nil {
		return err
	}
	if c.Code != "" {
		return s.signInByCode(ctx, a, l, c, open)
	}
	return s.signInByPassword(ctx, a, l, c, open)
}

func wrongPassword() *errs.Error {
	return errs.New(errs.Unauthenticated, "wrong_login", "The login or the password is wrong.")
}

func disabled() *errs.Error {
	return errs.New(errs.Forbidden, "account_disabled", "This account has been closed. Please ask the county office.")
}

func (s *Service) signInByPassword(ctx context.Context, a actor.Actor, l Login, c Credentials, open opener) error {
	lim := s.cfg.Limits
	tries := s.tries("password", l.String(), lim.PasswordByLogin, a.IP, lim.PasswordByAddress)
	if err := s.allow(ctx, a.Tenant, tries); err != nil {
		return err
	}
	var row accountRow
	err := s.db.Read(ctx, func(g *gorm.DB) (err error) {
		row, err = byLogin(g, a.Tenant, l)
		return err
	})
	if err != nil && !pg.NoRows(err) {
		return err
	}
	// An unknown login costs the same work as a wrong password.
	ok, stale, err := s.hasher.verify(ctx, row.PasswordHash, c.Password)
	if err != nil {
		return err
	}
	if !ok {
		return wrongPassword()
	}
	if err := s.giveBack(ctx, a.Tenant, tries); err != nil {
		return err
	}
	if row.State != stateActive {
		return disabled()
	}
	renewed := ""
	if stale {
		if renewed, err = s.hasher.hash(ctx, c.Password); err != nil {
			return err
		}
	}
	return s.db.Write(ctx, func(tx *pg.Tx) error {
		// The account may have changed while the password was judged: it must
		// still be active with that very password.
		var now accountRow
		err := tx.Gorm().Clauses(clause.Locking{Strength: "SHARE"}).Where("tenant_id = ? AND id = ?", a.Tenant, row.ID).Take(&now).Error
		if pg.NoRows(err) || err == nil && (now.PasswordHash != row.PasswordHash || now.State != stateActive) {
			return wrongPassword()
		}
		if err == nil && renewed != "" {
			_, err = tx.Exec(ctx, `UPDATE accounts SET password_hash = $3 WHERE tenant_id = $1 AND id = $2`, a.Tenant, row.ID, renewed)
		}
		if err != nil {
			return err
		}
		return open(tx, now)
	})
}

func (s *Service) signInByCode(ctx context.Context, a actor.Actor, l Login, c Credentials, open opener) error {
	lim := s.cfg.Limits
	tries := s.tries("code", l.String(), lim.CodeByLogin, a.IP, lim.CodeByAddress)
	if err := s.allow(ctx, a.Tenant, tries); err != nil {
		return err
	}
	var right bool
	var row accountRow
	err := s.db.Write(ctx, func(tx *pg.Tx) (err error) {
		if right, err = s.takeCode(ctx, tx, a.Tenant, forSignIn, l, c.Code); err != nil || !right {
			return err // a wrong try is committed: it counts
		}
		if row, err = s.provenAccount(ctx, tx, a.Tenant, l, c.Language); err != nil {
			return err
		}
		return open(tx, row)
	})
	if err != nil {
		return err
	}
	if !right {
		return wrongCode()
	}
	s.alive.forget(row.ID)
	return s.giveBack(ctx, a.Tenant, tries)
}

// provenAccount is the account of a login whose owner has just shown that it is
// theirs; it is made where there is none.
//
// Somebody else may have registered the login before, never proving it. Their
// password and sessions end here: else they would share the account with its
// owner from now on.
func (s *Service) provenAccount(ctx context.Context, tx *pg.Tx, tenant uuid.UUID, l Login, language string) (accountRow, error) {
	now := s.clock.Now()
	fresh := newAccountRow(tenant, l, now)
	if goodLanguage(language) {
		fresh.Language = language
	}
	_, err := tx.Exec(ctx, `INSERT INTO accounts (tenant_id, id, email, phone, language, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT DO NOTHING`, tenant, fresh.ID, fresh.Email, fresh.Phone, fresh.Language, now)
	if err != nil {
		return accountRow{}, err
	}
	row, err := byLogin(tx.Gorm(), tenant, l)
	if err != nil {
		return accountRow{}, err
	}
	if row.State != stateActive {
		return accountRow{}, disabled()
	}
	if row.proven(l) {
		return row, nil
	}
	if row.PasswordHash != "" && row.EmailVerifiedAt == nil && row.PhoneVerifiedAt == nil {
		row.PasswordHash = ""
		if err := endSessions(ctx, tx, tenant, row.ID, uuid.Nil, "unproven", now); err != nil {
			return accountRow{}, err
		}
	}
	_, err = tx.Exec(ctx, `UPDATE accounts SET `+l.column()+`_verified_at = $3, password_hash = $4, updated_at = $3 WHERE tenant_id = $1 AND id = $2`,
		tenant, row.ID, now, row.PasswordHash)
	return row, err
}

func (r accountRow) proven(l Login) bool {
	if l.Email != "" {
		return r.EmailVerifiedAt != nil
	}
	return r.PhoneVerifiedAt != nil
}

// endSessions ends all of an account's sessions but one (the zero id: all).
func endSessions(ctx context.Context, tx *pg.Tx, tenant, account, but uuid.UUID, reason string, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE sessions SET ended_at = $4, end_reason = $5
		WHERE tenant_id = $1 AND account_id = $2 AND id <> $3 AND ended_at IS NULL`, tenant, account, but, now, reason)
	return err
}

// newSession writes a session and gives its standing.
func (s *Service) newSession(ctx context.Context, tx *pg.Tx, a actor.Actor, account uuid.UUID, kind, device string, hash []byte) (standing, error) {
	now, id := s.clock.Now(), uuid.Must(uuid.NewV7())
	var st standing
	b := &pgx.Batch{}
	b.Queue(`INSERT INTO sessions (tenant_id, id, account_id, kind, token_hash, device, created_at, seen_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)`, a.Tenant, id, account, kind, hash, tidyDevice(device), now, now.Add(SessionLife))
	b.Queue(standingSQL+`s.id = $2`, a.Tenant, id, now).QueryRow(func(row pgx.Row) (err error) {
		st, err = scanStanding(row)
		return err
	})
	return st, tx.SendBatch(ctx, b).Close()
}
