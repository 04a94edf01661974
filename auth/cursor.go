package auth

import (
	"encoding/base64"

	"github.com/google/uuid"

	"countyfair/internal/errs"
)

// Lists here go from the newest to the oldest. Ids are in the order of time,
// so the id alone is the cursor.
func writeCursor(id uuid.UUID) string { return base64.RawURLEncoding.EncodeToString(id[:]) }

func readCursor(s string) (uuid.UUID, error) {
	if s == "" {
		return uuid.Max, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		var id uuid.UUID
		if id, err = uuid.FromBytes(raw); err == nil {
			return id, nil
		}
	}
	var f errs.Fields
	f.Add("cursor", "bad_cursor", "This is no cursor that we gave out.")
	return uuid.Nil, f.Err()
}

// clampLimit is how many items a list gives: 24 unless told, at most 100.
func clampLimit(n int) int {
	if n <= 0 {
		return 24
	}
	return min(n, 100)
}
