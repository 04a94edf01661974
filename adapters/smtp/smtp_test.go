package smtp_test

import (
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/adapters/smtp"
	"countyfair/internal/clock"
	"countyfair/internal/notify"
)

// inbox is a mail server that keeps what it gets.
type inbox struct {
	mu   sync.Mutex
	got  []string
	full bool // refuses for now
}

func (i *inbox) NewSession(*gosmtp.Conn) (gosmtp.Session, error) { return &session{i}, nil }

type session struct{ i *inbox }

func (*session) Mail(string, *gosmtp.MailOptions) error { return nil }
func (s *session) Rcpt(string, *gosmtp.RcptOptions) error {
	s.i.mu.Lock()
	defer s.i.mu.Unlock()
	if s.i.full {
		return &gosmtp.SMTPError{Code: 452, Message: "the mailbox is full"}
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	s.i.mu.Lock()
	defer s.i.mu.Unlock()
	s.i.got = append(s.i.got, string(raw))
	return err
}
func (*session) Reset()        {}
func (*session) Logout() error { return nil }

func serve(t *testing.T) (*inbox, string) {
	t.Helper()
	i := &inbox{}
	server := gosmtp.NewServer(i)
	server.Domain, server.ReadTimeout, server.WriteTimeout = "localhost", 5*time.Second, 5*time.Second
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a test's server
	require.NoError(t, err)
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return i, "smtp+plain://" + l.Addr().String()
}

func TestAMessageArrivesAsItWasWritten(t *testing.T) {
	box, url := serve(t)
	s, err := smtp.New(url, "market@longnan.example", &clock.Fixed{At: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	id := uuid.New()
	text := "订单 LN-1 已发货。\n看到哪了：http://longnan.localhost/orders/LN-1?t=abc\n" + strings.Repeat("长", 400)
	require.NoError(t, s.Send(t.Context(), notify.Envelope{Channel: notify.Email, To: "buyer@example.org", Subject: "订单 LN-1 已发货", Text: text, ID: id}))
	require.Len(t, box.got, 1)
	m, err := mail.ReadMessage(strings.NewReader(box.got[0]))
	require.NoError(t, err)
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	require.NoError(t, err)
	require.Equal(t, "订单 LN-1 已发货", subject)
	require.Equal(t, "<"+id.String()+"@countyfair>", m.Header.Get("Message-Id"))
	require.Contains(t, m.Header.Get("To"), "buyer@example.org")
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	require.NoError(t, err)
	require.Equal(t, text, strings.ReplaceAll(strings.TrimRight(string(body), "\r\n"), "\r\n", "\n"))
}

func TestAFullMailboxIsTriedAgainAndABadAddressNever(t *testing.T) {
	box, url := serve(t)
	s, err := smtp.New(url, "market@longnan.example", clock.System{})
	require.NoError(t, err)
	box.full = true
	err = s.Send(t.Context(), notify.Envelope{To: "buyer@example.org", Subject: "x", Text: "y", ID: uuid.New()})
	require.Error(t, err)
	require.False(t, notify.IsNever(err))
	for _, to := range []string{"nobody", "a@b.example\r\nBcc: c@d.example", ""} {
		err = s.Send(t.Context(), notify.Envelope{To: to, Subject: "x", Text: "y", ID: uuid.New()})
		require.True(t, notify.IsNever(err), to)
	}
	require.Empty(t, box.got)
}

func TestASubjectAddsNoHeaders(t *testing.T) {
	box, url := serve(t)
	s, err := smtp.New(url, "market@longnan.example", clock.System{})
	require.NoError(t, err)
	_ = s.Send(t.Context(), notify.Envelope{To: "buyer@example.org", Subject: "hello\r\nBcc: thief@example.org", Text: "y", ID: uuid.New()})
	for _, raw := range box.got {
		m, err := mail.ReadMessage(strings.NewReader(raw))
		require.NoError(t, err)
		require.Empty(t, m.Header.Get("Bcc"))
	}
}

func TestAnUnreachableServerIsAnError(t *testing.T) {
	s, err := smtp.New("smtp+plain://127.0.0.1:1", "market@longnan.example", clock.System{})
	require.NoError(t, err)
	require.Error(t, s.Send(t.Context(), notify.Envelope{To: "a@b.example", ID: uuid.New()}))
}

func TestAWrongAddressStopsTheStart(t *testing.T) {
	for _, url := range []string{"", "http://x", "smtp://", "smtp://host:port", "smtps://u:secret@ho st"} {
		_, err := smtp.New(url, "market@longnan.example", clock.System{})
		require.Error(t, err, url)
		require.NotContains(t, err.Error(), "secret")
	}
}
