package middleware

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"countyfair/internal/errs"
	"countyfair/web/problem"
	"countyfair/web/scope"
)

// Start names the request, bounds its time, logs its end and catches panics.
// It is the outermost middleware.
func Start(log *slog.Logger, timeout time.Duration) fiber.Handler {
	return func(c *fiber.Ctx) (err error) {
		began := time.Now() //nolint:forbidigo // measures a duration
		s := &scope.Scope{RequestID: uuid.NewString(), Path: c.Path()}
		ctx, cancel := context.WithTimeout(scope.With(c.UserContext(), s), timeout)
		defer cancel()
		c.SetUserContext(ctx)
		c.Set("X-Request-Id", s.RequestID)
		defer func() {
			if r := recover(); r != nil {
				log.ErrorContext(ctx, "panic", "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
				err = errs.New(errs.Internal, "internal", "Something went wrong on our side. Please try again.")
			}
			if err != nil { // the answer is written here, so that the log knows its status
				err = c.App().Config().ErrorHandler(c, err)
			}
			slug := ""
			if s.County != nil {
				slug = s.County.Slug
			}
			log.LogAttrs(ctx, slog.LevelInfo, "request", slog.String("request_id", s.RequestID), slog.String("county", slug),
				slog.String("method", c.Method()), slog.String("route", c.Route().Path), slog.Int("status", c.Response().StatusCode()),
				slog.Duration("took", time.Since(began)), slog.Int("bytes", len(c.Response().Body())))
		}()
		return c.Next()
	}
}

// Headers are the protections every answer carries. There is no inline script
// and no inline style in the product, so none is allowed.
func Headers(secure bool) fiber.Handler {
	const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; " +
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
	return func(c *fiber.Ctx) error {
		c.Set("Content-Security-Policy", csp)
		c.Set("X-Content-Type-Options", "nosniff")
		c.Set("Referrer-Policy", "same-origin")
		c.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		c.Set("Cross-Origin-Opener-Policy", "same-origin")
		c.Set("X-Frame-Options", "DENY")
		if secure {
			c.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
		}
		return c.Next()
	}
}

// ErrorHandler answers every error that reaches Fiber: as a problem document,
// or for a person's page as page writes it.
func ErrorHandler(w *problem.Writer, page func(c *fiber.Ctx, d *problem.Document) error) fiber.ErrorHandler {
	return func(c *fiber.Ctx, err error) error {
		d := w.From(c.UserContext(), err)
		if page != nil && wantsPage(c) {
			w.Log(c.UserContext(), d)
			c.Status(d.Status)
			c.Set(fiber.HeaderCacheControl, "no-store")
			return page(c, d)
		}
		return w.Send(c, d)
	}
}
