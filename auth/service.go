package auth

import (
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"countyfair/internal/clock"
	"countyfair/internal/jobs"
	"countyfair/internal/pg"
)

// PlatformID is the tenant that operators' accounts belong to.
var PlatformID = uuid.MustParse("00000000-0000-7000-8000-000000000001")

// How long things last.
const (
	AccessLife  = 10 * time.Minute
	CodeLife    = 10 * time.Minute
	ResetLife   = 30 * time.Minute
	SessionLife = 30 * 24 * time.Hour  // without being used
	SessionMost = 180 * 24 * time.Hour // in all, however much it is used
)

// codeTries is how many guesses one code stands.
const codeTries = 5

// MinSecret is the least length of the installation's secret, in bytes.
const MinSecret = 32

// Config is what the service is told about the installation.
type Config struct {
	Secret []byte // seals keys and codes; at least MinSecret bytes
	Issuer string // of access tokens: the platform's address
	Limits Limits // the zero value means DefaultLimits
	// ResetURL makes the page's address for a reset token in a county. Without
	// it a code is sent instead of a link.
	ResetURL func(ctx context.Context, tenant uuid.UUID, token string) (string, error)
	Log      *slog.Logger // nil: the default one
}

// Service has the use-cases of accounts and sign-in.
type Service struct {
	db     *pg.DB
	clock  clock.Clock
	cfg    Config
	hasher *hasher
	keys   *keyring
	alive  *liveness
	secret struct{ codes, csrf, rates []byte }
}

// NewService makes the service and registers its jobs.
func NewService(db *pg.DB, c clock.Clock, r *jobs.Registry, cfg Config) (*Service, error) {
	if len(cfg.Secret) < MinSecret {
		return nil, errors.New("auth: the secret needs at least 32 bytes")
	}
	if cfg.Issuer == "" {
		return nil, errors.New("auth: the issuer of tokens has no name")
	}
	if cfg.Limits == (Limits{}) {
		cfg.Limits = DefaultLimits()
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	h, err := newHasher(present)
	if err != nil {
		return nil, err
	}
	s := &Service{db: db, clock: c, cfg: cfg, hasher: h, alive: newLiveness()}
	var sealing []byte
	for label, key := range map[string]*[]byte{
		"countyfair signing keys": &sealing, "countyfair one-time codes": &s.secret.codes,
		"countyfair csrf": &s.secret.csrf, "countyfair rate limits": &s.secret.rates,
	} {
		if *key, err = hkdf.Key(sha256.New, cfg.Secret, nil, label, 32); err != nil {
			return nil, err
		}
	}
	if s.keys, err = newKeyring(db, c, sealing); err != nil {
		return nil, err
	}
	s.register(r)
	return s, nil
}

// token is 256 random bits for a URL or a header, and the hash that is stored.
func newToken() (token string, hash []byte) {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails: crypto/rand ends the program instead
	token = base64.RawURLEncoding.EncodeToString(raw)
	return token, hashToken(token)
}

func hashToken(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

// mac is an HMAC over parts, with a mark between them so that no two lists of
// parts read the same.
func mac(key []byte, parts ...string) []byte {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return h.Sum(nil)
}
