// Package sandboxpay is a payment provider for demonstrations and tests. It
// behaves like a company outside: it keeps its own book, has a page of its own
// on which the buyer decides what happens, and tells the outcome by signed
// events that may come late. No money moves.
package sandboxpay

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/checkout"
	"countyfair/internal/clock"
	"countyfair/internal/errs"
	"countyfair/internal/money"
	"countyfair/internal/pg"
)

// Name marks the sandbox's payments.
const Name = "sandbox"

// Outcome is what the buyer chooses on the sandbox's page.
type Outcome string

// The outcomes.
const (
	Succeed Outcome = "succeed"
	Decline Outcome = "decline"
	Delay   Outcome = "delay" // accepted, and settled a while later
)

// Options of the sandbox.
type Options struct {
	Secret []byte                                                           // signs its events
	Settle time.Duration                                                    // how long a delayed payment takes; 0: 5 seconds
	Page   func(ref string) string                                          // address of its page; nil: none
	Tell   func(ctx context.Context, header http.Header, body []byte) error // where its events go; see SetTell
}

// Sandbox is the provider.
type Sandbox struct {
	db    *pg.DB
	clock clock.Clock
	o     Options
	key   []byte
}

var _ checkout.PaymentProvider = (*Sandbox)(nil)

// New makes a sandbox that keeps its book in db.
func New(db *pg.DB, c clock.Clock, o Options) *Sandbox {
	if o.Settle == 0 {
		o.Settle = 5 * time.Second
	}
	if o.Page == nil {
		o.Page = func(string) string { return "" }
	}
	h := hmac.New(sha256.New, o.Secret)
	h.Write([]byte("countyfair/sandbox/v1"))
	return &Sandbox{db: db, clock: c, o: o, key: h.Sum(nil)}
}

// SetTell says where the sandbox's events go: to the program's own webhook.
func (s *Sandbox) SetTell(tell func(ctx context.Context, header http.Header, body []byte) error) {
	s.o.Tell = tell
}

// Name marks the sandbox's payments.
func (*Sandbox) Name() string { return Name }

// Ref is how the sandbox calls the payment.
func Ref(payment uuid.UUID) string { return "sbx_" + hex.EncodeToString(payment[:]) }

// Payment is a page of the sandbox's book.
type Payment struct {
	Ref         string
	Amount      money.Money
	Description string
	ReturnURL   string
	State       checkout.PaymentState
	SettlesAt   *time.Time
}

const columns = ` ref, amount, currency, description, return_url, state, settles_at`

func scan(row pgx.Row) (p Payment, err error) {
	err = row.Scan(&p.Ref, &p.Amount.Amount, &p.Amount.Currency, &p.Description, &p.ReturnURL, &p.State, &p.SettlesAt)
	if pg.NoRows(err) {
		err = checkout.ErrUnknownPayment
	}
	return p, err
}

func (s *Sandbox) row(ctx context.Context, sql string, args ...any) (p Payment, err error) {
	err = s.db.Query(ctx, func(q pg.Querier) error {
		p, err = scan(q.QueryRow(ctx, sql, args...))
		return err
	})
	return p, err
}

func (s *Sandbox) answer(p Payment) checkout.ProviderPayment {
	out := checkout.ProviderPayment{Ref: p.Ref, State: p.State, Amount: p.Amount}
	if p.State == checkout.PaymentFailed {
		out.Failure = "declined"
	}
	if p.State == checkout.PaymentNeedsAction || p.State == checkout.PaymentFailed {
		out.RedirectURL = s.o.Page(p.Ref)
	}
	return out
}

// Create opens a payment; the same ID gives the same one.
func (s *Sandbox) Create(ctx context.Context, n checkout.NewPayment) (checkout.ProviderPayment, error) {
	p, err := s.row(ctx, `INSERT INTO sandbox_payments AS p (ref, idempotency_key, amount, currency, description, return_url, state, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, 'needs_action', $7) ON CONFLICT (idempotency_key) DO UPDATE SET ref = p.ref RETURNING`+columns,
		Ref(n.ID), n.ID.String(), n.Amount.Amount, n.Amount.Currency, n.Description, n.ReturnURL, s.clock.Now())
	if err == nil && p.Amount != n.Amount {
		err = errs.New(errs.Conflict, "idempotency_conflict", "This payment was opened with another amount.")
	}
	return s.answer(p), err
}

// Get shows a payment to the sandbox's page.
func (s *Sandbox) Get(ctx context.Context, ref string) (Payment, error) {
	return s.row(ctx, `SELECT`+columns+` FROM sandbox_payments WHERE ref = $1`, ref)
}

// Retrieve tells where a payment stands now.
func (s *Sandbox) Retrieve(ctx context.Context, ref string) (checkout.ProviderPayment, error) {
	p, err := s.Get(ctx, ref)
	return s.answer(p), err
}

// Decide does on the sandbox's page what the buyer chose. A payment that has
// succeeded or was cancelled stays as it is.
func (s *Sandbox) Decide(ctx context.Context, ref string, o Outcome) (checkout.ProviderPayment, error) {
	var next checkout.PaymentState
	var settles *time.Time
	switch o {
	case Succeed:
		next = checkout.PaymentSucceeded
	case Decline:
		next = checkout.PaymentFailed
	case Delay:
		next = checkout.PaymentProcessing
		at := s.clock.Now().Add(s.o.Settle)
		settles = &at
	default:
		var wrong errs.Fields
		wrong.Add("outcome", "unknown_outcome", "Choose succeed, decline or delay.")
		return checkout.ProviderPayment{}, wrong.Err()
	}
	return s.move(ctx, ref, next, settles, "needs_action", "failed")
}

// Cancel closes a payment on which the buyer has not acted.
func (s *Sandbox) Cancel(ctx context.Context, ref string) (checkout.ProviderPayment, error) {
	return s.move(ctx, ref, checkout.PaymentCancelled, nil, "needs_action", "failed")
}

func (s *Sandbox) move(ctx context.Context, ref string, next checkout.PaymentState, settles *time.Time, from ...string) (checkout.ProviderPayment, error) {
	p, err := s.row(ctx, `UPDATE sandbox_payments SET state = $2, settles_at = $3, version = version + 1 WHERE ref = $1 AND state = ANY ($4) RETURNING`+columns, ref, next, settles, from)
	if errs.CodeOf(err) == errs.NotFound {
		return s.Retrieve(ctx, ref) // it has gone on, or never was
	}
	return s.answer(p), err
}

// Refund gives money back: once for each ID, and never more than there was.
func (s *Sandbox) Refund(ctx context.Context, r checkout.NewRefund) (checkout.ProviderRefund, error) {
	ref := "sbr_" + hex.EncodeToString(r.ID[:])
	err := s.db.Write(ctx, func(tx *pg.Tx) error {
		p, err := scan(tx.QueryRow(ctx, `SELECT`+columns+` FROM sandbox_payments WHERE ref = $1 FOR UPDATE`, r.Ref))
		if err != nil {
			return err
		}
		var before int64
		var repeated bool
		if err := tx.QueryRow(ctx, `SELECT coalesce(sum(amount), 0), coalesce(bool_or(idempotency_key = $2), false) FROM sandbox_refunds WHERE ref = $1`, r.Ref, r.ID.String()).Scan(&before, &repeated); err != nil || repeated {
			return err
		}
		if p.State != checkout.PaymentSucceeded || r.Amount.Currency != p.Amount.Currency || r.Amount.Amount <= 0 || r.Amount.Amount > p.Amount.Amount-before {
			return errs.New(errs.Conflict, "cannot_refund", "So much cannot be given back of this payment.")
		}
		_, err = tx.Exec(ctx, `INSERT INTO sandbox_refunds (idempotency_key, ref, refund_ref, amount, created_at) VALUES ($1, $2, $3, $4, $5)`,
			r.ID.String(), r.Ref, ref, r.Amount.Amount, s.clock.Now())
		return err
	})
	return checkout.ProviderRefund{Ref: ref}, err
}

// Refunded is how much of a payment was given back.
func (s *Sandbox) Refunded(ctx context.Context, ref string) (sum int64, err error) {
	err = s.db.Query(ctx, func(q pg.Querier) error {
		return q.QueryRow(ctx, `SELECT coalesce(sum(amount), 0) FROM sandbox_refunds WHERE ref = $1`, ref).Scan(&sum)
	})
	return sum, err
}

// SignatureHeader carries an event's time and signature.
const SignatureHeader = "Sandbox-Signature"

// tolerance is how old an event may be.
const tolerance = 5 * time.Minute

type event struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`
	Payment string `json:"payment"`
}

// Sign makes the signature of an event that is sent at the moment.
func (s *Sandbox) Sign(body []byte, at time.Time) http.Header {
	t := strconv.FormatInt(at.Unix(), 10)
	return http.Header{SignatureHeader: {"t=" + t + ",v1=" + hex.EncodeToString(s.mac(t, body))}}
}

func (s *Sandbox) mac(t string, body []byte) []byte {
	h := hmac.New(sha256.New, s.key)
	h.Write([]byte(t))
	h.Write([]byte{'.'})
	h.Write(body)
	return h.Sum(nil)
}

// ParseWebhook checks an event's signature and age.
func (s *Sandbox) ParseWebhook(header http.Header, body []byte) (checkout.Event, error) {
	t, v1, ok := strings.Cut(strings.TrimPrefix(header.Get(SignatureHeader), "t="), ",v1=")
	unix, err := strconv.ParseInt(t, 10, 64)
	got, bad := hex.DecodeString(v1)
	if !ok || err != nil || bad != nil || !hmac.Equal(got, s.mac(t, body)) || s.clock.Now().Sub(time.Unix(unix, 0)).Abs() > tolerance {
		return checkout.Event{}, checkout.ErrForged
	}
	var e event
	if err := json.Unmarshal(body, &e); err != nil || e.ID == "" {
		return checkout.Event{}, checkout.ErrForged
	}
	return checkout.Event{ID: e.ID, Kind: e.Kind, Ref: e.Payment}, nil
}
