package auth

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/jobs"
	"countyfair/internal/notify"
	"countyfair/internal/pg"
)

// RequestReset sends a link by e-mail, or a code by SMS, with which to set a
// new password. The answer is the same whether the login has an account or not.
func (s *Service) RequestReset(ctx context.Context, a actor.Actor, typed, language string) error {
	l, err := s.parse(ctx, a.Tenant, typed)
	if err != nil {
		return err
	}
	if !goodLanguage(language) {
		language = ""
	}
	lim := s.cfg.Limits
	if err := s.allow(ctx, a.Tenant, s.tries("reset", l.String(), lim.SendByLogin, a.IP, lim.SendByAddress)); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *pg.Tx) error {
		return jobs.Insert(ctx, tx, sendResetArgs{Of: jobs.Of{Tenant: a.Tenant}, ID: uuid.Must(uuid.NewV7()), Login: l.String(), Language: language}, jobs.Attempts(5))
	})
}

// sendReset makes the link or code and has it sent, where the login has an account.
func (s *Service) sendReset(ctx context.Context, args sendResetArgs) error {
	l, err := ParseLogin(args.Login, "")
	if err != nil {
		return jobs.Give(err)
	}
	var row accountRow
	err = s.db.Read(ctx, func(g *gorm.DB) (err error) {
		row, err = byLogin(g, args.Tenant, l)
		return err
	})
	if pg.NoRows(err) || err == nil && row.State != stateActive {
		return nil
	}
	if err != nil {
		return err
	}
	data, hash, err := s.resetSecret(ctx, args.Tenant, l)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *pg.Tx) error {
		now := s.clock.Now()
		if err := keepCode(ctx, tx, args.ID, args.Tenant, forReset, l, hash, now, ResetLife); err != nil {
			return err
		}
		// Each run of this job makes another secret, so each has its own message.
		return notify.Queue(ctx, tx, now, notify.Message{
			Kind: "password_reset", Dedupe: "password_reset/" + uuid.NewString(), Email: l.Email, Phone: l.Phone,
			Language: args.Language, Data: data,
		})
	})
}

// resetSecret is a link for e-mail where the installation makes links, and a
// code otherwise: nobody types 43 letters off a phone.
func (s *Service) resetSecret(ctx context.Context, tenant uuid.UUID, l Login) (data map[string]any, hash []byte, err error) {
	data = map[string]any{"minutes": int(ResetLife.Minutes())}
	if l.Email == "" || s.cfg.ResetURL == nil {
		code := newCode()
		data["code"] = code
		return data, s.codeHash(tenant, forReset, l, code), nil
	}
	token, _ := newToken()
	data["link"], err = s.cfg.ResetURL(ctx, tenant, token)
	return data, s.linkHash(tenant, token), err
}

// Reset is a new password and what allows to set it: the token of a link, or a
// login with its code.
type Reset struct {
	Token    string // either this
	Login    string // or these
	Code     string
	Password string
}

func badReset() *errs.Error {
	return errs.New(errs.Unauthenticated, "reset_invalid", "The link or code is wrong or too old. Please ask for a new one.")
}

// ResetPassword sets a new password, once for each link or code, and ends all
// of the account's sessions: whoever was in is out.
func (s *Service) ResetPassword(ctx context.Context, a actor.Actor, r Reset) error {
	var l Login
	if r.Token == "" {
		var f errs.Fields
		if r.Login == "" {
			f.Add("login", "missing", "Enter your e-mail address or phone number.")
		}
		if r.Code == "" {
			f.Add("code", "missing", "Enter the code that we sent you.")
		}
		err := f.Err()
		if err == nil {
			l, err = s.parse(ctx, a.Tenant, r.Login)
		}
		if err != nil {
			return err
		}
	}
	lim := s.cfg.Limits
	tries := s.tries("code", l.String(), lim.CodeByLogin, a.IP, lim.CodeByAddress)
	if err := s.allow(ctx, a.Tenant, tries); err != nil {
		return err
	}
	if err := CheckPassword("password", r.Password, l); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, r.Password)
	if err != nil {
		return err
	}
	var ok bool
	var account uuid.UUID
	err = s.db.Write(ctx, func(tx *pg.Tx) (err error) {
		ok, account = false, uuid.Nil
		proven := l
		if r.Token != "" {
			proven, ok, err = s.takeLink(ctx, tx, a.Tenant, r.Token)
		} else {
			ok, err = s.takeCode(ctx, tx, a.Tenant, forReset, l, r.Code)
		}
		if err != nil || !ok {
			return err // a wrong try is committed: it counts
		}
		account, err = s.setPassword(ctx, tx, a.Tenant, proven, hash)
		return err
	})
	if err != nil {
		return err
	}
	if !ok {
		return badReset()
	}
	s.alive.forget(account)
	return s.giveBack(ctx, a.Tenant, tries)
}

// takeLink uses up the token of a link and gives the login it was sent to.
func (s *Service) takeLink(ctx context.Context, tx *pg.Tx, tenant uuid.UUID, token string) (Login, bool, error) {
	var login string
	err := tx.QueryRow(ctx, `UPDATE one_time_codes SET used_at = $3 WHERE tenant_id = $1 AND code_hash = $2 AND purpose = 'reset'
		AND used_at IS NULL AND expires_at > $3 RETURNING login`, tenant, s.linkHash(tenant, token), s.clock.Now()).Scan(&login)
	if pg.NoRows(err) {
		return Login{}, false, nil
	}
	if err != nil {
		return Login{}, false, err
	}
	l, err := ParseLogin(login, "")
	return l, err == nil, err
}

// setPassword gives the account of a proven login its new password.
func (s *Service) setPassword(ctx context.Context, tx *pg.Tx, tenant uuid.UUID, l Login, hash string) (uuid.UUID, error) {
	row, err := byLogin(tx.Gorm(), tenant, l)
	if pg.NoRows(err) || err == nil && row.State != stateActive {
		return uuid.Nil, badReset()
	}
	if err != nil {
		return uuid.Nil, err
	}
	now := s.clock.Now()
	if _, err := tx.Exec(ctx, `UPDATE accounts SET password_hash = $3, updated_at = $4, `+l.column()+`_verified_at = coalesce(`+l.column()+`_verified_at, $4)
		WHERE tenant_id = $1 AND id = $2`, tenant, row.ID, hash, now); err != nil {
		return uuid.Nil, err
	}
	if err := endSessions(ctx, tx, tenant, row.ID, uuid.Nil, "reset", now); err != nil {
		return uuid.Nil, err
	}
	return row.ID, tellChanged(ctx, tx, row, now)
}

// tellChanged tells the owner that the password is another one now.
func tellChanged(ctx context.Context, tx *pg.Tx, row accountRow, now time.Time) error {
	a := row.account()
	return notify.Queue(ctx, tx, now, notify.Message{
		Kind: "password_changed", Dedupe: "password_changed/" + uuid.NewString(), Email: a.Email, Phone: a.Phone, Language: a.Language, Data: map[string]any{},
	})
}

// ChangePassword sets the actor's password, who must know the present one if
// there is one, and signs out every other device.
func (s *Service) ChangePassword(ctx context.Context, a actor.Actor, current, password string) error {
	if a.Account == uuid.Nil {
		return errs.SignIn()
	}
	me, err := s.account(ctx, a.Tenant, a.Account)
	if err != nil {
		return err
	}
	if err := CheckPassword("password", password, me.account().Login()); err != nil {
		return err
	}
	if me.PasswordHash != "" {
		if err := s.checkOwnPassword(ctx, a, me, current); err != nil {
			return err
		}
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	err = s.db.Write(ctx, func(tx *pg.Tx) error {
		now := s.clock.Now()
		tag, err := tx.Exec(ctx, `UPDATE accounts SET password_hash = $4, updated_at = $5 WHERE tenant_id = $1 AND id = $2 AND password_hash = $3`,
			a.Tenant, a.Account, me.PasswordHash, hash, now)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return errs.New(errs.Conflict, "password_changed", "The password has just been changed from elsewhere.")
		}
		if err := endSessions(ctx, tx, a.Tenant, a.Account, a.Session, "password", now); err != nil {
			return err
		}
		return tellChanged(ctx, tx, me, now)
	})
	s.alive.forget(a.Account)
	return err
}

func (s *Service) checkOwnPassword(ctx context.Context, a actor.Actor, me accountRow, password string) error {
	lim := s.cfg.Limits
	tries := s.tries("password", me.account().Login().String(), lim.PasswordByLogin, a.IP, lim.PasswordByAddress)
	if err := s.allow(ctx, a.Tenant, tries); err != nil {
		return err
	}
	ok, _, err := s.hasher.verify(ctx, me.PasswordHash, password)
	if err != nil {
		return err
	}
	if !ok {
		var f errs.Fields
		f.Add("current_password", "wrong", "This is not your present password.")
		return f.Err()
	}
	return s.giveBack(ctx, a.Tenant, tries)
}

func (s *Service) account(ctx context.Context, tenant, id uuid.UUID) (row accountRow, err error) {
	err = s.db.Read(ctx, func(g *gorm.DB) (err error) {
		row, err = byID(g, tenant, id)
		return err
	})
	return row, err
}
