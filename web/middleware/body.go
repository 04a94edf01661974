package middleware

import (
	"bytes"
	"context"
	"io"
	"strings"
	"time"
	"unicode/utf8"

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
// does not hold: small ones are read here; an upload says how long it is, and is
// read by its handler, once it is known who sends it.
func Body(isUpload func(path string) bool) fiber.Handler {
	return func(c *fiber.Ctx) error {
		upload := isUpload(c.Path()) && strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEMultipartForm)
		if upload {
			defer patience(c)()
		}
		if err := announced(c, upload); err != nil {
			return err
		}
		if stream := c.Context().RequestBodyStream(); stream != nil && !upload {
			if err := keep(c, stream); err != nil {
				return err
			}
		}
		return c.Next()
	}
}

// announced judges a body by what its headers say of it.
func announced(c *fiber.Ctx, upload bool) error {
	head, limit := &c.Request().Header, SmallBody
	if upload {
		limit = UploadBody
	}
	switch {
	case head.ContentLength() > limit:
		return ErrTooLarge
	case len(head.ContentEncoding()) > 0: // unpacked, it could be of any size
		return fiber.ErrUnsupportedMediaType
	case upload && head.ContentLength() < 0:
		return fiber.ErrLengthRequired
	}
	return nil
}

// keep reads a small body whole: huma reads the stream, Fiber's forms read it through.
func keep(c *fiber.Ctx, stream io.Reader) error {
	body, err := io.ReadAll(io.LimitReader(stream, SmallBody+1))
	switch {
	case err != nil:
		return errs.New(errs.Malformed, "bad_body", "The body of the request did not arrive whole.").Because(err)
	case len(body) > SmallBody:
		return ErrTooLarge
	case !isText(body) || holdsEscapedNUL(body):
		return ErrNotText
	}
	c.Request().SetBodyStream(bytes.NewReader(body), len(body))
	return nil
}

// ErrNotText refuses bytes that are no text. PostgreSQL keeps neither them nor
// the character NUL, which no person types.
var ErrNotText = errs.New(errs.Malformed, "not_text", "The request holds bytes that are no text. Please send it in UTF-8.")

// Text holds the address of every request to be text.
func Text() fiber.Handler {
	return func(c *fiber.Ctx) error {
		u := c.Request().URI()
		if !isText(u.Path()) {
			return ErrNotText
		}
		for name, value := range u.QueryArgs().All() {
			if !isText(name) || !isText(value) {
				return ErrNotText
			}
		}
		return c.Next()
	}
}

func isText(b []byte) bool { return utf8.Valid(b) && bytes.IndexByte(b, 0) < 0 }

// holdsEscapedNUL finds the \u0000 of JSON, which is not one after another backslash.
func holdsEscapedNUL(b []byte) bool {
	for {
		i := bytes.Index(b, []byte(`\u0000`))
		if i < 0 {
			return false
		}
		slashes := len(b[:i]) - len(bytes.TrimRight(b[:i], `\`))
		if slashes%2 == 0 {
			return true
		}
		b = b[i+2:]
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

// wantsPage reports whether a person's browser asks, for a page.
func wantsPage(c *fiber.Ctx) bool {
	return !strings.HasPrefix(c.Path(), "/api/") && !strings.HasPrefix(c.Path(), "/static/") && strings.Contains(c.Get(fiber.HeaderAccept), "text/html")
}
