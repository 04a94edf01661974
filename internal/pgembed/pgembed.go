// Package pgembed runs a private PostgreSQL for the demo, the tests and small
// installations: on a
// unix socket that only this user reaches, with no network port, and gone when
// the program is gone, even when it is killed.
package pgembed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Roles of a private instance: Owner owns the schema, App runs the program.
const (
	Owner    = "countyfair_owner"
	App      = "countyfair"
	Database = "countyfair"
)

// Server is a running private PostgreSQL.
type Server struct {
	socket string
	cmd    *exec.Cmd // nil: another program's
	done   chan struct{}
	stop   sync.Once
}

// Options of a private instance.
type Options struct {
	Dir      string            // where the cluster lives; made when absent
	Volatile bool              // tests: no fsync, lost on a crash of the machine
	Settings map[string]string // more server settings
	Log      *os.File          // where the server's own log goes; nil discards it
}

// Start makes the cluster when it is not there and starts it. A start after a
// kill is retried while the old server still lets go of its files.
func Start(ctx context.Context, o Options) (*Server, error) {
	bin, err := binaries(ctx, o.Dir)
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	if err := initCluster(ctx, bin, dir); err != nil {
		return nil, err
	}
	socket, err := socketDir(dir)
	if err != nil {
		return nil, err
	}
	deadline := time.Now().Add(15 * time.Second) //nolint:forbidigo // waits on the outside world
	for {
		s, err := launch(ctx, bin, dir, socket, o)
		if err == nil {
			return s, s.prepare(ctx)
		}
		if time.Now().After(deadline) || ctx.Err() != nil { //nolint:forbidigo // as above
			return nil, fmt.Errorf("pgembed: PostgreSQL in %s does not start: %w", dir, err)
		}
		time.Sleep(150 * time.Millisecond)
	}
}

// Join uses the server that runs in the folder already, for a program beside
// the one that started it; where none runs it starts one.
func Join(ctx context.Context, o Options) (*Server, error) {
	if s := running(ctx, o.Dir); s != nil {
		return s, nil
	}
	return Start(ctx, o)
}

// running is the server that answers for the folder now; nil: none.
func running(ctx context.Context, dir string) *Server {
	raw, err := os.ReadFile(filepath.Join(dir, "postmaster.pid")) //nolint:gosec // in the folder the person named
	if err != nil {
		return nil
	}
	lines := strings.Split(string(raw), "\n")
	if len(lines) < 5 {
		return nil
	}
	s := &Server{socket: lines[4]}
	conn, err := pgx.Connect(ctx, s.URL(App, Database))
	if err != nil {
		return nil
	}
	_ = conn.Close(ctx)
	return s
}

// Ours says whether this program started the server, so that it stops with it.
func (s *Server) Ours() bool { return s != nil && s.cmd != nil }

// URL is the connection string for a role and a database of this instance.
func (s *Server) URL(role, database string) string {
	return fmt.Sprintf("postgres://%s@/%s?host=%s&sslmode=disable", role, database, s.socket)
}

// Socket is the folder of the server's unix socket.
func (s *Server) Socket() string { return s.socket }

// Pid is the server's process id.
func (s *Server) Pid() int { return s.cmd.Process.Pid }

// Stop shuts the server down and waits for it: a fast, clean shutdown. What
// another program started, it leaves alone.
func (s *Server) Stop() {
	if !s.Ours() {
		return
	}
	s.stop.Do(func() {
		_ = s.cmd.Process.Signal(syscall.SIGINT)
		select {
		case <-s.done:
		case <-time.After(20 * time.Second):
			_ = s.cmd.Process.Signal(syscall.SIGQUIT)
			<-s.done
		}
	})
}

// initCluster runs initdb into a side folder and renames it, so that a kill
// half-way leaves nothing that looks like a cluster.
func initCluster(ctx context.Context, bin, dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "PG_VERSION")); err == nil {
		return nil
	}
	side := dir + ".new"
	if err := os.RemoveAll(side); err != nil {
		return err
	}
	if err := os.MkdirAll(side, 0o700); err != nil {
		return err
	}
	if err := giveTo(side); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", side, "-U", "postgres", //nolint:gosec // our own paths
		"--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust")
	cmd.SysProcAttr = attributes(false)
	cmd.Dir = "/"
	if out, err := cmd.CombinedOutput(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("pgembed: initdb: %w: %s", err, out)
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return os.Rename(side, dir)
}

// socketDir is short (a unix socket's path holds about 100 bytes) and private.
func socketDir(dir string) (string, error) {
	base := dir + ".sock"
	if len(base) > 80 {
		tmp, err := os.MkdirTemp("", "cfpg")
		if err != nil {
			return "", err
		}
		base = tmp
	}
	if err := os.MkdirAll(base, 0o700); err != nil {
		return "", err
	}
	return base, giveTo(base)
}

func launch(ctx context.Context, bin, dir, socket string, o Options) (*Server, error) {
	args := []string{
		"-D", dir, "-k", socket, "-c", "listen_addresses=", "-c", "max_connections=200",
		"-c", "shared_buffers=128MB", "-c", "unix_socket_permissions=0700", "-c", "jit=off", "-c", "random_page_cost=1.1",
		"-c", "log_min_messages=warning",
	}
	if o.Volatile {
		args = append(args, "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
	}
	for k, v := range o.Settings {
		args = append(args, "-c", k+"="+v)
	}
	cmd := exec.Command(filepath.Join(bin, "postgres"), args...) //nolint:gosec,noctx // outlives the start's context
	cmd.Dir = "/"
	cmd.SysProcAttr = attributes(true)
	if o.Log != nil {
		cmd.Stdout, cmd.Stderr = o.Log, o.Log
	}
	started, done := make(chan error), make(chan struct{})
	go func() {
		// The parent-death signal is tied to the thread that starts the child,
		// so that thread stays until the server has gone.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(done)
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	s := &Server{socket: socket, cmd: cmd, done: done}
	return s, s.await(ctx)
}

func (s *Server) await(ctx context.Context) error {
	for range 400 {
		conn, err := pgx.Connect(ctx, s.URL("postgres", "postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-s.done:
			return errors.New("the server stopped at once (is another one using the folder?)")
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(25 * time.Millisecond):
		}
	}
	return errors.New("no answer in ten seconds")
}

// prepare makes the two roles and the database where they are missing.
func (s *Server) prepare(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.URL("postgres", "postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing to do about it
	_, err = conn.Exec(ctx, `DO $$ BEGIN
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'countyfair_app') THEN CREATE ROLE countyfair_app NOLOGIN; END IF;
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '`+Owner+`') THEN CREATE ROLE `+Owner+` LOGIN CREATEDB; END IF;
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '`+App+`') THEN CREATE ROLE `+App+` LOGIN IN ROLE countyfair_app; END IF;
	END $$`)
	if err != nil {
		return err
	}
	var there bool
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, Database).Scan(&there); err != nil {
		return err
	}
	if there {
		return nil
	}
	_, err = conn.Exec(ctx, `CREATE DATABASE `+Database+` OWNER `+Owner)
	return err
}
