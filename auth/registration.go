package auth

import (
	"context"
	"strings"

	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
)

// Registration is a new account with a password. (Who has only a phone need
// not register: signing in by code makes the account.)
type Registration struct {
	Login    string
	Password string
	Name     string
	Language string
	Device   string
}

func loginTaken() *errs.Error {
	return errs.New(errs.Conflict, "login_taken", "There is an account for this already. Sign in, or set a new password.")
}

// RegisterBrowser makes an account and signs the browser in.
func (s *Service) RegisterBrowser(ctx context.Context, a actor.Actor, r Registration) (token string, session Session, err error) {
	err = s.registerAccount(ctx, a, r, func(tx *pg.Tx, account accountRow) error {
		var hash []byte
		token, hash = newToken()
		st, err := s.newSession(ctx, tx, a, account.ID, Browser, r.Device, hash)
		session = st.Session
		return err
	})
	if err != nil {
		return "", Session{}, err
	}
	return token, session, nil
}

// Register makes an account and signs the API client in.
func (s *Service) Register(ctx context.Context, a actor.Actor, r Registration) (Tokens, error) {
	key, err := s.keys.signer(ctx)
	if err != nil {
		return Tokens{}, err
	}
	var out Tokens
	err = s.registerAccount(ctx, a, r, func(tx *pg.Tx, account accountRow) error {
		out, err = s.openAPI(ctx, tx, a, key, account.ID, r.Device)
		return err
	})
	if err != nil {
		return Tokens{}, err
	}
	return out, nil
}

// registerAccount makes the account. The login is unproven until a code or
// link sent to it comes back; see provenAccount.
func (s *Service) registerAccount(ctx context.Context, a actor.Actor, r Registration, open opener) error {
	l, err := s.parse(ctx, a.Tenant, r.Login)
	if err != nil {
		return err
	}
	row := newAccountRow(a.Tenant, l, s.clock.Now())
	if err := row.fill(l, r.Password, r.Name, r.Language); err != nil {
		return err
	}
	if err := s.allow(ctx, a.Tenant, s.tries("register", "", Limit{}, a.IP, s.cfg.Limits.RegisterByAddress)); err != nil {
		return err
	}
	if row.PasswordHash, err = s.hasher.hash(ctx, r.Password); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *pg.Tx) error {
		if err := insertAccount(tx, row); err != nil {
			return err
		}
		return open(tx, row)
	})
}

// fill sets what a person says of themselves, and checks it with the password.
func (r *accountRow) fill(l Login, password, name, language string) error {
	p := Profile{Name: strings.TrimSpace(name), Language: language}
	r.Name, r.Language = p.Name, p.Language
	var f errs.Fields
	for _, err := range []error{CheckPassword("password", password, l), p.check()} {
		f = append(f, fieldsOf(err)...)
	}
	return f.Err()
}

// insertAccount writes a new account; the login must be free.
func insertAccount(tx *pg.Tx, row accountRow) error {
	err := tx.Gorm().Create(&row).Error
	if isTaken(err) {
		return loginTaken()
	}
	return err
}
