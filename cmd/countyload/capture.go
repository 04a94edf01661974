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

	"github.com/jackc/pgx/v5"

	"countyfair/internal/pgembed"
)

// statement is what the server asked PostgreSQL, with its values.
type statement struct {
	sql    string
	params []string // as PostgreSQL logs them: quoted, or NULL
}

// capture has PostgreSQL log every statement while the scenario runs once, and
// makes a pgbench script of what the server itself asked for it. Background
// work that runs beside it is left out.
func (m *market) capture(ctx context.Context, s scenario) (b bench, err error) {
	if !m.o.pgbench {
		return b, nil
	}
	if err := s.once(0); err != nil { // statements get prepared, carts made
		return b, err
	}
	if err := m.setting(ctx, "log_min_duration_statement", "0"); err != nil {
		return b, err
	}
	time.Sleep(300 * time.Millisecond)
	from, err := m.logSize()
	if err != nil {
		return b, err
	}
	since := time.Now()
	err = s.once(0)
	time.Sleep(100 * time.Millisecond)
	if err2 := m.setting(ctx, "log_min_duration_statement", "-1"); err == nil {
		err = err2
	}
	if err != nil {
		return b, err
	}
	raw, err := os.ReadFile(m.log.Name())
	if err != nil {
		return b, err
	}
	stmts := parseLog(string(raw[from:]))
	if len(stmts) == 0 {
		return b, fmt.Errorf("PostgreSQL logged no statement: answered from memory")
	}
	text, values := script(stmts, since)
	b = bench{filepath.Join(m.dir, s.name+".sql"), values}
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
	conn, err := pgx.Connect(ctx, m.postgres.URL("postgres", "postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing to do about it
	if _, err := conn.Exec(ctx, "ALTER SYSTEM SET "+name+" = "+value); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "SELECT pg_reload_conf()")
	return err
}

var (
	entry  = regexp.MustCompile(`^LOG:  duration: [0-9.]+ ms  (?:execute [^:]*|statement): `)
	phases = regexp.MustCompile(`^LOG:  duration: [0-9.]+ ms  (?:parse|bind) `)
	param  = regexp.MustCompile(`\$([0-9]+) = ('(?:[^']|'')*'|NULL)`)
	// background is what River, the directory and the settings above ask.
	background = regexp.MustCompile(`river_|pg_notify|LISTEN|ALTER SYSTEM|pg_reload_conf`)
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

// bench is a pgbench script and the values it is given.
type bench struct {
	path   string
	values []string // name=value
}

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

// pgbench runs the script from so many clients and gives its rate a second.
func (m *market) pgbench(ctx context.Context, b bench, clients int) (float64, error) {
	if b.path == "" {
		return 0, nil
	}
	bin, err := pgembed.Installed(ctx)
	if err != nil {
		return 0, err
	}
	args := []string{"-n", "-M", "prepared", "-f", b.path, "-c", strconv.Itoa(clients), "-j", strconv.Itoa(min(clients, 2)), "-T", strconv.Itoa(m.o.seconds), "-h", m.postgres.Socket(), "-U", pgembed.App}
	for _, v := range b.values {
		args = append(args, "-D", v)
	}
	args = append(args, pgembed.Database)
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "pgbench"), args...) //nolint:gosec // our own script
	cmd.Env = append(os.Environ(), "PGOPTIONS=-c app.tenant_id="+m.county.String())
	raw, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("%w: %s", err, raw)
	}
	found := regexp.MustCompile(`tps = ([0-9.]+)`).FindSubmatch(raw)
	if found == nil {
		return 0, fmt.Errorf("no rate in %s", raw)
	}
	return strconv.ParseFloat(string(found[1]), 64)
}
