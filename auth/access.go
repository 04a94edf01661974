package auth

import (
	"context"
	"errors"
	"strings"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
)

const (
	audience  = "countyfair"
	tokenType = "at+jwt" // RFC 9068: no other kind of token passes for an access token
	maxToken  = 4096
	maxKID    = 64
)

// claims of an access token. What an account may do is repeated for readers
// outside; we ourselves look at its present standing.
type claims struct {
	Tenant   uuid.UUID    `json:"tid"`
	Session  uuid.UUID    `json:"sid"`
	Roles    []actor.Role `json:"roles"`
	Seller   *uuid.UUID   `json:"seller,omitempty"`
	Language string       `json:"lang,omitempty"`
	jwt.RegisteredClaims
}

func badToken() *errs.Error {
	return errs.New(errs.Unauthenticated, "token_invalid", "The access token is not valid here. Please sign in again.")
}

func expiredToken() *errs.Error {
	return errs.New(errs.Unauthenticated, "token_expired", "The access token has expired. Please refresh it.")
}

func sessionEnded() *errs.Error {
	return errs.New(errs.Unauthenticated, "session_ended", "This session has ended. Please sign in again.")
}

// issueAccess signs an access token for a session.
func (s *Service) issueAccess(key signingKey, a standing) (string, error) {
	now := s.clock.Now()
	c := claims{
		Tenant: a.Tenant, Session: a.ID, Roles: a.roles, Language: a.Language,
		RegisteredClaims: jwt.RegisteredClaims{
			Subject: a.Account.String(), Issuer: s.cfg.Issuer, Audience: jwt.ClaimStrings{audience},
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(AccessLife)),
			ID: uuid.Must(uuid.NewV7()).String(),
		},
	}
	if a.seller != uuid.Nil {
		c.Seller = &a.seller
	}
	t := jwt.NewWithClaims(jwt.SigningMethodEdDSA, c)
	t.Header["kid"], t.Header["typ"] = key.kid, tokenType
	return t.SignedString(key.private)
}

// parseAccess believes a token that we signed, for this county, that has not
// expired; everything else is an Unauthenticated error.
func (s *Service) parseAccess(ctx context.Context, tenant uuid.UUID, bearer string) (claims, error) {
	if len(bearer) > maxToken || strings.ContainsAny(bearer, "\r\n") { // base64 overlooks line ends: a token has one spelling
		return claims{}, badToken()
	}
	var c claims
	var trouble error
	parser := jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}), jwt.WithIssuer(s.cfg.Issuer),
		jwt.WithAudience(audience), jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithStrictDecoding(),
		jwt.WithLeeway(0), jwt.WithTimeFunc(s.clock.Now))
	_, err := parser.ParseWithClaims(bearer, &c, func(t *jwt.Token) (any, error) {
		kid, _ := t.Header["kid"].(string)
		if typ, _ := t.Header["typ"].(string); typ != tokenType || kid == "" || len(kid) > maxKID {
			return nil, errors.New("auth: not an access token of ours")
		}
		key, ok, err := s.keys.verifier(ctx, kid)
		if err != nil {
			trouble = err
			return nil, err
		}
		if !ok {
			return nil, errors.New("auth: unknown kid")
		}
		return key, nil
	})
	switch {
	case trouble != nil: // the database is away: that is no fault of the token
		return claims{}, trouble
	case errors.Is(err, jwt.ErrTokenExpired):
		return claims{}, expiredToken().Because(err)
	case err != nil:
		return claims{}, badToken().Because(err)
	case c.Tenant != tenant || tenant == uuid.Nil || c.Session == uuid.Nil:
		return claims{}, badToken()
	}
	if _, err := uuid.Parse(c.Subject); err != nil {
		return claims{}, badToken().Because(err)
	}
	return c, nil
}

// Authenticate gives the actor of an access token in a county. The session
// behind it must be alive; the actor's roles are its present ones. Errors are
// errs.Unauthenticated, but for a database that does not answer.
func (s *Service) Authenticate(ctx context.Context, tenant uuid.UUID, bearer string) (actor.Actor, error) {
	c, err := s.parseAccess(ctx, tenant, bearer)
	if err != nil {
		return actor.Actor{}, err
	}
	st, err := s.alive.get(c.Session.String(), s.clock.Now(), func() (standing, error) {
		return s.standingByID(pg.WithTenant(ctx, tenant), tenant, c.Session)
	})
	if err != nil {
		return actor.Actor{}, err
	}
	if st.Account.String() != c.Subject || st.Tenant != tenant {
		return actor.Actor{}, badToken()
	}
	return st.actor(), nil
}
