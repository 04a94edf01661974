package web_test

import (
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"countyfair/web"
)

// line is a connection for requests that came over none.
var line, _ = net.Pipe()

// knock sends one request straight to the app, without a network.
func (s *shop) knock(b *testing.B, method, path, body string, headers ...string) *fasthttp.RequestCtx {
	b.Helper()
	var c fasthttp.RequestCtx
	c.Init2(line, nil, false)
	c.Request.Header.SetMethod(method)
	c.Request.SetRequestURI(path)
	c.Request.Header.SetHost("longnan.localhost")
	for i := 0; i < len(headers); i += 2 {
		c.Request.Header.Set(headers[i], headers[i+1])
	}
	if body != "" {
		c.Request.Header.SetContentType("application/json")
		c.Request.SetBodyStream(strings.NewReader(body), len(body)) // as the server reads them
	}
	s.app.Handler()(&c)
	if c.Response.StatusCode() >= 300 {
		b.Fatalf("%s %s: %d %s", method, path, c.Response.StatusCode(), c.Response.Body())
	}
	return &c
}

// stall opens the county with so many products on sale, and gives the last one's slug.
func stall(b *testing.B, products int, change ...func(*web.Shop)) (s *shop, slug string) {
	b.Helper()
	s = newShop(b, change...)
	s.open()
	wang := s.farm("wang@example.org", "王家", "Wang family")
	for i := range products {
		slug = s.grow(wang, "武都花椒 "+strconv.Itoa(i), "Wudu pepper "+strconv.Itoa(i), 6800, 1_000_000).Slug
	}
	return s, slug
}

// Whole answers, from the first middleware to the last byte, against PostgreSQL.
func BenchmarkReads(b *testing.B) {
	s, slug := stall(b, 60)
	for _, r := range []struct{ name, path string }{
		{"list", "/api/v1/products"},
		{"detail", "/api/v1/products/" + slug},
		{"search", "/api/v1/products?q=pepper"},
		{"page home", "/"},
		{"page list", "/search"},
		{"page product", "/p/" + slug},
	} {
		b.Run(r.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.knock(b, "GET", r.path, "")
			}
		})
	}
}

// The same from memory, as guests of a busy market get them.
func BenchmarkHeldReads(b *testing.B) {
	s, _ := stall(b, 30, func(f *web.Shop) { f.CacheFor = time.Hour })
	for _, path := range []string{"/api/v1/products", "/"} {
		b.Run(path, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.knock(b, "GET", path, "")
			}
		})
	}
}

// What an Idempotency-Key costs.
func BenchmarkCreateCart(b *testing.B) {
	s, _ := stall(b, 1)
	b.Run("plain", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s.knock(b, "POST", "/api/v1/carts", "{}")
		}
	})
	b.Run("with a key", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			s.knock(b, "POST", "/api/v1/carts", "{}", "Idempotency-Key", "key "+strconv.Itoa(b.N)+" "+strconv.Itoa(i))
		}
	})
}
