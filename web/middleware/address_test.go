package middleware

import (
	"net"
	"net/netip"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"
)

func TestNobodyWritesTheirOwnAddress(t *testing.T) {
	ours := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, row := range []struct {
		name, peer string
		notes      []string
		want       string
	}{
		{"straight", "203.0.113.7", nil, "203.0.113.7"},
		{"straight, with a lie", "203.0.113.7", []string{"198.51.100.1"}, "203.0.113.7"},
		{"by a proxy", "10.0.0.1", []string{"203.0.113.7"}, "203.0.113.7"},
		{"by a proxy, with a lie", "10.0.0.1", []string{"198.51.100.1, 203.0.113.7"}, "203.0.113.7"},
		{"by a proxy that adds a line", "10.0.0.1", []string{"198.51.100.1", "203.0.113.7"}, "203.0.113.7"},
		{"by two proxies, with a lie", "10.0.0.1", []string{"198.51.100.1, 203.0.113.7, 10.0.0.2"}, "203.0.113.7"},
		{"a lie that names a proxy", "10.0.0.1", []string{"198.51.100.1, 10.9.9.9, 203.0.113.7"}, "203.0.113.7"},
		{"no address", "10.0.0.1", []string{"203.0.113.7, unknown"}, "10.0.0.1"},
		{"with a port", "fd00::1", []string{"[2001:db8::7]:443"}, "2001:db8::7"},
		{"IPv4 within IPv6", "::ffff:10.0.0.1", []string{"::ffff:203.0.113.7"}, "203.0.113.7"},
		{"nothing noted", "10.0.0.1", nil, "10.0.0.1"},
	} {
		t.Run(row.name, func(t *testing.T) {
			app := fiber.New()
			raw := &fasthttp.RequestCtx{}
			raw.Init(&fasthttp.Request{}, &net.TCPAddr{IP: net.ParseIP(row.peer), Port: 4321}, nil)
			for _, note := range row.notes {
				raw.Request.Header.Add(fiber.HeaderXForwardedFor, note)
			}
			c := app.AcquireCtx(raw)
			defer app.ReleaseCtx(c)
			require.Equal(t, row.want, address(c, ours))
		})
	}
}
