package web_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http/httptest"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/auth"
	"countyfair/internal/actor"
	"countyfair/internal/clock"
	"countyfair/internal/pg"
	"countyfair/internal/testkit"
	"countyfair/tenants"
	"countyfair/web"
)

// fair is an app with real accounts and two open counties.
type fair struct {
	t        *testing.T
	app      *fiber.App
	db       *pg.DB
	accounts *auth.Service
	counties map[string]uuid.UUID
}

const password = "steep-terrace-pepper"

func newFair(t *testing.T) *fair {
	t.Helper()
	t.Parallel()
	db := testkit.DB(t)
	f := &fair{t: t, db: db, counties: map[string]uuid.UUID{"platform": tenants.PlatformID}}
	for _, slug := range []string{"longnan", "nyeri"} {
		_, f.counties[slug] = testkit.County(t, db, slug)
	}
	s, d := assemble(t, db, clock.System{}, "http://localhost:8080")
	f.accounts = s.auth
	var err error
	f.app, err = web.New(d)
	require.NoError(t, err)
	return f
}

func (f *fair) user(slug, login string, role actor.Role) uuid.UUID {
	f.t.Helper()
	tenant := f.counties[slug]
	a, err := f.accounts.CreateUser(context.Background(), actor.OfSystem(tenant), tenant, auth.NewUser{Login: login, Password: password, Role: role})
	require.NoError(f.t, err)
	return a.ID
}

// call asks a county's host; token may be empty.
func (f *fair) call(slug, method, path, token, body string) (int, map[string]any) {
	f.t.Helper()
	host := slug + ".localhost"
	if slug == "platform" {
		host = "localhost"
	}
	var headers []string
	if token != "" {
		headers = []string{"Authorization", "Bearer " + token}
	}
	return call(f.t, f.app, method, "http://"+host+path, body, headers...)
}

func (f *fair) signIn(slug, login string) map[string]any {
	f.t.Helper()
	status, out := f.call(slug, "POST", "/api/v1/auth/token", "", `{"grant":"password","login":"`+login+`","password":"`+password+`"}`)
	require.Equal(f.t, 200, status, out)
	require.Equal(f.t, "Bearer", out["token_type"])
	require.InDelta(f.t, 600, out["expires_in"], 0)
	return out
}

func (f *fair) access(slug, login string) string {
	return f.signIn(slug, login)["access_token"].(string)
}

func TestSigningInAndOutByTheAPI(t *testing.T) {
	f := newFair(t)
	id := f.user("longnan", "officer@longnan.demo", actor.Officer)
	tok := f.signIn("longnan", "officer@longnan.demo")
	access, refresh := tok["access_token"].(string), tok["refresh_token"].(string)
	status, me := f.call("longnan", "GET", "/api/v1/me", access, "")
	require.Equal(t, 200, status, me)
	require.Equal(t, id.String(), me["id"])
	require.Equal(t, "longnan", me["county"])
	require.Equal(t, []any{"buyer", "officer"}, me["roles"])

	for _, slug := range []string{"nyeri", "platform"} { // another county's token
		status, d := f.call(slug, "GET", "/api/v1/me", access, "")
		require.Equal(t, 401, status)
		require.Equal(t, "token_invalid", d["code"])
	}
	status, d := f.call("longnan", "GET", "/api/v1/me", "", "")
	require.Equal(t, 401, status)
	require.Equal(t, "sign_in", d["code"])

	status, next := f.call("longnan", "POST", "/api/v1/auth/token/refresh", "", `{"refresh_token":"`+refresh+`"}`)
	require.Equal(t, 200, status, next)
	status, d = f.call("longnan", "POST", "/api/v1/auth/token/refresh", "", `{"refresh_token":"`+refresh+`"}`)
	require.Equal(t, 401, status)
	require.Equal(t, "refresh_reused", d["code"])
	status, d = f.call("longnan", "GET", "/api/v1/me", next["access_token"].(string), "")
	require.Equal(t, 401, status, "the family has died")
	require.Equal(t, "session_ended", d["code"])

	tok = f.signIn("longnan", "officer@longnan.demo")
	status, _ = f.call("longnan", "POST", "/api/v1/auth/token/revoke", "", `{"refresh_token":"`+tok["refresh_token"].(string)+`"}`)
	require.Equal(t, 204, status)
	status, _ = f.call("longnan", "GET", "/api/v1/me", tok["access_token"].(string), "")
	require.Equal(t, 401, status)
	access = f.access("longnan", "officer@longnan.demo")
	status, _ = f.call("longnan", "POST", "/api/v1/auth/token/revoke", access, `{}`)
	require.Equal(t, 204, status)
	status, _ = f.call("longnan", "GET", "/api/v1/me", access, "")
	require.Equal(t, 401, status)
}

func TestCodesByTheAPI(t *testing.T) {
	f := newFair(t)
	status, out := f.call("longnan", "POST", "/api/v1/auth/otp", "", `{"login":"138 0013 8000"}`)
	require.Equal(t, 202, status, out)
	require.InDelta(t, 600, out["expires_in"], 0)
	var code string
	ctx := pg.WithTenant(t.Context(), f.counties["longnan"])
	require.NoError(t, f.db.Query(ctx, func(q pg.Querier) error {
		return q.QueryRow(ctx, `SELECT data ->> 'code' FROM notifications WHERE tenant_id = $1 AND recipient = '+8613800138000'`, f.counties["longnan"]).Scan(&code)
	}))
	body := `{"grant":"otp","login":"+8613800138000","code":"` + code + `"}`
	status, d := f.call("nyeri", "POST", "/api/v1/auth/token", "", body)
	require.Equal(t, 401, status)
	require.Equal(t, "wrong_code", d["code"])
	status, out = f.call("longnan", "POST", "/api/v1/auth/token", "", body)
	require.Equal(t, 200, status, out)
	status, me := f.call("longnan", "GET", "/api/v1/me", out["access_token"].(string), "")
	require.Equal(t, 200, status)
	require.Equal(t, "+8613800138000", me["phone"])
	require.Equal(t, true, me["phone_verified"])
	status, _ = f.call("longnan", "POST", "/api/v1/auth/password-reset", "", `{"login":"nobody@fair.example"}`)
	require.Equal(t, 202, status)
}

func TestBadSignInsAreRefusedPlainly(t *testing.T) {
	f := newFair(t)
	f.user("longnan", "officer@longnan.demo", actor.Officer)
	for _, row := range []struct {
		path, body string
		status     int
		code       string
	}{
		{"/auth/token", `{"grant":"password","login":"officer@longnan.demo","password":"wrong"}`, 401, "wrong_login"},
		{"/auth/token", `{"grant":"password","login":"nobody@longnan.demo","password":"wrong"}`, 401, "wrong_login"},
		{"/auth/token", `{"grant":"password","login":"officer@longnan.demo"}`, 422, "invalid"},
		{"/auth/token", `{"grant":"password","login":"no login","password":"wrong"}`, 422, "invalid"},
		{"/auth/token", `{"grant":"magic","login":"officer@longnan.demo"}`, 422, "invalid"},
		{"/auth/token", `{"grant":"password","login":"officer@longnan.demo","password":"x","sudo":true}`, 422, "invalid"},
		{"/auth/token", `{"grant":"password","login":["a"],"password":"x"}`, 422, "invalid"},
		{"/auth/token", `{"grant":"otp","login":"officer@longnan.demo","code":"123456"}`, 401, "wrong_code"},
		{"/auth/token", ``, 400, "bad_request"},
		{"/auth/otp", `{"login":"\u0000@x"}`, 400, "not_text"},
		{"/auth/otp", `{"login":"\u0001@x"}`, 422, "invalid"},
		{"/auth/token/refresh", `{"refresh_token":"made up"}`, 401, "refresh_invalid"},
		{"/auth/register", `{"login":"b@fair.example","password":"short"}`, 422, "invalid"},
		{"/auth/register", `{"login":"officer@longnan.demo","password":"` + password + `"}`, 409, "login_taken"},
		{"/auth/password-reset/complete", `{"token":"x","password":"` + password + `"}`, 401, "reset_invalid"},
	} {
		status, d := f.call("longnan", "POST", "/api/v1"+row.path, "", row.body)
		require.Equal(t, row.status, status, "%s: %v", row.body, d)
		require.Equal(t, row.code, d["code"], "%s: %v", row.body, d)
		require.NotEmpty(t, d["detail"])
	}
	var last map[string]any
	status := 0
	for range 12 {
		status, last = f.call("longnan", "POST", "/api/v1/auth/token", "", `{"grant":"password","login":"victim@longnan.demo","password":"wrong"}`)
	}
	require.Equal(t, 429, status)
	require.Equal(t, "too_many_tries", last["code"])
}

func TestRegisteringAndLookingAfterOnesAccount(t *testing.T) {
	f := newFair(t)
	status, tok := f.call("longnan", "POST", "/api/v1/auth/register", "", `{"login":"buyer@fair.example","password":"`+password+`","name":"王芳"}`)
	require.Equal(t, 201, status, tok)
	access := tok["access_token"].(string)
	status, me := f.call("longnan", "PATCH", "/api/v1/me", access, `{"language":"en"}`)
	require.Equal(t, 200, status, me)
	require.Equal(t, "王芳", me["name"])
	require.Equal(t, "en", me["language"])
	other := f.access("longnan", "buyer@fair.example")
	status, list := f.call("longnan", "GET", "/api/v1/me/sessions", access, "")
	require.Equal(t, 200, status)
	items := list["items"].([]any)
	require.Len(t, items, 2)
	require.Equal(t, false, items[0].(map[string]any)["current"])
	id := items[0].(map[string]any)["id"].(string)
	status, d := f.call("longnan", "DELETE", "/api/v1/me/sessions/"+id, f.accessOfStranger(), "")
	require.Equal(t, 404, status)
	require.Equal(t, "session_not_found", d["code"])
	status, _ = f.call("longnan", "DELETE", "/api/v1/me/sessions/"+id, access, "")
	require.Equal(t, 204, status)
	status, _ = f.call("longnan", "GET", "/api/v1/me", other, "")
	require.Equal(t, 401, status)
	status, d = f.call("longnan", "PUT", "/api/v1/me/password", access, `{"current_password":"wrong","password":"another good one"}`)
	require.Equal(t, 422, status)
	require.Equal(t, "current_password", d["errors"].([]any)[0].(map[string]any)["field"])
	status, _ = f.call("longnan", "PUT", "/api/v1/me/password", access, `{"current_password":"`+password+`","password":"another good one"}`)
	require.Equal(t, 204, status)
}

func (f *fair) accessOfStranger() string {
	f.user("longnan", "stranger@fair.example", actor.Buyer)
	return f.access("longnan", "stranger@fair.example")
}

func TestOfficesMakeAccounts(t *testing.T) {
	f := newFair(t)
	f.user("platform", "operator@demo", actor.Operator)
	operator := f.access("platform", "operator@demo")
	path := "/api/v1/counties/" + f.counties["longnan"].String() + "/accounts"
	status, a := f.call("platform", "POST", path, operator, `{"login":"officer@longnan.demo","password":"`+password+`","role":"officer"}`)
	require.Equal(t, 201, status, a)
	officer := f.access("longnan", "officer@longnan.demo")
	status, d := f.call("platform", "POST", path, "", `{"login":"x@longnan.demo","role":"officer"}`)
	require.Equal(t, 401, status, d)
	status, d = f.call("longnan", "POST", path, officer, `{"login":"x@longnan.demo","role":"officer"}`)
	require.Equal(t, 403, status, d)

	status, a = f.call("longnan", "POST", "/api/v1/accounts", officer, `{"login":"seller@longnan.demo","role":"seller"}`)
	require.Equal(t, 201, status, a)
	id := a["id"].(string)
	status, d = f.call("longnan", "POST", "/api/v1/accounts", officer, `{"login":"boss@longnan.demo","role":"supervisor"}`)
	require.Equal(t, 403, status, d)
	status, list := f.call("longnan", "GET", "/api/v1/accounts?role=seller", officer, "")
	require.Equal(t, 200, status)
	require.Len(t, list["items"], 1)
	status, _ = f.call("longnan", "PUT", "/api/v1/accounts/"+id+"/roles/officer", officer, "")
	require.Equal(t, 204, status)
	status, _ = f.call("longnan", "DELETE", "/api/v1/accounts/"+id+"/roles/officer", officer, "")
	require.Equal(t, 204, status)
	status, d = f.call("longnan", "PUT", "/api/v1/accounts/"+id+"/roles/supervisor", officer, "")
	require.Equal(t, 403, status, d)
	status, _ = f.call("longnan", "POST", "/api/v1/accounts/"+id+"/close", officer, `{"reason":"asked to"}`)
	require.Equal(t, 204, status)
	status, d = f.call("nyeri", "GET", "/api/v1/accounts", officer, "")
	require.Equal(t, 401, status, d)
	buyer := f.accessOfStranger()
	status, d = f.call("longnan", "GET", "/api/v1/accounts", buyer, "")
	require.Equal(t, 403, status, d)
	status, d = f.call("longnan", "POST", "/api/v1/accounts/"+id+"/reopen", buyer, `{"reason":"please"}`)
	require.Equal(t, 403, status, d)
}

func TestThePublicKeysAreServed(t *testing.T) {
	f := newFair(t)
	res, err := f.app.Test(httptest.NewRequestWithContext(t.Context(), "GET", "http://longnan.localhost/.well-known/jwks.json", nil), -1)
	require.NoError(t, err)
	defer res.Body.Close() //nolint:errcheck // a test's answer
	raw, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, "application/jwk-set+json", res.Header.Get("Content-Type"))
	var set auth.JWKS
	require.NoError(t, json.Unmarshal(raw, &set))
	require.Len(t, set.Keys, 1)
	require.Equal(t, "OKP", set.Keys[0].KeyType)
	require.NotContains(t, string(raw), `"d"`)
}
