package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"countyfair/web"
)

// ask calls the API as a guest, or with more headers ("Name: value").
func (s *shop) ask(method, path, body string, headers ...string) (int, string, http.Header) {
	s.t.Helper()
	req := httptest.NewRequestWithContext(s.t.Context(), method, "http://longnan.localhost/api/v1"+path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	res, err := s.app.Test(req, -1)
	require.NoError(s.t, err)
	raw, err := io.ReadAll(res.Body)
	require.NoError(s.t, err)
	return res.StatusCode, string(raw), res.Header
}

func TestPublicAnswersOfTheAPIAreHeldForGuestsUntilSomethingChanges(t *testing.T) {
	s := newShop(t, func(f *web.Shop) { f.CacheFor = time.Hour })
	s.open()
	wang := s.farm("wang@example.org", "王家", "Wang family")
	pepper := s.grow(wang, "武都花椒", "Wudu pepper", 6800, 100)
	_, first, header := s.ask("GET", "/products", "", "Accept-Language: en")
	require.Contains(t, first, "Wudu pepper")
	s.grow(wang, "花椒油", "Pepper oil", 4500, 9) // behind the program's back
	status, held, again := s.ask("GET", "/products", "", "Accept-Language: en")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, first, held)
	for _, name := range []string{"Content-Type", "Content-Language", "Content-Security-Policy", "Cache-Control"} {
		require.Equal(t, header.Get(name), again.Get(name), name)
	}
	require.NotEqual(t, header.Get("X-Request-Id"), again.Get("X-Request-Id"))

	for _, fresh := range [][]string{{"Accept-Language: zh-CN"}, {"Accept-Language: en", "X-Cart-Token: x"}} {
		_, body, _ := s.ask("GET", "/products", "", fresh...)
		require.Contains(t, body, "4500", fresh)
	}
	_, body, _ := s.ask("GET", "/products?limit=5", "", "Accept-Language: en")
	require.Contains(t, body, "Pepper oil")
	status, _, _ = s.ask("GET", "/products", "", "Authorization: Bearer x")
	require.Equal(t, http.StatusUnauthorized, status)
	status, _, _ = s.ask("GET", "/products/"+pepper.ID.String(), "", "X-County: nyeri")
	require.Equal(t, http.StatusBadRequest, status)

	status, _, _ = s.ask("POST", "/carts", "{}") // nobody else's matter
	require.Equal(t, http.StatusCreated, status)
	_, held, _ = s.ask("GET", "/products", "", "Accept-Language: en")
	require.Equal(t, first, held)
	s.ask("POST", "/auth/token", `{"login":"nobody@example.org","password":"x"}`) // might be one
	_, body, _ = s.ask("GET", "/products", "", "Accept-Language: en")
	require.Contains(t, body, "Pepper oil")
}
