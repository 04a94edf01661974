package auth

import (
	"context"
	"encoding/hex"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/actor"
	"countyfair/internal/cursor"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
)

// The kinds of session.
const (
	Browser = "browser" // holds a cookie
	API     = "api"     // holds a refresh token
)

// touchEvery is how old the note of a session's last use may get: a page does
// not write each time it is read.
const touchEvery = time.Hour

// SignInBrowser opens a session for a browser and gives the token of its cookie.
func (s *Service) SignInBrowser(ctx context.Context, a actor.Actor, c Credentials) (token string, session Session, err error) {
	err = s.signIn(ctx, a, c, func(tx *pg.Tx, account accountRow) error {
		var hash []byte
		token, hash = newToken()
		st, err := s.newSession(ctx, tx, a, account.ID, Browser, c.Device, hash)
		session = st.Session
		return err
	})
	if err != nil {
		return "", Session{}, err
	}
	return token, session, nil
}

// SessionByToken gives the actor of a browser's cookie: one round trip, or none
// while the session is remembered. A used session lives on: thirty days from
// its last use, and half a year in all.
func (s *Service) SessionByToken(ctx context.Context, tenant uuid.UUID, token string) (actor.Actor, Session, error) {
	if len(token) != 43 { // 256 bits in base64url
		return actor.Actor{}, Session{}, sessionEnded()
	}
	ctx = pg.WithTenant(ctx, tenant)
	hash, now := hashToken(token), s.clock.Now()
	st, err := s.alive.get(tenant.String()+hex.EncodeToString(hash), now, func() (standing, error) {
		st, err := s.standingByHash(ctx, tenant, hash)
		if err == nil && now.Sub(st.SeenAt) > touchEvery {
			err = s.touch(ctx, &st, now)
		}
		return st, err
	})
	if err != nil {
		return actor.Actor{}, Session{}, err
	}
	st.Current = true
	return st.actor(), st.Session, nil
}

func (s *Service) touch(ctx context.Context, st *standing, now time.Time) error {
	st.SeenAt, st.ExpiresAt = now, prolonged(st.CreatedAt, now)
	return s.db.Query(ctx, func(q pg.Querier) error {
		_, err := q.Exec(ctx, `UPDATE sessions SET seen_at = $3, expires_at = $4 WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL`,
			st.Tenant, st.ID, st.SeenAt, st.ExpiresAt)
		return err
	})
}

// prolonged is when a session used now expires.
func prolonged(created, now time.Time) time.Time {
	end, most := now.Add(SessionLife), created.Add(SessionMost)
	if end.After(most) {
		return most
	}
	return end
}

// SignOut ends the actor's own session. Signing out twice is no error.
func (s *Service) SignOut(ctx context.Context, a actor.Actor) error {
	if a.Session == uuid.Nil {
		return nil
	}
	err := s.EndSession(ctx, a, a.Session)
	if errs.CodeOf(err) == errs.NotFound {
		return nil
	}
	return err
}

// EndSession ends one of the actor's own sessions.
func (s *Service) EndSession(ctx context.Context, a actor.Actor, id uuid.UUID) error {
	if a.Account == uuid.Nil {
		return errs.SignIn()
	}
	reason := "ended"
	if id == a.Session {
		reason = "sign_out"
	}
	err := s.db.Write(ctx, func(tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE sessions SET ended_at = $4, end_reason = $5
			WHERE tenant_id = $1 AND id = $2 AND account_id = $3 AND ended_at IS NULL`, a.Tenant, id, a.Account, s.clock.Now(), reason)
		if err == nil && tag.RowsAffected() == 0 {
			return errs.NotFoundOf("session")
		}
		return err
	})
	s.alive.forget(a.Account)
	return err
}

// EndOtherSessions signs the actor out everywhere else.
func (s *Service) EndOtherSessions(ctx context.Context, a actor.Actor) error {
	if a.Account == uuid.Nil {
		return errs.SignIn()
	}
	err := s.db.Write(ctx, func(tx *pg.Tx) error {
		return endSessions(ctx, tx, a.Tenant, a.Account, a.Session, "ended", s.clock.Now())
	})
	s.alive.forget(a.Account)
	return err
}

// Sessions lists where the actor is signed in, the newest first. next is empty
// at the end.
func (s *Service) Sessions(ctx context.Context, a actor.Actor, limit int, after string) (items []Session, next string, err error) {
	if a.Account == uuid.Nil {
		return nil, "", errs.SignIn()
	}
	before := cursor.Place{ID: uuid.Max}
	if _, err := cursor.Decode(after, &before); err != nil {
		return nil, "", err
	}
	limit = cursor.Limit(limit)
	err = s.db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, `SELECT id, tenant_id, account_id, kind, device, created_at, seen_at, expires_at FROM sessions
			WHERE tenant_id = $1 AND account_id = $2 AND ended_at IS NULL AND expires_at > $3 AND id < $4 ORDER BY id DESC LIMIT $5`,
			a.Tenant, a.Account, s.clock.Now(), before.ID, limit+1)
		if err != nil {
			return err
		}
		items, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (v Session, err error) {
			err = row.Scan(&v.ID, &v.Tenant, &v.Account, &v.Kind, &v.Device, &v.CreatedAt, &v.SeenAt, &v.ExpiresAt)
			v.Current = v.ID == a.Session
			return v, err
		})
		return err
	})
	if len(items) > limit {
		items = items[:limit]
		next = cursor.Encode(cursor.Place{ID: items[limit-1].ID})
	}
	return items, next, err
}
