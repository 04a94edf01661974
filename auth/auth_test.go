package auth

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/internal/actor"
	"countyfair/internal/clock"
	"countyfair/internal/errs"
	"countyfair/internal/jobs"
	"countyfair/internal/pg"
	"countyfair/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const (
	goodPassword = "steep-terrace-pepper"
	testSecret   = "0123456789abcdef0123456789abcdef"
	testIssuer   = "https://fair.example"
)

// world is a service with one county, and a guest in it.
type world struct {
	*Service
	t     *testing.T
	ctx   context.Context
	db    *pg.DB
	clock *clock.Fixed
	guest actor.Actor
}

func newWorld(t *testing.T, change ...func(*Config)) *world {
	t.Helper()
	t.Parallel()
	db := testkit.DB(t)
	ctx, county := testkit.County(t, db, "longnan")
	c := &clock.Fixed{At: time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)}
	guest := actor.Guest(county)
	guest.IP = "203.0.113.7"
	return &world{Service: newTestService(t, db, c, change...), t: t, ctx: ctx, db: db, clock: c, guest: guest}
}

func newTestService(t *testing.T, db *pg.DB, c clock.Clock, change ...func(*Config)) *Service {
	t.Helper()
	cfg := Config{Secret: testSecret, Issuer: testIssuer}
	for _, f := range change {
		f(&cfg)
	}
	s, err := NewService(db, c, jobs.NewRegistry(), cfg)
	require.NoError(t, err)
	return s
}

// user makes an account with the good password.
func (w *world) user(login string, role actor.Role) Account {
	w.t.Helper()
	a, err := w.CreateUser(w.ctx, actor.OfSystem(w.guest.Tenant), w.guest.Tenant, NewUser{Login: login, Password: goodPassword, Role: role})
	require.NoError(w.t, err)
	return a
}

// signIn gives API tokens for a login with the good password.
func (w *world) tokens(login string) Tokens {
	w.t.Helper()
	t, err := w.CreateToken(w.ctx, w.guest, Credentials{Login: login, Password: goodPassword})
	require.NoError(w.t, err)
	return t
}

// as gives the actor of an access token.
func (w *world) as(access string) actor.Actor {
	w.t.Helper()
	a, err := w.Authenticate(w.ctx, w.guest.Tenant, access)
	require.NoError(w.t, err)
	return a
}

// sent gives the data of the newest message of a kind to somebody.
func (w *world) sent(kind, to string) map[string]any {
	w.t.Helper()
	var raw []byte
	err := w.db.Query(w.ctx, func(q pg.Querier) error {
		return q.QueryRow(w.ctx, `SELECT data FROM notifications WHERE tenant_id = $1 AND kind = $2 AND recipient = $3 ORDER BY id DESC LIMIT 1`,
			w.guest.Tenant, kind, to).Scan(&raw)
	})
	if pg.NoRows(err) {
		return nil
	}
	require.NoError(w.t, err)
	var out map[string]any
	require.NoError(w.t, json.Unmarshal(raw, &out))
	return out
}

// code asks for a one-time code and reads it from the outbox.
func (w *world) code(login string) string {
	w.t.Helper()
	require.NoError(w.t, w.RequestCode(w.ctx, w.guest, login, "zh-Hans"))
	l, err := w.parse(w.ctx, w.guest.Tenant, login)
	require.NoError(w.t, err)
	return w.sent("otp", l.String())["code"].(string)
}

func (w *world) count(sql string, args ...any) (n int) {
	w.t.Helper()
	require.NoError(w.t, w.db.Query(w.ctx, func(q pg.Querier) error { return q.QueryRow(w.ctx, sql, args...).Scan(&n) }))
	return n
}

func refused(t *testing.T, err error, code errs.Code, reason string) {
	t.Helper()
	require.ErrorIs(t, err, errs.New(code, reason, ""), "got %v", err)
}

func other(code string) string {
	if code[0] == '9' {
		return "0" + code[1:]
	}
	return string(code[0]+1) + code[1:]
}

func TestSignInByPassword(t *testing.T) {
	w := newWorld(t)
	u := w.user("Farmer@Longnan.Demo", actor.Officer)
	require.Equal(t, "farmer@longnan.demo", u.Email)
	tok := w.tokens(" FARMER@longnan.demo ")
	require.Equal(t, 600, tok.ExpiresIn)
	a := w.as(tok.Access)
	require.Equal(t, u.ID, a.Account)
	require.Equal(t, tok.Session, a.Session)
	require.Equal(t, []actor.Role{actor.Buyer, actor.Officer}, a.Roles)

	for _, c := range []Credentials{
		{Login: "farmer@longnan.demo", Password: goodPassword + "x"},
		{Login: "nobody@longnan.demo", Password: goodPassword},
		{Login: "farmer@longnan.demo", Password: strings.Repeat("x", 100_000)},
	} {
		_, err := w.CreateToken(w.ctx, w.guest, c)
		refused(t, err, errs.Unauthenticated, "wrong_login")
	}
	_, err := w.CreateToken(w.ctx, w.guest, Credentials{})
	refused(t, err, errs.Invalid, "invalid")
	_, err = w.CreateToken(w.ctx, w.guest, Credentials{Login: "farmer@longnan.demo"})
	refused(t, err, errs.Invalid, "invalid")
}

func TestAnotherCountyKnowsNeitherAccountNorToken(t *testing.T) {
	w := newWorld(t)
	w.user("farmer@longnan.demo", actor.Officer)
	tok := w.tokens("farmer@longnan.demo")
	cookie, _, err := w.SignInBrowser(w.ctx, w.guest, Credentials{Login: "farmer@longnan.demo", Password: goodPassword})
	require.NoError(t, err)
	ctx, elsewhere := testkit.County(t, w.db, "nyeri")
	guest := actor.Guest(elsewhere)

	_, err = w.CreateToken(ctx, guest, Credentials{Login: "farmer@longnan.demo", Password: goodPassword})
	refused(t, err, errs.Unauthenticated, "wrong_login")
	_, err = w.Authenticate(ctx, elsewhere, tok.Access)
	refused(t, err, errs.Unauthenticated, "token_invalid")
	_, err = w.Authenticate(ctx, uuid.Nil, tok.Access)
	refused(t, err, errs.Unauthenticated, "token_invalid")
	_, err = w.Authenticate(ctx, PlatformID, tok.Access)
	refused(t, err, errs.Unauthenticated, "token_invalid")
	_, err = w.RefreshToken(ctx, guest, tok.Refresh)
	refused(t, err, errs.Unauthenticated, "refresh_invalid")
	_, _, err = w.SessionByToken(ctx, elsewhere, cookie)
	refused(t, err, errs.Unauthenticated, "session_ended")
	require.NoError(t, w.RevokeToken(ctx, guest, tok.Refresh)) // does nothing
	w.as(tok.Access)
	_, err = w.RefreshToken(w.ctx, w.guest, tok.Refresh)
	require.NoError(t, err)
}

func TestBrowserSessions(t *testing.T) {
	w := newWorld(t)
	u := w.user("farmer@longnan.demo", actor.Seller)
	cred := Credentials{Login: "farmer@longnan.demo", Password: goodPassword, Device: "Phone\x00 of\nhers"}
	cookie, session, err := w.SignInBrowser(w.ctx, w.guest, cred)
	require.NoError(t, err)
	require.Equal(t, "Phone ofhers", session.Device)
	a, s, err := w.SessionByToken(w.ctx, w.guest.Tenant, cookie)
	require.NoError(t, err)
	require.Equal(t, u.ID, a.Account)
	require.Equal(t, session.ID, s.ID)
	require.True(t, a.Is(actor.Seller))

	// Used now and then, it lives half a year and no longer.
	for range 8 {
		w.clock.Advance(29 * 24 * time.Hour)
		if _, _, err = w.SessionByToken(w.ctx, w.guest.Tenant, cookie); err != nil {
			break
		}
	}
	refused(t, err, errs.Unauthenticated, "session_ended")
	require.InDelta(t, SessionMost.Hours(), w.clock.Now().Sub(session.CreatedAt).Hours(), 30*24)

	cookie, _, err = w.SignInBrowser(w.ctx, w.guest, cred)
	require.NoError(t, err)
	w.clock.Advance(SessionLife + time.Second) // unused too long
	_, _, err = w.SessionByToken(w.ctx, w.guest.Tenant, cookie)
	refused(t, err, errs.Unauthenticated, "session_ended")

	cookie, _, err = w.SignInBrowser(w.ctx, w.guest, cred)
	require.NoError(t, err)
	a, _, err = w.SessionByToken(w.ctx, w.guest.Tenant, cookie)
	require.NoError(t, err)
	require.NoError(t, w.SignOut(w.ctx, a))
	require.NoError(t, w.SignOut(w.ctx, a))
	_, _, err = w.SessionByToken(w.ctx, w.guest.Tenant, cookie)
	refused(t, err, errs.Unauthenticated, "session_ended")
	for _, bad := range []string{"", "x", cookie[:42] + "!", strings.Repeat("a", 5000)} {
		_, _, err = w.SessionByToken(w.ctx, w.guest.Tenant, bad)
		refused(t, err, errs.Unauthenticated, "session_ended")
	}
}

func TestListingAndEndingSessions(t *testing.T) {
	w := newWorld(t)
	w.user("farmer@longnan.demo", actor.Seller)
	w.user("other@longnan.demo", actor.Seller)
	var toks []Tokens
	for range 5 {
		toks = append(toks, w.tokens("farmer@longnan.demo"))
	}
	stranger := w.as(w.tokens("other@longnan.demo").Access)
	me := w.as(toks[4].Access)
	first, next, err := w.Sessions(w.ctx, me, 3, "")
	require.NoError(t, err)
	require.Len(t, first, 3)
	require.True(t, first[0].Current)
	rest, end, err := w.Sessions(w.ctx, me, 3, next)
	require.NoError(t, err)
	require.Len(t, rest, 2)
	require.Empty(t, end)
	_, _, err = w.Sessions(w.ctx, me, 3, "nonsense")
	refused(t, err, errs.Invalid, "bad_cursor")
	_, _, err = w.Sessions(w.ctx, w.guest, 3, "")
	refused(t, err, errs.Unauthenticated, "sign_in")

	refused(t, w.EndSession(w.ctx, stranger, toks[0].Session), errs.NotFound, "session_not_found")
	require.NoError(t, w.EndSession(w.ctx, me, toks[0].Session))
	refused(t, w.EndSession(w.ctx, me, toks[0].Session), errs.NotFound, "session_not_found")
	_, err = w.Authenticate(w.ctx, me.Tenant, toks[0].Access)
	refused(t, err, errs.Unauthenticated, "session_ended")
	require.NoError(t, w.EndOtherSessions(w.ctx, me))
	left, _, err := w.Sessions(w.ctx, me, 0, "")
	require.NoError(t, err)
	require.Len(t, left, 1)
	w.as(toks[4].Access)
	_, err = w.RefreshToken(w.ctx, w.guest, toks[1].Refresh)
	refused(t, err, errs.Unauthenticated, "session_ended")
}

func testContext(t *testing.T) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithCancel(context.WithoutCancel(t.Context()))
}

// fuzzService has no database: its one key is in memory already.
func fuzzService(f *testing.F) (*Service, signingKey) {
	f.Helper()
	c := &clock.Fixed{At: time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)}
	k, err := newKeyring(nil, c, testSecret)
	require.NoError(f, err)
	public, private, err := ed25519.GenerateKey(nil)
	require.NoError(f, err)
	key := signingKey{kid: "kid", public: public, private: private, created: c.At, retires: c.At.Add(keyLife)}
	k.set.Store(&keyset{loaded: c.At, keys: []signingKey{key}})
	return &Service{clock: c, cfg: Config{Issuer: testIssuer}, keys: k, alive: newLiveness()}, key
}
