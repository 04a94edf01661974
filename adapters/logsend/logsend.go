// Package logsend is a notify.Sender that writes messages to the log: for the
// demo, which shows what they say, and for installations with no mail server
// yet, which only note that there was one.
package logsend

import (
	"context"
	"log/slog"

	"countyfair/internal/notify"
)

// Options of the sender.
type Options struct {
	// ShowText logs what messages say, one-time codes and links included. Only
	// a demo may do that.
	ShowText bool
}

// Sender writes to the log.
type Sender struct {
	log *slog.Logger
	o   Options
}

// New makes a sender.
func New(log *slog.Logger, o Options) *Sender { return &Sender{log, o} }

// Send logs the message. Without ShowText neither its words nor the whole of
// the address are in the log.
func (s *Sender) Send(ctx context.Context, e notify.Envelope) error {
	if s.o.ShowText {
		s.log.InfoContext(ctx, "message", "channel", e.Channel, "to", e.To, "subject", e.Subject, "text", e.Text)
		return nil
	}
	s.log.InfoContext(ctx, "message not sent: no mail server is set", "channel", e.Channel, "message", e.ID)
	return nil
}
