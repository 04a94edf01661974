package web

import (
	"context"

	"github.com/google/uuid"

	"countyfair/auth"
	"countyfair/internal/actor"
)

// People knows people by the accounts of the program itself.
type People struct{ Auth *auth.Service }

// Bearer knows an API client by its access token.
func (p People) Bearer(ctx context.Context, tenant uuid.UUID, token string) (actor.Actor, error) {
	return p.Auth.Authenticate(ctx, tenant, token)
}

// Cookie knows a browser by its session cookie.
func (p People) Cookie(ctx context.Context, tenant uuid.UUID, token string) (actor.Actor, string, error) {
	who, session, err := p.Auth.SessionByToken(ctx, tenant, token)
	return who, session.Name, err
}
