package auth

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"countyfair/internal/clock"
	"countyfair/internal/pg"
	"countyfair/internal/seal"
)

const (
	keyLife = 30 * 24 * time.Hour // how long a key signs
	// keyAfterlife is how long it still verifies: the life of the last token it
	// signed, and room for clocks that differ.
	keyAfterlife = AccessLife + 5*time.Minute
	keyRefresh   = time.Minute      // how long the set is believed
	keyPatience  = 10 * time.Second // between reloads for kids we don't know
	keyEarly     = 24 * time.Hour   // the next key is made so long before the last retires
)

// signingKey is one Ed25519 key of the installation.
type signingKey struct {
	kid     string
	public  ed25519.PublicKey
	private ed25519.PrivateKey
	created time.Time
	retires time.Time // signs no more
}

// keyset is what the database held at a moment, newest first.
type keyset struct {
	loaded time.Time
	keys   []signingKey
}

func (k *keyset) byID(kid string, now time.Time) (ed25519.PublicKey, bool) {
	for _, key := range k.keys {
		if key.kid == kid && now.Before(key.retires.Add(keyAfterlife)) {
			return key.public, true
		}
	}
	return nil, false
}

// keyring keeps the installation's keys at hand. The table is the truth; each
// process holds a copy for a minute, and looks again when it meets a kid it
// does not know.
type keyring struct {
	db    *pg.DB
	clock clock.Clock
	box   *seal.Box
	set   atomic.Pointer[keyset]
	mu    sync.Mutex // one load at a time
}

func newKeyring(db *pg.DB, c clock.Clock, secret string) (*keyring, error) {
	box, err := seal.New(secret, "signing-keys")
	if err != nil {
		return nil, err
	}
	return &keyring{db: db, clock: c, box: box}, nil
}

// signer is the key to sign with now. Where none is fit, because the
// installation is new or the job that makes keys has not run, it makes one.
func (r *keyring) signer(ctx context.Context) (signingKey, error) {
	now := r.clock.Now()
	set, err := r.current(ctx, keyRefresh)
	if err != nil {
		return signingKey{}, err
	}
	if k, ok := newest(set, now); ok {
		return k, nil
	}
	if err := r.rotate(ctx, 0); err != nil {
		return signingKey{}, err
	}
	if set, err = r.current(ctx, 0); err != nil {
		return signingKey{}, err
	}
	if k, ok := newest(set, now); ok {
		return k, nil
	}
	return signingKey{}, errors.New("auth: no signing key can be opened")
}

func newest(set *keyset, now time.Time) (signingKey, bool) {
	for _, k := range set.keys {
		if now.Before(k.retires) {
			return k, true
		}
	}
	return signingKey{}, false
}

// verifier is the public key of a kid.
func (r *keyring) verifier(ctx context.Context, kid string) (ed25519.PublicKey, bool, error) {
	now := r.clock.Now()
	set, err := r.current(ctx, 10*keyRefresh)
	if err != nil {
		return nil, false, err
	}
	if k, ok := set.byID(kid, now); ok {
		return k, true, nil
	}
	// Perhaps another process has just made it. Made-up kids cost one look in ten seconds.
	if set, err = r.current(ctx, keyPatience); err != nil {
		return nil, false, err
	}
	k, ok := set.byID(kid, now)
	return k, ok, nil
}

// public are the keys that tokens may be signed with, newest first.
func (r *keyring) public(ctx context.Context) ([]signingKey, error) {
	set, err := r.current(ctx, keyRefresh)
	if err != nil {
		return nil, err
	}
	var out []signingKey
	for _, k := range set.keys {
		if r.clock.Now().Before(k.retires.Add(keyAfterlife)) {
			k.private = nil
			out = append(out, k)
		}
	}
	return out, nil
}

// current is the set, loaded again when older than that.
func (r *keyring) current(ctx context.Context, age time.Duration) (*keyset, error) {
	fresh := func() *keyset {
		if s := r.set.Load(); s != nil && r.clock.Now().Sub(s.loaded) < age {
			return s
		}
		return nil
	}
	if s := fresh(); s != nil {
		return s, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := fresh(); s != nil { // somebody loaded it while we waited
		return s, nil
	}
	var s *keyset
	err := r.db.Query(ctx, func(q pg.Querier) (err error) {
		s, err = r.load(ctx, q)
		return err
	})
	if err == nil {
		r.set.Store(s)
	}
	return s, err
}

func (r *keyring) load(ctx context.Context, q pg.Querier) (*keyset, error) {
	set := &keyset{loaded: r.clock.Now()}
	rows, err := q.Query(ctx, `SELECT kid, sealed_key, created_at, retires_at FROM signing_keys ORDER BY created_at DESC, kid DESC`)
	if err != nil {
		return nil, err
	}
	var k signingKey
	var sealed []byte
	_, err = pgx.ForEachRow(rows, []any{&k.kid, &sealed, &k.created, &k.retires}, func() error {
		// A key sealed under another secret is out of use: changing the
		// installation's secret ends every token at once.
		if private, err := r.open(k.kid, sealed); err == nil {
			k.private, k.public = private, private.Public().(ed25519.PublicKey)
			set.keys = append(set.keys, k)
		}
		return nil
	})
	return set, err
}

// rotateLock keeps two processes from making a key each.
const rotateLock = 0x636f756e7479 // "county"

// rotate makes a new key when the newest retires within early, and removes
// those that no living token can be signed with.
func (r *keyring) rotate(ctx context.Context, early time.Duration) error {
	return r.db.Write(ctx, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, rotateLock); err != nil {
			return err
		}
		set, err := r.load(ctx, tx)
		if err != nil {
			return err
		}
		now := r.clock.Now()
		if _, ok := newest(set, now.Add(early)); !ok {
			if err := r.create(ctx, tx, now); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `DELETE FROM signing_keys WHERE retires_at < $1`, now.Add(-keyAfterlife))
		return err
	})
}

func (r *keyring) create(ctx context.Context, tx *pg.Tx, now time.Time) error {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	id := make([]byte, 12)
	_, _ = rand.Read(id) // never fails: crypto/rand ends the program instead
	kid := base64.RawURLEncoding.EncodeToString(id)
	_, err = tx.Exec(ctx, `INSERT INTO signing_keys (kid, public_key, sealed_key, created_at, retires_at) VALUES ($1, $2, $3, $4, $5)`,
		kid, []byte(public), r.box.Seal(private.Seed(), kid), now, now.Add(keyLife))
	return err
}

func (r *keyring) open(kid string, sealed []byte) (ed25519.PrivateKey, error) {
	seed, err := r.box.Open(sealed, kid)
	if err != nil {
		return nil, err
	}
	if len(seed) != ed25519.SeedSize {
		return nil, errors.New("auth: a signing key has the wrong length")
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// JWK is a public key as RFC 8037 writes it.
type JWK struct {
	KeyType   string `json:"kty"`
	Curve     string `json:"crv"`
	X         string `json:"x"`
	KeyID     string `json:"kid"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
}

// JWKS is the set of keys that this installation's tokens may be signed with.
type JWKS struct {
	Keys []JWK `json:"keys"`
}

// JWKS gives the public keys, newest first.
func (s *Service) JWKS(ctx context.Context) (JWKS, error) {
	if _, err := s.keys.signer(ctx); err != nil { // a new installation makes its first key here
		return JWKS{}, err
	}
	keys, err := s.keys.public(ctx)
	if err != nil {
		return JWKS{}, err
	}
	out := JWKS{Keys: make([]JWK, 0, len(keys))}
	for _, k := range keys {
		out.Keys = append(out.Keys, JWK{"OKP", "Ed25519", base64.RawURLEncoding.EncodeToString(k.public), k.kid, "sig", "EdDSA"})
	}
	return out, nil
}
