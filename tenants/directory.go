package tenants

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"countyfair/internal/errs"
	"countyfair/internal/pg"
)

// Refusals of the directory.
var (
	ErrUnknownCounty = errs.New(errs.NotFound, "county_not_found", "There is no market at this address.")
	ErrHostDisagrees = errs.New(errs.Malformed, "county_mismatch", "The X-County header names another county than the address.")
)

// Directory knows all counties by slug and by domain.
type Directory struct {
	db         *pg.DB
	baseDomain string
	log        *slog.Logger

	mu    sync.Mutex // one loader at a time
	state atomic.Pointer[snapshot]
}

type snapshot struct {
	byID     map[uuid.UUID]*entry
	bySlug   map[string]*entry
	byDomain map[string]*entry
}

// entry is a county and what is loaded with its first use.
type entry struct {
	county *County
	zones  atomic.Pointer[[]Zone]
}

// OpenDirectory loads all counties and listens for changes until ctx ends.
func OpenDirectory(ctx context.Context, db *pg.DB, baseDomain string, log *slog.Logger) (*Directory, error) {
	d := &Directory{db: db, baseDomain: strings.ToLower(baseDomain), log: log}
	if err := d.loadAll(ctx); err != nil {
		return nil, err
	}
	go d.listen(ctx)
	return d, nil
}

// Resolve finds the county of a request by its Host and its X-County header.
func (d *Directory) Resolve(host, header string) (*County, error) {
	e, err := d.byHost(cleanHost(host))
	if err != nil {
		return nil, err
	}
	if header == "" {
		return e.county, nil
	}
	if !e.county.Platform {
		if header != e.county.Slug {
			return nil, ErrHostDisagrees
		}
		return e.county, nil
	}
	named, ok := d.state.Load().bySlug[strings.ToLower(header)]
	if !ok {
		return nil, ErrUnknownCounty
	}
	return named.county, nil
}

func (d *Directory) byHost(host string) (*entry, error) {
	s := d.state.Load()
	if host == d.baseDomain || isLoopback(host) {
		return s.byID[PlatformID], nil
	}
	if slug, ok := strings.CutSuffix(host, "."+d.baseDomain); ok {
		if e, ok := s.bySlug[slug]; ok && !e.county.Platform {
			return e, nil
		}
		return nil, ErrUnknownCounty
	}
	if e, ok := s.byDomain[host]; ok {
		return e, nil
	}
	return nil, ErrUnknownCounty
}

func cleanHost(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// ByID gives a county by its id.
func (d *Directory) ByID(id uuid.UUID) (*County, error) {
	if e, ok := d.state.Load().byID[id]; ok {
		return e.county, nil
	}
	return nil, ErrUnknownCounty
}

// BySlug gives a county by its slug.
func (d *Directory) BySlug(slug string) (*County, error) {
	if e, ok := d.state.Load().bySlug[slug]; ok {
		return e.county, nil
	}
	return nil, ErrUnknownCounty
}

// BaseDomain is the platform's own domain; counties stand before it.
func (d *Directory) BaseDomain() string { return d.baseDomain }

// Host is where people reach the county: its first own domain, else its name
// before the platform's.
func (d *Directory) Host(c *County) string {
	switch {
	case c.Platform:
		return d.baseDomain
	case len(c.Domains) > 0:
		return c.Domains[0]
	}
	return c.Slug + "." + d.baseDomain
}

// All lists every county, whatever its state, in no order.
func (d *Directory) All() []*County {
	var out []*County
	for _, e := range d.state.Load().byID {
		if !e.county.Platform {
			out = append(out, e.county)
		}
	}
	return out
}

// Open lists the counties that are open, in no order.
func (d *Directory) Open() []*County {
	var out []*County
	for _, e := range d.state.Load().byID {
		if !e.county.Platform && e.county.State == Open {
			out = append(out, e.county)
		}
	}
	return out
}

// Zones gives where the county delivers, in the order in which they are tried.
// They are kept until the county changes.
func (d *Directory) Zones(ctx context.Context, county uuid.UUID) ([]Zone, error) {
	e, ok := d.state.Load().byID[county]
	if !ok {
		return nil, ErrUnknownCounty
	}
	if z := e.zones.Load(); z != nil {
		return *z, nil
	}
	z, err := readZones(pg.WithTenant(ctx, county), d.db)
	if err != nil {
		return nil, err
	}
	e.zones.Store(&z)
	return z, nil
}

func (d *Directory) loadAll(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	all, err := readCounties(ctx, d.db, uuid.Nil)
	if err != nil {
		return err
	}
	entries := make([]*entry, len(all))
	for i, c := range all {
		entries[i] = &entry{county: c}
	}
	d.publish(entries)
	return nil
}

// reload reads one county again; every process does so when it is told.
func (d *Directory) reload(ctx context.Context, id uuid.UUID) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	fresh, err := readCounties(ctx, d.db, id)
	if err != nil {
		return err
	}
	var entries []*entry
	for other, e := range d.state.Load().byID {
		if other != id {
			entries = append(entries, e)
		}
	}
	for _, c := range fresh {
		entries = append(entries, &entry{county: c})
	}
	d.publish(entries)
	return nil
}

func (d *Directory) publish(entries []*entry) {
	s := &snapshot{map[uuid.UUID]*entry{}, map[string]*entry{}, map[string]*entry{}}
	for _, e := range entries {
		s.byID[e.county.ID] = e
		s.bySlug[e.county.Slug] = e
		for _, domain := range e.county.Domains {
			s.byDomain[domain] = e
		}
	}
	d.state.Store(s)
}

// listen hears of changes; after a lost connection everything is read again,
// since what happened meanwhile is unknown.
func (d *Directory) listen(ctx context.Context) {
	for wait := 100 * time.Millisecond; ctx.Err() == nil; wait = min(2*wait, 5*time.Second) {
		err := d.hear(ctx, func() { wait = 100 * time.Millisecond })
		if ctx.Err() != nil || errors.Is(err, context.Canceled) {
			return
		}
		d.log.WarnContext(ctx, "county directory lost its connection", "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

func (d *Directory) hear(ctx context.Context, connected func()) error {
	raw, err := d.db.Listen(ctx, "county_changed")
	if err != nil {
		return err
	}
	defer raw.Close(context.WithoutCancel(ctx)) //nolint:errcheck // it is going away
	if err := d.loadAll(ctx); err != nil {
		return err
	}
	connected()
	for {
		n, err := raw.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		id, err := uuid.Parse(n.Payload)
		if err != nil {
			continue
		}
		if err := d.reload(ctx, id); err != nil {
			return err
		}
	}
}
