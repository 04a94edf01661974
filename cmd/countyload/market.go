package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/google/uuid"

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
	county   uuid.UUID
	products []uuid.UUID
	variants []uuid.UUID
	client   *client
}

// open makes the data and starts the server.
func open(ctx context.Context, o options) (m *market, err error) {
	m = &market{o: o}
	if m.dir, err = os.MkdirTemp("", "countyload-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			m.close()
		}
	}()
	if err = os.Chmod(m.dir, 0o711); err != nil { //nolint:gosec // PostgreSQL's user passes through
		return nil, err
	}
	if m.log, err = os.Create(filepath.Join(m.dir, "postgres.log")); err != nil {
		return nil, err
	}
	if m.postgres, err = pgembed.Start(ctx, pgembed.Options{Dir: filepath.Join(m.dir, "pg"), Log: m.log, Settings: map[string]string{
		"log_line_prefix": "", "log_parameter_max_length": "-1", "shared_buffers": "1GB", "max_wal_size": "8GB", "log_checkpoints": "off",
	}}); err != nil {
		return nil, err
	}
	if err = migrations.Up(ctx, m.postgres.URL(pgembed.Owner, pgembed.Database)); err != nil {
		return nil, err
	}
	if err = m.fill(ctx); err != nil {
		return nil, err
	}
	if err = m.serve(ctx); err != nil {
		return nil, err
	}
	m.client, err = dial(m.addr)
	return m, err
}

// serve builds the program and starts it as production would.
func (m *market) serve(ctx context.Context) error {
	binary := filepath.Join(m.dir, "countyfair")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/countyfair").CombinedOutput(); err != nil { //nolint:gosec // our own build
		return fmt.Errorf("build (run this from the project's root): %w: %s", err, out)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed at once
	if err != nil {
		return err
	}
	m.addr = l.Addr().String()
	_ = l.Close()
	m.server = exec.Command(binary, "serve") //nolint:gosec,noctx // stopped by close
	m.server.Env = append(os.Environ(), "ADDR="+m.addr, "ADMIN_ADDR=127.0.0.1:0", "BASE_DOMAIN=fair.example", "DATABASE_URL="+m.postgres.URL(pgembed.App, pgembed.Database),
		"SECRET="+strings.Repeat("load", 16), "DATA_DIR="+m.dir, "PAYMENT_PROVIDER=sandbox", "LOG_LEVEL=warn")
	m.server.Stderr = os.Stderr
	m.server.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := m.server.Start(); err != nil {
		return err
	}
	for range 200 {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+m.addr+"/api/v1/county", nil)
		if err != nil {
			return err
		}
		req.Header.Set("X-County", bigSlug)
		if res, err := http.DefaultClient.Do(req); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.New("the server does not answer")
}

// memory is what the server process holds now.
func (m *market) memory() string {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", m.server.Process.Pid))
	if err != nil {
		return "unknown"
	}
	for line := range strings.SplitSeq(string(raw), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			return strings.TrimSpace(rest)
		}
	}
	return "unknown"
}

func (m *market) close() {
	if m.server != nil && m.server.Process != nil {
		_ = m.server.Process.Signal(syscall.SIGTERM)
		_ = m.server.Wait()
	}
	if m.postgres != nil {
		m.postgres.Stop()
	}
	if m.log != nil {
		_ = m.log.Close()
	}
	_ = os.RemoveAll(m.dir)
}
