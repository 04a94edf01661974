package auth

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"
)

// How long a look at a session is believed. While the database tells us of
// changes a look holds half a minute, and is dropped the moment something
// changes; without that word it holds a second.
const (
	believedTold   = 30 * time.Second
	believedUntold = time.Second
	mostBelieved   = 20_000 // sessions kept in mind, some 400 bytes each
)

// liveness remembers sessions found alive. A session that has ended is never
// remembered: the next look asks the database again.
type liveness struct {
	mu        sync.Mutex
	seen      map[string]look
	byAccount map[uuid.UUID]map[string]struct{}
	told      bool
	epoch     uint64 // counts changes, so that a look begun before one is not kept
}

type look struct {
	standing
	at time.Time
}

func newLiveness() *liveness {
	return &liveness{seen: map[string]look{}, byAccount: map[uuid.UUID]map[string]struct{}{}}
}

// get gives what is remembered under the key, or loads it.
func (l *liveness) get(key string, now time.Time, load func() (standing, error)) (standing, error) {
	l.mu.Lock()
	believed := believedUntold
	if l.told {
		believed = believedTold
	}
	if e, ok := l.seen[key]; ok && now.Sub(e.at) < believed && now.Before(e.ExpiresAt) {
		l.mu.Unlock()
		return e.standing, nil
	}
	epoch := l.epoch
	l.mu.Unlock()
	st, err := load()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drop(key)
	if err != nil {
		return standing{}, err
	}
	if l.epoch == epoch {
		l.keep(key, look{st, now})
	}
	return st, nil
}

func (l *liveness) keep(key string, e look) {
	for k := range l.seen { // full: any one goes, and is looked up again when it comes
		if len(l.seen) < mostBelieved {
			break
		}
		l.drop(k)
	}
	l.seen[key] = e
	if l.byAccount[e.Account] == nil {
		l.byAccount[e.Account] = map[string]struct{}{}
	}
	l.byAccount[e.Account][key] = struct{}{}
}

func (l *liveness) drop(key string) {
	e, ok := l.seen[key]
	if !ok {
		return
	}
	delete(l.seen, key)
	delete(l.byAccount[e.Account], key)
	if len(l.byAccount[e.Account]) == 0 {
		delete(l.byAccount, e.Account)
	}
}

func (l *liveness) forget(account uuid.UUID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.epoch++
	for key := range l.byAccount[account] {
		delete(l.seen, key)
	}
	delete(l.byAccount, account)
}

// heard says whether word of changes comes in from now on; either way nothing
// from before can be trusted.
func (l *liveness) heard(told bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.epoch++
	l.told = told
	clear(l.seen)
	clear(l.byAccount)
}

// Changed drops what this process remembers of an account. Call it after the
// commit of whatever changed what the account may do (a stall approved, say),
// so that the next request in this process sees it for certain; other
// processes hear of it from the database.
func (s *Service) Changed(account uuid.UUID) { s.alive.forget(account) }

// Listen hears from the database whose standing has changed, until ctx ends.
// One goroutine of each serving process runs it; without it everything is
// still right, at more queries.
func (s *Service) Listen(ctx context.Context) {
	for ctx.Err() == nil {
		if err := s.listenOnce(ctx); err != nil && ctx.Err() == nil {
			s.cfg.Log.WarnContext(ctx, "auth: listening for changed accounts broke off", "error", err)
			select {
			case <-ctx.Done():
			case <-time.After(2 * time.Second):
			}
		}
	}
}

func (s *Service) listenOnce(ctx context.Context) error {
	listener, err := s.db.Listen(ctx, "account_changed")
	if err != nil {
		return err
	}
	defer listener.Close(context.WithoutCancel(ctx)) //nolint:errcheck // it is gone either way
	s.alive.heard(true)
	defer s.alive.heard(false)
	for {
		n, err := listener.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		if id, err := uuid.Parse(n.Payload); err == nil {
			s.alive.forget(id)
		}
	}
}
