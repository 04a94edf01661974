package main

import (
	"context"
	"errors"
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

// statement is what the server asked PostgreSQL, with its values.
type statement struct {
	sql    string
	params []string // as PostgreSQL logs them: quoted, or NULL
}

// bench is a pgbench script and the values it is given.
type bench struct {
	path   string
	values []string // name=value
}

// captureAll makes the scripts of all scenarios, on a server that does nothing
// beside and answers nothing from memory.
func (m *market) captureAll(ctx context.Context) (map[string][]bench, error) {
	if !m.o.pgbench {
		return nil, nil //nolint:nilnil // a map that is only read
	}
	if err := m.serve(ctx, "PUBLIC_CACHE=0s", "JOB_WORKERS=0"); err != nil {
		return nil, err
	}
	out := map[string][]bench{}
	for _, s := range m.scenarios() {
		if strings.HasPrefix(s.name, "page") || !m.wanted(s.name) {
			continue
		}
		var err error
		if out[s.name], err = m.capture(ctx, s); err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return out, nil
}

// capture has PostgreSQL log every statement while each client runs the
// scenario once, and makes pgbench scripts of what the server itself asked for
// it: one for each client, so that they get into each other's way no more than
// the clients do.
func (m *market) capture(ctx context.Context, s scenario) (out []bench, err error) {
	clients := slices.Max(m.o.clients)
	for range 2 { // statements get prepared, carts made
		for n := range clients {
			if err := s.once(n); err != nil {
				return nil, err
			}
		}
	}
	if err := m.setting(ctx, "log_min_duration_statement", "0"); err != nil {
		return nil, err
	}
	time.Sleep(300 * time.Millisecond)
	for n := range clients {
		b, err := m.captureOne(s, n)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, m.setting(ctx, "log_min_duration_statement", "-1")
}

func (m *market) captureOne(s scenario, n int) (b bench, err error) {
	from, err := m.logSize()
	if err != nil {
		return b, err
	}
	since := time.Now()
	if err := s.once(n); err != nil {
		return b, err
	}
	time.Sleep(5 * time.Millisecond) // the last line of the log
	raw, err := os.ReadFile(m.log.Name())
	if err != nil {
		return b, err
	}
	stmts := parseLog(string(raw[from:]))
	if len(stmts) == 0 {
		return b, errors.New("PostgreSQL logged no statement")
	}
	text, values := script(stmts, since)
	b = bench{filepath.Join(m.dir, fmt.Sprintf("%s-%d.sql", s.name, n)), values}
	return b, os.WriteFile(b.path, []byte(text), 0o600)
}

func (m *market) logSize() (int64, error) {
	info, err := os.Stat(m.log.Name())
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (m *market) setting(ctx context.Context, name, value string) error {
	if err := m.owner(ctx, "ALTER SYSTEM SET "+name+" = "+value); err != nil {
		return err
	}
	return m.owner(ctx, "SELECT pg_reload_conf()")
}

var (
	entry  = regexp.MustCompile(`^LOG:  duration: [0-9.]+ ms  (?:execute [^:]*|statement): `)
	phases = regexp.MustCompile(`^LOG:  duration: [0-9.]+ ms  (?:parse|bind) `)
	param  = regexp.MustCompile(`\$([0-9]+) = ('(?:[^']|'')*'|NULL)`)
	// background is what the directory, new connections and the settings above ask.
	background = regexp.MustCompile(`river_|pg_notify|LISTEN|ALTER SYSTEM|pg_reload_conf|^SET app.tenant_id`)
	enqueue    = regexp.MustCompile(`(?s)INSERT INTO .*river_job`)
)

// parseLog reads PostgreSQL's log: an entry, lines that go on with a tab, and a
// DETAIL with the values.
func parseLog(text string) []statement {
	var out []statement
	var current *statement
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case entry.MatchString(line):
			out = append(out, statement{sql: line[len(entry.FindString(line)):]})
			current = &out[len(out)-1]
		case phases.MatchString(line):
			current = nil
		case current != nil && strings.HasPrefix(line, "DETAIL:  ") && strings.Contains(line, "arameters: "):
			for _, p := range param.FindAllStringSubmatch(line, -1) {
				current.params = append(current.params, p[2])
			}
		case current != nil && strings.HasPrefix(line, "\t") && current.params == nil:
			current.sql += "\n" + line[1:]
		}
	}
	kept := out[:0]
	for _, s := range out {
		if !background.MatchString(s.sql) || enqueue.MatchString(s.sql) {
			kept = append(kept, s)
		}
	}
	return kept
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

// script writes the statements for pgbench.
func script(stmts []statement, since time.Time) (text string, values []string) {
	f := newFreshness(stmts, since)
	var body strings.Builder
	for _, s := range stmts {
		sql := strings.ReplaceAll(s.sql, "\n", " ")
		for i := len(s.params); i > 0; i-- {
			sql = regexp.MustCompile(`\$`+strconv.Itoa(i)+`\b`).ReplaceAllLiteralString(sql, f.value(s.params[i-1]))
		}
		body.WriteString(strings.TrimSuffix(strings.TrimSpace(sql), ";") + ";\n")
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

// pgbench runs a script from each of so many clients, and gives their rate a
// second together. It is 0 where there are no scripts.
func (m *market) pgbench(ctx context.Context, scripts []bench, clients int) (float64, error) {
	if len(scripts) == 0 {
		return 0, nil
	}
	bin, err := pgembed.Installed(ctx)
	if err != nil {
		return 0, err
	}
	rates := make([]float64, clients)
	var g errgroup.Group
	for n := range clients {
		g.Go(func() (err error) {
			rates[n], err = m.pgbenchOne(ctx, filepath.Join(bin, "pgbench"), scripts[n%len(scripts)])
			return err
		})
	}
	err = g.Wait()
	sum := 0.0
	for _, r := range rates {
		sum += r
	}
	return sum, err
}

var tps = regexp.MustCompile(`tps = ([0-9.]+)`)

func (m *market) pgbenchOne(ctx context.Context, program string, b bench) (float64, error) {
	args := []string{"-n", "-M", "prepared", "-f", b.path, "-c", "1", "-T", strconv.Itoa(int(m.o.length.Seconds())), "-h", m.postgres.Socket(), "-U", pgembed.App}
	for _, v := range b.values {
		args = append(args, "-D", v)
	}
	args = append(args, pgembed.Database)
	cmd := exec.CommandContext(ctx, program, args...) //nolint:gosec // our own script
	cmd.Env = append(os.Environ(), "PGOPTIONS=-c app.tenant_id="+m.county.String())
	raw, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("%w: %s", err, raw)
	}
	found := tps.FindSubmatch(raw)
	if found == nil {
		return 0, fmt.Errorf("no rate in %s", raw)
	}
	return strconv.ParseFloat(string(found[1]), 64)
}
