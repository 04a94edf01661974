package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"

	"countyfair/internal/clock"
	"countyfair/internal/errs"
	"countyfair/internal/jobs"
	"countyfair/internal/pg"
	"countyfair/internal/seal"
	"countyfair/web/scope"
)

// Refusals of repeated requests.
var (
	errKeyReused = errs.New(errs.Conflict, "idempotency_conflict", "This Idempotency-Key was used for another request. Use a new key for a new act.")
	errKeyBusy   = errs.New(errs.Conflict, "idempotency_in_progress", "The first request with this Idempotency-Key is still being answered. Please ask again in a moment.").After(1)
	errBadKey    = errs.New(errs.Invalid, "idempotency_key", "Send one Idempotency-Key of up to 200 letters, digits and signs.")
)

const (
	keyLives    = 24 * time.Hour
	keyPatience = time.Minute // after which a request whose process died may run again
)

// Replays keeps the answers to unsafe requests, so that a request repeated
// after a lost line gets the answer of the first. Answers may hold tokens, so
// they are kept sealed.
type Replays struct {
	db    *pg.DB
	clock clock.Clock
	box   *seal.Box
}

// NewReplays makes the keeper and registers the job that forgets old answers.
func NewReplays(db *pg.DB, c clock.Clock, secret string, r *jobs.Registry) (*Replays, error) {
	box, err := seal.New(secret, "replays")
	if err != nil {
		return nil, err
	}
	k := &Replays{db, c, box}
	jobs.Handle(r, k.forget)
	return k, nil
}

type answer struct {
	hash   []byte
	status *int
	body   []byte
	busy   bool
}

// middleware of one operation.
func (k *Replays) middleware(a *API, op Op) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		key := ctx.Header("Idempotency-Key")
		if key == "" {
			next(ctx)
			return
		}
		c := humafiber.Unwrap(ctx)
		refuse := func(err error) { _ = a.problems.Send(c, a.problems.From(c.UserContext(), err)) }
		if !goodKey(key) || len(c.Request().Header.PeekAll("Idempotency-Key")) > 1 {
			refuse(errBadKey)
			return
		}
		who, hash := requester(c), requestHash(c, op)
		before, err := k.claim(c.UserContext(), who, key, hash)
		switch {
		case err != nil:
			refuse(err)
		case before == nil:
			next(ctx)
			k.finish(c, who, key)
		case string(before.hash) != string(hash):
			refuse(errKeyReused)
		case before.busy:
			refuse(errKeyBusy)
		default:
			k.replay(c, who, key, before, refuse)
		}
	}
}

// goodKey takes printable ASCII, as the draft of the header asks: no database
// refuses it, and no log is garbled by it.
func goodKey(key string) bool {
	return len(key) <= 200 && !strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' })
}

// claim makes this request the first with its key (nil), or gives the earlier answer.
func (k *Replays) claim(ctx context.Context, who, key string, hash []byte) (*answer, error) {
	now := k.clock.Now()
	var before *answer
	err := k.db.Write(ctx, func(tx *pg.Tx) error {
		before = nil
		tag, err := tx.Exec(ctx, `INSERT INTO idempotency_keys (tenant_id, scope, key, request_hash, created_at, locked_until)
			VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, scope, key) DO UPDATE
			SET locked_until = excluded.locked_until, created_at = excluded.created_at, request_hash = excluded.request_hash, status = NULL, body = NULL
			WHERE idempotency_keys.created_at < $7 OR (idempotency_keys.status IS NULL AND idempotency_keys.locked_until < $5
				AND idempotency_keys.request_hash = excluded.request_hash)`,
			pg.Tenant(ctx), who, key, hash, now, now.Add(keyPatience), now.Add(-keyLives))
		if err != nil || tag.RowsAffected() == 1 {
			return err
		}
		before = &answer{}
		err = tx.QueryRow(ctx, `SELECT request_hash, status, body FROM idempotency_keys WHERE tenant_id = $1 AND scope = $2 AND key = $3`,
			pg.Tenant(ctx), who, key).Scan(&before.hash, &before.status, &before.body)
		before.busy = before.status == nil
		return err
	})
	return before, err
}

// finish keeps the answer. An answer of ours to mend (500 and above) is not
// kept: the request may be tried again.
func (k *Replays) finish(c *fiber.Ctx, who, key string) {
	ctx := context.WithoutCancel(c.UserContext())
	sql, args := `DELETE FROM idempotency_keys WHERE tenant_id = $1 AND scope = $2 AND key = $3`, []any{pg.Tenant(ctx), who, key}
	if status := c.Response().StatusCode(); status < 500 {
		sql = `UPDATE idempotency_keys SET status = $4, body = $5, headers = jsonb_build_object('Content-Type', $6::text) WHERE tenant_id = $1 AND scope = $2 AND key = $3`
		args = append(args, status, k.box.Seal(c.Response().Body(), who+key), string(c.Response().Header.ContentType()))
	}
	// Where this fails the claim runs out by itself, and the request may be repeated then.
	_ = k.db.Write(ctx, func(tx *pg.Tx) error { _, err := tx.Exec(ctx, sql, args...); return err })
}

func (k *Replays) replay(c *fiber.Ctx, who, key string, before *answer, refuse func(error)) {
	body, err := k.box.Open(before.body, who+key)
	if err != nil {
		refuse(err)
		return
	}
	c.Status(*before.status).Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	if *before.status >= 400 {
		c.Set(fiber.HeaderContentType, "application/problem+json")
	}
	c.Set("Idempotency-Replayed", "true")
	_ = c.Send(body)
}

// requester keeps one person's keys from another's: the account, else the
// secret of the cart or of the order's link, else the address.
func requester(c *fiber.Ctx) string {
	s := scope.From(c.UserContext())
	switch {
	case s.Actor.SignedIn():
		return "account:" + s.Actor.Account.String()
	case s.CartToken != "":
		return "cart:" + digest(s.CartToken)
	case c.Get("X-Order-Token") != "":
		return "order:" + digest(c.Get("X-Order-Token"))
	}
	return "address:" + s.Actor.IP + " " + c.Get(fiber.HeaderUserAgent)
}

func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

func requestHash(c *fiber.Ctx, op Op) []byte {
	h := sha256.New()
	h.Write([]byte(op.ID + "\x00" + c.OriginalURL() + "\x00"))
	body := c.Body()
	c.Request().SetBodyStream(bytes.NewReader(body), len(body))                    // reading it took it away
	if boundary := c.Request().Header.MultipartFormBoundary(); len(boundary) > 0 { // made anew each time the same files are sent
		body = bytes.ReplaceAll(body, boundary, nil)
	}
	h.Write(body)
	return h.Sum(nil)
}

type forgetArgs struct{ jobs.Of }

func (forgetArgs) Kind() string { return "api.forget_answers" }

func (k *Replays) forget(ctx context.Context, a forgetArgs) error {
	return k.db.Write(ctx, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM idempotency_keys WHERE tenant_id = $1 AND created_at < $2`, a.Tenant, k.clock.Now().Add(-keyLives))
		return err
	})
}
