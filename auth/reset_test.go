package auth

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/jobs"
)

// withJobs runs the service's background work.
func (w *world) withJobs(change ...func(*Config)) {
	w.t.Helper()
	r := jobs.NewRegistry()
	cfg := Config{Secret: testSecret, Issuer: testIssuer}
	for _, f := range change {
		f(&cfg)
	}
	s, err := NewService(w.db, w.clock, r, cfg)
	require.NoError(w.t, err)
	w.Service = s
	runner, err := jobs.Start(context.Background(), w.db, r, 2, slog.New(slog.DiscardHandler))
	require.NoError(w.t, err)
	w.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = runner.Stop(ctx)
	})
}

// mailed waits for a message that a job writes.
func (w *world) mailed(kind, to string, key string) string {
	w.t.Helper()
	var value string
	require.Eventually(w.t, func() bool {
		value, _ = w.sent(kind, to)[key].(string)
		return value != ""
	}, 10*time.Second, 20*time.Millisecond)
	return value
}

func TestAForgottenPasswordIsResetByLink(t *testing.T) {
	w := newWorld(t)
	w.withJobs(func(c *Config) {
		c.ResetURL = func(_ context.Context, _ uuid.UUID, token string) (string, error) {
			return "https://longnan.fair.example/reset?token=" + token, nil
		}
	})
	w.user("farmer@longnan.demo", actor.Officer)
	before := w.tokens("farmer@longnan.demo")
	cookie, _, err := w.SignInBrowser(w.ctx, w.guest, Credentials{Login: "farmer@longnan.demo", Password: goodPassword})
	require.NoError(t, err)
	require.NoError(t, w.RequestReset(w.ctx, w.guest, "nobody@longnan.demo", "en"))
	require.NoError(t, w.RequestReset(w.ctx, w.guest, "Farmer@longnan.demo", "en"))
	_, token, _ := strings.Cut(w.mailed("password_reset", "farmer@longnan.demo", "link"), "token=")

	fresh := "a new password, at last"
	refused(t, w.ResetPassword(w.ctx, w.guest, Reset{Token: token + "x", Password: fresh}), errs.Unauthenticated, "reset_invalid")
	refused(t, w.ResetPassword(w.ctx, w.guest, Reset{Token: token, Password: "short"}), errs.Invalid, "invalid")
	require.NoError(t, w.ResetPassword(w.ctx, w.guest, Reset{Token: token, Password: fresh}))
	refused(t, w.ResetPassword(w.ctx, w.guest, Reset{Token: token, Password: "another one, at last"}), errs.Unauthenticated, "reset_invalid")

	_, err = w.Authenticate(w.ctx, w.guest.Tenant, before.Access)
	refused(t, err, errs.Unauthenticated, "session_ended")
	_, err = w.RefreshToken(w.ctx, w.guest, before.Refresh)
	refused(t, err, errs.Unauthenticated, "session_ended")
	_, _, err = w.SessionByToken(w.ctx, w.guest.Tenant, cookie)
	refused(t, err, errs.Unauthenticated, "session_ended")
	_, err = w.CreateToken(w.ctx, w.guest, Credentials{Login: "farmer@longnan.demo", Password: goodPassword})
	refused(t, err, errs.Unauthenticated, "wrong_login")
	_, err = w.CreateToken(w.ctx, w.guest, Credentials{Login: "farmer@longnan.demo", Password: fresh})
	require.NoError(t, err)
	require.NotNil(t, w.sent("password_changed", "farmer@longnan.demo"))
	require.Nil(t, w.sent("password_reset", "nobody@longnan.demo"))
}

func TestAForgottenPasswordIsResetByCode(t *testing.T) {
	w := newWorld(t)
	w.withJobs()
	w.user(phone, actor.Seller)
	require.NoError(t, w.RequestReset(w.ctx, w.guest, phone, "zh-Hans"))
	code := w.mailed("password_reset", phone, "code")
	fresh := "a new password, at last"
	_, err := w.CreateToken(w.ctx, w.guest, Credentials{Login: phone, Code: code})
	refused(t, err, errs.Unauthenticated, "wrong_code") // a code to reset signs nobody in
	refused(t, w.ResetPassword(w.ctx, w.guest, Reset{Password: fresh}), errs.Invalid, "invalid")
	for range codeTries - 1 {
		refused(t, w.ResetPassword(w.ctx, w.guest, Reset{Login: phone, Code: other(code), Password: fresh}), errs.Unauthenticated, "reset_invalid")
	}
	var won atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if w.ResetPassword(w.ctx, w.guest, Reset{Login: phone, Code: code, Password: fresh}) == nil {
				won.Add(1)
			}
		})
	}
	wg.Wait()
	require.Equal(t, int64(1), won.Load())
	_, err = w.CreateToken(w.ctx, w.guest, Credentials{Login: phone, Password: fresh})
	require.NoError(t, err)
}

func TestAResetGrowsOld(t *testing.T) {
	w := newWorld(t)
	w.user(phone, actor.Seller)
	args := sendResetArgs{Of: jobs.Of{Tenant: w.guest.Tenant}, ID: uuid.New(), Login: phone}
	require.NoError(t, w.sendReset(w.ctx, args))
	code := w.sent("password_reset", phone)["code"].(string)
	w.clock.Advance(ResetLife)
	refused(t, w.ResetPassword(w.ctx, w.guest, Reset{Login: phone, Code: code, Password: goodPassword}), errs.Unauthenticated, "reset_invalid")
}

func TestChangingOnesPassword(t *testing.T) {
	w := newWorld(t)
	w.user("farmer@longnan.demo", actor.Officer)
	here, there := w.tokens("farmer@longnan.demo"), w.tokens("farmer@longnan.demo")
	me := w.as(here.Access)
	fresh := "a new password, at last"
	refused(t, w.ChangePassword(w.ctx, w.guest, goodPassword, fresh), errs.Unauthenticated, "sign_in")
	refused(t, w.ChangePassword(w.ctx, me, "wrong", fresh), errs.Invalid, "invalid")
	refused(t, w.ChangePassword(w.ctx, me, goodPassword, "short"), errs.Invalid, "invalid")
	require.NoError(t, w.ChangePassword(w.ctx, me, goodPassword, fresh))
	w.as(here.Access)
	_, err := w.Authenticate(w.ctx, me.Tenant, there.Access)
	refused(t, err, errs.Unauthenticated, "session_ended")
	_, err = w.CreateToken(w.ctx, w.guest, Credentials{Login: "farmer@longnan.demo", Password: fresh})
	require.NoError(t, err)
	require.NotNil(t, w.sent("password_changed", "farmer@longnan.demo"))

	tok, err := w.CreateToken(w.ctx, w.guest, Credentials{Login: phone, Code: w.code(phone)})
	require.NoError(t, err)
	require.NoError(t, w.ChangePassword(w.ctx, w.as(tok.Access), "", fresh), "the first password of an account without one")
}
