package auth

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"countyfair/internal/actor"
	"countyfair/internal/errs"
)

const phone = "+8613800138000"

func TestSigningInByCodeMakesTheAccount(t *testing.T) {
	w := newWorld(t)
	code := w.code("138 0013 8000")
	require.Regexp(t, `^[0-9]{6}$`, code)
	require.InDelta(t, 10, w.sent("otp", phone)["minutes"], 0)
	tok, err := w.CreateToken(w.ctx, w.guest, Credentials{Login: phone, Code: code, Language: "zh-Hans"})
	require.NoError(t, err)
	me, err := w.Me(w.ctx, w.as(tok.Access))
	require.NoError(t, err)
	require.Equal(t, phone, me.Phone)
	require.True(t, me.PhoneVerified)
	require.False(t, me.HasPassword)
	require.Equal(t, "zh-Hans", me.Language)
	_, err = w.CreateToken(w.ctx, w.guest, Credentials{Login: phone, Code: code})
	refused(t, err, errs.Unauthenticated, "wrong_code") // good once

	again, err := w.CreateToken(w.ctx, w.guest, Credentials{Login: phone, Code: w.code(phone)})
	require.NoError(t, err)
	require.Equal(t, tok.Account, again.Account)
	_, err = w.CreateToken(w.ctx, w.guest, Credentials{Login: phone, Password: goodPassword})
	refused(t, err, errs.Unauthenticated, "wrong_login") // there is no password
}

func TestCodesAreOfOneLoginAndCounty(t *testing.T) {
	w := newWorld(t)
	code := w.code(phone)
	for _, c := range []Credentials{{Login: "+8613800138001", Code: code}, {Login: phone, Code: other(code)}, {Login: phone, Code: "abcdef"}, {Login: phone, Code: code + "0"}} {
		_, err := w.CreateToken(w.ctx, w.guest, c)
		refused(t, err, errs.Unauthenticated, "wrong_code")
	}
	err := w.ResetPassword(w.ctx, w.guest, Reset{Login: phone, Code: code, Password: goodPassword})
	refused(t, err, errs.Unauthenticated, "reset_invalid") // a code to sign in resets nothing
	_, err = w.CreateToken(w.ctx, w.guest, Credentials{Login: phone, Code: code})
	require.NoError(t, err)
}

func TestCodesGrowOldAndGiveWay(t *testing.T) {
	w := newWorld(t)
	code := w.code(phone)
	w.clock.Advance(CodeLife)
	_, err := w.CreateToken(w.ctx, w.guest, Credentials{Login: phone, Code: code})
	refused(t, err, errs.Unauthenticated, "wrong_code")
	first := w.code(phone)
	second := w.code(phone)
	if first != second { // one in a million
		_, err = w.CreateToken(w.ctx, w.guest, Credentials{Login: phone, Code: first})
		refused(t, err, errs.Unauthenticated, "wrong_code")
	}
	_, err = w.CreateToken(w.ctx, w.guest, Credentials{Login: phone, Code: second})
	require.NoError(t, err)
	require.Zero(t, w.count(`SELECT count(*) FROM one_time_codes WHERE tenant_id = $1 AND position($2::bytea in code_hash) > 0`, w.guest.Tenant, []byte(second)))
}

func TestACodeStandsFiveGuesses(t *testing.T) {
	w := newWorld(t)
	code := w.code(phone)
	for range codeTries {
		_, err := w.CreateToken(w.ctx, w.guest, Credentials{Login: phone, Code: other(code)})
		refused(t, err, errs.Unauthenticated, "wrong_code")
	}
	_, err := w.CreateToken(w.ctx, w.guest, Credentials{Login: phone, Code: code})
	refused(t, err, errs.Unauthenticated, "wrong_code")
}

func TestOfSimultaneousUsesOfACodeOneWins(t *testing.T) {
	w := newWorld(t)
	for range 5 {
		code := w.code(phone)
		var won atomic.Int64
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				if _, err := w.CreateToken(w.ctx, w.guest, Credentials{Login: phone, Code: code}); err == nil {
					won.Add(1)
				}
			})
		}
		wg.Wait()
		require.Equal(t, int64(1), won.Load())
		w.clock.Advance(time.Hour)
	}
	require.Equal(t, 1, w.count(`SELECT count(*) FROM accounts WHERE tenant_id = $1`, w.guest.Tenant))
}

func TestSimultaneousGuessesAreAllCounted(t *testing.T) {
	free := Limit{1000, time.Second}
	w := newWorld(t, func(c *Config) {
		c.Limits = Limits{CodeByLogin: free, CodeByAddress: free, SendByLogin: free, SendByAddress: free}
	})
	code := w.code(phone)
	var wg sync.WaitGroup
	for range 30 {
		wg.Go(func() { _, _ = w.CreateToken(w.ctx, w.guest, Credentials{Login: phone, Code: other(code)}) })
	}
	wg.Wait()
	require.Equal(t, codeTries, w.count(`SELECT attempts FROM one_time_codes WHERE tenant_id = $1`, w.guest.Tenant))
	_, err := w.CreateToken(w.ctx, w.guest, Credentials{Login: phone, Code: code})
	refused(t, err, errs.Unauthenticated, "wrong_code")
}

// Who registers another's address cannot wait inside the account for its owner.
func TestTheOwnerOfALoginPutsASquatterOut(t *testing.T) {
	w := newWorld(t)
	squatter, err := w.Register(w.ctx, w.guest, Registration{Login: "victim@fair.example", Password: goodPassword})
	require.NoError(t, err)
	owner, err := w.CreateToken(w.ctx, w.guest, Credentials{Login: "victim@fair.example", Code: w.code("victim@fair.example")})
	require.NoError(t, err)
	require.Equal(t, squatter.Account, owner.Account)
	_, err = w.Authenticate(w.ctx, w.guest.Tenant, squatter.Access)
	refused(t, err, errs.Unauthenticated, "session_ended")
	_, err = w.RefreshToken(w.ctx, w.guest, squatter.Refresh)
	refused(t, err, errs.Unauthenticated, "session_ended")
	_, err = w.CreateToken(w.ctx, w.guest, Credentials{Login: "victim@fair.example", Password: goodPassword})
	refused(t, err, errs.Unauthenticated, "wrong_login")
	w.as(owner.Access)

	// Somebody in charge vouched for this one: its password stays.
	w.user("officer@fair.example", actor.Officer)
	_, err = w.CreateToken(w.ctx, w.guest, Credentials{Login: "officer@fair.example", Code: w.code("officer@fair.example")})
	require.NoError(t, err)
	w.tokens("officer@fair.example")
}
