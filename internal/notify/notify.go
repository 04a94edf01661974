// Package notify tells people what happened, by e-mail or SMS.
//
// A message is written in the transaction of the fact it tells (Queue) and sent
// by a job afterwards, once for each Dedupe key, however often the fact's own
// code runs again. How it travels is a Sender; what it says in which language
// is a Renderer.
package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"countyfair/internal/clock"
	"countyfair/internal/jobs"
	"countyfair/internal/pg"
)

// Channel is how a message travels.
type Channel string

// The channels.
const (
	Email Channel = "email"
	SMS   Channel = "sms"
)

// Message is one fact told to one person.
type Message struct {
	Kind     string         // "order_paid": which words
	Dedupe   string         // "order_paid/<order>/buyer": told once
	Email    string         // where to; e-mail is used where both are given
	Phone    string         // E.164
	Language string         // BCP 47
	Data     map[string]any // values for the words; nothing secret but codes and links meant for this person
}

// Envelope is a message ready to travel.
type Envelope struct {
	Channel Channel
	To      string
	Subject string // e-mail only
	Text    string
	// ID is stable over retries of the same message, so that a provider can drop doubles.
	ID uuid.UUID
}

// Sender delivers an envelope. It returns an error when the message should be tried again.
type Sender interface {
	Send(ctx context.Context, e Envelope) error
}

// Renderer writes a message in a language.
type Renderer interface {
	Render(ctx context.Context, kind, language string, data map[string]any) (subject, text string, err error)
}

// outbox sends what Queue wrote.
type outbox struct {
	db      *pg.DB
	clock   clock.Clock
	render  Renderer
	senders map[Channel]Sender
}

// Register adds the job that sends messages.
func Register(db *pg.DB, c clock.Clock, r *jobs.Registry, render Renderer, senders map[Channel]Sender) {
	o := &outbox{db, c, render, senders}
	jobs.Handle(r, o.send)
}

type sendArgs struct {
	jobs.Of
	Message uuid.UUID `json:"message"`
}

func (sendArgs) Kind() string { return "notify.send" }

// Queue writes the message in the transaction. A message of a known Dedupe key,
// or to nobody, is left out.
func Queue(ctx context.Context, tx *pg.Tx, now time.Time, m Message) error {
	channel, to := Email, m.Email
	if to == "" {
		channel, to = SMS, m.Phone
	}
	if to == "" {
		return nil
	}
	data, err := json.Marshal(m.Data)
	if err != nil {
		return err
	}
	tenant, id := pg.Tenant(ctx), uuid.Must(uuid.NewV7())
	tag, err := tx.Exec(ctx, `INSERT INTO notifications (tenant_id, id, dedupe_key, kind, channel, recipient, language, data, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (tenant_id, dedupe_key) DO NOTHING`,
		tenant, id, m.Dedupe, m.Kind, channel, to, m.Language, data, now)
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	return jobs.Insert(ctx, tx, sendArgs{Of: jobs.Of{Tenant: tenant}, Message: id}, jobs.Attempts(12))
}

// send delivers one message. A crash between sending and noting it sends it
// again under the same ID: at least once.
func (o *outbox) send(ctx context.Context, a sendArgs) error {
	var kind, channel, to, language, state string
	var data map[string]any
	err := o.db.Query(ctx, func(q pg.Querier) error {
		return q.QueryRow(ctx, `SELECT kind, channel, recipient, language, state, data FROM notifications WHERE tenant_id = $1 AND id = $2`,
			a.Tenant, a.Message).Scan(&kind, &channel, &to, &language, &state, &data)
	})
	if pg.NoRows(err) || (err == nil && state != "waiting") {
		return nil
	}
	if err != nil {
		return err
	}
	subject, text, err := o.render.Render(ctx, kind, language, data)
	if err != nil {
		return fmt.Errorf("notify: words for %s: %w", kind, err)
	}
	sender, ok := o.senders[Channel(channel)]
	if !ok {
		return jobs.Give(fmt.Errorf("notify: no way to send %s", channel))
	}
	if err := sender.Send(ctx, Envelope{Channel: Channel(channel), To: to, Subject: subject, Text: text, ID: a.Message}); err != nil {
		if IsNever(err) {
			return errors.Join(o.close(ctx, a, "failed"), jobs.Give(err))
		}
		return err
	}
	return o.close(ctx, a, "sent")
}

// close notes how a message ended.
func (o *outbox) close(ctx context.Context, a sendArgs, state string) error {
	return o.db.Write(ctx, func(tx *pg.Tx) error {
		// One-time codes and links are of no more use: nothing of them stays.
		_, err := tx.Exec(ctx, `UPDATE notifications SET state = $4, sent_at = $3, data = '{}' WHERE tenant_id = $1 AND id = $2`,
			a.Tenant, a.Message, o.clock.Now(), state)
		return err
	})
}

// never is an error about a message that no further try would deliver.
type never struct{ error }

// Unwrap gives the cause.
func (n never) Unwrap() error { return n.error }

// Never marks an error of a Sender as final: the message is given up.
func Never(err error) error { return never{err} }

// IsNever reports whether a further try would be of no use.
func IsNever(err error) bool {
	var n never
	return errors.As(err, &n)
}
