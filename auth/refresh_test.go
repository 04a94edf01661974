package auth

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
)

func TestRefreshTokensRotate(t *testing.T) {
	w := newWorld(t)
	w.user("farmer@longnan.demo", actor.Officer)
	a := w.tokens("farmer@longnan.demo")
	w.clock.Advance(time.Hour)
	b, err := w.RefreshToken(w.ctx, w.guest, a.Refresh)
	require.NoError(t, err)
	require.NotEqual(t, a.Refresh, b.Refresh)
	require.Equal(t, a.Session, b.Session)
	w.as(b.Access)
	require.Zero(t, w.count(`SELECT count(*) FROM refresh_tokens WHERE tenant_id = $1 AND encode(token_hash, 'escape') LIKE '%' || $2 || '%'`, w.guest.Tenant, b.Refresh))
	_, err = w.RefreshToken(w.ctx, w.guest, "made up")
	refused(t, err, errs.Unauthenticated, "refresh_invalid")
}

func TestAReusedRefreshTokenEndsTheFamily(t *testing.T) {
	w := newWorld(t)
	w.user("farmer@longnan.demo", actor.Officer)
	a := w.tokens("farmer@longnan.demo")
	elsewhere := w.tokens("farmer@longnan.demo")
	b, err := w.RefreshToken(w.ctx, w.guest, a.Refresh)
	require.NoError(t, err)
	_, err = w.RefreshToken(w.ctx, w.guest, a.Refresh)
	refused(t, err, errs.Unauthenticated, "refresh_reused")
	_, err = w.RefreshToken(w.ctx, w.guest, b.Refresh)
	refused(t, err, errs.Unauthenticated, "session_ended")
	_, err = w.Authenticate(w.ctx, w.guest.Tenant, b.Access)
	refused(t, err, errs.Unauthenticated, "session_ended")
	require.Equal(t, 1, w.count(`SELECT count(*) FROM sessions WHERE tenant_id = $1 AND end_reason = 'reuse'`, w.guest.Tenant))
	w.as(elsewhere.Access) // another family lives
}

func TestOfSimultaneousRefreshesOneWins(t *testing.T) {
	w := newWorld(t)
	w.user("farmer@longnan.demo", actor.Officer)
	for range 20 {
		a := w.tokens("farmer@longnan.demo")
		var mu sync.Mutex
		var won []Tokens
		var lost []error
		var ready, wg sync.WaitGroup
		ready.Add(6)
		for range 6 {
			wg.Go(func() {
				ready.Done()
				ready.Wait()
				b, err := w.RefreshToken(w.ctx, w.guest, a.Refresh)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won = append(won, b)
				} else {
					lost = append(lost, err)
				}
			})
		}
		wg.Wait()
		require.Len(t, won, 1)
		require.Len(t, lost, 5)
		raced := true
		for _, err := range lost {
			require.Equal(t, errs.Unauthenticated, errs.CodeOf(err))
			raced = raced && errors.Is(err, badRefresh("refresh_raced"))
		}
		_, err := w.RefreshToken(w.ctx, w.guest, won[0].Refresh)
		require.Equal(t, raced, err == nil, "who overlapped did no harm; who came after ended the family: %v", err)
	}
}

// The overlap is made for certain: the winner holds its transaction open while
// the other looks.
func TestAnHonestDoubleSubmitDoesNotSignOut(t *testing.T) {
	w := newWorld(t)
	w.user("farmer@longnan.demo", actor.Officer)
	a := w.tokens("farmer@longnan.demo")
	second := make(chan error, 1)
	require.NoError(t, w.db.Write(w.ctx, func(tx *pg.Tx) error {
		first, err := w.spend(w.ctx, tx, w.guest.Tenant, hashToken(a.Refresh))
		require.NoError(t, err)
		require.True(t, first.won)
		go func() {
			_, err := w.RefreshToken(w.ctx, w.guest, a.Refresh)
			second <- err
		}()
		require.Eventually(t, func() bool {
			return w.count(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) > 0
		}, 5*time.Second, time.Millisecond)
		return nil
	}))
	refused(t, <-second, errs.Unauthenticated, "refresh_raced")
	w.as(a.Access)
}

func TestLoggingOutEndsTheSession(t *testing.T) {
	w := newWorld(t)
	w.user("farmer@longnan.demo", actor.Officer)
	a := w.tokens("farmer@longnan.demo")
	b, err := w.RefreshToken(w.ctx, w.guest, a.Refresh)
	require.NoError(t, err)
	require.NoError(t, w.RevokeToken(w.ctx, w.guest, a.Refresh)) // a used one ends it too
	require.NoError(t, w.RevokeToken(w.ctx, w.guest, b.Refresh))
	require.NoError(t, w.RevokeToken(w.ctx, w.guest, "unknown"))
	_, err = w.RefreshToken(w.ctx, w.guest, b.Refresh)
	refused(t, err, errs.Unauthenticated, "session_ended")
	_, err = w.Authenticate(w.ctx, w.guest.Tenant, b.Access)
	refused(t, err, errs.Unauthenticated, "session_ended")

	refused(t, w.RevokeToken(w.ctx, w.guest, ""), errs.Unauthenticated, "sign_in")
	c := w.tokens("farmer@longnan.demo")
	require.NoError(t, w.RevokeToken(w.ctx, w.as(c.Access), ""))
	_, err = w.Authenticate(w.ctx, w.guest.Tenant, c.Access)
	refused(t, err, errs.Unauthenticated, "session_ended")
}

func TestRefreshTokensRunOut(t *testing.T) {
	w := newWorld(t)
	w.user("farmer@longnan.demo", actor.Officer)
	a := w.tokens("farmer@longnan.demo")
	w.clock.Advance(SessionLife)
	_, err := w.RefreshToken(w.ctx, w.guest, a.Refresh)
	refused(t, err, errs.Unauthenticated, "refresh_invalid")

	a = w.tokens("farmer@longnan.demo")
	begun := w.clock.Now()
	for err = nil; err == nil; a, err = w.RefreshToken(w.ctx, w.guest, a.Refresh) {
		w.clock.Advance(20 * 24 * time.Hour)
	}
	refused(t, err, errs.Unauthenticated, "refresh_invalid")
	require.Equal(t, SessionMost, w.clock.Now().Sub(begun))
}

func TestTidyRemovesWhatIsOver(t *testing.T) {
	w := newWorld(t)
	w.user("farmer@longnan.demo", actor.Officer)
	w.tokens("farmer@longnan.demo")
	w.code("+8613800138000")
	over := func() [4]int {
		return [4]int{
			w.count(`SELECT count(*) FROM sessions WHERE tenant_id = $1`, w.guest.Tenant), w.count(`SELECT count(*) FROM refresh_tokens WHERE tenant_id = $1`, w.guest.Tenant),
			w.count(`SELECT count(*) FROM one_time_codes WHERE tenant_id = $1`, w.guest.Tenant), w.count(`SELECT count(*) FROM rate_counts WHERE tenant_id = $1`, w.guest.Tenant),
		}
	}
	require.NoError(t, w.tidy(w.ctx))
	require.Equal(t, [4]int{1, 1, 1, 3}, over())
	w.clock.Advance(CodeLife + keepCodes + time.Second)
	require.NoError(t, w.tidy(w.ctx))
	require.Equal(t, [4]int{1, 1, 0, 0}, over())
	w.clock.Advance(SessionLife)
	require.NoError(t, w.tidy(w.ctx))
	require.Equal(t, [4]int{1, 0, 0, 0}, over())
	w.clock.Advance(keepSessions)
	require.NoError(t, w.tidy(w.ctx))
	require.Equal(t, [4]int{0, 0, 0, 0}, over())
}
