package auth

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/errs"
	"countyfair/internal/pg"
)

// Limit allows so many tries at once, and one more after each interval.
type Limit struct {
	Burst int
	Every time.Duration
}

// Limits of tries. "By login" slows whoever guesses at one account from many
// places; "by address" whoever guesses at many accounts from one.
type Limits struct {
	PasswordByLogin, PasswordByAddress Limit // only wrong passwords count
	CodeByLogin, CodeByAddress         Limit // wrong one-time codes
	SendByLogin, SendByAddress         Limit // codes and links asked for
	RegisterByAddress                  Limit
	RefreshByAddress                   Limit
}

// DefaultLimits are for an installation with people on it: some 100 guesses a
// day at a password beyond the first ten, some 300 at a six-digit code.
func DefaultLimits() Limits {
	return Limits{
		PasswordByLogin: Limit{10, 15 * time.Minute}, PasswordByAddress: Limit{100, 10 * time.Second},
		CodeByLogin: Limit{10, 5 * time.Minute}, CodeByAddress: Limit{100, 10 * time.Second},
		SendByLogin: Limit{5, 2 * time.Minute}, SendByAddress: Limit{40, 30 * time.Second},
		RegisterByAddress: Limit{60, 10 * time.Second},
		RefreshByAddress:  Limit{300, time.Second},
	}
}

// try is one thing to be counted.
type try struct {
	key    string
	limit  Limit
	afresh bool // one that was right wipes what was counted before it
}

// tries names what a try is counted under: the login, and the address it comes
// from, where they are known. Keys are hashed; nobody's login stays behind.
func (s *Service) tries(kind, login string, byLogin Limit, ip string, byAddress Limit) []try {
	var out []try
	key := func(scope, value string) string {
		return kind + "/" + scope + "/" + s.rates.Sign(value)[:22]
	}
	if login != "" && byLogin.Burst > 0 {
		out = append(out, try{key("login", login), byLogin, true})
	}
	if at := neighbourhood(ip); at != "" && byAddress.Burst > 0 {
		out = append(out, try{key("address", at), byAddress, false})
	}
	return out
}

// neighbourhood is what one customer of a network gets: an IPv4 address, or
// the /64 of an IPv6 one.
func neighbourhood(ip string) string {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	a = a.Unmap().WithZone("")
	if a.Is6() {
		p, _ := a.Prefix(64)
		return p.String()
	}
	return a.String()
}

// countSQL takes one try where it is still allowed, in one statement, so parallel
// tries cannot slip through together. It gives the time up to which tries are
// paid, and whether this one was.
const countSQL = `WITH took AS (
	INSERT INTO rate_counts AS r (tenant_id, key, paid_until) VALUES ($1, $2, $3::timestamptz + $4::interval)
	ON CONFLICT (tenant_id, key) DO UPDATE SET paid_until = greatest(r.paid_until, $3) + $4
		WHERE greatest(r.paid_until, $3) + $4 <= $3 + $5::interval
	RETURNING paid_until)
SELECT paid_until, true FROM took UNION ALL
SELECT paid_until, false FROM rate_counts WHERE tenant_id = $1 AND key = $2 AND NOT EXISTS (SELECT FROM took)`

// allow counts the tries and refuses with errs.Limited where one is too many.
// All are counted at once, always in the order of login and address, so two
// callers never wait for each other in a ring.
func (s *Service) allow(ctx context.Context, tenant uuid.UUID, tries []try) error {
	if len(tries) == 0 {
		return nil
	}
	now := s.clock.Now()
	var wait time.Duration
	err := s.db.Query(ctx, func(q pg.Querier) error {
		wait = 0
		b := &pgx.Batch{}
		for _, t := range tries {
			b.Queue(countSQL, tenant, t.key, now, t.limit.Every, time.Duration(t.limit.Burst)*t.limit.Every).QueryRow(func(row pgx.Row) error {
				var until time.Time
				var ok bool
				err := row.Scan(&until, &ok)
				if errors.Is(err, pgx.ErrNoRows) { // refused by a row that was not there when the statement began
					until, ok, err = now.Add(time.Duration(t.limit.Burst)*t.limit.Every), false, nil
				}
				if !ok {
					wait = max(wait, until.Add(t.limit.Every).Sub(now.Add(time.Duration(t.limit.Burst)*t.limit.Every)), time.Second)
				}
				return err
			})
		}
		return q.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return err
	}
	if wait > 0 {
		seconds := int((wait + time.Second - 1) / time.Second)
		return errs.New(errs.Limited, "too_many_tries", "Too many tries. Please wait a little before the next one.").
			With("seconds", seconds).After(seconds)
	}
	return nil
}

// giveBack returns tries that turned out right: the login starts afresh, and
// the address gets back the one it paid, so that nobody clears their address
// by signing in to an account of their own in between.
func (s *Service) giveBack(ctx context.Context, tenant uuid.UUID, tries []try) error {
	return s.db.Query(ctx, func(q pg.Querier) error {
		b := &pgx.Batch{}
		for _, t := range tries {
			if t.afresh {
				b.Queue(`DELETE FROM rate_counts WHERE tenant_id = $1 AND key = $2`, tenant, t.key)
				continue
			}
			b.Queue(`UPDATE rate_counts SET paid_until = paid_until - $3::interval WHERE tenant_id = $1 AND key = $2`, tenant, t.key, t.limit.Every)
		}
		return q.SendBatch(ctx, b).Close()
	})
}
