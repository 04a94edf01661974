// Package scope is what a request is about: its county, who asks, in which
// language. Middleware fills it once; handlers read it from the context.
package scope

import (
	"context"
	"strings"

	"countyfair/internal/actor"
	"countyfair/tenants"
)

// Scope of a request.
type Scope struct {
	County    *tenants.County
	Actor     actor.Actor
	Name      string // of the account, where somebody is signed in
	Language  string // BCP 47, one of the county's
	RequestID string
	Origin    string // https://longnan.example.org
	Path      string
	CartToken string // from X-Cart-Token or the cart cookie
}

// Secure reports whether the county is reached over TLS.
func (s *Scope) Secure() bool { return strings.HasPrefix(s.Origin, "https://") }

type key struct{}

// With puts the scope into the context.
func With(ctx context.Context, s *Scope) context.Context { return context.WithValue(ctx, key{}, s) }

// From gives the scope of the context; outside a request it is empty.
func From(ctx context.Context) *Scope {
	if s, ok := ctx.Value(key{}).(*Scope); ok {
		return s
	}
	return &Scope{County: &tenants.County{Languages: []string{"en"}}}
}
