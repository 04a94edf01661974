// Package api is the JSON interface: one file a domain, an OpenAPI 3.1
// document made from the handlers' types.
//
// Each operation is declared with who may call it; a test reads the table of
// routes and fails where one says nothing. The declaration is a convenience:
// the use-case behind it authorises again, first thing.
package api

import (
	"context"
	"net/http"
	"reflect"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/tenants"
	"countyfair/web/problem"
	"countyfair/web/scope"
)

// Prefix of all operations.
const Prefix = "/api/v1"

// Access is who may call an operation.
type Access string

// Who may call.
const (
	Anyone    Access = "anyone"
	SignedIn  Access = "signed_in"
	Sellers   Access = "seller"
	Officers  Access = "officer"  // and supervisors where they only look
	Operators Access = "operator" // on the platform's host
	Provider  Access = "provider" // a payment provider, known by its signature
)

// Op declares an operation.
type Op struct {
	ID      string // operationId, which outsiders rely on
	Method  string
	Path    string // under Prefix, with {parameters}
	Summary string
	Detail  string
	Tag     string
	Access  Access
	Status  int   // of success; 0: 200, or 204 where nothing is answered
	MaxBody int64 // bytes; 0: 1 MiB
	// NoKey leaves the operation out of Idempotency-Key (sign-in and webhooks).
	NoKey bool
	// Public is set where every guest gets the same answer, which may be held
	// for a moment.
	Public bool
	// Elsewhere lets the operation answer for a county that is not open.
	Elsewhere bool
}

// API is where operations are registered.
type API struct {
	huma     huma.API
	problems *problem.Writer
	replays  *Replays
	app      *fiber.App
	hold     func(next fiber.Handler) fiber.Handler
}

var overrideErrors sync.Once

// New makes the API on the app. Its document is at Prefix/openapi.json and .yaml.
// hold keeps public answers for a moment.
func New(app *fiber.App, problems *problem.Writer, replays *Replays, hold func(next fiber.Handler) fiber.Handler, version string) *API {
	cfg := huma.DefaultConfig("Countyfair", version)
	cfg.Info.Description = about
	cfg.Info.License = &huma.License{Name: "AGPL-3.0-or-later", Identifier: "AGPL-3.0-or-later"}
	cfg.Servers = []*huma.Server{{URL: Prefix}}
	cfg.OpenAPIPath = "/openapi"
	cfg.DocsPath, cfg.SchemasPath = "", ""
	cfg.CreateHooks = nil
	cfg.Components.Schemas.RegisterTypeAlias(reflect.TypeFor[uuid.UUID](), reflect.TypeFor[id]())
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: "The access token of create-token."},
		"cookie": {Type: "apiKey", In: "cookie", Name: "session", Description: "A browser's session."},
	}
	a := &API{problems: problems, replays: replays, app: app, hold: hold}
	overrideErrors.Do(func() {
		huma.NewErrorWithContext = newError(problems)
		huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
			return newError(problems)(nil, status, msg, errs...)
		}
	})
	a.huma = humafiber.NewWithGroup(app, app.Group(Prefix), cfg)
	return a
}

// id describes a uuid.UUID, so that a wrong one is refused by its field's name.
type id struct{}

// Schema of an id.
func (id) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "uuid"}
}

const about = `The marketplace of a county: its produce, baskets, orders and the people behind them.

Money is an object of minor units and currency; times are RFC 3339 in UTC; lists come in pages with next_cursor.
A refusal is a problem document (RFC 9457) with a stable code. Send an Idempotency-Key with every unsafe request:
repeating the request with the same key and body gives the same answer.`

// newError words huma's own refusals (wrong types, unknown fields) as ours.
func newError(w *problem.Writer) func(huma.Context, int, string, ...error) huma.StatusError {
	return func(ctx huma.Context, status int, msg string, causes ...error) huma.StatusError {
		language, c := "", context.Background()
		if ctx != nil {
			c = ctx.Context()
			language = scope.From(c).Language
		}
		if status >= 500 {
			d := w.From(c, errs.New(errs.Internal, "internal", "Something went wrong on our side. Please try again.").Because(first(causes)))
			w.Log(c, d)
			return d
		}
		reason, text := "bad_request", "The request cannot be read: "+msg+"."
		if status == http.StatusUnprocessableEntity {
			reason, text = "invalid", "Some of what you sent needs another look."
		}
		d := w.Plain(language, status, reason, text)
		d.RequestID = scope.From(c).RequestID
		for _, cause := range causes {
			if det, ok := cause.(huma.ErrorDetailer); ok {
				e := det.ErrorDetail()
				d.Errors = append(d.Errors, problem.Field{Field: trimBody(e.Location), Code: "invalid", Message: e.Message})
			}
		}
		return d
	}
}

func first(causes []error) error {
	if len(causes) == 0 {
		return nil
	}
	return causes[0]
}

func trimBody(location string) string {
	for _, prefix := range []string{"body.", "query.", "path.", "header."} {
		if len(location) > len(prefix) && location[:len(prefix)] == prefix {
			return location[len(prefix):]
		}
	}
	return location
}

// Handle registers an operation. The handler gets who asks from the context's scope.
func Handle[I, O any](a *API, op Op, handler func(ctx context.Context, who actor.Actor, in *I) (*O, error)) {
	h := huma.Operation{
		OperationID: op.ID, Method: op.Method, Path: op.Path, Summary: op.Summary, Description: op.Detail, Tags: []string{op.Tag},
		DefaultStatus: op.Status, MaxBodyBytes: op.MaxBody, BodyReadTimeout: -1, Errors: []int{400, 404, 422, 500},
		Metadata: map[string]any{"access": string(op.Access)}, Extensions: map[string]any{"x-access": string(op.Access)},
	}
	if op.Access == SignedIn || op.Access == Sellers || op.Access == Officers || op.Access == Operators {
		h.Security = []map[string][]string{{"bearer": {}}, {"cookie": {}}}
		h.Errors = append(h.Errors, 401, 403)
	} else {
		h.Security = []map[string][]string{{}, {"bearer": {}}}
	}
	h.Middlewares = huma.Middlewares{a.gate(op)}
	if op.unsafe() && !op.NoKey {
		h.Errors = append(h.Errors, 409)
		h.Parameters = append(h.Parameters, idempotencyKey)
		h.Middlewares = append(h.Middlewares, a.replays.middleware(a, op))
	}
	if op.Public {
		a.app.Get(Prefix+fiberPath(op.Path), a.hold((*fiber.Ctx).Next))
	}
	huma.Register(a.huma, h, func(ctx context.Context, in *I) (*O, error) {
		out, err := handler(ctx, scope.From(ctx).Actor, in)
		if err != nil {
			return nil, a.refuse(ctx, err)
		}
		return out, nil
	})
}

// gate turns away whoever may not call the operation, before anything of the
// request is read, kept or judged.
func (a *API) gate(op Op) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		if err := op.admits(scope.From(ctx.Context())); err != nil {
			c := humafiber.Unwrap(ctx)
			_ = a.problems.Send(c, a.problems.From(c.UserContext(), err))
			return
		}
		next(ctx)
	}
}

var idempotencyKey = &huma.Param{
	Name: "Idempotency-Key", In: "header", Description: "Any text of up to 200 characters, new for each act. The same key and body give the same answer; another body is refused.",
	Schema: &huma.Schema{Type: "string"},
}

// refuse words the error; with a time to wait it carries Retry-After.
func (a *API) refuse(ctx context.Context, err error) error {
	d := a.problems.From(ctx, err)
	a.problems.Log(ctx, d)
	if d.Retry() > 0 {
		return huma.ErrorWithHeaders(d, http.Header{"Retry-After": {itoa(d.Retry())}})
	}
	return d
}

func (op Op) unsafe() bool { return op.Method != http.MethodGet && op.Method != http.MethodHead }

// errNotOpen is the answer of a county that has not opened yet, to all but its own officers.
var errNotOpen = errs.New(errs.NotFound, "county_not_open", "This market has not opened yet.")

// errNoCounty is the answer of the platform's own host to a question about a county.
var errNoCounty = errs.New(errs.NotFound, "no_county", "Say which county: use its own address, or the header X-County.")

func (op Op) admits(s *scope.Scope) error {
	who := s.Actor
	if !op.Elsewhere && s.County.Platform {
		return errNoCounty
	}
	if !op.Elsewhere && s.County.State != tenants.Open && !who.Is(actor.Officer, actor.Supervisor) {
		return errNotOpen
	}
	switch op.Access {
	case Anyone, Provider:
		return nil
	case SignedIn:
		return who.NeedAccount()
	case Sellers:
		return who.Need(actor.Seller)
	case Officers:
		return who.Need(actor.Officer, actor.Supervisor)
	case Operators:
		return who.Need(actor.Operator)
	}
	return errs.NotAllowed() // an operation that declares nobody admits nobody
}

// OpenAPI is the document.
func (a *API) OpenAPI() *huma.OpenAPI { return a.huma.OpenAPI() }
