package ecb_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"countyfair/adapters/ecb"
	"countyfair/customs/ratestest"
)

const day = `<Envelope><Cube><Cube time="2026-11-24"><Cube currency="USD" rate="1.16"/><Cube currency="CNY" rate="8.25"/></Cube></Cube></Envelope>`

func serve(t *testing.T, status int, body string) *ecb.Source {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	return ecb.New(s.URL)
}

func TestItIsARateSource(t *testing.T) { ratestest.Exercise(t, serve(t, http.StatusOK, day)) }

func TestABadAnswerIsAnError(t *testing.T) {
	for name, s := range map[string]*ecb.Source{
		"an error": serve(t, http.StatusBadGateway, day), "a page": serve(t, http.StatusOK, "<html>maintenance</html>"), "nothing": serve(t, http.StatusOK, ""),
		"no address": ecb.New("://"), "nobody there": ecb.New("http://127.0.0.1:1/"),
	} {
		_, err := s.Fetch(t.Context())
		require.Error(t, err, name)
	}
}
