package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// statement is what the server asked PostgreSQL, with its values.
type statement struct {
	tx     string // the transaction it ran in, as PostgreSQL numbers them
	sql    string
	inside bool     // a transaction that was begun by name
	params []string // as PostgreSQL logs them: quoted, or NULL
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
	entry  = regexp.MustCompile(`^([0-9/]*) LOG:  duration: [0-9.]+ ms  (?:execute [^:]*|statement): (.*)`)
	phases = regexp.MustCompile(`^[0-9/]* LOG:  duration: [0-9.]+ ms  (?:parse|bind) `)
	detail = regexp.MustCompile(`^[0-9/]* DETAIL:  [Pp]arameters: `)
	param  = regexp.MustCompile(`\$([0-9]+) = ('(?:[^']|'')*'|NULL)`)
	// background is what the directory, new connections and the settings above ask.
	background = regexp.MustCompile(`river_|pg_notify|LISTEN|ALTER SYSTEM|pg_reload_conf|^SET app.tenant_id`)
	bounds     = regexp.MustCompile(`(?i)^(begin|commit|rollback)`)
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
			found := entry.FindStringSubmatch(line)
			out = append(out, statement{tx: found[1], sql: found[2]})
			current = &out[len(out)-1]
		case phases.MatchString(line):
			current = nil
		case current != nil && detail.MatchString(line):
			for _, p := range param.FindAllStringSubmatch(line, -1) {
				current.params = append(current.params, p[2])
			}
		case current != nil && strings.HasPrefix(line, "\t") && current.params == nil:
			current.sql += "\n" + line[1:]
		}
	}
	kept := out[:0]
	inside := false
	for _, s := range out {
		switch {
		case strings.HasPrefix(strings.ToLower(s.sql), "begin"):
			inside = true
		case bounds.MatchString(s.sql):
			inside = false
		}
		s.inside = inside
		if !background.MatchString(s.sql) || enqueue.MatchString(s.sql) {
			kept = append(kept, s)
		}
	}
	return kept
}
