package auth

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"countyfair/internal/errs"
)

// Passwords have at least 10 characters and at most 128 (ASVS 2.1).
const (
	MinPassword = 10
	MaxPassword = 128
)

//go:embed common_passwords.txt
var commonList []byte

// common is every password of the list, in lower case.
var common = func() map[string]bool {
	m := make(map[string]bool, 256)
	for lines := bufio.NewScanner(bytes.NewReader(commonList)); lines.Scan(); {
		m[strings.ToLower(lines.Text())] = true
	}
	return m
}()

// CheckPassword says what is wrong with a new password, nil where nothing is.
// field is the name of the input it came in.
func CheckPassword(field, password string, logins ...Login) error {
	var f errs.Fields
	n := utf8.RuneCountInString(password)
	lower := strings.ToLower(password)
	switch {
	case !utf8.ValidString(password):
		f.Add(field, "bad_text", "The password holds bytes that are no text.")
	case n < MinPassword:
		f.Add(field, "too_short", fmt.Sprintf("The password needs at least %d characters.", MinPassword))
	case n > MaxPassword:
		f.Add(field, "too_long", fmt.Sprintf("The password may have at most %d characters.", MaxPassword))
	case common[lower] || oneCharacter(lower) || isLogin(lower, logins):
		f.Add(field, "too_common", "This password is among the first that anyone would try. Please choose another.")
	}
	return f.Err()
}

func oneCharacter(s string) bool {
	first, size := utf8.DecodeRuneInString(s)
	return strings.Trim(s[size:], string(first)) == ""
}

func isLogin(lower string, logins []Login) bool {
	for _, l := range logins {
		if lower == l.String() || l.Email != "" && lower == l.Email[:strings.IndexByte(l.Email, '@')] {
			return true
		}
	}
	return false
}

// cost is how dear a guess is: argon2id's parameters.
type cost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

// present is OWASP's recommendation of 19 MiB and two passes. Raise it and
// everyone's hash is renewed as they sign in.
var present = cost{memory: 19 * 1024, passes: 2, threads: 1}

const (
	saltBytes = 16
	hashBytes = 32
	// maxQueue is how many may wait for a turn before we say that we are busy.
	maxQueue = 64
)

// hasher computes password hashes, few at a time: a burst of sign-ins takes
// their turns instead of 19 MiB each at once.
type hasher struct {
	cost  cost
	turns chan struct{}
	queue chan struct{}
	dummy string // the hash of a password nobody has
}

func newHasher(c cost) (*hasher, error) {
	slots := max(2, runtime.GOMAXPROCS(0))
	h := &hasher{cost: c, turns: make(chan struct{}, slots), queue: make(chan struct{}, slots+maxQueue)}
	dummy, err := h.hash(context.Background(), rand.Text())
	h.dummy = dummy
	return h, err
}

// turn waits for a free slot and gives the function that frees it.
func (h *hasher) turn(ctx context.Context) (func(), error) {
	busy := errs.New(errs.Unavailable, "busy", "Many people are signing in just now. Please try again in a moment.").After(2)
	select {
	case h.queue <- struct{}{}:
	default:
		return nil, busy
	}
	wait := time.NewTimer(10 * time.Second)
	defer wait.Stop()
	select {
	case h.turns <- struct{}{}:
		return func() { <-h.turns; <-h.queue }, nil
	case <-wait.C:
		<-h.queue
		return nil, busy
	case <-ctx.Done():
		<-h.queue
		return nil, ctx.Err()
	}
}

// hash gives a password's PHC string.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	done, err := h.turn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails: crypto/rand ends the program instead
	key := argon2.IDKey(canonical(password), salt, h.cost.passes, h.cost.memory, h.cost.threads, hashBytes)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.cost.memory, h.cost.passes, h.cost.threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key)), nil
}

// verify reports whether the password is the hash's, and whether the hash is
// of other parameters than today's. An empty hash takes as long as a real one
// and is never right.
func (h *hasher) verify(ctx context.Context, phc, password string) (ok, stale bool, err error) {
	known := phc != ""
	if !known {
		phc = h.dummy
	}
	c, salt, want, err := parsePHC(phc)
	if err != nil {
		return false, false, err
	}
	if utf8.RuneCountInString(password) > MaxPassword {
		password, known = "", false
	}
	done, err := h.turn(ctx)
	if err != nil {
		return false, false, err
	}
	defer done()
	got := argon2.IDKey(canonical(password), salt, c.passes, c.memory, c.threads, uint32(len(want))) //nolint:gosec // parsePHC bounds it
	return subtle.ConstantTimeCompare(got, want) == 1 && known, c != h.cost || len(want) != hashBytes, nil
}

// canonical makes one password of the ways that keyboards have to write it
// (NIST SP 800-63B: normalise before hashing).
func canonical(password string) []byte { return []byte(norm.NFKC.String(password)) }

// parsePHC reads a stored hash. The bounds keep a damaged row from costing
// gigabytes.
func parsePHC(phc string) (c cost, salt, key []byte, err error) {
	bad := errors.New("auth: a stored password hash cannot be read")
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, bad
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.passes, &c.threads); err != nil {
		return c, nil, nil, bad
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	key, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(salt) < 8 || len(key) < 16 || len(key) > 64 ||
		c.memory > 1<<20 || c.passes == 0 || c.passes > 16 || c.threads == 0 {
		return c, nil, nil, bad
	}
	return c, salt, key, nil
}
