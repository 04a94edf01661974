package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"countyfair/internal/pgembed"
)

// bench is a pgbench script and the values it is given.
type bench struct {
	path   string
	values []string // name=value
}

var (
	uuids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|[A-Z]{2}-[0-9]{6}-[0-9A-Z]{6}`) // and order numbers
	hash  = regexp.MustCompile(`^'\\x[0-9a-f]{64}'$`)
)

// freshness makes a script's values: those that must be new in each run (ids
// made by the request, hashes, and texts with such ids inside) are made by
// PostgreSQL first; all others are what they were.
type freshness struct {
	ids    map[string]string // id that the request made → variable
	names  map[string]string // value → variable
	first  []string          // made in the first statement
	second []string          // made of the first ones
	values []string
}

// batched reports whether the next statement was sent along with this one, in
// one transaction that nobody began by name.
func (s statement) batched(next statement) bool {
	return s.tx == next.tx && !bounds.MatchString(s.sql) && !bounds.MatchString(next.sql) && !s.inside && !next.inside
}

// script writes the statements for pgbench; a batch of the server is a pipeline.
func script(stmts []statement, since time.Time) (text string, values []string) {
	f := newFreshness(stmts, since)
	var body strings.Builder
	together := false
	for i, s := range stmts {
		if joins := i+1 < len(stmts) && s.batched(stmts[i+1]); joins && !together {
			body.WriteString("\\startpipeline\n")
			together = true
		}
		sql := strings.ReplaceAll(s.sql, "\n", " ")
		for i := len(s.params); i > 0; i-- {
			sql = regexp.MustCompile(`\$`+strconv.Itoa(i)+`\b`).ReplaceAllLiteralString(sql, f.value(s.params[i-1]))
		}
		body.WriteString(strings.TrimSuffix(strings.TrimSpace(sql), ";") + ";\n")
		if together && (i+1 == len(stmts) || !s.batched(stmts[i+1])) {
			body.WriteString("\\endpipeline\n")
			together = false
		}
	}
	var head strings.Builder
	for _, made := range [][]string{f.first, f.second} {
		if len(made) > 0 {
			head.WriteString("SELECT " + strings.Join(made, ", ") + " \\gset\n")
		}
	}
	return head.String() + body.String(), f.values
}

// newFreshness finds the ids that the request made: a version 7 UUID tells when.
func newFreshness(stmts []statement, since time.Time) *freshness {
	f := &freshness{ids: map[string]string{}, names: map[string]string{}}
	for _, s := range stmts {
		for _, p := range s.params {
			for _, id := range uuids.FindAllString(p, -1) {
				if _, known := f.ids[id]; known || !madeSince(id, since) {
					continue
				}
				f.ids[id] = "id" + strconv.Itoa(len(f.ids))
				made := "gen_random_uuid()"
				if id[2] == '-' {
					made = "'XX-000000-' || upper(substr(md5(random()::text), 1, 16))"
				}
				f.first = append(f.first, made+" AS "+f.ids[id])
			}
		}
	}
	return f
}

func madeSince(id string, since time.Time) bool {
	if id[2] == '-' {
		return true // an order number
	}
	ms, err := strconv.ParseInt(strings.ReplaceAll(id[:13], "-", ""), 16, 64)
	return err == nil && ms >= since.UnixMilli()
}

// value is what stands in the script for a value of the log.
func (f *freshness) value(logged string) string {
	if logged == "NULL" {
		return logged
	}
	plain := strings.ReplaceAll(logged[1:len(logged)-1], "''", "'")
	if plain == "" {
		return logged // pgbench has no empty variables
	}
	if name, ok := f.ids[plain]; ok {
		return ":" + name
	}
	if name, ok := f.names[plain]; ok {
		return ":" + name
	}
	name := "v" + strconv.Itoa(len(f.names))
	f.names[plain] = name
	if hash.MatchString(logged) {
		f.first = append(f.first, `'\x' || encode(sha256(random()::text::bytea), 'hex') AS `+name)
		return ":" + name
	}
	expr := ""
	swap := func(old, made string) {
		if strings.Contains(plain, old) {
			if expr == "" {
				expr = ":raw" + name + "::text"
			}
			expr = "replace(" + expr + ", '" + old + "', " + made + ")"
		}
	}
	for _, id := range slices.Sorted(maps.Keys(f.ids)) {
		swap(id, ":"+f.ids[id]+"::text")
		if id[2] != '-' { // providers write ids without dashes
			swap(strings.ReplaceAll(id, "-", ""), "replace(:"+f.ids[id]+"::text, '-', '')")
		}
	}
	if expr == "" {
		f.values = append(f.values, name+"="+plain)
		return ":" + name
	}
	f.values = append(f.values, "raw"+name+"="+plain)
	f.second = append(f.second, expr+" AS "+name)
	return ":" + name
}

// replayed is what pgbench reached.
type replayed struct {
	rate float64       // a second
	each time.Duration // processor time for one, of pgbench and PostgreSQL
}

// pgbench runs a script from each of so many clients. Where there are no
// scripts it gives nothing.
func (m *market) pgbench(ctx context.Context, scripts []bench, clients int) (sum replayed, err error) {
	if len(scripts) == 0 {
		return sum, nil
	}
	bin, err := pgembed.Installed(ctx)
	if err != nil {
		return sum, err
	}
	runs, before := make([]turn, clients), m.cpu()
	var g errgroup.Group
	for n := range clients {
		g.Go(func() (err error) {
			runs[n], err = m.pgbenchOne(ctx, filepath.Join(bin, "pgbench"), scripts[n%len(scripts)])
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return sum, err
	}
	time.Sleep(200 * time.Millisecond) // until PostgreSQL has counted the backends that have gone
	count, used := 0, m.cpu().since(before).postgres
	for _, r := range runs {
		sum.rate, used, count = sum.rate+r.rate, used+r.cpu, count+r.count
	}
	sum.each = used / time.Duration(max(count, 1))
	return sum, nil
}

// turn is one client of pgbench.
type turn struct {
	rate  float64
	count int
	cpu   time.Duration
}

var (
	tps       = regexp.MustCompile(`tps = ([0-9.]+)`)
	processed = regexp.MustCompile(`actually processed: ([0-9]+)`)
)

func (m *market) pgbenchOne(ctx context.Context, program string, b bench) (r turn, err error) {
	args := []string{"-n", "-M", "prepared", "-f", b.path, "-c", "1", "-T", strconv.Itoa(int(m.o.length.Seconds())), "-h", m.postgres.Socket(), "-U", pgembed.App}
	for _, v := range b.values {
		args = append(args, "-D", v)
	}
	args = append(args, pgembed.Database)
	cmd := exec.CommandContext(ctx, program, args...) //nolint:gosec // our own script
	cmd.Env = append(os.Environ(), "PGOPTIONS=-c app.tenant_id="+m.county.String())
	raw, err := cmd.CombinedOutput()
	if err != nil {
		return r, fmt.Errorf("%w: %s", err, raw)
	}
	rate, count := tps.FindSubmatch(raw), processed.FindSubmatch(raw)
	if rate == nil || count == nil {
		return r, fmt.Errorf("no rate in %s", raw)
	}
	r.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if r.rate, err = strconv.ParseFloat(string(rate[1]), 64); err != nil {
		return r, err
	}
	r.count, err = strconv.Atoi(string(count[1]))
	return r, err
}
