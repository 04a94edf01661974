// Package seal keeps small secrets in the database unreadable without the
// installation's own secret, and signs what we hand out to be brought back.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
)

// ErrBroken says that sealed or signed bytes were changed, or made under another secret.
var ErrBroken = errors.New("seal: cannot be opened with this secret")

// Box seals and signs for one purpose; boxes of other purposes cannot read it.
type Box struct {
	aead cipher.AEAD
	mac  []byte
}

// New derives the keys of a purpose ("signing-keys") from the installation's secret.
func New(secret, purpose string) (*Box, error) {
	key, err := hkdf.Key(sha256.New, []byte(secret), nil, "countyfair/"+purpose, 64)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key[:32])
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	return &Box{aead, key[32:]}, err
}

// Seal encrypts plain; name binds it to its place, so that it opens nowhere else.
func (b *Box) Seal(plain []byte, name string) []byte {
	nonce := make([]byte, b.aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails: crypto/rand aborts the program instead
	return b.aead.Seal(nonce, nonce, plain, []byte(name))
}

// Open gives back what was sealed under that name.
func (b *Box) Open(sealed []byte, name string) ([]byte, error) {
	n := b.aead.NonceSize()
	if len(sealed) < n {
		return nil, ErrBroken
	}
	plain, err := b.aead.Open(nil, sealed[:n], sealed[n:], []byte(name))
	if err != nil {
		return nil, ErrBroken
	}
	return plain, nil
}

// Sign gives a signature of the text, safe in a link.
func (b *Box) Sign(text string) string {
	return base64.RawURLEncoding.EncodeToString(b.sum(text))
}

// Signed reports in constant time whether the signature is the text's.
func (b *Box) Signed(text, signature string) bool {
	given, err := base64.RawURLEncoding.DecodeString(signature)
	return err == nil && hmac.Equal(given, b.sum(text))
}

func (b *Box) sum(text string) []byte {
	m := hmac.New(sha256.New, b.mac)
	m.Write([]byte(text))
	return m.Sum(nil)
}
