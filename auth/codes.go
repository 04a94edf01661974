package auth

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"time"

	"github.com/google/uuid"

	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/notify"
	"countyfair/internal/pg"
)

type purpose string

const (
	forSignIn purpose = "sign_in"
	forReset  purpose = "reset"
)

// newCode is six digits, each as likely as the other.
func newCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // crypto/rand never fails: it ends the program instead
	}
	return fmt.Sprintf("%06d", n)
}

// codeHash is what is kept of a code. Six digits are soon guessed from a plain
// hash, so it is keyed by the installation's secret.
func (s *Service) codeHash(tenant uuid.UUID, p purpose, l Login, code string) []byte {
	return []byte(s.codes.Sign(listed("code", tenant.String(), string(p), l.String(), code)))
}

// linkHash is what is kept of the token in a link.
func (s *Service) linkHash(tenant uuid.UUID, token string) []byte {
	return []byte(s.codes.Sign(listed("link", tenant.String(), token)))
}

// keepCode stores a code's hash, in the place of the one before it.
func keepCode(ctx context.Context, tx *pg.Tx, id, tenant uuid.UUID, p purpose, l Login, hash []byte, now time.Time, life time.Duration) error {
	_, err := tx.Exec(ctx, `INSERT INTO one_time_codes (tenant_id, login, purpose, id, code_hash, attempts, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, 0, $6, $7)
		ON CONFLICT (tenant_id, login, purpose) DO UPDATE SET id = excluded.id, code_hash = excluded.code_hash, attempts = 0,
			created_at = excluded.created_at, expires_at = excluded.expires_at, used_at = NULL`,
		tenant, l.String(), p, id, hash, now, now.Add(life))
	return err
}

// takeCode spends one try on a login's code and reports whether it was right;
// a right one is used up. One statement, so of two that come together one wins
// and no more than five guesses are ever judged.
func (s *Service) takeCode(ctx context.Context, tx *pg.Tx, tenant uuid.UUID, p purpose, l Login, code string) (bool, error) {
	var ok bool
	err := tx.QueryRow(ctx, `UPDATE one_time_codes SET attempts = attempts + 1, used_at = CASE WHEN code_hash = $4 THEN $5::timestamptz END
		WHERE tenant_id = $1 AND login = $2 AND purpose = $3 AND used_at IS NULL AND attempts < $6 AND expires_at > $5
		RETURNING used_at IS NOT NULL`,
		tenant, l.String(), p, s.codeHash(tenant, p, l, code), s.clock.Now(), codeTries).Scan(&ok)
	if pg.NoRows(err) {
		return false, nil
	}
	return ok, err
}

// RequestCode sends a one-time code for signing in to a login. The answer is
// the same whether the login has an account or not: who brings the code back
// gets one.
func (s *Service) RequestCode(ctx context.Context, a actor.Actor, typed, language string) error {
	l, err := s.parse(ctx, a.Tenant, typed)
	if err != nil {
		return err
	}
	if !goodLanguage(language) {
		language = ""
	}
	lim := s.cfg.Limits
	if err := s.allow(ctx, a.Tenant, s.tries("send", l.String(), lim.SendByLogin, a.IP, lim.SendByAddress)); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *pg.Tx) error {
		now, id, code := s.clock.Now(), uuid.Must(uuid.NewV7()), newCode()
		if err := keepCode(ctx, tx, id, a.Tenant, forSignIn, l, s.codeHash(a.Tenant, forSignIn, l, code), now, CodeLife); err != nil {
			return err
		}
		return notify.Queue(ctx, tx, now, notify.Message{
			Kind: "otp", Dedupe: "otp/" + id.String(), Email: l.Email, Phone: l.Phone, Language: language,
			Data: map[string]any{"code": code, "minutes": int(CodeLife.Minutes())},
		})
	})
}

func wrongCode() *errs.Error {
	return errs.New(errs.Unauthenticated, "wrong_code", "The code is wrong or too old. Check it, or ask for a new one.")
}
