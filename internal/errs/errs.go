// Package errs is the one error type that use-cases return on purpose.
//
// A domain says what went wrong with a Code and a stable Reason; it never names
// HTTP. The web layer maps codes to status in one table, translates Message for
// the person, and logs the wrapped cause, which no client ever sees.
package errs

import (
	"errors"
	"fmt"
	"maps"
	"strings"
)

// Code is the class of a refusal; the web layer has one status for each.
type Code string

// The classes of refusal.
const (
	Malformed       Code = "malformed"       // the request itself cannot be understood
	Invalid         Code = "invalid"         // the input is wrong; Fields says where
	Unauthenticated Code = "unauthenticated" // nobody is signed in, or the token is stale
	Forbidden       Code = "forbidden"       // signed in, but not allowed
	NotFound        Code = "not_found"       // absent, or another county's
	Conflict        Code = "conflict"        // true of the input, but not of the present state
	Gone            Code = "gone"            // it was there and has expired
	Limited         Code = "limited"         // too many tries; RetryAfter says how long
	Unavailable     Code = "unavailable"     // a part we need is down; try again
	Internal        Code = "internal"        // our fault
)

// Error is a refusal with a class, a stable reason for programs, and a plain
// English message; people get the message translated by its reason.
type Error struct {
	Code    Code
	Reason  string         // stable, snake_case: "out_of_stock"
	Message string         // one plain sentence with the next step
	Fields  []Field        // which inputs are wrong, for Invalid
	Data    map[string]any // values that the translated message needs
	Retry   int            // seconds to wait, for Limited and Unavailable
	cause   error
}

// Field is one wrong input: its name as the client sent it and why.
type Field struct {
	Name    string
	Reason  string // stable, snake_case: "too_long"
	Message string
}

// Error gives the code, the reason, the message, the wrong inputs and the
// cause, for logs.
func (e *Error) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s/%s: %s", e.Code, e.Reason, e.Message)
	for _, f := range e.Fields {
		fmt.Fprintf(&text, " %s: %s", f.Name, f.Message)
	}
	if e.cause != nil {
		text.WriteString(": " + e.cause.Error())
	}
	return text.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// Is matches another *Error by code and, where the target names one, by reason.
func (e *Error) Is(target error) bool {
	var t *Error
	if !errors.As(target, &t) {
		return false
	}
	return t.Code == e.Code && (t.Reason == "" || t.Reason == e.Reason)
}

// New makes a refusal.
func New(code Code, reason, message string) *Error {
	return &Error{Code: code, Reason: reason, Message: message}
}

// Because returns a copy of the refusal that wraps its cause for the log.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// With returns a copy of the refusal with a value for its translated message.
func (e *Error) With(key string, value any) *Error {
	c := *e
	c.Data = make(map[string]any, len(e.Data)+1)
	maps.Copy(c.Data, e.Data)
	c.Data[key] = value
	return &c
}

// After returns a copy of the refusal that asks to wait so many seconds.
func (e *Error) After(seconds int) *Error {
	c := *e
	c.Retry = seconds
	return &c
}

// NotFoundOf says that a thing of this kind is not there (or is another county's).
func NotFoundOf(kind string) *Error {
	return New(NotFound, kind+"_not_found", "There is no such "+kind+" here.")
}

// SignIn is the refusal for somebody who is not signed in.
func SignIn() *Error {
	return New(Unauthenticated, "sign_in", "Please sign in first.")
}

// NotAllowed is the refusal for a signed-in person without the right.
func NotAllowed() *Error {
	return New(Forbidden, "not_allowed", "Your account is not allowed to do this.")
}

// CodeOf gives the class of any error; an error nobody planned is Internal.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Internal
}

// Fields gathers wrong inputs, so that a person sees all of them at once.
type Fields []Field

// Add notes one wrong input.
func (f *Fields) Add(name, reason, message string) {
	*f = append(*f, Field{Name: name, Reason: reason, Message: message})
}

// Err is nil where nothing was wrong, and otherwise an Invalid error of all fields.
func (f Fields) Err() error {
	if len(f) == 0 {
		return nil
	}
	e := New(Invalid, "invalid", "Some of what you entered needs another look.")
	e.Fields = f
	return e
}
