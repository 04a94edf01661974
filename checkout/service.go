package checkout

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"countyfair/internal/clock"
	"countyfair/internal/errs"
	"countyfair/internal/jobs"
	"countyfair/internal/pg"
	"countyfair/ledger"
	"countyfair/tenants"
)

// Config is what an installation decides.
type Config struct {
	Secret    []byte        // signs the links that guests follow
	Provider  string        // the provider of payments, where the buyer names none
	QuoteFor  time.Duration // how long a quote stands; 0: 30 minutes
	HoldFor   time.Duration // how long stock is held for an unpaid order; 0: 30 minutes
	SettleFor time.Duration // how much longer for a payment that is on its way; 0: 2 hours
	RatesFor  time.Duration // how old exchange rates may be to charge by; 0: any age
	Borders   Borders       // what selling abroad takes; nil: nothing goes abroad
	// OrderURL is where a buyer comes back to from a provider's page; nil: nowhere.
	OrderURL func(county *tenants.County, path string) string
}

// Service is all use-cases of buying.
type Service struct {
	db        *pg.DB
	clock     clock.Clock
	counties  Counties
	providers map[string]PaymentProvider
	log       *slog.Logger
	cfg       Config
	linkKey   []byte
	// book adds entries to the batch of their fact; a benchmark leaves them out.
	book func(b *pgx.Batch, tenant uuid.UUID, entries ...ledger.Entry) error
	// step is called between any two steps of a purchase; a test dies in it.
	step func(name string)
}

// NewService makes the use-cases and registers their jobs.
func NewService(db *pg.DB, c clock.Clock, counties Counties, r *jobs.Registry, log *slog.Logger, cfg Config, providers ...PaymentProvider) *Service {
	cfg.QuoteFor = or(cfg.QuoteFor, 30*time.Minute)
	cfg.HoldFor = or(cfg.HoldFor, 30*time.Minute)
	cfg.SettleFor = or(cfg.SettleFor, 2*time.Hour)
	if cfg.OrderURL == nil {
		cfg.OrderURL = func(*tenants.County, string) string { return "" }
	}
	key := hmac.New(sha256.New, cfg.Secret)
	key.Write([]byte("countyfair/order-link/v1"))
	s := &Service{db: db, clock: c, counties: counties, providers: map[string]PaymentProvider{}, log: log, cfg: cfg, linkKey: key.Sum(nil), book: ledger.Queue, step: func(string) {}}
	for _, p := range providers {
		s.providers[p.Name()] = p
	}
	s.register(r)
	return s
}

func or(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}

// provider finds the provider of a name, or the installation's own.
func (s *Service) provider(name string) (PaymentProvider, error) {
	if name == "" {
		name = s.cfg.Provider
	}
	if p, ok := s.providers[name]; ok {
		return p, nil
	}
	var wrong errs.Fields
	wrong.Add("payment_method", "not_offered", "This way to pay is not offered here.")
	return nil, wrong.Err()
}

// Providers lists the ways to pay that the installation offers.
func (s *Service) Providers() []string {
	out := make([]string, 0, len(s.providers))
	for name := range s.providers {
		out = append(out, name)
	}
	return out
}

// atomic runs the batch in one round trip as one transaction, and again where
// the server broke it off for the sake of another. read, if given, takes the
// answers.
func (s *Service) atomic(ctx context.Context, b *pgx.Batch, read func(r pgx.BatchResults) error) error {
	for i := 0; ; i++ {
		err := s.db.Query(ctx, func(q pg.Querier) error {
			r := q.SendBatch(ctx, b)
			if read != nil {
				if err := read(r); err != nil {
					_ = r.Close()
					return err
				}
			}
			return r.Close()
		})
		var e *pgconn.PgError
		if i == 3 || !errors.As(err, &e) || (e.Code != "40P01" && e.Code != "40001") {
			return err
		}
	}
}

// refused reports whether a statement broke off with one of our own codes.
func refused(err error, code string) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == code
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
