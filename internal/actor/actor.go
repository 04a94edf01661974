// Package actor is who is asking: the first thing a use-case looks at.
package actor

import (
	"slices"

	"github.com/google/uuid"

	"countyfair/internal/errs"
)

// Role is what an account may act as, within its county.
type Role string

// The roles. Buyer needs no grant: everyone signed in may buy.
const (
	Buyer      Role = "buyer"
	Seller     Role = "seller"
	Officer    Role = "officer"    // runs a county's market
	Supervisor Role = "supervisor" // watches over it
	Operator   Role = "operator"   // runs the platform; belongs to no county
	System     Role = "system"     // a job or a provider's event, never a person
)

// Actor is the county the request is for, and who makes it. A guest has no
// account. Tenant is the zero UUID only outside every county.
type Actor struct {
	Tenant   uuid.UUID
	Account  uuid.UUID
	Seller   uuid.UUID // the seller this account acts for, if any
	Session  uuid.UUID
	Roles    []Role
	Language string
	IP       string
}

// Guest is somebody not signed in.
func Guest(tenant uuid.UUID) Actor { return Actor{Tenant: tenant} }

// OfSystem is the program itself, at work in a county.
func OfSystem(tenant uuid.UUID) Actor { return Actor{Tenant: tenant, Roles: []Role{System}} }

// SignedIn reports whether there is an account.
func (a Actor) SignedIn() bool { return a.Account != uuid.Nil }

// Is reports whether the actor has one of the roles.
func (a Actor) Is(roles ...Role) bool {
	for _, r := range roles {
		if slices.Contains(a.Roles, r) {
			return true
		}
	}
	return false
}

// Need is nil where the actor has one of the roles; a guest is asked to sign
// in, anybody else is refused.
func (a Actor) Need(roles ...Role) error {
	switch {
	case a.Is(roles...):
		return nil
	case !a.SignedIn():
		return errs.SignIn()
	}
	return errs.NotAllowed()
}

// NeedAccount is nil where somebody is signed in.
func (a Actor) NeedAccount() error {
	if a.SignedIn() || a.Is(System) {
		return nil
	}
	return errs.SignIn()
}
