// Package smtp is a notify.Sender by e-mail.
package smtp

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/wneessen/go-mail"

	"countyfair/internal/clock"
	"countyfair/internal/notify"
)

// patience is how long one message may take.
const patience = 20 * time.Second

// Sender sends by one mail server.
type Sender struct {
	client *mail.Client
	from   string
	clock  clock.Clock
}

// New reads where and how to send from an address:
//
//	smtps://user:password@host:465   TLS from the start
//	smtp://user:password@host:587    STARTTLS, which the server must offer
//	smtp+plain://host:25             no TLS, for a relay on the same machine
func New(address, from string, c clock.Clock) (*Sender, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return nil, errors.New("SMTP_URL is not an address such as smtp://user:password@host:587") // the cause may hold the password
	}
	o := []mail.Option{mail.WithTimeout(patience)}
	port := map[string]int{"smtp": 587, "smtps": 465, "smtp+plain": 25}[u.Scheme]
	switch u.Scheme {
	case "smtps":
		o = append(o, mail.WithSSL())
	case "smtp":
		o = append(o, mail.WithTLSPolicy(mail.TLSMandatory))
	case "smtp+plain":
		o = append(o, mail.WithTLSPolicy(mail.NoTLS))
	default:
		return nil, fmt.Errorf("SMTP_URL begins with smtps://, smtp:// or smtp+plain://, not %s://", u.Scheme)
	}
	if u.Port() != "" {
		if port, err = strconv.Atoi(u.Port()); err != nil {
			return nil, errors.New("SMTP_URL: the port is no number")
		}
	}
	o = append(o, mail.WithPort(port))
	if password, ok := u.User.Password(); ok {
		o = append(o, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(u.User.Username()), mail.WithPassword(password))
	}
	client, err := mail.NewClient(u.Hostname(), o...)
	if err != nil {
		return nil, fmt.Errorf("SMTP_URL: %w", err)
	}
	s := &Sender{client, from, c}
	return s, mail.NewMsg().From(from)
}

// Send delivers one message. Its Message-ID is the envelope's own id, so that a
// message that is sent again is known as the same. Addresses and subjects that
// would add headers are refused by the library, and so is a bad address: that
// message is never tried again.
func (s *Sender) Send(ctx context.Context, e notify.Envelope) error {
	m := mail.NewMsg()
	if err := errors.Join(m.From(s.from), m.To(e.To)); err != nil {
		return notify.Never(fmt.Errorf("smtp: address: %w", err))
	}
	m.SetMessageIDWithValue(e.ID.String() + "@countyfair")
	m.SetDateWithValue(s.clock.Now())
	m.Subject(e.Subject)
	m.SetBodyString(mail.TypeTextPlain, e.Text)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := s.client.DialAndSendWithContext(ctx, m); err != nil {
		return fmt.Errorf("smtp: %w", err)
	}
	return nil
}
