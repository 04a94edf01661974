package checkout

import (
	"regexp"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// FuzzLink throws anything at a guest's link: its own token opens it, no other.
func FuzzLink(f *testing.F) {
	s := &Service{linkKey: []byte("a key of links for this test")}
	tenant, group := uuid.MustParse("0198c1d2-0000-7000-8000-000000000001"), uuid.MustParse("0198c1d2-0000-7000-8000-000000000002")
	good := s.orderToken(tenant, group)
	for _, seed := range []string{"", good, good[:23], good + "=", " " + good, s.orderToken(group, tenant)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		require.Equal(t, token == good, s.opens(token, tenant, group))
		require.False(t, s.opens(token, group, tenant) && token == good)
	})
}

// FuzzPrefix makes the letters of an order's number from any slug a county may have.
func FuzzPrefix(f *testing.F) {
	slug := regexp.MustCompile(`^[a-z][a-z0-9-]{1,38}[a-z0-9]$`)
	for _, s := range []string{"longnan", "xinfeng", "nyeri", "aaa", "b--", "l-9", "zzz"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if slug.MatchString(s) {
			require.Regexp(t, `^[A-Z][A-Z0-9-]$`, prefix(s))
		}
	})
}
