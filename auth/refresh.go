package auth

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
)

// Tokens are what an API client holds.
type Tokens struct {
	Access    string
	Refresh   string
	ExpiresIn int // seconds until the access token ends
	Account   uuid.UUID
	Session   uuid.UUID
}

// CreateToken signs an API client in.
func (s *Service) CreateToken(ctx context.Context, a actor.Actor, c Credentials) (Tokens, error) {
	key, err := s.keys.signer(ctx)
	if err != nil {
		return Tokens{}, err
	}
	var out Tokens
	err = s.signIn(ctx, a, c, func(tx *pg.Tx, account accountRow) error {
		out, err = s.openAPI(ctx, tx, a, key, account.ID, c.Device)
		return err
	})
	if err != nil {
		return Tokens{}, err
	}
	return out, nil
}

// openAPI starts a family of refresh tokens.
func (s *Service) openAPI(ctx context.Context, tx *pg.Tx, a actor.Actor, key signingKey, account uuid.UUID, device string) (Tokens, error) {
	st, err := s.newSession(ctx, tx, a, account, API, device, nil)
	if err != nil {
		return Tokens{}, err
	}
	return s.issue(ctx, tx, key, st)
}

// issue writes the session's next refresh token and signs an access token.
func (s *Service) issue(ctx context.Context, tx *pg.Tx, key signingKey, st standing) (Tokens, error) {
	now := s.clock.Now()
	refresh, hash := newToken()
	_, err := tx.Exec(ctx, `INSERT INTO refresh_tokens (tenant_id, id, session_id, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		st.Tenant, uuid.Must(uuid.NewV7()), st.ID, hash, now, prolonged(st.CreatedAt, now))
	if err != nil {
		return Tokens{}, err
	}
	access, err := s.issueAccess(key, st)
	return Tokens{access, refresh, int(AccessLife.Seconds()), st.Account, st.ID}, err
}

func badRefresh(reason string) *errs.Error {
	return errs.New(errs.Unauthenticated, reason, "This refresh token is not valid any more. Please sign in again.")
}

// RefreshToken gives new tokens for a refresh token, which is used up by it.
//
// Of requests that overlap on one token, exactly one wins. The others are
// refused as refresh_raced and the session goes on: a client that submits twice
// by mistake has its new tokens from the first answer. Overlap is seen in the
// database, without clocks: the token was unused when the request looked, and
// used when it wrote. A token that was used before the request looked is a
// copy, wherever it comes from: the session ends, and with it every token of
// the family.
func (s *Service) RefreshToken(ctx context.Context, a actor.Actor, token string) (Tokens, error) {
	if err := s.allow(ctx, a.Tenant, s.tries("refresh", "", Limit{}, a.IP, s.cfg.Limits.RefreshByAddress)); err != nil {
		return Tokens{}, err
	}
	key, err := s.keys.signer(ctx)
	if err != nil {
		return Tokens{}, err
	}
	var out Tokens
	var refused error
	var reused uuid.UUID
	err = s.db.Write(ctx, func(tx *pg.Tx) error {
		out, refused, reused = Tokens{}, nil, uuid.Nil
		t, err := s.spend(ctx, tx, a.Tenant, hashToken(token))
		switch {
		case err != nil:
			return err
		case !t.found:
			refused = badRefresh("refresh_invalid")
		case t.usedBefore:
			refused, reused = badRefresh("refresh_reused"), t.account
			_, err := tx.Exec(ctx, `UPDATE sessions SET ended_at = $3, end_reason = 'reuse' WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL`,
				a.Tenant, t.session, s.clock.Now())
			return err
		case !t.won:
			refused = badRefresh("refresh_raced")
		default:
			out, refused, err = s.renew(ctx, tx, a.Tenant, key, t.session)
			return err
		}
		return nil
	})
	if reused != uuid.Nil {
		s.alive.forget(reused)
	}
	if err == nil {
		err = refused
	}
	if err != nil {
		return Tokens{}, err
	}
	return out, nil
}

// spent is what came of the attempt to use a refresh token.
type spent struct {
	found      bool
	usedBefore bool // already used when we looked
	won        bool // unused, and used by us
	session    uuid.UUID
	account    uuid.UUID
}

// spend looks at the token, then uses it. Two statements with a snapshot each:
// what changes between them is a request that overlaps with this one.
func (s *Service) spend(ctx context.Context, tx *pg.Tx, tenant uuid.UUID, hash []byte) (spent, error) {
	var t spent
	now := s.clock.Now()
	b := &pgx.Batch{}
	b.Queue(`SELECT r.used_at IS NOT NULL, r.session_id, s.account_id FROM refresh_tokens r JOIN sessions s ON s.tenant_id = r.tenant_id AND s.id = r.session_id
		WHERE r.tenant_id = $1 AND r.token_hash = $2 AND r.expires_at > $3`, tenant, hash, now).QueryRow(func(row pgx.Row) error {
		err := row.Scan(&t.usedBefore, &t.session, &t.account)
		t.found = err == nil
		if pg.NoRows(err) {
			return nil
		}
		return err
	})
	b.Queue(`UPDATE refresh_tokens SET used_at = $3 WHERE tenant_id = $1 AND token_hash = $2 AND used_at IS NULL AND expires_at > $3`,
		tenant, hash, now).Exec(func(tag pgconn.CommandTag) error {
		t.won = tag.RowsAffected() == 1
		return nil
	})
	return t, tx.SendBatch(ctx, b).Close()
}

// renew goes on with a session whose refresh token has just been used.
func (s *Service) renew(ctx context.Context, tx *pg.Tx, tenant uuid.UUID, key signingKey, session uuid.UUID) (out Tokens, refused, err error) {
	st, err := s.standingFrom(ctx, tx, standingSQL+`s.id = $2`, tenant, session)
	if errs.CodeOf(err) == errs.Unauthenticated {
		return Tokens{}, badRefresh("session_ended"), nil
	}
	if err != nil {
		return Tokens{}, nil, err
	}
	now := s.clock.Now()
	if _, err := tx.Exec(ctx, `UPDATE sessions SET seen_at = $3, expires_at = $4 WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL`,
		tenant, session, now, prolonged(st.CreatedAt, now)); err != nil {
		return Tokens{}, nil, err
	}
	out, err = s.issue(ctx, tx, key, st)
	return out, nil, err
}

// RevokeToken ends the session of a refresh token, used or not. A token that we
// don't know is no error: it is as dead as its sender wishes (RFC 7009). An
// empty one means the session that asks.
func (s *Service) RevokeToken(ctx context.Context, a actor.Actor, token string) error {
	if token == "" {
		if a.Account == uuid.Nil {
			return errs.SignIn()
		}
		return s.SignOut(ctx, a)
	}
	var account uuid.UUID
	err := s.db.Write(ctx, func(tx *pg.Tx) error {
		return tx.QueryRow(ctx, `UPDATE sessions SET ended_at = $3, end_reason = 'sign_out'
			WHERE tenant_id = $1 AND ended_at IS NULL AND id = (SELECT session_id FROM refresh_tokens WHERE tenant_id = $1 AND token_hash = $2)
			RETURNING account_id`, a.Tenant, hashToken(token), s.clock.Now()).Scan(&account)
	})
	if pg.NoRows(err) {
		return nil
	}
	s.alive.forget(account)
	return err
}
