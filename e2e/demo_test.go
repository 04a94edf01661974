package e2e_test

import (
	"bufio"
	"bytes"
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
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const password = "countyfair-demo"

// market is a running demo.
type market struct {
	cmd   *exec.Cmd
	port  string
	dir   string
	out   *output
	ready time.Duration // from the start of the process to its `ready`
	done  chan error
}

var shared struct {
	once   sync.Once
	binary string
	dir    string
	m      *market
	err    error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.m != nil {
		if err := shared.m.stop(); err != nil {
			code = 1
		}
	}
	if shared.dir != "" {
		_ = os.RemoveAll(shared.dir)
	}
	os.Exit(code)
}

// demo is the demo that all tests of this package share.
func demo(t *testing.T) *market {
	t.Helper()
	shared.once.Do(func() {
		if shared.binary, shared.err = binary(); shared.err == nil {
			shared.m, shared.err = start(shared.binary, filepath.Join(shared.dir, "data"))
		}
	})
	require.NoError(t, shared.err)
	return shared.m
}

func binary() (string, error) {
	dir, err := os.MkdirTemp("", "countyfair-e2e-")
	if err != nil {
		return "", err
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		return "", err
	}
	shared.dir = dir
	path := filepath.Join(dir, "countyfair")
	out, err := exec.Command("go", "build", "-o", path, "../cmd/countyfair").CombinedOutput() //nolint:noctx // a test's own build
	if err != nil {
		return "", fmt.Errorf("build: %w: %s", err, out)
	}
	return path, nil
}

// start runs the demo and waits for its line `ready`.
func start(binary, dir string) (*market, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	m := &market{port: port, dir: dir, out: &output{}, done: make(chan error, 1)}
	m.cmd = exec.Command(binary, "demo", "--addr", "127.0.0.1:"+port, "--data", dir) //nolint:noctx // stopped by stop
	stdout, err := m.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	m.cmd.Stderr = os.Stderr
	began := time.Now() //nolint:forbidigo // measures the start
	if err := m.cmd.Start(); err != nil {
		return nil, err
	}
	ready := make(chan struct{})
	go func() {
		lines := bufio.NewScanner(io.TeeReader(stdout, m.out))
		for lines.Scan() {
			if lines.Text() == "ready" {
				close(ready)
			}
		}
		m.done <- m.cmd.Wait()
	}()
	select {
	case <-ready:
		m.ready = time.Since(began)
		return m, nil
	case err := <-m.done:
		return nil, fmt.Errorf("the demo ended before it was ready: %w\n%s", err, m.out)
	case <-time.After(4 * time.Minute): // seconds, but on a machine that does a dozen things besides
		return nil, errors.Join(fmt.Errorf("the demo was not ready in 4 minutes\n%s", m.out), m.stop())
	}
}

// output is what the demo has said so far; it may go on.
type output struct {
	mu   sync.Mutex
	said bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.said.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.said.String()
}

// stop is Ctrl-C.
func (m *market) stop() error {
	_ = m.cmd.Process.Signal(syscall.SIGINT)
	select {
	case err := <-m.done:
		return err
	case <-time.After(30 * time.Second):
		_ = m.cmd.Process.Kill()
		return fmt.Errorf("the demo did not stop in 30 seconds")
	}
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed at once
	if err != nil {
		return "", err
	}
	defer l.Close() //nolint:errcheck // a free port is all we want
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// host is the address of a county, or with an empty slug the platform's.
func (m *market) host(county string) string {
	if county == "" {
		return "http://localhost:" + m.port
	}
	return "http://" + county + ".localhost:" + m.port
}

// client reaches every *.localhost name on this machine.
var client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
	DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		_, port, err := net.SplitHostPort(addr)
		if err != nil {
			return nil, err
		}
		return (&net.Dialer{}).DialContext(ctx, network, "127.0.0.1:"+port)
	},
}}

func TestTheDemoSaysWhereEverythingIs(t *testing.T) {
	m := demo(t)
	out := m.out.String()
	for _, want := range []string{
		m.host("longnan"), m.host("xinfeng"), m.host("nyeri"), "operator@demo", "officer@longnan.demo",
		"seller@nyeri.demo", "buyer@xinfeng.demo", password, "\nready\n",
	} {
		require.Contains(t, out, want)
	}
	t.Logf("first start: ready in %.1f s", m.ready.Seconds())
}

func TestASecondStartKeepsItsDataAndStopsCleanly(t *testing.T) {
	demo(t)
	dir := filepath.Join(shared.dir, "again")
	first, err := start(shared.binary, dir)
	require.NoError(t, err)
	require.NoError(t, first.stop())
	second, err := start(shared.binary, dir)
	require.NoError(t, err)
	t.Logf("second start: ready in %.2f s", second.ready.Seconds())
	a := api(t, second, "longnan")
	status, list := a.call("list-products", nil, nil, "limit", "1")
	require.Equal(t, 200, status)
	require.Len(t, list["items"], 1)
	require.Equal(t, bought(t, shared.m), bought(t, second), "the same seed tells the same stories")
	require.NoError(t, second.stop())
	left, err := exec.Command("pgrep", "-f", dir).Output() //nolint:noctx // our own folder
	require.Error(t, err, "something still runs: %s", left)
}

// bought is what the demo's buyer began with, the newest first.
func bought(t *testing.T, m *market) (out []string) {
	t.Helper()
	orders := api(t, m, "longnan").signedIn("buyer@longnan.demo").must("list-my-purchases", nil, nil)
	for _, o := range orders["items"].([]any) {
		out = append(out, fmt.Sprint(at(t, o, "status"), at(t, o, "seller", "name"), at(t, o, "total", "amount")))
	}
	return out
}

func TestTheCountiesBeginWithOrders(t *testing.T) {
	m := demo(t)
	for _, slug := range []string{"longnan", "xinfeng", "nyeri"} {
		guest := api(t, m, slug)
		stands := map[any]int{}
		for _, o := range guest.signedIn("seller@"+slug+".demo").must("list-my-orders", nil, nil)["items"].([]any) {
			stands[at(t, o, "status")]++
		}
		for status, least := range map[string]int{"paid": 3, "shipped": 2, "delivered": 2, "cancelled": 1} {
			require.GreaterOrEqual(t, stands[status], least, "%s: %s of %v", slug, status, stands)
		}
		mine := guest.signedIn("buyer@"+slug+".demo").must("list-my-purchases", nil, nil)
		require.GreaterOrEqual(t, len(mine["items"].([]any)), 5)
		require.NotEmpty(t, guest.signedIn("officer@"+slug+".demo").must("list-seller-applications", nil, nil)["items"])
	}
}

func TestAKilledDemoStartsAgain(t *testing.T) {
	demo(t)
	dir := filepath.Join(shared.dir, "killed")
	first, err := start(shared.binary, dir)
	require.NoError(t, err)
	require.NoError(t, first.cmd.Process.Kill())
	require.Error(t, <-first.done)
	second, err := start(shared.binary, dir)
	require.NoError(t, err)
	require.NoError(t, second.stop())
	require.True(t, strings.HasSuffix(second.out.String(), "Start again on the same folder to go on.\n"))
}

// Whoever is asked to stop answers all that has come, and tells its clients to
// come back elsewhere before it closes the door.
func TestAStopLosesNoRequest(t *testing.T) {
	demo(t)
	m, err := start(shared.binary, filepath.Join(shared.dir, "leaving"))
	require.NoError(t, err)
	var answered atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				res, err := client.Get(m.host("longnan") + "/api/v1/categories") //nolint:noctx // the client has a timeout
				if err != nil {
					t.Errorf("cut off before it was told: %v", err)
					return
				}
				_, err = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
				if err != nil || res.StatusCode != http.StatusOK {
					t.Errorf("%d %v", res.StatusCode, err)
				}
				answered.Add(1)
				if res.Close {
					return // told: it goes elsewhere
				}
			}
		})
	}
	time.Sleep(time.Second)
	require.NoError(t, m.stop())
	wg.Wait()
	t.Logf("%d requests answered up to the end", answered.Load())
}
