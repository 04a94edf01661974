package api

import (
	"context"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"countyfair/auth"
	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/web/scope"
)

// Tokens are an API client's way in (RFC 6749, section 5.1).
type Tokens struct {
	AccessToken  string `json:"access_token" doc:"A JWT, to be sent as Authorization: Bearer …"`
	RefreshToken string `json:"refresh_token" doc:"Good for one use; each refresh gives the next"`
	ExpiresIn    int    `json:"expires_in" doc:"Seconds until the access token ends" example:"600"`
	TokenType    string `json:"token_type" enum:"Bearer"`
}

// Secret is an answer that nobody may keep on the way.
type Secret[T any] struct {
	CacheControl string `header:"Cache-Control"`
	Body         T
}

func tokens(t auth.Tokens, err error) (*Secret[Tokens], error) {
	if err != nil {
		return nil, err
	}
	return &Secret[Tokens]{"no-store", Tokens{t.Access, t.Refresh, t.ExpiresIn, "Bearer"}}, nil
}

// Device is what the client calls itself, for the list of its owner's sessions.
type Device struct {
	UserAgent string `header:"User-Agent" hidden:"true"`
}

// Sent tells that something is on its way, if anybody is there to get it.
type Sent struct {
	ExpiresIn int `json:"expires_in" doc:"Seconds until the code or link is too old" example:"600"`
}

// LoginInput names an account, or one to be.
type LoginInput struct {
	Login string `json:"login" maxLength:"320" doc:"An e-mail address, or a phone number (E.164, or of the county's country)" example:"+8613800138000"`
}

// RegisterAuth adds the operations of signing in and out.
func RegisterAuth(a *API, s *auth.Service) {
	registerSignIn(a, s)
	registerTokens(a, s)
	registerReset(a, s)
	registerMe(a, s)
	registerSessions(a, s)
}

func registerSignIn(a *API, s *auth.Service) {
	Handle(a, Op{
		ID: "request-otp", Method: http.MethodPost, Path: "/auth/otp", Tag: "auth", Access: Anyone, Status: 202, NoKey: true, Elsewhere: true,
		Summary: "Have a one-time code sent", Detail: "The answer is the same whether the login has an account or not. A new code takes the place of the one before.",
	},
		func(ctx context.Context, who actor.Actor, in *struct{ Body LoginInput }) (*Body[Sent], error) {
			if err := s.RequestCode(ctx, who, in.Body.Login, scope.From(ctx).Language); err != nil {
				return nil, err
			}
			return Answer(Sent{int(auth.CodeLife.Seconds())}), nil
		})
	Handle(a, Op{
		ID: "create-token", Method: http.MethodPost, Path: "/auth/token", Tag: "auth", Access: Anyone, NoKey: true, Elsewhere: true,
		Summary: "Sign in, with a password or a one-time code", Detail: "Signing in by code makes the account where there is none.",
	},
		func(ctx context.Context, who actor.Actor, in *struct {
			Device
			Body struct {
				Grant string `json:"grant" enum:"password,otp"`
				LoginInput
				Password string `json:"password,omitempty" maxLength:"1024" doc:"For the grant password"`
				Code     string `json:"code,omitempty" maxLength:"32" doc:"For the grant otp" example:"123456"`
			}
		},
		) (*Secret[Tokens], error) {
			c := auth.Credentials{Login: in.Body.Login, Device: in.UserAgent, Language: scope.From(ctx).Language}
			if in.Body.Grant == "otp" {
				if c.Code = in.Body.Code; c.Code == "" {
					return nil, missing("code", "Enter the code that we sent you.")
				}
			} else if c.Password = in.Body.Password; c.Password == "" {
				return nil, missing("password", "Enter your password.")
			}
			return tokens(s.CreateToken(ctx, who, c))
		})
	Handle(a, Op{
		ID: "register-account", Method: http.MethodPost, Path: "/auth/register", Tag: "auth", Access: Anyone, Status: 201, NoKey: true, Elsewhere: true,
		Summary: "Make an account with a password, and sign in", Detail: "A login that has an account already is refused as login_taken.",
	},
		func(ctx context.Context, who actor.Actor, in *struct {
			Device
			Body struct {
				LoginInput
				Password string `json:"password" maxLength:"1024" doc:"10 to 128 characters"`
				Name     string `json:"name,omitempty" maxLength:"400"`
				Language string `json:"language,omitempty" maxLength:"35" doc:"BCP 47" example:"zh-Hans"`
			}
		},
		) (*Secret[Tokens], error) {
			b := in.Body
			return tokens(s.Register(ctx, who, auth.Registration{Login: b.Login, Password: b.Password, Name: b.Name, Language: b.Language, Device: in.UserAgent}))
		})
}

func missing(field, message string) error {
	var f errs.Fields
	f.Add(field, "missing", message)
	return f.Err()
}

func registerTokens(a *API, s *auth.Service) {
	Handle(a, Op{
		ID: "refresh-token", Method: http.MethodPost, Path: "/auth/token/refresh", Tag: "auth", Access: Anyone, NoKey: true, Elsewhere: true,
		Summary: "Get new tokens for a refresh token", Detail: "A refresh token is good once. Of requests that overlap one wins and the others are refused as refresh_raced. " +
			"A token that comes again later was copied: it is refused as refresh_reused, and its session ends.",
	},
		func(ctx context.Context, who actor.Actor, in *struct {
			Body struct {
				RefreshToken string `json:"refresh_token" maxLength:"400"`
			}
		},
		) (*Secret[Tokens], error) {
			return tokens(s.RefreshToken(ctx, who, in.Body.RefreshToken))
		})
	Handle(a, Op{
		ID: "revoke-token", Method: http.MethodPost, Path: "/auth/token/revoke", Tag: "auth", Access: Anyone, Status: 204, NoKey: true, Elsewhere: true,
		Summary: "Sign out", Detail: "Ends the session of the refresh token; without one, the session of the access token that is sent. An unknown token is no error (RFC 7009).",
	},
		func(ctx context.Context, who actor.Actor, in *struct {
			Body struct {
				RefreshToken string `json:"refresh_token,omitempty" maxLength:"400"`
			}
		},
		) (*none, error) {
			return &none{}, s.RevokeToken(ctx, who, in.Body.RefreshToken)
		})
}

func registerReset(a *API, s *auth.Service) {
	Handle(a, Op{
		ID: "request-password-reset", Method: http.MethodPost, Path: "/auth/password-reset", Tag: "auth", Access: Anyone, Status: 202, NoKey: true, Elsewhere: true,
		Summary: "Have a link or code sent to set a new password", Detail: "The answer is the same whether the login has an account or not.",
	},
		func(ctx context.Context, who actor.Actor, in *struct{ Body LoginInput }) (*Body[Sent], error) {
			if err := s.RequestReset(ctx, who, in.Body.Login, scope.From(ctx).Language); err != nil {
				return nil, err
			}
			return Answer(Sent{int(auth.ResetLife.Seconds())}), nil
		})
	Handle(a, Op{
		ID: "reset-password", Method: http.MethodPost, Path: "/auth/password-reset/complete", Tag: "auth", Access: Anyone, Status: 204, NoKey: true, Elsewhere: true,
		Summary: "Set a new password with the link's token, or with the login and its code", Detail: "Ends all sessions of the account.",
	},
		func(ctx context.Context, who actor.Actor, in *struct {
			Body struct {
				Token    string `json:"token,omitempty" maxLength:"400" doc:"From the link; or else login and code"`
				Login    string `json:"login,omitempty" maxLength:"320"`
				Code     string `json:"code,omitempty" maxLength:"32" example:"123456"`
				Password string `json:"password" maxLength:"1024" doc:"10 to 128 characters"`
			}
		},
		) (*none, error) {
			b := in.Body
			return &none{}, s.ResetPassword(ctx, who, auth.Reset{Token: b.Token, Login: b.Login, Code: b.Code, Password: b.Password})
		})
}

// JWKS serves the keys that access tokens are signed with, to whoever wants to
// check one (RFC 7517).
func JWKS(s *auth.Service) fiber.Handler {
	return func(c *fiber.Ctx) error {
		set, err := s.JWKS(c.UserContext())
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderCacheControl, "public, max-age=300")
		return c.JSON(set, "application/jwk-set+json")
	}
}
