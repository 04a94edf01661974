// Package problem turns refusals into RFC 9457 documents. It holds the only
// table from error codes to HTTP status, and it is where causes end: they go to
// the log, never to the client.
package problem

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"countyfair/internal/errs"
	"countyfair/internal/pg"
	"countyfair/web/scope"
)

// ContentType of a problem document.
const ContentType = "application/problem+json"

// Document is a refusal as a client sees it (RFC 9457).
type Document struct {
	Type      string  `json:"type" doc:"Always about:blank; read code" example:"about:blank"`
	Title     string  `json:"title" doc:"The status in words"`
	Status    int     `json:"status" example:"409"`
	Code      string  `json:"code" doc:"Stable name of the refusal, for programs" example:"out_of_stock"`
	Detail    string  `json:"detail" doc:"What happened and what to do next, in the reader's language"`
	RequestID string  `json:"request_id,omitempty" doc:"Quote it when asking for help"`
	Errors    []Field `json:"errors,omitempty" doc:"Which inputs are wrong"`

	retry int
	cause error
}

// Field is one wrong input.
type Field struct {
	Field   string `json:"field" doc:"Path of the input" example:"address.postal_code"`
	Code    string `json:"code" example:"too_long"`
	Message string `json:"message"`
}

// status is the one table from a refusal's class to HTTP.
var status = map[errs.Code]int{
	errs.Malformed:       fiber.StatusBadRequest,
	errs.Invalid:         fiber.StatusUnprocessableEntity,
	errs.Unauthenticated: fiber.StatusUnauthorized,
	errs.Forbidden:       fiber.StatusForbidden,
	errs.NotFound:        fiber.StatusNotFound,
	errs.Conflict:        fiber.StatusConflict,
	errs.Gone:            fiber.StatusGone,
	errs.Limited:         fiber.StatusTooManyRequests,
	errs.Unavailable:     fiber.StatusServiceUnavailable,
	errs.Internal:        fiber.StatusInternalServerError,
}

var titles = map[int]string{
	400: "Bad request", 401: "Not signed in", 403: "Not allowed", 404: "Not found", 405: "Method not allowed", 406: "Not acceptable", 408: "Took too long to arrive",
	409: "Conflict", 410: "Gone", 411: "Length required", 412: "Precondition failed", 413: "Too large", 415: "Unsupported media type", 422: "Not valid", 429: "Too many requests", 431: "Headers too large",
	500: "Our fault", 501: "Not implemented", 502: "Bad connection", 503: "Not available now", 504: "Took too long",
}

// Words translates a refusal by its reason; ok is false where there are no words for it.
type Words func(language, reason string, data map[string]any) (text string, ok bool)

// Writer makes documents; words may be nil, then messages stay English.
type Writer struct {
	words Words
	log   *slog.Logger
}

// NewWriter makes a writer.
func NewWriter(words Words, log *slog.Logger) *Writer {
	if words == nil {
		words = func(string, string, map[string]any) (string, bool) { return "", false }
	}
	return &Writer{words, log}
}

// awayFor is how long a client should wait for a database that is away, in seconds.
const awayFor = 5

// From makes the document of any error, in the language of the request.
func (w *Writer) From(ctx context.Context, err error) *Document {
	s := scope.From(ctx)
	var fe *fiber.Error
	var d *Document
	var e *errs.Error
	switch {
	case errors.As(err, &d):
		return d
	case errors.As(err, &e):
		d = w.refusal(s.Language, e)
	case errors.As(err, &fe):
		d = w.Plain(s.Language, fe.Code, "http_"+strconv.Itoa(fe.Code), titles[fe.Code])
	case pg.Away(err):
		d = w.Plain(s.Language, 503, "not_reachable", "The market cannot be reached for a moment. Please try again.")
		d.retry = awayFor
	case errors.Is(err, context.DeadlineExceeded):
		d = w.Plain(s.Language, 504, "took_too_long", "This took too long. Please try again.")
	default:
		d = w.Plain(s.Language, 500, "internal", "Something went wrong on our side. Please try again; nothing was charged twice.")
	}
	d.RequestID, d.cause = s.RequestID, err
	return d
}

func (w *Writer) refusal(language string, e *errs.Error) *Document {
	code, ok := status[e.Code]
	if !ok {
		code = 500
	}
	d := w.Plain(language, code, e.Reason, e.Message)
	if text, ok := w.words(language, e.Reason, e.Data); ok {
		d.Detail = text
	}
	d.retry = e.Retry
	for _, f := range e.Fields {
		message := f.Message
		if text, ok := w.words(language, "field_"+f.Reason, e.Data); ok {
			message = text
		}
		d.Errors = append(d.Errors, Field{f.Name, f.Reason, message})
	}
	return d
}

// Plain makes a document of a status and a stable code.
func (w *Writer) Plain(language string, code int, reason, message string) *Document {
	title, ok := titles[code]
	if !ok {
		code, title = 500, titles[500]
	}
	if text, ok := w.words(language, reason, nil); ok {
		message = text
	}
	if message == "" {
		message = title + "."
	}
	return &Document{Type: "about:blank", Title: title, Status: code, Code: reason, Detail: message}
}

// Log writes the cause where it is ours to mend: every document of 500 and above.
func (w *Writer) Log(ctx context.Context, d *Document) {
	if d.Status >= 500 && d.cause != nil && (d.Status != 503 || pg.Away(d.cause)) {
		w.log.ErrorContext(ctx, "request failed", "code", d.Code, "error", d.cause)
	}
}

// Send answers with the document.
func (w *Writer) Send(c *fiber.Ctx, d *Document) error {
	w.Log(c.UserContext(), d)
	body, err := json.Marshal(d)
	if err != nil {
		return err
	}
	if d.retry > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(d.retry))
	}
	if d.Status == fiber.StatusUnauthorized {
		c.Set(fiber.HeaderWWWAuthenticate, "Bearer")
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Status(d.Status).Set(fiber.HeaderContentType, ContentType)
	return c.Send(body)
}

// Error is the detail, for logs.
func (d *Document) Error() string { return d.Code + ": " + d.Detail }

// GetStatus is the HTTP status.
func (d *Document) GetStatus() int { return d.Status }

// ContentType of the document, whatever was asked for.
func (d *Document) ContentType(string) string { return ContentType }

// Retry is how many seconds to wait before trying again, 0 where it does not matter.
func (d *Document) Retry() int { return d.retry }
