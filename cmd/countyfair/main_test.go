package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"countyfair/internal/pgembed"
	"countyfair/internal/testkit"
	"countyfair/migrations"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// shellOf is a person at the command line, with an environment.
type shellOf struct {
	t     *testing.T
	vars  map[string]string
	stdin string
}

// at is the command line of an installation with a fresh database.
func at(t *testing.T) shellOf {
	t.Helper()
	app, owner := testkit.URLs(t)
	return shellOf{t: t, vars: map[string]string{
		"DATABASE_URL": app, "MIGRATE_DATABASE_URL": owner, "SECRET": strings.Repeat("s", 32), "DATA_DIR": t.TempDir(),
		"PAYMENT_PROVIDER": "sandbox", "ADDR": "127.0.0.1:0", "ADMIN_ADDR": "127.0.0.1:0", "LOG_LEVEL": "error",
	}}
}

// with is the same command line with one variable changed.
func (s shellOf) with(name, value string) shellOf {
	vars := map[string]string{name: value}
	for k, v := range s.vars {
		if k != name {
			vars[k] = v
		}
	}
	s.vars = vars
	return s
}

func (s shellOf) run(args ...string) (stdout string, err error) {
	s.t.Helper()
	var out, errs bytes.Buffer
	err = run(s.t.Context(), args, func(name string) string { return s.vars[name] }, strings.NewReader(s.stdin), &out, &errs)
	return out.String(), err
}

// does runs a command that must go well.
func (s shellOf) does(args ...string) string {
	s.t.Helper()
	out, err := s.run(args...)
	require.NoError(s.t, err, args)
	return out
}

func TestEachCommandHasHelp(t *testing.T) {
	t.Parallel()
	s := shellOf{t: t}
	for _, words := range []string{
		"", "serve", "worker", "demo", "migrate", "migrate up", "migrate down", "migrate status", "tenant", "tenant create", "tenant list",
		"tenant suspend", "tenant export", "tenant import", "user", "user create", "doctor", "config", "ledger", "ledger verify",
	} {
		out := s.does(append(strings.Fields(words), "--help")...)
		require.Contains(t, out, strings.TrimSpace("countyfair "+words), words)
	}
	require.Contains(t, s.does("--version"), "countyfair version")
}

func TestRefusalsNameWhatIsWrong(t *testing.T) {
	t.Parallel()
	good := at(t)
	for _, c := range []struct {
		name string
		in   shellOf
		args string
		says string
	}{
		{"unknown command", good, "sell", `unknown command "sell"`},
		{"unknown flag", good, "tenant list --colour", "unknown flag: --colour"},
		{"argument missing", good, "tenant create", "accepts 1 arg(s), received 0"},
		{"wrong value", good.with("JOB_WORKERS", "many"), "serve", "JOB_WORKERS is not right"},
		{"short secret", good.with("SECRET", "short"), "serve", "SECRET is not set or too short"},
		{"short secret at the tools", good.with("SECRET", "short"), "tenant list", "SECRET is not set or too short"},
		{"no Stripe key", good.with("PAYMENT_PROVIDER", "stripe"), "serve", "STRIPE_SECRET_KEY is not set"},
		{"half a database", good.with("DATABASE_URL", ""), "serve", "MIGRATE_DATABASE_URL is"},
		{"worker without a database", good.with("DATABASE_URL", "").with("MIGRATE_DATABASE_URL", ""), "worker", "DATABASE_URL is not set"},
		{"pooler without a way past it", good.with("TENANT_BINDER", "transaction"), "serve", "DATABASE_LISTEN_URL is not set"},
		{"no owner", good.with("MIGRATE_DATABASE_URL", ""), "migrate up", "MIGRATE_DATABASE_URL is not set"},
		{"port in use", good.with("ADDR", "127.0.0.1:999999"), "serve", "ADDR"},
		{"no such county", good, "tenant suspend nowhere", "There is no market at this address."},
		{"officer of no county", good, "user create --role officer a@b.example", "--tenant"},
		{"role missing", good, "user create a@b.example", `"role" not set`},
		{"no password given", good, "user create --role operator --password-stdin a@b.example", "no password on standard input"},
		{"no such file", good, "tenant import nothing.zip", "nothing.zip"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := c.in.run(strings.Fields(c.args)...)
			require.Error(t, err)
			require.Contains(t, plain(err), c.says)
			require.Empty(t, out, "nothing on standard output")
			require.NotRegexp(t, `goroutine|_found/|invalid/`, plain(err))
		})
	}
}

func TestConfigListsEachVariable(t *testing.T) {
	t.Parallel()
	s := shellOf{t: t}
	table := s.does("config")
	var list []struct{ Name, Default, Meaning string }
	require.NoError(t, json.Unmarshal([]byte(s.does("config", "--json")), &list))
	require.NotEmpty(t, list)
	for _, v := range list {
		require.NotEmpty(t, v.Meaning, v.Name)
		require.Contains(t, table, v.Name)
	}
}

func TestCountiesAtTheCommandLine(t *testing.T) {
	t.Parallel()
	for _, binder := range []string{"session", "transaction"} {
		t.Run(binder, func(t *testing.T) { counties(t, at(t).with("TENANT_BINDER", binder)) })
	}
}

func counties(t *testing.T, s shellOf) {
	t.Helper()
	require.Contains(t, s.does("tenant", "create", "hill", "--name", "Hill Fair", "--name-zh", "山市"), "draft")
	require.Contains(t, s.does("tenant", "create", "lake", "--name", "Lake Fair", "--name-zh", "湖市", "--open"), "open")
	_, err := s.run("tenant", "create", "hill", "--name", "Again", "--name-zh", "又")
	require.Error(t, err)
	require.Contains(t, s.does("tenant", "suspend", "lake", "--reason", "papers"), "suspended")
	require.Contains(t, s.does("tenant", "suspend", "lake", "--lift", "--reason", "papers are here"), "open")

	var rows []countyRow
	require.NoError(t, json.Unmarshal([]byte(s.does("tenant", "list", "--json")), &rows))
	require.Len(t, rows, 2)
	require.Contains(t, s.does("tenant", "list"), "Hill Fair")
}

func TestPeopleAtTheCommandLine(t *testing.T) {
	t.Parallel()
	s := at(t)
	s.does("tenant", "create", "hill", "--name", "Hill Fair", "--name-zh", "山市", "--open")
	s.stdin = "a long enough sentence\n"
	require.Contains(t, s.does("user", "create", "--role", "operator", "--password-stdin", "op@platform.example"), "operator")
	require.Contains(t, s.does("user", "create", "--tenant", "hill", "--role", "officer", "of@hill.example"), "of@hill.example")
	_, err := s.run("user", "create", "--tenant", "hill", "--role", "officer", "of@hill.example")
	require.Error(t, err, "the same login twice")
}

func TestACountyMovesByItsFile(t *testing.T) {
	t.Parallel()
	from, to := at(t), at(t)
	from.does("tenant", "create", "hill", "--name", "Hill Fair", "--name-zh", "山市", "--open")
	file := filepath.Join(t.TempDir(), "hill.zip")
	from.does("tenant", "export", "hill", "--output", file)
	_, err := from.run("tenant", "export", "hill", "--output", file)
	require.ErrorContains(t, err, "exists", "a file is never written over")
	to.does("tenant", "import", file)
	require.Contains(t, to.does("tenant", "list"), "Hill Fair")
	_, err = to.run("tenant", "import", file)
	require.Error(t, err, "it is there already")
}

func TestTheSchemaGoesUpAndDown(t *testing.T) {
	t.Parallel()
	s := at(t)
	require.Contains(t, s.does("migrate", "status"), "yes")
	s.does("migrate", "down")
	_, err := s.run("serve")
	require.ErrorContains(t, err, "countyfair migrate up")
	require.Contains(t, s.does("migrate", "up"), "The schema is at version")
	var all []migrations.Status
	require.NoError(t, json.Unmarshal([]byte(s.does("migrate", "status", "--json")), &all))
	require.True(t, all[len(all)-1].Applied)
}

func TestTheDoctorSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := at(t)
	require.NotContains(t, s.does("doctor"), "failed")
	var found []finding
	out, err := s.with("DATABASE_URL", s.vars["MIGRATE_DATABASE_URL"]).run("doctor", "--json")
	require.Error(t, err)
	require.NoError(t, json.Unmarshal([]byte(out), &found))
	require.Contains(t, found, finding{"database role", "failed", found[2].Detail})
	require.Contains(t, found[2].Detail, "owns")
	out, err = s.with("DATABASE_URL", "postgres://x:secret-word@127.0.0.1:1/x").run("doctor")
	require.Error(t, err)
	require.NotContains(t, out, "secret-word")
}

// With no DATABASE_URL, serve brings a server of its own, the tools beside it
// join that one, and it is gone when serve is gone.
func TestServeBringsAPrivateServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := shellOf{t: t, vars: map[string]string{
		"SECRET": strings.Repeat("s", 32), "DATA_DIR": dir, "PAYMENT_PROVIDER": "sandbox", "ADDR": freePort(t), "ADMIN_ADDR": freePort(t), "LOG_LEVEL": "error",
	}}
	s.does("tenant", "create", "hill", "--name", "Hill Fair", "--name-zh", "山市", "--open")
	for range 2 { // the second start finds what the first one left
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			var out, errs bytes.Buffer
			ended <- run(ctx, []string{"serve"}, func(name string) string { return s.vars[name] }, strings.NewReader(""), &out, &errs)
		}()
		require.Eventually(t, func() bool { return answers(ctx, "http://"+s.vars["ADMIN_ADDR"]+"/readyz") }, time.Minute, 50*time.Millisecond)
		require.Contains(t, s.does("tenant", "list"), "Hill Fair")
		require.Contains(t, s.does("doctor"), "held by serve")
		stop()
		require.NoError(t, <-ended)
		require.NoFileExists(t, filepath.Join(dir, "postgres", "postmaster.pid"))
	}
}

func TestServeRefusesTheDemosAccounts(t *testing.T) {
	t.Parallel()
	s := at(t)
	s.stdin = "countyfair-demo\n"
	s.does("user", "create", "--role", "operator", "--password-stdin", "operator@demo")
	_, err := s.run("serve")
	require.ErrorContains(t, err, "demo's accounts")
}

func TestAServerThatRunsIsJoinedAndLeftAlone(t *testing.T) {
	t.Parallel()
	o := pgembed.Options{Dir: filepath.Join(t.TempDir(), "postgres"), Volatile: true}
	first, err := pgembed.Start(t.Context(), o)
	require.NoError(t, err)
	second, err := pgembed.Join(t.Context(), o)
	require.NoError(t, err)
	require.False(t, second.Ours())
	second.Stop()
	third, err := pgembed.Join(t.Context(), o)
	require.NoError(t, err)
	require.False(t, third.Ours(), "the first is still there")
	first.Stop()
	fourth, err := pgembed.Join(t.Context(), o)
	require.NoError(t, err)
	require.True(t, fourth.Ours())
	fourth.Stop()
}

func answers(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed at once
	require.NoError(t, err)
	defer l.Close() //nolint:errcheck // a test's port
	return l.Addr().String()
}
