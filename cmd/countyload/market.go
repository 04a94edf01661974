package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/pgembed"
	"countyfair/migrations"
)

// market is the server under load and the PostgreSQL behind it.
type market struct {
	o        options
	dir      string
	postgres *pgembed.Server
	log      *os.File // PostgreSQL's own log
	server   *exec.Cmd
	addr     string
	admin    string
	ready    time.Duration // from the start of the server to its first answer
	most     int           // memory of the servers before this one, in MB
	county   uuid.UUID
	products []uuid.UUID
	variants []uuid.UUID
	slugs    []string
	client   *client
	until    time.Time // when to stop measuring
}

// open makes the data and starts the server.
func open(ctx context.Context, o options) (*market, error) {
	m := &market{o: o}
	if err := m.prepare(ctx); err != nil {
		m.close()
		return nil, err
	}
	return m, nil
}

func (m *market) prepare(ctx context.Context) (err error) {
	if m.dir, err = os.MkdirTemp("", "countyload-"); err != nil {
		return err
	}
	if err = os.Chmod(m.dir, 0o711); err != nil { //nolint:gosec // PostgreSQL's user passes through
		return err
	}
	if err = m.build(ctx); err != nil {
		return err
	}
	if m.log, err = os.Create(filepath.Join(m.dir, "postgres.log")); err != nil {
		return err
	}
	if m.postgres, err = pgembed.Start(ctx, pgembed.Options{Dir: filepath.Join(m.dir, "pg"), Log: m.log, Settings: map[string]string{
		"log_line_prefix": "%v ", "log_parameter_max_length": "-1", "shared_buffers": "1GB", "max_wal_size": "8GB", "log_checkpoints": "off",
	}}); err != nil {
		return err
	}
	if err = migrations.Up(ctx, m.postgres.URL(pgembed.Owner, pgembed.Database)); err != nil {
		return err
	}
	return m.fill(ctx)
}

func (m *market) build(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, "go", "build", "-o", m.binary(), "./cmd/countyfair").CombinedOutput() //nolint:gosec // our own build
	if err != nil {
		return fmt.Errorf("build (run this from the project's root): %w: %s", err, out)
	}
	return nil
}

func (m *market) binary() string { return filepath.Join(m.dir, "countyfair") }

// serve starts the server as production would, in the place of the one before.
func (m *market) serve(ctx context.Context, settings ...string) (err error) {
	m.stopServer()
	if m.addr, err = freeAddr(); err != nil {
		return err
	}
	if m.admin, err = freeAddr(); err != nil {
		return err
	}
	m.server = exec.Command(m.binary(), "serve") //nolint:gosec,noctx // stopped by close
	m.server.Env = append(append(os.Environ(), "ADDR="+m.addr, "ADMIN_ADDR="+m.admin, "BASE_DOMAIN=fair.example", "DATABASE_URL="+m.postgres.URL(pgembed.App, pgembed.Database),
		"SECRET="+strings.Repeat("load", 16), "DATA_DIR="+m.dir, "PAYMENT_PROVIDER=sandbox", "LOG_LEVEL=warn"), settings...)
	m.server.Stderr = os.Stderr
	m.server.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	began := time.Now()
	if err := m.server.Start(); err != nil {
		return err
	}
	for range 1000 {
		if status, _, err := fetch(ctx, "http://"+m.admin+"/readyz"); err == nil && status == http.StatusOK {
			m.ready = time.Since(began)
			m.client, err = dial(m.addr)
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
	return errors.New("the server does not answer")
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed at once
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func fetch(ctx context.Context, url string) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close() //nolint:errcheck // it was read
	body, err := io.ReadAll(res.Body)
	return res.StatusCode, body, err
}

// hold waits until it is interrupted.
func (m *market) hold(ctx context.Context) error {
	if err := m.openFor(ctx, pastOrders); err != nil {
		return err
	}
	if err := m.serve(ctx, "PUBLIC_CACHE=0s"); err != nil {
		return err
	}
	fmt.Printf("http://%s (Host %s.fair.example), profiles at http://%s/debug/pprof/, PostgreSQL at %s; Ctrl-C ends\n", m.addr, bigSlug, m.admin, m.postgres.URL("postgres", pgembed.Database))
	<-ctx.Done()
	return nil
}

// profile has the server profile itself during a measure, where that was asked for.
func (m *market) profile(ctx context.Context, name string, clients int) (finish func() error) {
	if m.o.profiles == "" || clients != 16 {
		return func() error { return nil }
	}
	done := make(chan error, 1)
	go func() {
		_, raw, err := fetch(ctx, fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", m.admin, int(m.o.length.Seconds())))
		if err == nil {
			err = os.WriteFile(filepath.Join(m.o.profiles, strings.ReplaceAll(name, " ", "-")+".pprof"), raw, 0o600)
		}
		done <- err
	}()
	return func() error { return <-done }
}

// owner runs a statement past row-level security.
func (m *market) owner(ctx context.Context, sql string, args ...any) error {
	conn, err := pgx.Connect(ctx, m.postgres.URL("postgres", pgembed.Database))
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing to do about it
	_, err = conn.Exec(ctx, sql, args...)
	return err
}

func (m *market) stopServer() {
	if m.server == nil || m.server.Process == nil {
		return
	}
	m.most = m.mostMemory()
	_ = m.server.Process.Signal(syscall.SIGTERM)
	_ = m.server.Wait()
	m.server = nil
}

func (m *market) close() {
	m.stopServer()
	if m.postgres != nil {
		m.postgres.Stop()
	}
	if m.log != nil {
		_ = m.log.Close()
	}
	_ = os.RemoveAll(m.dir)
}
