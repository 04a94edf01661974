package auth

import (
	"crypto/rand"
	"strings"
)

// CSRFToken is what a form carries to show that it is ours. cookie is the value
// of the cookie that a browser sends along by itself: a session's token, or a
// guest's random one (NewGuestCookie). The token differs each time, so that
// compressed pages tell nothing about it.
func (s *Service) CSRFToken(cookie string) string {
	nonce := rand.Text()
	return nonce + "." + s.csrf.Sign(listed(nonce, cookie))
}

// CheckCSRF reports whether the token was made for the cookie.
func (s *Service) CheckCSRF(cookie, token string) bool {
	nonce, signature, ok := strings.Cut(token, ".")
	return ok && cookie != "" && s.csrf.Signed(listed(nonce, cookie), signature)
}

// NewGuestCookie is a random value for a browser that is not signed in.
func NewGuestCookie() string {
	token, _ := newToken()
	return token
}
