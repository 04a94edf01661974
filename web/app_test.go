package web_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/internal/actor"
	"countyfair/internal/clock"
	"countyfair/internal/errs"
	"countyfair/internal/testkit"
	"countyfair/tenants"
	"countyfair/web"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var operatorID = uuid.Must(uuid.NewV7())

// people knows one operator by the token "operator".
type people struct{}

func (people) Bearer(_ context.Context, tenant uuid.UUID, token string) (actor.Actor, error) {
	if token != "operator" || tenant != tenants.PlatformID {
		return actor.Actor{}, errs.SignIn()
	}
	return actor.Actor{Tenant: tenant, Account: operatorID, Roles: []actor.Role{actor.Operator}}, nil
}

func (people) Cookie(context.Context, uuid.UUID, string) (actor.Actor, string, error) {
	return actor.Actor{}, "", errs.SignIn()
}

func newApp(t *testing.T) *fiber.App {
	t.Helper()
	return newAppAt(t, "http://localhost:8080")
}

// newAppAt is the app as it is reached from outside at an address.
func newAppAt(t *testing.T, public string) *fiber.App {
	t.Helper()
	_, d := assemble(t, testkit.DB(t), clock.System{}, public)
	d.People = people{}
	app, err := web.New(d)
	require.NoError(t, err)
	return app
}

func call(t testing.TB, app *fiber.App, method, target, body string, headers ...string) (int, map[string]any) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := app.Test(r, -1)
	require.NoError(t, err)
	defer res.Body.Close() //nolint:errcheck // a test's answer
	raw, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	out := map[string]any{}
	if len(raw) > 0 {
		require.NoError(t, json.Unmarshal(raw, &out), string(raw))
	}
	return res.StatusCode, out
}

const (
	asOperator = "Authorization"
	operator   = "Bearer operator"
	longnan    = `{"slug":"longnan","names":{"zh-Hans":"陇南集","en":"Longnan Fair"},"country":"CN","time_zone":"Asia/Shanghai","languages":["zh-Hans","en"],"currency":"CNY"}`
)

func TestAnOperatorMakesOpensAndSuspendsACounty(t *testing.T) {
	app := newApp(t)
	status, c := call(t, app, "POST", "http://localhost/api/v1/counties", longnan, asOperator, operator)
	require.Equal(t, 201, status, c)
	id := c["id"].(string)
	status, c = call(t, app, "GET", "http://longnan.localhost/api/v1/county", "")
	require.Equal(t, 200, status, c)
	require.Equal(t, "draft", c["state"])
	status, c = call(t, app, "PATCH", "http://localhost/api/v1/counties/"+id, `{"state":"open"}`, asOperator, operator)
	require.Equal(t, 200, status, c)
	status, c = call(t, app, "GET", "http://localhost/api/v1/county", "", "X-County", "longnan")
	require.Equal(t, 200, status)
	require.Equal(t, "陇南集", c["name"])
	status, _ = call(t, app, "POST", "http://localhost/api/v1/counties/"+id+"/suspend", `{"reason":"unpaid"}`, asOperator, operator)
	require.Equal(t, 200, status)
	status, c = call(t, app, "GET", "http://longnan.localhost/api/v1/county", "")
	require.Equal(t, 503, status)
	require.Equal(t, "county_suspended", c["code"])
}

func TestRefusalsAreProblemDocuments(t *testing.T) {
	app := newApp(t)
	for _, row := range []struct {
		method, target, body string
		headers              []string
		status               int
		code                 string
	}{
		{"GET", "http://nowhere.localhost/api/v1/county", "", nil, 404, "county_not_found"},
		{"GET", "http://localhost/api/v1/nothing", "", nil, 404, "http_404"},
		{"DELETE", "http://localhost/api/v1/counties", "", nil, 405, "http_405"},
		{"GET", "http://localhost/api/v1/counties", "", nil, 401, "sign_in"},
		{"GET", "http://localhost/api/v1/counties", "", []string{asOperator, "Bearer forged"}, 401, "sign_in"},
		{"POST", "http://localhost/api/v1/counties", `{"slug":"longnan"`, []string{asOperator, operator}, 400, "bad_request"},
		{"POST", "http://localhost/api/v1/counties", `{"surprise":1}`, []string{asOperator, operator}, 422, "invalid"},
		{"POST", "http://localhost/api/v1/counties", strings.Repeat("x", 2<<20), []string{asOperator, operator}, 413, "http_413"},
		{"POST", "http://localhost/api/v1/counties", longnan, []string{asOperator, operator, "Sec-Fetch-Site", "cross-site", "Cookie", "session=x"}, 403, "foreign_page"},
		{"PATCH", "http://localhost/api/v1/counties/not-a-uuid", `{}`, []string{asOperator, operator}, 422, "invalid"},
		{"PATCH", "http://localhost/api/v1/counties/" + uuid.NewString(), `{}`, []string{asOperator, operator}, 404, "county_not_found"},
	} {
		status, d := call(t, app, row.method, row.target, row.body, row.headers...)
		require.Equal(t, row.status, status, "%s %s: %v", row.method, row.target, d)
		require.Equal(t, row.code, d["code"], d)
		require.NotEmpty(t, d["detail"])
		require.NotEmpty(t, d["request_id"])
	}
}

// How the market is reached is a setting: a proxy need not say so, and a client cannot.
func TestCookiesTravelByTLSAloneWhereTheMarketDoes(t *testing.T) {
	for public, secure := range map[string]bool{"https://localhost": true, "http://localhost:8080": false} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "http://localhost/", nil)
		r.Header.Set("Cookie", "session=over")
		r.Header.Set("X-Forwarded-Proto", map[bool]string{true: "http", false: "https"}[secure])
		res, err := newAppAt(t, public).Test(r, -1)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		cookies := res.Cookies()
		require.Len(t, cookies, 1)
		require.Equal(t, secure, cookies[0].Secure, public)
		require.True(t, cookies[0].HttpOnly)
		require.Equal(t, "/", cookies[0].Path)
		require.Equal(t, secure, res.Header.Get("Strict-Transport-Security") != "")
	}
}

func TestARepeatedRequestGetsTheFirstAnswer(t *testing.T) {
	app := newApp(t)
	headers := []string{asOperator, operator, "Idempotency-Key", "k1"}
	status, a := call(t, app, "POST", "http://localhost/api/v1/counties", longnan, headers...)
	require.Equal(t, 201, status)
	status, b := call(t, app, "POST", "http://localhost/api/v1/counties", longnan, headers...)
	require.Equal(t, 201, status)
	require.Equal(t, a, b)
	status, d := call(t, app, "POST", "http://localhost/api/v1/counties", `{"slug":"other"}`, headers...)
	require.Equal(t, 409, status)
	require.Equal(t, "idempotency_conflict", d["code"])
	status, d = call(t, app, "POST", "http://localhost/api/v1/counties", longnan, asOperator, operator, "Idempotency-Key", "k2")
	require.Equal(t, 409, status)
	require.Equal(t, "slug_taken", d["code"])
}

func TestSimultaneousRequestsOfOneKeyActOnce(t *testing.T) {
	app := newApp(t)
	var made, busy atomic.Int64
	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() {
			status, d := call(t, app, "POST", "http://localhost/api/v1/counties", longnan, asOperator, operator, "Idempotency-Key", "k")
			switch {
			case status == 201:
				made.Add(1)
			case d["code"] == "idempotency_in_progress":
				busy.Add(1)
			}
		})
	}
	wg.Wait()
	require.Equal(t, int64(12), made.Load()+busy.Load())
	require.Positive(t, made.Load())
	_, list := call(t, app, "GET", "http://localhost/api/v1/counties", "", asOperator, operator)
	require.Len(t, list["items"], 1)
}
