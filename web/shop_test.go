package web_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/auth"
	"countyfair/checkout"
	"countyfair/internal/actor"
	"countyfair/internal/clock"
	"countyfair/internal/config"
	"countyfair/internal/jobs"
	"countyfair/internal/pg"
	"countyfair/internal/testkit"
	"countyfair/tenants"
	"countyfair/web"
)

const usualPassword = "steep-terrace-pepper"

// shop is the whole app with two open counties, on its own database.
type shop struct {
	t      *testing.T
	app    *fiber.App
	db     *pg.DB
	clock  *clock.Fixed
	auth   *auth.Service
	check  *checkout.Service
	dir    *tenants.Directory
	ctx    context.Context // of the first county
	county uuid.UUID
	other  uuid.UUID
}

func newShop(t *testing.T) *shop {
	t.Helper()
	t.Parallel()
	s := &shop{t: t, db: testkit.DB(t), clock: &clock.Fixed{At: time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)}}
	s.ctx, s.county = testkit.County(t, s.db, "longnan")
	_, s.other = testkit.County(t, s.db, "nyeri")
	log := slog.New(slog.DiscardHandler)
	dir, err := tenants.OpenDirectory(t.Context(), s.db, "localhost", log)
	require.NoError(t, err)
	s.dir = dir
	registry := jobs.NewRegistry()
	secret := strings.Repeat("x", 32)
	limits := auth.DefaultLimits()
	s.auth, err = auth.NewService(s.db, s.clock, registry, auth.Config{Secret: secret, Issuer: "http://localhost", Limits: limits})
	require.NoError(t, err)
	s.check = checkout.NewService(s.db, s.clock, dir, registry, log, checkout.Config{Secret: []byte(secret)})
	base, _ := url.Parse("http://localhost:8080")
	s.app, err = web.New(web.Deps{Config: config.Config{PublicURL: base, Secret: secret}, DB: s.db, Clock: s.clock, Log: log, Jobs: registry, Version: "test",
		Counties: tenants.NewService(s.db, dir, s.clock), People: web.People{Auth: s.auth}, Accounts: s.auth, Shop: web.Shop{Checkout: s.check}})
	require.NoError(t, err)
	return s
}

// browser opens one in the first county.
func (s *shop) browser() *browser { return newBrowser(s.t, s.app, "longnan.localhost") }

// abroad opens one in the second county.
func (s *shop) abroad() *browser { return newBrowser(s.t, s.app, "nyeri.localhost") }

// user makes an account with the usual password.
func (s *shop) user(login string, role actor.Role) auth.Account {
	s.t.Helper()
	a, err := s.auth.CreateUser(s.ctx, actor.OfSystem(s.county), s.county, auth.NewUser{Login: login, Password: usualPassword, Role: role})
	require.NoError(s.t, err)
	return a
}

// sent gives the data of the newest message of a kind.
func (s *shop) sent(kind string) map[string]any {
	s.t.Helper()
	var raw []byte
	require.NoError(s.t, s.db.Query(s.ctx, func(q pg.Querier) error {
		return q.QueryRow(s.ctx, `SELECT data FROM notifications WHERE tenant_id = $1 AND kind = $2 ORDER BY id DESC LIMIT 1`, s.county, kind).Scan(&raw)
	}))
	out := map[string]any{}
	require.NoError(s.t, json.Unmarshal(raw, &out))
	return out
}

func (b *browser) signIn(login string) *browser {
	b.t.Helper()
	b.open("/sign-in").is(http.StatusOK)
	return b.submit("/sign-in", "login", login, "password", usualPassword)
}
