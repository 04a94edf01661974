package auth

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
)

// cheap is for tests that hash many times.
var cheap = cost{memory: 64, passes: 1, threads: 1}

func TestNewPasswordsAreJudged(t *testing.T) {
	login := Login{Email: "farmer-of-longnan@fair.example"}
	for password, reason := range map[string]string{
		"": "too_short", "short": "too_short", "九个字的密码不够长": "too_short",
		strings.Repeat("长", 129): "too_long",
		"1234567890":             "too_common", "Password123": "too_common", "QWERTYUIOP": "too_common", "aaaaaaaaaaaa": "too_common",
		"FARMER-of-longnan": "too_common", "farmer-of-longnan@fair.example": "too_common",
		"not utf8 \xff\xfe at all": "bad_text",
	} {
		err := CheckPassword("password", password, login)
		require.Equal(t, errs.Invalid, errs.CodeOf(err), "%q", password)
		require.Equal(t, reason, fieldsOf(err)[0].Reason, "%q", password)
	}
	for _, password := range []string{goodPassword, "countyfair-demo", "十个字的密码就够长了吧", strings.Repeat("长", 127) + "x", "          x"} {
		require.NoError(t, CheckPassword("password", password, login), password)
	}
	require.GreaterOrEqual(t, len(common), 200)
}

func TestHashes(t *testing.T) {
	h, err := newHasher(present)
	require.NoError(t, err)
	ctx := context.Background()
	phc, err := h.hash(ctx, goodPassword)
	require.NoError(t, err)
	require.Regexp(t, `^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`, phc)
	again, err := h.hash(ctx, goodPassword)
	require.NoError(t, err)
	require.NotEqual(t, phc, again)
	check := func(h *hasher, phc, password string) (ok, stale bool) {
		ok, stale, err := h.verify(ctx, phc, password)
		require.NoError(t, err)
		return ok, stale
	}
	ok, stale := check(h, phc, goodPassword)
	require.True(t, ok)
	require.False(t, stale)
	ok, _ = check(h, phc, goodPassword+" ")
	require.False(t, ok)
	ok, _ = check(h, "", "")
	require.False(t, ok, "no password is not the empty password")
	old, err := newHasher(cheap)
	require.NoError(t, err)
	weak, err := old.hash(ctx, goodPassword)
	require.NoError(t, err)
	ok, stale = check(h, weak, goodPassword)
	require.True(t, ok)
	require.True(t, stale)
	wide, err := h.hash(ctx, "ｐａｓｓ１２３４５６café")
	require.NoError(t, err)
	ok, _ = check(h, wide, "pass123456cafe\u0301")
	require.True(t, ok, "the same password from another keyboard")
	for _, bad := range []string{"x", "$argon2id$v=19$m=1,t=1$a$b", strings.Replace(phc, "m=19456", "m=99999999", 1), strings.Replace(phc, "argon2id", "argon2i", 1)} {
		_, _, err := h.verify(ctx, bad, goodPassword)
		require.Error(t, err, bad)
	}
}

func TestAnUnknownLoginTakesAsLong(t *testing.T) {
	h, err := newHasher(present)
	require.NoError(t, err)
	phc, err := h.hash(context.Background(), goodPassword)
	require.NoError(t, err)
	took := func(phc string) time.Duration {
		best := time.Hour
		for range 5 {
			began := time.Now() //nolint:forbidigo // measures a duration
			_, _, err := h.verify(context.Background(), phc, "wrong")
			require.NoError(t, err)
			best = min(best, time.Since(began))
		}
		return best
	}
	known, unknown := took(phc), took("")
	t.Logf("known %v, unknown %v", known, unknown)
	require.Less(t, max(known, unknown), 3*min(known, unknown))
}

func TestABurstOfSignInsWaitsItsTurn(t *testing.T) {
	h, err := newHasher(cheap)
	require.NoError(t, err)
	for range cap(h.turns) {
		done, err := h.turn(context.Background())
		require.NoError(t, err)
		defer done()
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for range maxQueue {
		wg.Go(func() { _, _ = h.hash(ctx, goodPassword) })
	}
	require.Eventually(t, func() bool { return len(h.queue) == cap(h.queue) }, 5*time.Second, time.Millisecond)
	_, err = h.hash(context.Background(), goodPassword)
	refused(t, err, errs.Unavailable, "busy")
	cancel()
	wg.Wait()
	require.Len(t, h.queue, cap(h.turns), "who went away left no place taken")
}

func TestAHashOfOldCostIsRenewedAtSignIn(t *testing.T) {
	w := newWorld(t)
	w.user("farmer@longnan.demo", actor.Officer)
	old, err := newHasher(cheap)
	require.NoError(t, err)
	weak, err := old.hash(w.ctx, goodPassword)
	require.NoError(t, err)
	require.NoError(t, w.db.Write(w.ctx, func(tx *pg.Tx) error {
		_, err := tx.Exec(w.ctx, `UPDATE accounts SET password_hash = $2 WHERE tenant_id = $1`, w.guest.Tenant, weak)
		return err
	}))
	w.tokens("farmer@longnan.demo")
	require.Equal(t, 1, w.count(`SELECT count(*) FROM accounts WHERE tenant_id = $1 AND password_hash LIKE '$argon2id$v=19$m=19456,%'`, w.guest.Tenant))
	w.tokens("farmer@longnan.demo")
}

func BenchmarkHash(b *testing.B) {
	h, err := newHasher(present)
	require.NoError(b, err)
	for b.Loop() {
		_, _ = h.hash(context.Background(), goodPassword)
	}
}
