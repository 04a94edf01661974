package middleware

import (
	"bytes"
	"context"
	"io"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"countyfair/internal/errs"
)

// ErrTooLarge refuses a body over the limit of its route.
var ErrTooLarge = fiber.ErrRequestEntityTooLarge

// Limits of a request body, in bytes.
const (
	SmallBody  = 1 << 20
	UploadBody = 80 << 20
)

// uploadTime is how long a request with files may take: a phone in a valley
// sends 80 MB slowly.
const uploadTime = 10 * time.Minute

// Body holds every body to its limit. Fiber streams bodies, so its own limit
// does not hold: small ones are read here; uploads are counted as they are read.
func Body(isUpload func(path string) bool) fiber.Handler {
	return func(c *fiber.Ctx) error {
		req := c.Request()
		limit := SmallBody
		upload := isUpload(c.Path()) && strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEMultipartForm)
		if upload {
			limit = UploadBody
			defer patience(c)()
		}
		if req.Header.ContentLength() > limit {
			c.Context().SetConnectionClose()
			return ErrTooLarge
		}
		stream := c.Context().RequestBodyStream()
		if stream == nil {
			return c.Next()
		}
		if upload {
			req.SetBodyStream(&counted{stream, limit}, req.Header.ContentLength())
			return c.Next()
		}
		body, err := io.ReadAll(io.LimitReader(stream, int64(limit)+1))
		if err != nil {
			return errs.New(errs.Invalid, "bad_body", "The body of the request did not arrive whole.").Because(err)
		}
		if len(body) > limit {
			c.Context().SetConnectionClose()
			return ErrTooLarge
		}
		req.SetBodyStream(bytes.NewReader(body), len(body)) // huma reads the stream, Fiber's forms read it through
		return c.Next()
	}
}

// patience gives a request with files the time it needs, both to arrive and to
// be worked on.
func patience(c *fiber.Ctx) (done func()) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.UserContext()), uploadTime)
	c.SetUserContext(ctx)
	if conn := c.Context().Conn(); conn != nil {
		_ = conn.SetReadDeadline(time.Now().Add(uploadTime)) //nolint:forbidigo // a deadline of the socket; without it the usual one holds
	}
	return cancel
}

// counted stops a stream that goes over its limit.
type counted struct {
	r    io.Reader
	left int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if c.left -= n; c.left < 0 {
		return 0, ErrTooLarge
	}
	return n, err
}

// wantsPage reports whether a person's browser asks, for a page.
func wantsPage(c *fiber.Ctx) bool {
	return !strings.HasPrefix(c.Path(), "/api/") && !strings.HasPrefix(c.Path(), "/static/") && strings.Contains(c.Get(fiber.HeaderAccept), "text/html")
}
