package observe

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"

	"go.opentelemetry.io/otel/trace"
)

// Attrs gives what a context adds to each of its log lines: the request's id,
// the county's slug.
type Attrs func(ctx context.Context) []slog.Attr

// NewLogger writes JSON lines. Secrets are left out by the name of their key,
// and where a connection string or a bearer token stands inside a text.
func NewLogger(w io.Writer, level slog.Leveler, attrs Attrs) *slog.Logger {
	if attrs == nil {
		attrs = func(context.Context) []slog.Attr { return nil }
	}
	return slog.New(&handler{slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: redact}), attrs})
}

// handler adds to a record what its context knows and the record does not say itself.
type handler struct {
	slog.Handler
	attrs Attrs
}

func (h *handler) Handle(ctx context.Context, r slog.Record) error {
	said := map[string]bool{}
	r.Attrs(func(a slog.Attr) bool {
		said[a.Key] = true
		return true
	})
	for _, a := range h.attrs(ctx) {
		if !said[a.Key] && a.Value.String() != "" {
			r.AddAttrs(a)
		}
	}
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		r.AddAttrs(slog.String("trace_id", span.TraceID().String()), slog.String("span_id", span.SpanID().String()))
	}
	return h.Handler.Handle(ctx, r)
}

func (h *handler) WithAttrs(a []slog.Attr) slog.Handler {
	return &handler{h.Handler.WithAttrs(a), h.attrs}
}

func (h *handler) WithGroup(name string) slog.Handler {
	return &handler{h.Handler.WithGroup(name), h.attrs}
}

// Hidden stands where a secret was.
const Hidden = "[hidden]"

// secretParts are what a secret's key has in it.
var secretParts = []string{"password", "passwd", "token", "secret", "authorization", "cookie", "api_key", "apikey", "private_key", "database_url", "smtp_url"}

// secretKeys are keys that hold a secret only under exactly this name.
var secretKeys = map[string]bool{"otp": true, "pin": true, "credential": true, "dsn": true}

var (
	refusalName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	inURL       = regexp.MustCompile(`(://[^\s:/@]*):[^\s@/]+@`)
	inKeyValue  = regexp.MustCompile(`(?i)\b(password|secret|token)=[^\s&]+`)
	bearer      = regexp.MustCompile(`(?i)\bbearer\s+[a-z0-9._~+/=-]+`)
)

// redact replaces the values of secret keys, and secrets inside texts.
func redact(_ []string, a slog.Attr) slog.Attr {
	if isSecret(a) {
		return slog.String(a.Key, Hidden)
	}
	switch a.Value.Kind() {
	case slog.KindString:
		if s := a.Value.String(); looksSecret(s) {
			return slog.String(a.Key, clean(s))
		}
	case slog.KindAny:
		switch v := a.Value.Any().(type) {
		case error:
			return slog.String(a.Key, clean(v.Error()))
		case fmt.Stringer:
			return slog.String(a.Key, clean(v.String()))
		}
	default: // numbers, times and durations hold no secret; groups come here member by member
	}
	return a
}

func isSecret(a slog.Attr) bool {
	key := strings.ToLower(a.Key)
	if key == "code" || strings.HasSuffix(key, "_code") && strings.Contains(key, "one_time") {
		// The name of a refusal ("out_of_stock") is a code too, and the log needs it.
		return !refusalName.MatchString(a.Value.String())
	}
	if secretKeys[key] {
		return true
	}
	for _, part := range secretParts {
		if strings.Contains(key, part) {
			return true
		}
	}
	return false
}

// looksSecret is the cheap question before the patterns are tried.
func looksSecret(s string) bool {
	return strings.Contains(s, "://") || strings.ContainsRune(s, '=') || strings.Contains(strings.ToLower(s), "bearer ")
}

func clean(s string) string {
	if !looksSecret(s) {
		return s
	}
	s = inURL.ReplaceAllString(s, "$1:"+Hidden+"@")
	s = inKeyValue.ReplaceAllString(s, "$1="+Hidden)
	return bearer.ReplaceAllString(s, "Bearer "+Hidden)
}
