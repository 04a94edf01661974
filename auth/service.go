package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"

	"countyfair/internal/clock"
	"countyfair/internal/jobs"
	"countyfair/internal/pg"
	"countyfair/internal/seal"
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
	Secret string // seals keys and codes; at least MinSecret bytes
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
	codes  *seal.Box
	rates  *seal.Box
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
	for purpose, box := range map[string]**seal.Box{"one-time-codes": &s.codes, "rate-limits": &s.rates} {
		if *box, err = seal.New(cfg.Secret, purpose); err != nil {
			return nil, err
		}
	}
	if s.keys, err = newKeyring(db, c, cfg.Secret); err != nil {
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

// listed joins values, with a mark between them so that no two lists read the same.
func listed(parts ...string) string { return strings.Join(parts, "\x00") }
