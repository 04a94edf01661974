package auth

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
	"countyfair/internal/testkit"
)

// forge signs changed claims, and a changed header, with any key.
func forge(t *testing.T, method jwt.SigningMethod, key any, header map[string]any, c claims) string {
	t.Helper()
	tok := jwt.NewWithClaims(method, c)
	tok.Header["typ"] = tokenType
	for k, v := range header {
		if v == nil {
			delete(tok.Header, k)
			continue
		}
		tok.Header[k] = v
	}
	s, err := tok.SignedString(key)
	require.NoError(t, err)
	return s
}

func TestForgedAccessTokensAreRefused(t *testing.T) {
	w := newWorld(t)
	w.user("farmer@longnan.demo", actor.Officer)
	good := w.tokens("farmer@longnan.demo").Access
	key, err := w.keys.signer(w.ctx)
	require.NoError(t, err)
	c, err := w.parseAccess(w.ctx, w.guest.Tenant, good)
	require.NoError(t, err)
	kid := map[string]any{"kid": key.kid}
	require.NotEmpty(t, w.as(forge(t, jwt.SigningMethodEdDSA, key.private, kid, c)), "the forger's own craft is right")

	_, stranger, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	change := func(f func(c *claims)) claims { n := c; f(&n); return n }
	parts := strings.Split(good, ".")
	rows := map[string]string{
		"empty":                   "",
		"not a token":             "good morning",
		"two parts":               parts[0] + "." + parts[1],
		"alg none":                forge(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, kid, c),
		"HS256 with the public":   forge(t, jwt.SigningMethodHS256, []byte(key.public), kid, c),
		"HS256 said to be EdDSA":  retitle(t, forge(t, jwt.SigningMethodHS256, []byte(key.public), kid, c), "EdDSA"),
		"another's key":           forge(t, jwt.SigningMethodEdDSA, stranger, kid, c),
		"unknown kid":             forge(t, jwt.SigningMethodEdDSA, stranger, map[string]any{"kid": "stranger"}, c),
		"no kid":                  forge(t, jwt.SigningMethodEdDSA, key.private, nil, c),
		"kid of another type":     forge(t, jwt.SigningMethodEdDSA, key.private, map[string]any{"kid": 7}, c),
		"kid too long":            forge(t, jwt.SigningMethodEdDSA, key.private, map[string]any{"kid": strings.Repeat("k", 200)}, c),
		"another type of token":   forge(t, jwt.SigningMethodEdDSA, key.private, map[string]any{"kid": key.kid, "typ": "JWT"}, c),
		"no type":                 forge(t, jwt.SigningMethodEdDSA, key.private, map[string]any{"kid": key.kid, "typ": nil}, c),
		"payload changed":         parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"roles":["operator"]}`)) + "." + parts[2],
		"signature changed":       parts[0] + "." + parts[1] + "." + base64.RawURLEncoding.EncodeToString(make([]byte, 64)),
		"no signature":            parts[0] + "." + parts[1] + ".",
		"another issuer":          forge(t, jwt.SigningMethodEdDSA, key.private, kid, change(func(c *claims) { c.Issuer = "https://elsewhere.example" })),
		"another audience":        forge(t, jwt.SigningMethodEdDSA, key.private, kid, change(func(c *claims) { c.Audience = jwt.ClaimStrings{"bank"} })),
		"no audience":             forge(t, jwt.SigningMethodEdDSA, key.private, kid, change(func(c *claims) { c.Audience = nil })),
		"no expiry":               forge(t, jwt.SigningMethodEdDSA, key.private, kid, change(func(c *claims) { c.ExpiresAt = nil })),
		"from the future":         forge(t, jwt.SigningMethodEdDSA, key.private, kid, change(func(c *claims) { c.IssuedAt = jwt.NewNumericDate(w.clock.Now().Add(time.Hour)) })),
		"another county":          forge(t, jwt.SigningMethodEdDSA, key.private, kid, change(func(c *claims) { c.Tenant = uuid.New() })),
		"no county":               forge(t, jwt.SigningMethodEdDSA, key.private, kid, change(func(c *claims) { c.Tenant = uuid.Nil })),
		"another account":         forge(t, jwt.SigningMethodEdDSA, key.private, kid, change(func(c *claims) { c.Subject = uuid.NewString() })),
		"an account of bad shape": forge(t, jwt.SigningMethodEdDSA, key.private, kid, change(func(c *claims) { c.Subject = "root" })),
		"no session":              forge(t, jwt.SigningMethodEdDSA, key.private, kid, change(func(c *claims) { c.Session = uuid.Nil })),
		"too long":                good + strings.Repeat("A", maxToken),
	}
	for name, token := range rows {
		_, err := w.Authenticate(w.ctx, w.guest.Tenant, token)
		require.Equal(t, errs.Unauthenticated, errs.CodeOf(err), "%s: %v", name, err)
		require.ErrorIs(t, err, badToken(), name)
	}
	unknown := forge(t, jwt.SigningMethodEdDSA, key.private, kid, change(func(c *claims) { c.Session = uuid.New() }))
	_, err = w.Authenticate(w.ctx, w.guest.Tenant, unknown)
	refused(t, err, errs.Unauthenticated, "session_ended")
	w.clock.Advance(AccessLife)
	_, err = w.Authenticate(w.ctx, w.guest.Tenant, good)
	refused(t, err, errs.Unauthenticated, "token_expired")
}

// retitle writes another algorithm into a token's header.
func retitle(t *testing.T, token, alg string) string {
	t.Helper()
	parts := strings.Split(token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(parts[0])
	require.NoError(t, err)
	var h map[string]any
	require.NoError(t, json.Unmarshal(raw, &h))
	h["alg"] = alg
	raw, err = json.Marshal(h)
	require.NoError(t, err)
	return base64.RawURLEncoding.EncodeToString(raw) + "." + parts[1] + "." + parts[2]
}

func TestClaimsSayWhoAndWhere(t *testing.T) {
	w := newWorld(t)
	u := w.user("farmer@longnan.demo", actor.Officer)
	seller := w.stall(u.ID, "approved")
	tok := w.tokens("farmer@longnan.demo")
	c, err := w.parseAccess(w.ctx, w.guest.Tenant, tok.Access)
	require.NoError(t, err)
	require.Equal(t, u.ID.String(), c.Subject)
	require.Equal(t, w.guest.Tenant, c.Tenant)
	require.Equal(t, tok.Session, c.Session)
	require.Equal(t, &seller, c.Seller)
	require.Equal(t, []actor.Role{actor.Buyer, actor.Officer, actor.Seller}, c.Roles)
	require.Equal(t, testIssuer, c.Issuer)
	require.Equal(t, w.clock.Now().Add(10*time.Minute), c.ExpiresAt.UTC())
}

// stall gives an account a row of sellers.
func (w *world) stall(account uuid.UUID, state string) uuid.UUID {
	w.t.Helper()
	id := uuid.Must(uuid.NewV7())
	require.NoError(w.t, w.db.Write(w.ctx, func(tx *pg.Tx) error {
		_, err := tx.Exec(w.ctx, `INSERT INTO sellers (tenant_id, id, account_id, slug, kind, names, state, applied_at, updated_at)
			VALUES ($1, $2, $3, $4, 'household', '{}', $5, now(), now())`, w.guest.Tenant, id, account, "s-"+id.String(), state)
		return err
	}))
	return id
}

func (w *world) setStall(id uuid.UUID, state string) {
	w.t.Helper()
	require.NoError(w.t, w.db.Write(w.ctx, func(tx *pg.Tx) error {
		_, err := tx.Exec(w.ctx, `UPDATE sellers SET state = $3 WHERE tenant_id = $1 AND id = $2`, w.guest.Tenant, id, state)
		return err
	}))
}

func TestRolesFollowTheStallWithTheSameToken(t *testing.T) {
	w := newWorld(t)
	u := w.user("farmer@longnan.demo", actor.Seller)
	tok := w.tokens("farmer@longnan.demo")
	require.True(t, w.as(tok.Access).Is(actor.Seller), "granted by hand, no stall")
	id := w.stall(u.ID, "applied")
	w.Changed(u.ID)
	a := w.as(tok.Access)
	require.Equal(t, id, a.Seller)
	require.False(t, a.Is(actor.Seller), "the stall waits for approval")
	w.setStall(id, "approved")
	w.Changed(u.ID)
	require.True(t, w.as(tok.Access).Is(actor.Seller))
	w.setStall(id, "suspended")
	w.clock.Advance(believedUntold) // nobody called Changed: a second at most
	require.False(t, w.as(tok.Access).Is(actor.Seller))
}

func TestOtherProcessesHearOfChangesAtOnce(t *testing.T) {
	w := newWorld(t)
	u := w.user("farmer@longnan.demo", actor.Seller)
	here := newTestService(t, w.db, w.clock)
	ctx, stop := testContext(t)
	var listening sync.WaitGroup
	listening.Go(func() { here.Listen(ctx) })
	require.Eventually(t, func() bool { here.alive.mu.Lock(); defer here.alive.mu.Unlock(); return here.alive.told }, 5*time.Second, time.Millisecond)

	tok := w.tokens("farmer@longnan.demo")
	seen := func() (actor.Actor, error) { return here.Authenticate(w.ctx, w.guest.Tenant, tok.Access) }
	a, err := seen()
	require.NoError(t, err)
	require.True(t, a.Is(actor.Seller))
	id := w.stall(u.ID, "applied") // the clock stands still: only word of it can tell
	require.Eventually(t, func() bool { a, _ := seen(); return a.Seller == id && !a.Is(actor.Seller) }, 5*time.Second, time.Millisecond)
	require.NoError(t, w.GrantRole(w.ctx, actor.OfSystem(w.guest.Tenant), w.guest.Tenant, u.ID, actor.Officer))
	require.Eventually(t, func() bool { a, _ := seen(); return a.Is(actor.Officer) }, 5*time.Second, time.Millisecond)
	require.NoError(t, w.RevokeToken(w.ctx, w.guest, tok.Refresh))
	require.Eventually(t, func() bool { _, err := seen(); return err != nil }, 5*time.Second, time.Millisecond)
	stop()
	listening.Wait()
	require.False(t, here.alive.told)
}

func TestAKeyOfAnotherProcessIsFound(t *testing.T) {
	w := newWorld(t)
	w.user("farmer@longnan.demo", actor.Officer)
	there := newTestService(t, w.db, w.clock)
	_, err := there.JWKS(w.ctx) // this process has its copy of the keys
	require.NoError(t, err)
	w.clock.Advance(keyLife - keyEarly + time.Second)
	require.NoError(t, there.keys.rotate(w.ctx, keyEarly))
	_, err = there.keys.current(w.ctx, 0)
	require.NoError(t, err)
	old, err := w.keys.signer(w.ctx)
	require.NoError(t, err)
	tok := w.tokens("farmer@longnan.demo")
	_, err = there.Authenticate(w.ctx, w.guest.Tenant, tok.Access)
	require.NoError(t, err)

	// Unknown kids cost the table one look in ten seconds.
	loaded := there.keys.set.Load()
	for range 50 {
		_, ok, err := there.keys.verifier(w.ctx, uuid.NewString())
		require.NoError(t, err)
		require.False(t, ok)
	}
	require.Same(t, loaded, there.keys.set.Load())
	w.clock.Advance(keyPatience)
	for range 50 {
		_, ok, err := there.keys.verifier(w.ctx, uuid.NewString())
		require.NoError(t, err)
		require.False(t, ok)
	}
	require.Equal(t, w.clock.Now(), there.keys.set.Load().loaded)
	require.NotEmpty(t, old.kid)
}

func TestKeysRotate(t *testing.T) {
	w := newWorld(t)
	w.user("farmer@longnan.demo", actor.Officer)
	set, err := w.JWKS(w.ctx)
	require.NoError(t, err)
	require.Len(t, set.Keys, 1)
	first := set.Keys[0]
	require.Equal(t, JWK{"OKP", "Ed25519", first.X, first.KeyID, "sig", "EdDSA"}, first)

	require.NoError(t, w.keys.rotate(w.ctx, keyEarly)) // too early: nothing
	require.Equal(t, 1, w.count(`SELECT count(*) FROM signing_keys`))
	w.clock.Advance(keyLife - time.Minute)
	old := w.tokens("farmer@longnan.demo")
	w.clock.Advance(time.Minute)
	fresh := w.tokens("farmer@longnan.demo") // the old key has retired and no job has run: signing makes a new one
	set, err = w.JWKS(w.ctx)
	require.NoError(t, err)
	require.Len(t, set.Keys, 2)
	require.Equal(t, first, set.Keys[1])
	w.as(old.Access)
	w.as(fresh.Access)
	w.clock.Advance(keyAfterlife + time.Second)
	require.NoError(t, w.keys.rotate(w.ctx, keyEarly))
	require.Equal(t, 1, w.count(`SELECT count(*) FROM signing_keys`))
	_, ok, err := w.keys.verifier(w.ctx, first.KeyID)
	require.NoError(t, err)
	require.False(t, ok)
}

func TestManyProcessesMakeOneFirstKey(t *testing.T) {
	w := newWorld(t)
	var wg sync.WaitGroup
	errs := make(chan error, 12)
	for range 12 {
		s := newTestService(t, w.db, w.clock)
		wg.Go(func() { _, err := s.JWKS(w.ctx); errs <- err })
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
	require.Equal(t, 1, w.count(`SELECT count(*) FROM signing_keys`))
}

func TestAnotherSecretEndsEveryToken(t *testing.T) {
	w := newWorld(t)
	w.user("farmer@longnan.demo", actor.Officer)
	tok := w.tokens("farmer@longnan.demo")
	changed := newTestService(t, w.db, w.clock, func(c *Config) { c.Secret = strings.Repeat("another ", 4) })
	_, err := changed.Authenticate(w.ctx, w.guest.Tenant, tok.Access)
	refused(t, err, errs.Unauthenticated, "token_invalid")
	set, err := changed.JWKS(w.ctx)
	require.NoError(t, err)
	require.Len(t, set.Keys, 1, "its own, and not the one it cannot open")
	require.Zero(t, w.count(`SELECT count(*) FROM signing_keys WHERE position(public_key in sealed_key) > 0`))
}

func TestTheServiceNeedsASecretAndAName(t *testing.T) {
	db := testkit.DB(t)
	for _, c := range []Config{{Secret: "short", Issuer: "x"}, {Secret: testSecret}} {
		_, err := NewService(db, nil, nil, c)
		require.Error(t, err)
	}
}

// FuzzAccessToken throws anything at the reader of tokens: one alone passes, and
// not with a bit of it changed.
func FuzzAccessToken(f *testing.F) {
	s, key := fuzzService(f)
	at := standing{roles: []actor.Role{actor.Buyer}}
	at.ID, at.Account, at.Tenant = uuid.New(), uuid.New(), uuid.Max
	good, err := s.issueAccess(key, at)
	require.NoError(f, err)
	for _, seed := range []string{"", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJFZERTQSIsImtpZCI6IngiLCJ0eXAiOiJhdCtqd3QifQ.e30.AAAA", "\n", good} {
		f.Add(seed, 0)
		f.Add(seed, len(good)-1)
	}
	f.Fuzz(func(t *testing.T, token string, flip int) {
		changed := []byte(good)
		changed[uint(flip)%uint(len(good))] ^= 1
		for _, tried := range []string{token, string(changed), good + token} {
			_, err := s.parseAccess(t.Context(), uuid.Max, tried)
			if (tried == good) != (err == nil) || err != nil && errs.CodeOf(err) != errs.Unauthenticated {
				t.Fatalf("%q: %v", tried, err)
			}
		}
	})
}
