package pg_test

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"countyfair/internal/pg"
	"countyfair/internal/testkit"
)

// PgBouncer in transaction mode hands a server connection to another client
// after each transaction: only a county that is set inside the transaction
// stays with its work.
func TestNoRowOfAnotherCountyInAStormThroughPgBouncer(t *testing.T) {
	app, _ := testkit.URLs(t)
	storm(t, testkit.Open(t, pg.Options{URL: pooled(t, app), MaxConns: 16, Binder: pg.ByTransaction{}}))
}

// pooled starts PgBouncer before the database, with fewer server connections
// than clients.
func pooled(t *testing.T, app string) string {
	t.Helper()
	bin, err := exec.LookPath("pgbouncer")
	if err != nil {
		bin = "/usr/sbin/pgbouncer"
	}
	u, err := url.Parse(app)
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed at once
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	require.NoError(t, l.Close())
	dir := t.TempDir()
	for d := dir; d != os.TempDir() && len(d) > 1; d = filepath.Dir(d) { // pgbouncer refuses to be root and needs the way
		require.NoError(t, os.Chmod(d, 0o755))
	}
	config := filepath.Join(dir, "pgbouncer.ini")
	user, name := u.User.Username(), strings.TrimPrefix(u.Path, "/")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "users.txt"), fmt.Appendf(nil, "%q \"\"\n", user), 0o644))
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, "[databases]\n%s = host=%s dbname=%s user=%s\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = %s\nunix_socket_dir =\nauth_type = any\nauth_file = %s/users.txt\npool_mode = transaction\ndefault_pool_size = 4\nmax_client_conn = 200\n",
		name, u.Query().Get("host"), name, user, port, dir), 0o644))
	cmd := exec.Command(bin, "-q", config) //nolint:noctx // a test's own pooler
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if info, err := os.Stat(u.Query().Get("host")); err == nil && os.Geteuid() == 0 {
		st := info.Sys().(*syscall.Stat_t) // the server's user reaches the server's socket
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: st.Uid, Gid: st.Gid}
	}
	var out strings.Builder
	cmd.Stderr = &out
	require.NoError(t, cmd.Start(), "pgbouncer is missing: `make test` installs it on Debian and Ubuntu")
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	require.Eventually(t, func() bool {
		c, err := (&net.Dialer{Timeout: time.Second}).DialContext(t.Context(), "tcp", "127.0.0.1:"+port)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	}, 10*time.Second, 50*time.Millisecond, "pgbouncer does not answer: %s", &out)
	return fmt.Sprintf("postgres://%s@127.0.0.1:%s/%s?sslmode=disable", user, port, name)
}
