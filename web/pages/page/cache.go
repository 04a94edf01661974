package page

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"golang.org/x/sync/singleflight"

	"countyfair/web/middleware"
	"countyfair/web/scope"
)

// mostCached is how many pages are held; at twenty-odd kilobytes each they stay
// well under fifty megabytes.
const mostCached = 1024

// Cache holds public answers, pages and the API's alike, for a moment, as a guest
// without cookies of ours gets them: they are all alike, and most requests of a
// busy market are theirs.
// Whoever is signed in, has a cart or is told something is never answered from
// it, and nothing of theirs gets into it.
//
// Any change that comes in through this program (Touch) forgets the county's
// pages at once; changes by other processes and by jobs show after the pages'
// time and that of drawing anew: after a second or so. Stock and prices promise
// nothing: the quote does.
type Cache struct {
	life time.Duration

	drawing singleflight.Group // pages of which there is none yet

	mu      sync.RWMutex
	entries map[cacheKey]*cached
	changes map[uuid.UUID]uint64
}

// NewCache makes a cache that holds pages so long; 0: not at all.
func NewCache(life time.Duration) *Cache {
	return &Cache{life: life, entries: map[cacheKey]*cached{}, changes: map[uuid.UUID]uint64{}}
}

// cacheKey is everything that a guest's page depends on.
type cacheKey struct {
	county   uuid.UUID
	version  int    // of the county: colours, words, policies
	change   uint64 // of what it shows, as far as this program knows
	origin   string // addresses on the page are absolute
	language string
	place    string
	uri      string
}

type cached struct {
	body, squeezed     []byte
	kind, control, tag string // headers
	until              time.Time
	drawing            atomic.Bool // its successor
}

// Touch forgets a county's answers after each request that may change something
// that others see; private names the paths that don't.
func (k *Cache) Touch(private func(path string) bool) fiber.Handler {
	return func(c *fiber.Ctx) error {
		err := c.Next()
		switch c.Method() {
		case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions:
			return err
		}
		if private(c.Path()) {
			return err
		}
		if county := County(c); county != nil && k.life > 0 {
			k.mu.Lock()
			k.changes[county.ID]++
			k.mu.Unlock()
		}
		return err
	}
}

// Public answers with a held page where there is one, and holds what next draws.
// However many ask at once, one of them has it drawn: the others get the old
// page meanwhile, or wait where there is none.
func (k *Cache) Public(next fiber.Handler) fiber.Handler {
	if k.life == 0 {
		return next
	}
	return func(c *fiber.Ctx) error {
		key, ok := k.key(c)
		if !ok {
			return next(c)
		}
		now := time.Now() //nolint:forbidigo // measures a duration
		e := k.find(key)
		if e != nil {
			if now.Before(e.until) || !e.drawing.CompareAndSwap(false, true) {
				return e.send(c)
			}
			defer e.drawing.Store(false)
			return k.draw(key, c, now, next)
		}
		mine := false
		_, err, _ := k.drawing.Do(fmt.Sprint(key), func() (any, error) {
			mine = true
			return nil, k.draw(key, c, now, next)
		})
		if mine {
			return err
		}
		if e := k.find(key); e != nil {
			return e.send(c)
		}
		return next(c) // what the other got is not for all
	}
}

func (k *Cache) find(key cacheKey) *cached {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.entries[key]
}

func (k *Cache) draw(key cacheKey, c *fiber.Ctx, now time.Time, next fiber.Handler) error {
	if err := next(c); err != nil {
		return err
	}
	k.hold(key, c, now)
	return nil
}

// key is the page's, where it is one that all guests see alike.
func (k *Cache) key(c *fiber.Ctx) (cacheKey, bool) {
	s := scope.From(c.UserContext())
	if c.Method() != fiber.MethodGet || s.Actor.SignedIn() || s.CartToken != "" || c.Cookies(flashCookie) != "" || c.Query("lang") != "" || c.Get(fiber.HeaderAuthorization) != "" {
		return cacheKey{}, false
	}
	k.mu.RLock()
	change := k.changes[s.County.ID]
	k.mu.RUnlock()
	return cacheKey{s.County.ID, s.County.Version, change, s.Origin, s.Language, c.Cookies("place"), string(c.Request().URI().RequestURI())}, true
}

// hold keeps a page that was drawn in full and sets no cookie.
func (k *Cache) hold(key cacheKey, c *fiber.Ctx, now time.Time) {
	res := c.Response()
	if res.StatusCode() != fiber.StatusOK || len(res.Header.Peek(fiber.HeaderSetCookie)) > 0 || res.IsBodyStream() {
		return
	}
	head := func(name string) string { return string(res.Header.Peek(name)) }
	e := &cached{
		body: bytes.Clone(res.Body()), kind: head(fiber.HeaderContentType), control: head(fiber.HeaderCacheControl), tag: head(fiber.HeaderETag),
		until: now.Add(k.life),
	}
	if strings.Contains(c.Get(fiber.HeaderAcceptEncoding), "br") {
		e.squeezed = middleware.Brotli(e.body)
		c.Set(fiber.HeaderContentEncoding, "br")
		c.Vary(fiber.HeaderAcceptEncoding)
		res.SetBodyRaw(e.squeezed)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.entries) >= mostCached {
		clear(k.entries)
	}
	k.entries[key] = e
}

func (e *cached) send(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, e.kind)
	c.Vary(fiber.HeaderCookie, fiber.HeaderAcceptEncoding)
	if e.control != "" {
		c.Set(fiber.HeaderCacheControl, e.control)
	}
	if e.tag != "" {
		c.Set(fiber.HeaderETag, e.tag)
	}
	if e.tag != "" && strings.Contains(c.Get(fiber.HeaderIfNoneMatch), e.tag) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	c.Status(fiber.StatusOK)
	if e.squeezed != nil && strings.Contains(c.Get(fiber.HeaderAcceptEncoding), "br") {
		c.Set(fiber.HeaderContentEncoding, "br")
		c.Response().SetBodyRaw(e.squeezed)
		return nil
	}
	c.Response().SetBodyRaw(e.body)
	return nil
}
