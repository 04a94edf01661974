package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"countyfair/auth"
	"countyfair/internal/actor"
	"countyfair/web/scope"
)

// Account is a person's account as its owner sees it, and those in charge.
type Account struct {
	ID            uuid.UUID    `json:"id"`
	Email         string       `json:"email,omitempty"`
	EmailVerified bool         `json:"email_verified"`
	Phone         string       `json:"phone,omitempty" doc:"E.164"`
	PhoneVerified bool         `json:"phone_verified"`
	HasPassword   bool         `json:"has_password"`
	Name          string       `json:"name"`
	Language      string       `json:"language" doc:"BCP 47; empty: no wish"`
	Roles         []actor.Role `json:"roles" example:"buyer"`
	Disabled      bool         `json:"disabled"`
	CreatedAt     time.Time    `json:"created_at"`
}

// Me is the account that asks.
type Me struct {
	Account
	County    string     `json:"county" doc:"Slug of the county the account belongs to" example:"longnan"`
	SellerID  *uuid.UUID `json:"seller_id,omitempty" doc:"The stall the account acts for"`
	SessionID uuid.UUID  `json:"session_id"`
}

// Session is a place where an account is signed in.
type Session struct {
	ID        uuid.UUID `json:"id"`
	Kind      string    `json:"kind" enum:"browser,api"`
	Device    string    `json:"device" doc:"What the client called itself"`
	CreatedAt time.Time `json:"created_at"`
	SeenAt    time.Time `json:"seen_at" doc:"Last use, to the hour"`
	ExpiresAt time.Time `json:"expires_at"`
	Current   bool      `json:"current" doc:"The one that asks"`
}

func account(a auth.Account) Account {
	out := Account{
		ID: a.ID, Email: a.Email, EmailVerified: a.EmailVerified, Phone: a.Phone, PhoneVerified: a.PhoneVerified, HasPassword: a.HasPassword,
		Name: a.Name, Language: a.Language, Roles: a.Roles, Disabled: a.Disabled, CreatedAt: a.CreatedAt,
	}
	if out.Roles == nil {
		out.Roles = []actor.Role{}
	}
	return out
}

func me(ctx context.Context, who actor.Actor, a auth.Account, err error) (*Secret[Me], error) {
	if err != nil {
		return nil, err
	}
	out := Me{Account: account(a), County: scope.From(ctx).County.Slug, SessionID: who.Session}
	out.Roles = who.Roles // as they are in force now
	if who.Seller != uuid.Nil {
		out.SellerID = &who.Seller
	}
	return &Secret[Me]{"no-store", out}, nil
}

func registerMe(a *API, s *auth.Service) {
	Handle(a, Op{ID: "get-me", Method: http.MethodGet, Path: "/me", Tag: "auth", Access: SignedIn, Elsewhere: true, Summary: "Who am I"},
		func(ctx context.Context, who actor.Actor, _ *none) (*Secret[Me], error) {
			mine, err := s.Me(ctx, who)
			return me(ctx, who, mine, err)
		})
	Handle(a, Op{ID: "update-me", Method: http.MethodPatch, Path: "/me", Tag: "auth", Access: SignedIn, NoKey: true, Elsewhere: true, Summary: "Change my name or language; what is left out stays"},
		func(ctx context.Context, who actor.Actor, in *struct {
			Body struct {
				Name     *string `json:"name,omitempty" maxLength:"400"`
				Language *string `json:"language,omitempty" maxLength:"35" doc:"BCP 47; empty: no wish"`
			}
		},
		) (*Secret[Me], error) {
			mine, err := s.Me(ctx, who)
			if err != nil {
				return nil, err
			}
			p := auth.Profile{Name: mine.Name, Language: mine.Language}
			set(&p.Name, in.Body.Name)
			set(&p.Language, in.Body.Language)
			mine, err = s.UpdateMe(ctx, who, p)
			return me(ctx, who, mine, err)
		})
	Handle(a, Op{
		ID: "change-password", Method: http.MethodPut, Path: "/me/password", Tag: "auth", Access: SignedIn, Status: 204, NoKey: true, Elsewhere: true,
		Summary: "Change my password", Detail: "Signs out every other device.",
	},
		func(ctx context.Context, who actor.Actor, in *struct {
			Body struct {
				Current  string `json:"current_password,omitempty" maxLength:"1024" doc:"Needed where the account has a password"`
				Password string `json:"password" maxLength:"1024" doc:"10 to 128 characters"`
			}
		},
		) (*none, error) {
			return &none{}, s.ChangePassword(ctx, who, in.Body.Current, in.Body.Password)
		})
}

func registerSessions(a *API, s *auth.Service) {
	Handle(a, Op{ID: "list-sessions", Method: http.MethodGet, Path: "/me/sessions", Tag: "auth", Access: SignedIn, Elsewhere: true, Summary: "Where I am signed in"},
		func(ctx context.Context, who actor.Actor, in *Page) (*Body[List[Session]], error) {
			items, next, err := s.Sessions(ctx, who, in.Limit, in.Cursor)
			if err != nil {
				return nil, err
			}
			list := List[Session]{Items: make([]Session, len(items)), NextCursor: next}
			for i, v := range items {
				list.Items[i] = Session{v.ID, v.Kind, v.Device, v.CreatedAt, v.SeenAt, v.ExpiresAt, v.Current}
			}
			return Answer(list), nil
		})
	Handle(a, Op{ID: "end-session", Method: http.MethodDelete, Path: "/me/sessions/{id}", Tag: "auth", Access: SignedIn, Status: 204, NoKey: true, Elsewhere: true, Summary: "Sign out somewhere"},
		func(ctx context.Context, who actor.Actor, in *ByID) (*none, error) {
			return &none{}, s.EndSession(ctx, who, in.ID)
		})
}

// AccountInput is an account that somebody in charge makes for another.
type AccountInput struct {
	LoginInput
	Password string     `json:"password,omitempty" maxLength:"1024" doc:"Left out: the person signs in by one-time code"`
	Role     actor.Role `json:"role" enum:"buyer,seller,officer,supervisor"`
	Name     string     `json:"name,omitempty" maxLength:"400"`
	Language string     `json:"language,omitempty" maxLength:"35"`
}

func (n AccountInput) user() auth.NewUser {
	return auth.NewUser{Login: n.Login, Password: n.Password, Role: n.Role, Name: n.Name, Language: n.Language}
}

func accountAnswer(a auth.Account, err error) (*Body[Account], error) {
	if err != nil {
		return nil, err
	}
	return Answer(account(a)), nil
}

// RegisterAccounts adds what those in charge do with other people's accounts.
func RegisterAccounts(a *API, s *auth.Service) {
	Handle(a, Op{ID: "list-accounts", Method: http.MethodGet, Path: "/accounts", Tag: "admin", Access: Officers, Summary: "The county's accounts, the newest first"},
		func(ctx context.Context, who actor.Actor, in *struct {
			Page
			Q    string     `query:"q" maxLength:"100" doc:"Part of an e-mail address, phone number or name"`
			Role actor.Role `query:"role" enum:"seller,officer,supervisor"`
		},
		) (*Body[List[Account]], error) {
			items, next, err := s.ListUsers(ctx, who, who.Tenant, auth.UserFilter{Role: in.Role, Query: in.Q, Limit: in.Limit, Cursor: in.Cursor})
			if err != nil {
				return nil, err
			}
			list := List[Account]{Items: make([]Account, len(items)), NextCursor: next}
			for i, v := range items {
				list.Items[i] = account(v)
			}
			return Answer(list), nil
		})
	Handle(a, Op{ID: "create-account", Method: http.MethodPost, Path: "/accounts", Tag: "admin", Access: Officers, Status: 201, Summary: "Make an account for somebody in the county"},
		func(ctx context.Context, who actor.Actor, in *struct{ Body AccountInput }) (*Body[Account], error) {
			return accountAnswer(s.CreateUser(ctx, who, who.Tenant, in.Body.user()))
		})
	Handle(a, Op{
		ID: "create-county-account", Method: http.MethodPost, Path: "/counties/{id}/accounts", Tag: "platform", Access: Operators, Status: 201, Elsewhere: true,
		Summary: "Make an account in a county, such as its first officer's",
	},
		func(ctx context.Context, who actor.Actor, in *struct {
			ByID
			Body AccountInput
		},
		) (*Body[Account], error) {
			return accountAnswer(s.CreateUser(ctx, who, in.ID, in.Body.user()))
		})
	registerRoles(a, s)
}

func registerRoles(a *API, s *auth.Service) {
	type roleOf struct {
		ByID
		Role actor.Role `path:"role" enum:"seller,officer,supervisor"`
	}
	Handle(a, Op{ID: "grant-role", Method: http.MethodPut, Path: "/accounts/{id}/roles/{role}", Tag: "admin", Access: Officers, Status: 204, Summary: "Let an account act as something more"},
		func(ctx context.Context, who actor.Actor, in *roleOf) (*none, error) {
			return &none{}, s.GrantRole(ctx, who, who.Tenant, in.ID, in.Role)
		})
	Handle(a, Op{ID: "revoke-role", Method: http.MethodDelete, Path: "/accounts/{id}/roles/{role}", Tag: "admin", Access: Officers, Status: 204, Summary: "Take a role from an account"},
		func(ctx context.Context, who actor.Actor, in *roleOf) (*none, error) {
			return &none{}, s.RevokeRole(ctx, who, who.Tenant, in.ID, in.Role)
		})
	type because struct {
		ByID
		Body struct {
			Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"Kept in the audit"`
		}
	}
	Handle(a, Op{ID: "close-account", Method: http.MethodPost, Path: "/accounts/{id}/close", Tag: "admin", Access: Officers, Status: 204, Summary: "Keep an account from signing in, and end its sessions"},
		func(ctx context.Context, who actor.Actor, in *because) (*none, error) {
			return &none{}, s.CloseAccount(ctx, who, who.Tenant, in.ID, in.Body.Reason)
		})
	Handle(a, Op{ID: "reopen-account", Method: http.MethodPost, Path: "/accounts/{id}/reopen", Tag: "admin", Access: Officers, Status: 204, Summary: "Let a closed account sign in again"},
		func(ctx context.Context, who actor.Actor, in *because) (*none, error) {
			return &none{}, s.ReopenAccount(ctx, who, who.Tenant, in.ID, in.Body.Reason)
		})
}
