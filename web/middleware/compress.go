package middleware

import (
	"bytes"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// leastSqueezed is the size under which an answer is sent as it is, in bytes:
// it fits into one packet anyway.
const leastSqueezed = 1 << 10

// Compress squeezes text answers with Brotli or gzip, at their fast levels:
// they are made for one reader. Pages carry no token, so their sizes tell
// nothing. It stands outside Start, which writes the answers of errors.
func Compress() fiber.Handler {
	return func(c *fiber.Ctx) error {
		if err := c.Next(); err != nil {
			return err
		}
		res := c.Response()
		if res.IsBodyStream() || len(res.Body()) < leastSqueezed || !squeezable(res) {
			return nil
		}
		c.Vary(fiber.HeaderAcceptEncoding)
		accept := c.Request().Header.Peek(fiber.HeaderAcceptEncoding)
		switch {
		case bytes.Contains(accept, []byte("br")):
			res.SetBodyRaw(Brotli(res.Body()))
			c.Set(fiber.HeaderContentEncoding, "br")
		case bytes.Contains(accept, []byte("gzip")):
			res.SetBodyRaw(fasthttp.AppendGzipBytesLevel(nil, res.Body(), fasthttp.CompressBestSpeed))
			c.Set(fiber.HeaderContentEncoding, "gzip")
		}
		return nil
	}
}

// Brotli squeezes a text fast.
func Brotli(text []byte) []byte { return fasthttp.AppendBrotliBytesLevel(nil, text, brotliFast) }

// brotliFast is a level that costs about as much as gzip's fast one and packs
// pages tighter.
const brotliFast = 2

// squeezable reports whether the answer is text that nobody has squeezed yet.
func squeezable(res *fasthttp.Response) bool {
	if len(res.Header.Peek(fiber.HeaderContentEncoding)) > 0 {
		return false
	}
	kind := string(res.Header.ContentType())
	return strings.HasPrefix(kind, "text/") || strings.HasPrefix(kind, "application/json") || strings.HasPrefix(kind, "application/problem+json") ||
		strings.HasPrefix(kind, "application/xml") || strings.HasPrefix(kind, "application/openapi") || strings.HasPrefix(kind, "image/svg")
}
