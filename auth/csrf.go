package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"encoding/base64"
)

const csrfNonce = 16

// CSRFToken is what a form carries to show that it is ours. cookie is the value
// of the cookie that a browser sends along by itself: a session's token, or a
// guest's random one (NewGuestCookie). The token differs each time, so that
// compressed pages tell nothing about it.
func (s *Service) CSRFToken(cookie string) string {
	nonce := make([]byte, csrfNonce)
	_, _ = rand.Read(nonce) // never fails: crypto/rand ends the program instead
	return base64.RawURLEncoding.EncodeToString(append(nonce, mac(s.secret.csrf, string(nonce), cookie)...))
}

// CheckCSRF reports whether the token was made for the cookie.
func (s *Service) CheckCSRF(cookie, token string) bool {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) <= csrfNonce || cookie == "" {
		return false
	}
	return hmac.Equal(raw[csrfNonce:], mac(s.secret.csrf, string(raw[:csrfNonce]), cookie))
}

// NewGuestCookie is a random value for a browser that is not signed in.
func NewGuestCookie() string {
	token, _ := newToken()
	return token
}
