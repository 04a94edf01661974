// Package cursor is where a list goes on: the sort key and id of its last row,
// sealed from the client only by being opaque. A cursor that was not made here
// is refused, never trusted.
package cursor

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"countyfair/internal/errs"
)

// The length of a list's page.
const (
	Default = 24
	Most    = 100
)

// ErrBad is the refusal of a cursor that was not made by Encode.
var ErrBad = errs.New(errs.Invalid, "bad_cursor", "This list cannot go on from there. Start it again.")

// Place is where a list in the order of time stands: the last row's moment and
// id. Ids are in that order themselves, so that some lists need no moment.
type Place struct {
	At time.Time `json:"t,omitzero"`
	ID uuid.UUID `json:"i"`
}

// Encode writes a row's place.
func Encode(place any) string {
	b, err := json.Marshal(place)
	if err != nil {
		return "" // places are plain structs of numbers, times and ids
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// Decode reads a place; an empty cursor is the beginning: it gives
// false and leaves place as it was.
func Decode(s string, place any) (bool, error) {
	if s == "" {
		return false, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) > 1024 {
		return false, ErrBad
	}
	if err := json.Unmarshal(b, place); err != nil {
		return false, ErrBad
	}
	return true, nil
}

// Limit is a page length within bounds; zero is the default.
func Limit(n int) int {
	if n <= 0 {
		return Default
	}
	return min(n, Most)
}
