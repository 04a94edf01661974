// Package config reads the program's settings from the environment, and from
// nowhere else. Each variable has a name, a default and a meaning, which
// `countyfair config` prints; a wrong value is refused with a sentence that
// names the variable.
package config

import (
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Config is every setting of the server.
type Config struct {
	Addr        string
	AdminAddr   string
	BaseDomain  string
	PublicURL   *url.URL // scheme and port of links; the host is the county's
	DatabaseURL string
	ListenURL   string
	MigrateURL  string
	Binder      string
	MaxConns    int
	Secret      string
	DataDir     string
	Workers     int
	TrustProxy  []netip.Prefix

	PaymentProvider string
	StripeKey       string
	StripePublic    string
	StripeWebhook   string
	StripeURL       string

	RatesURL  string
	PaperFont string
	SMTPURL   string
	MailFrom  string

	LogLevel     slog.Level
	OTLPEndpoint string
	DrainTime    time.Duration
	PublicCache  time.Duration
}

// Variable is one setting as `countyfair config` shows it.
type Variable struct {
	Name    string `json:"name"`
	Default string `json:"default"`
	Meaning string `json:"meaning"`
	Secret  bool   `json:"secret,omitempty"`
	read    func(c *Config, value string) error
}

// Variables lists every setting.
func Variables() []Variable {
	return []Variable{
		{"ADDR", "127.0.0.1:8080", "where to listen for people and programs", false, text(func(c *Config) *string { return &c.Addr })},
		{"ADMIN_ADDR", "127.0.0.1:9090", "where /livez, /readyz, /metrics and /debug/pprof listen; keep it inside", false, text(func(c *Config) *string { return &c.AdminAddr })},
		{"BASE_DOMAIN", "localhost", "the platform's domain; counties are <slug>.BASE_DOMAIN", false, text(func(c *Config) *string { return &c.BaseDomain })},
		{"PUBLIC_URL", "", "scheme and port of links, such as https://example.org; default http://BASE_DOMAIN with the port of ADDR", false, readPublicURL},
		{"DATABASE_URL", "", "PostgreSQL as the program's own role, a member of countyfair_app that owns nothing; unset: a private server in DATA_DIR", true, text(func(c *Config) *string { return &c.DatabaseURL })},
		{"DATABASE_LISTEN_URL", "", "the same past the pooler, to hear of changes by LISTEN; needed with TENANT_BINDER=transaction", true, text(func(c *Config) *string { return &c.ListenURL })},
		{"MIGRATE_DATABASE_URL", "", "PostgreSQL as the owner of the schema; only `countyfair migrate` uses it", true, text(func(c *Config) *string { return &c.MigrateURL })},
		{"TENANT_BINDER", "session", "how a county is bound: session, transaction (PgBouncer in transaction mode) or citus", false, oneOf(func(c *Config) *string { return &c.Binder }, "session", "transaction", "citus")},
		{"DATABASE_MAX_CONNS", "16", "most connections to PostgreSQL", false, number(func(c *Config) *int { return &c.MaxConns }, 2, 1000)},
		{"SECRET", "", "at least 32 characters; seals signing keys and signs links; the same for all processes", true, text(func(c *Config) *string { return &c.Secret })},
		{"DATA_DIR", "./data", "where pictures, uploads and the private PostgreSQL live", false, text(func(c *Config) *string { return &c.DataDir })},
		{"JOB_WORKERS", "4", "background jobs at once in this process; 0 leaves them to `countyfair worker`", false, number(func(c *Config) *int { return &c.Workers }, 0, 200)},
		{"TRUSTED_PROXIES", "", "addresses or networks, separated by commas, whose X-Forwarded-For is believed", false, readProxies},
		{"PAYMENT_PROVIDER", "stripe", "stripe, or sandbox for trying out (no money moves)", false, oneOf(func(c *Config) *string { return &c.PaymentProvider }, "stripe", "sandbox")},
		{"STRIPE_SECRET_KEY", "", "Stripe's secret key", true, text(func(c *Config) *string { return &c.StripeKey })},
		{"STRIPE_PUBLISHABLE_KEY", "", "Stripe's publishable key, for the page where a buyer enters a card", false, text(func(c *Config) *string { return &c.StripePublic })},
		{"STRIPE_WEBHOOK_SECRET", "", "the signing secret of the Stripe endpoint, made at API version 2024-06-20", true, text(func(c *Config) *string { return &c.StripeWebhook })},
		{"STRIPE_API_URL", "", "another address of Stripe's API, for tests", false, text(func(c *Config) *string { return &c.StripeURL })},
		{"EXCHANGE_RATES_URL", "", "where the European Central Bank's eurofxref-daily.xml is fetched; unset: only the rates that were shipped, and prices in the county's own currency", false, text(func(c *Config) *string { return &c.RatesURL })},
		{"PAPER_FONT", "", "a TrueType font or collection with Chinese and Latin glyphs that customs papers are printed in; unset: WenQuanYi Micro Hei where its package fonts-wqy-microhei puts it", false, text(func(c *Config) *string { return &c.PaperFont })},
		{"SMTP_URL", "", "smtp://user:password@host:587 or smtps://…; unset: messages are only logged, without their text", true, text(func(c *Config) *string { return &c.SMTPURL })},
		{"MAIL_FROM", "market@localhost", "sender of e-mail", false, text(func(c *Config) *string { return &c.MailFrom })},
		{"LOG_LEVEL", "info", "debug, info, warn or error", false, func(c *Config, v string) error { return c.LogLevel.UnmarshalText([]byte(v)) }},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "", "where traces go, by OTLP over HTTP; unset: nowhere", false, text(func(c *Config) *string { return &c.OTLPEndpoint })},
		{"DRAIN_TIME", "20s", "how long a shutdown waits for requests and jobs to end", false, duration(func(c *Config) *time.Duration { return &c.DrainTime })},
		{"PUBLIC_CACHE", "1s", "how long guests may be shown a public page that another process has changed meanwhile; 0s: never", false, duration(func(c *Config) *time.Duration { return &c.PublicCache })},
	}
}

// Read reads all settings. The error names every variable that is wrong.
func Read(getenv func(string) string) (Config, error) {
	var c Config
	var wrong []string
	for _, v := range Variables() {
		value := getenv(v.Name)
		if value == "" {
			value = v.Default
		}
		if err := v.read(&c, value); err != nil {
			wrong = append(wrong, fmt.Sprintf("%s is not right: %v", v.Name, err))
		}
	}
	if len(wrong) > 0 {
		return c, fmt.Errorf("%s", strings.Join(wrong, "\n"))
	}
	return c, nil
}

// ReadyToServe refuses settings that no production server may run with.
func (c Config) ReadyToServe() error {
	switch {
	case c.DatabaseURL == "" && c.MigrateURL != "":
		return fmt.Errorf("DATABASE_URL is not set, but MIGRATE_DATABASE_URL is: set both, or neither for a private server in DATA_DIR")
	case c.Binder == "transaction" && c.ListenURL == "":
		return fmt.Errorf("DATABASE_LISTEN_URL is not set: changes of counties and sessions are heard by LISTEN, which a pooler in transaction mode does not carry; give a connection past it")
	case len(c.Secret) < 32:
		return fmt.Errorf("SECRET is not set or too short: give at least 32 random characters, such as the output of `openssl rand -hex 32`")
	case c.PaymentProvider == "stripe" && c.StripeKey == "":
		return fmt.Errorf("STRIPE_SECRET_KEY is not set: give Stripe's secret key, or PAYMENT_PROVIDER=sandbox for trying out")
	case c.PaymentProvider == "stripe" && c.StripePublic == "":
		return fmt.Errorf("STRIPE_PUBLISHABLE_KEY is not set: without it buyers have no page to pay on")
	case c.PaymentProvider == "stripe" && c.StripeWebhook == "":
		return fmt.Errorf("STRIPE_WEBHOOK_SECRET is not set: without it no payment is ever confirmed")
	}
	return nil
}

// Link is the address of a path on a host: https://longnan.example.org/cart.
func (c Config) Link(host, path string) string {
	u := *c.PublicURL
	u.Host = host
	if port := c.PublicURL.Port(); port != "" {
		u.Host += ":" + port
	}
	return u.Scheme + "://" + u.Host + path
}

func text(field func(*Config) *string) func(*Config, string) error {
	return func(c *Config, v string) error { *field(c) = v; return nil }
}

func readProxies(c *Config, v string) error {
	for part := range strings.SplitSeq(v, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		network, err := netip.ParsePrefix(part)
		if one, notNetwork := netip.ParseAddr(part); notNetwork == nil {
			network, err = one.Prefix(one.BitLen())
		}
		if err != nil {
			return fmt.Errorf("%q is not an address or network such as 10.0.0.0/8", part)
		}
		c.TrustProxy = append(c.TrustProxy, network)
	}
	return nil
}

func oneOf(field func(*Config) *string, allowed ...string) func(*Config, string) error {
	return func(c *Config, v string) error {
		if slices.Contains(allowed, v) {
			*field(c) = v
			return nil
		}
		return fmt.Errorf("%q is not one of %s", v, strings.Join(allowed, ", "))
	}
}

func number(field func(*Config) *int, least, most int) func(*Config, string) error {
	return func(c *Config, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < least || n > most {
			return fmt.Errorf("%q is not a number from %d to %d", v, least, most)
		}
		*field(c) = n
		return nil
	}
}

func duration(field func(*Config) *time.Duration) func(*Config, string) error {
	return func(c *Config, v string) error {
		d, err := time.ParseDuration(v)
		if err != nil || d < 0 {
			return fmt.Errorf("%q is not a time such as 20s", v)
		}
		*field(c) = d
		return nil
	}
}

func readPublicURL(c *Config, v string) error {
	if v == "" {
		v = "http://" + c.BaseDomain
		if i := strings.LastIndexByte(c.Addr, ':'); i >= 0 && c.Addr[i+1:] != "80" {
			v += c.Addr[i:]
		}
	}
	u, err := url.Parse(v)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return fmt.Errorf("%q is not an address such as https://example.org", v)
	}
	c.PublicURL = u
	return nil
}
