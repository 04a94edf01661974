package terms

import (
	"strings"

	"github.com/google/uuid"
)

// longestSlug bounds the words of an address; the ending comes after them.
const longestSlug = 60

// Slug is the words of an address: the text in Latin letters, and an ending
// taken from the id that keeps equal names apart.
func Slug(text string, id uuid.UUID) string {
	var b strings.Builder
	for _, w := range Latin(text) {
		if b.Len()+len(w) >= longestSlug {
			break
		}
		b.WriteString(w)
		b.WriteByte('-')
	}
	const letters = "0123456789abcdefghjkmnpqrstvwxyz" // no i, l, o, u: none is taken for another
	for _, x := range id[10:] {
		b.WriteByte(letters[x&31])
	}
	return b.String()
}
