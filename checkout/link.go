package checkout

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"strings"
	"time"

	"github.com/google/uuid"

	"countyfair/tenants"
)

// Credentials are what a person without an account may bring.
type Credentials struct {
	CartToken  string
	OrderToken string // of a guest's link
}

// orderToken signs the way to a group's orders, so that a guest can follow
// them; 144 bits are beyond guessing and still fit into a text message.
func (s *Service) orderToken(tenant, group uuid.UUID) string {
	h := hmac.New(sha256.New, s.linkKey)
	h.Write(tenant[:])
	h.Write(group[:])
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:18])
}

// opens reports whether the token is the one of the group, in constant time.
func (s *Service) opens(token string, tenant, group uuid.UUID) bool {
	return token != "" && hmac.Equal([]byte(token), []byte(s.orderToken(tenant, group)))
}

// OrderPath is where a buyer follows an order, signed or not in need of an account.
func (s *Service) orderPath(tenant, group uuid.UUID, number string) string {
	return "/orders/" + number + "?t=" + s.orderToken(tenant, group)
}

// crockford has no letters that are mistaken for digits or for each other.
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// orderNumber is what people read out on the phone: county, day, six letters
// and digits that say nothing of how many orders there were.
func orderNumber(county *tenants.County, now time.Time) string {
	var b [5]byte
	_, _ = rand.Read(b[:]) // never fails
	return prefix(county.Slug) + now.In(county.Location()).Format("-060102-") + crockford.EncodeToString(b[:])[:6]
}

// prefix is two letters of the slug: the first, and the next consonant of a
// later syllable ("longnan" is LN).
func prefix(slug string) string {
	rest := strings.TrimLeft(slug[1:], "bcdfghjklmnpqrstvwxz")
	rest = strings.TrimLeft(rest, "aeiouy-0123456789")
	if rest == "" {
		rest = slug[1:]
	}
	// "longnan" after its first vowels is "ngnan": the syllable's own end is skipped.
	for _, end := range []string{"ng", "n", "r"} {
		if after := strings.TrimPrefix(rest, end); after != rest && after != "" && !strings.ContainsRune("aeiouy", rune(after[0])) {
			rest = after
			break
		}
	}
	return strings.ToUpper(slug[:1] + rest[:1])
}
