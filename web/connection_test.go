package web_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// listen has the market answer on a port, for what only a real connection shows.
func (a *attacked) listen() string {
	a.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed by the shutdown
	require.NoError(a.t, err)
	go func() { _ = a.app.Listener(l) }()
	a.t.Cleanup(func() { _ = a.app.ShutdownWithTimeout(5 * time.Second) })
	return l.Addr().String()
}

// wire sends bytes as they are and gives all answers until the server closes
// the connection or falls silent.
func wire(t *testing.T, at string, parts ...string) (out []*http.Response) {
	t.Helper()
	c, err := net.Dial("tcp", at) //nolint:noctx // a test's connection
	require.NoError(t, err)
	defer c.Close() //nolint:errcheck // a test's connection
	for _, p := range parts {
		if _, err := io.WriteString(c, p); err != nil {
			break
		}
	}
	require.NoError(t, c.SetReadDeadline(time.Now().Add(2*time.Second))) //nolint:forbidigo // a socket's deadline
	r := bufio.NewReader(c)
	for {
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			return out
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		out = append(out, res)
	}
}

const multipartHead = "POST %s HTTP/1.1\r\nHost: longnan.localhost\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: %d\r\n%s\r\n"

// A form with files is not taken in before it is known who sends it, and never
// more of it than may be.
func TestNobodyFillsTheDiskWithForms(t *testing.T) {
	a := newAttacked(t)
	at := a.listen()
	file := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n" + strings.Repeat("x", 100_000)
	for _, row := range []struct {
		path   string
		length int
		head   string
		status int
	}{
		{"/", 2 << 30, "", 413},
		{"/cart/add", 2 << 30, "", 413},
		{"/api/v1/carts", 2 << 30, "", 413},
		{"/api/v1/pictures", 2 << 30, "", 413},
		{"/api/v1/pictures", 70 << 20, "", 401},
		{"/api/v1/imports", 70 << 20, "", 401},
		{"/api/v1/imports", 70 << 20, "Authorization: Bearer " + a.tokens["seller"] + "\r\nContent-Encoding: gzip\r\n", 415},
	} {
		began := time.Now() //nolint:forbidigo // measures a duration
		res := wire(t, at, fmt.Sprintf(multipartHead, row.path, row.length, row.head), file)
		require.Len(t, res, 1, "%s answers at once, though its body never comes whole", row.path)
		require.Less(t, time.Since(began), time.Second, row.path)
		require.Equal(t, row.status, res[0].StatusCode, row.path)
	}
}

// What is left unread of one request is never taken for the next.
func TestABodyIsNeverReadAsARequest(t *testing.T) {
	a := newAttacked(t)
	at := a.listen()
	hidden := "GET /hidden HTTP/1.1\r\nHost: longnan.localhost\r\n\r\n"
	body := "--b\r\n\r\n" + strings.Repeat(hidden, 2000)
	for _, path := range []string{"/api/v1/pictures", "/office/imports", "/api/v1/carts", "/nowhere", "/static/css/base.css"} {
		res := wire(t, at, fmt.Sprintf(multipartHead, path, len(body), ""), body)
		require.NotEmpty(t, res, path)
		require.LessOrEqual(t, len(res), 1, path)
	}
	res := wire(t, at, "POST /api/v1/pictures HTTP/1.1\r\nHost: longnan.localhost\r\nContent-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n--\r\n0\r\n\r\n"+hidden)
	require.Equal(t, http.StatusLengthRequired, res[0].StatusCode)
	res = wire(t, at, "POST /api/v1/carts HTTP/1.1\r\nHost: longnan.localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"+hidden)
	require.Len(t, res, 2, "what is read whole leaves the connection open")
	require.Equal(t, []int{201, 404}, []int{res[0].StatusCode, res[1].StatusCode})
	for _, head := range []string{
		"POST /api/v1/carts HTTP/1.1\r\nHost: longnan.localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
		"POST /api/v1/carts HTTP/1.1\r\nHost: longnan.localhost\r\nContent-Length: 4\r\nContent-Length: 60\r\n\r\n{}  " + hidden,
		"POST /api/v1/carts HTTP/1.1\r\nHost: longnan.localhost\r\nContent-Length: -1\r\n\r\n" + hidden,
		"POST /api/v1/carts HTTP/1.1\r\nHost: longnan.localhost\r\nTransfer-Encoding: \x0bchunked\r\nContent-Length: 60\r\n\r\n0\r\n\r\n" + hidden,
	} {
		for _, r := range wire(t, at, head) {
			t.Logf("%.90q: %d", head, r.StatusCode)
			require.Less(t, r.StatusCode, 500)
		}
	}
}

// A packed body could be of any size; none is unpacked.
func TestPackedBodiesAreRefused(t *testing.T) {
	a := newAttacked(t)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write(bytes.Repeat([]byte(" "), 64<<20))
	require.NoError(t, w.Close())
	for _, coding := range []string{"gzip", "br", "deflate", "gzip, gzip", "zstd"} {
		status, kind, answer := a.ask("POST", "/api/v1/carts", packed.Bytes(), "Content-Type", "application/json", "Content-Encoding", coding, "Idempotency-Key", "packed")
		a.refused(coding, status, kind, answer)
		require.Equal(t, 415, status, coding)
	}
}
