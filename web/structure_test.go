package web_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/web/api"
)

// open are the pages' acts that need no account, each with its reason. All
// others refuse whoever has not signed in.
var open = map[string]string{
	"/sign-in":                "this is how one signs in",
	"/sign-in/code":           "this is how one signs in",
	"/sign-in/code/check":     "this is how one signs in",
	"/sign-up":                "this is how one gets an account",
	"/forgot":                 "this is how one gets back in",
	"/reset":                  "this is how one gets back in",
	"/sign-out":               "ends what may have ended already",
	"/place":                  "where to deliver to is the browser's own choice",
	"/cart/add":               "a guest has a basket, by its cookie",
	"/cart/lines/:id":         "a guest has a basket, by its cookie",
	"/cart/lines/:id/remove":  "a guest has a basket, by its cookie",
	"/cart/lines/undo":        "a guest has a basket, by its cookie",
	"/checkout/address":       "a guest buys, by the basket's cookie",
	"/checkout/travel":        "a guest buys, by the basket's cookie",
	"/checkout/place":         "a guest buys, by the basket's cookie",
	"/orders/:number/cancel":  "a guest's order is opened by its own link",
	"/orders/:number/confirm": "a guest's order is opened by its own link",
	"/pay/sandbox/:ref":       "the page of a company outside, for whoever pays",
}

var parameter = regexp.MustCompile(`:[a-z]+|\*`)

// pageRoutes are the routes that are neither operations nor files.
func pageRoutes(app *fiber.App) (out []fiber.Route) {
	for _, r := range app.GetRoutes(true) {
		unsafe := r.Method == http.MethodPost || r.Method == http.MethodPut || r.Method == http.MethodPatch || r.Method == http.MethodDelete
		if (unsafe || r.Method == http.MethodGet) && !strings.HasPrefix(r.Path, "/api/") {
			out = append(out, r)
		}
	}
	return out
}

// try asks for a route with made-up parameters.
func (s *shop) try(r fiber.Route, site string) *http.Response {
	s.t.Helper()
	host := "longnan.localhost"
	if strings.HasPrefix(r.Path, "/platform") {
		host = "localhost"
	}
	req := httptest.NewRequestWithContext(s.t.Context(), r.Method, "http://"+host+parameter.ReplaceAllString(r.Path, uuid.NewString()), nil)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", site)
	req.Header.Set("Accept", "text/html")
	res, err := s.app.Test(req, -1)
	require.NoError(s.t, err)
	require.NoError(s.t, res.Body.Close())
	return res
}

func TestEveryActOfAPageIsGuarded(t *testing.T) {
	s := newShop(t)
	acts := 0
	for _, r := range pageRoutes(s.app) {
		if r.Method == http.MethodGet {
			continue
		}
		acts++
		require.Equal(t, http.StatusForbidden, s.try(r, "cross-site").StatusCode, "%s %s is done at another site's word", r.Method, r.Path)
		if open[r.Path] == "" {
			s.asksToSignIn(r)
		}
	}
	require.Greater(t, acts, 40)
}

// desk pages are for those who signed in, all of them.
var desk = regexp.MustCompile(`^/(account|sell|office|platform)(/|$)`)

// onward pages show nothing and lead to one that is guarded.
var onward = map[string]bool{"/office/settings": true}

func TestEveryDeskIsGuarded(t *testing.T) {
	s := newShop(t)
	desks := 0
	for _, r := range pageRoutes(s.app) {
		if desk.MatchString(r.Path) && !onward[r.Path] {
			desks++
			s.asksToSignIn(r)
		}
	}
	require.Greater(t, desks, 60)
}

func (s *shop) asksToSignIn(r fiber.Route) {
	s.t.Helper()
	res := s.try(r, "same-origin")
	require.Equal(s.t, http.StatusSeeOther, res.StatusCode, "%s %s lets anybody in; guard it, or say why it is open", r.Method, r.Path)
	require.True(s.t, strings.HasPrefix(res.Header.Get("Location"), "/sign-in"), "%s %s leads to %s", r.Method, r.Path, res.Header.Get("Location"))
}

// Each operation says who may call it, and no route stands beside them.
func TestEveryOperationDeclaresWhoMayCallIt(t *testing.T) {
	a := attacked{shop: newShop(t)}
	status, _, raw := a.ask(http.MethodGet, "/api/v1/openapi.json", nil)
	require.Equal(t, http.StatusOK, status)
	keep(t, "openapi.json", raw)
	a.doc = readDocument(t, raw)
	require.Greater(t, len(a.operations()), 50)
	declared := map[string]bool{}
	for _, op := range a.operations() {
		require.Contains(t, []string{"anyone", "provider", "signed_in", "seller", "officer", "operator"}, op.Access, "%s says nobody who may call it", op.ID)
		declared[strings.ToUpper(op.method)+" "+strings.NewReplacer("{", ":", "}", "").Replace(op.path)] = true
	}
	for _, r := range a.app.GetRoutes(true) {
		if path, ok := strings.CutPrefix(r.Path, api.Prefix); ok && r.Method != http.MethodHead && !strings.HasPrefix(path, "/openapi") {
			require.True(t, declared[r.Method+" "+r.Path], "%s %s is no operation: nothing declares who may call it", r.Method, r.Path)
		}
	}
}

// keep leaves a file in artefacts/; `make redocly` reads the API's document there.
func keep(t *testing.T, name string, content []byte) {
	t.Helper()
	require.NoError(t, os.MkdirAll("../artefacts", 0o750))
	require.NoError(t, os.WriteFile(filepath.Join("../artefacts", name), content, 0o600))
}
