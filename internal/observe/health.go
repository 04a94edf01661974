package observe

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/pprof"
)

// Check is one thing that must hold before requests are taken. The error's
// text is shown to whoever asks /readyz: keep it plain.
type Check struct {
	Name string
	Try  func(ctx context.Context) error
}

// Health knows whether the program is fit to take requests.
type Health struct {
	checks   []Check
	draining atomic.Bool
}

// NewHealth makes the health of these checks.
func NewHealth(checks ...Check) *Health { return &Health{checks: checks} }

// Drain says that the program is going: /readyz is 503 from now on, so that no
// new requests are sent here while the last ones end.
func (h *Health) Drain() { h.draining.Store(true) }

// Draining reports whether the program is going.
func (h *Health) Draining() bool { return h.draining.Load() }

// checkTime bounds a check: a database that hangs is as bad as one that is gone.
const checkTime = 2 * time.Second

// Readiness is the answer of /readyz.
type Readiness struct {
	Status string            `json:"status"` // ready, draining, not_ready
	Checks map[string]string `json:"checks"` // name → ok, or what is wrong
}

// Ready tries every check.
func (h *Health) Ready(ctx context.Context) Readiness {
	r := Readiness{Status: "ready", Checks: make(map[string]string, len(h.checks))}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	for _, c := range h.checks {
		r.Checks[c.Name] = "ok"
		if err := c.Try(ctx); err != nil {
			r.Checks[c.Name] = clean(err.Error())
			r.Status = "not_ready"
		}
	}
	if h.draining.Load() {
		r.Status = "draining"
	}
	return r
}

// Routes puts /livez, /readyz and /metrics on a router: an app of their own on
// the admin address, or the main app before its other middleware.
func Routes(r fiber.Router, m *Metrics, h *Health) {
	r.Get("/livez", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderCacheControl, "no-store")
		return c.SendString("ok\n")
	})
	r.Get("/readyz", func(c *fiber.Ctx) error {
		ready := h.Ready(c.UserContext())
		if ready.Status != "ready" {
			c.Status(fiber.StatusServiceUnavailable)
		}
		c.Set(fiber.HeaderCacheControl, "no-store")
		return c.JSON(ready)
	})
	r.Get("/metrics", m.serve())
}

// NewAdmin is the app of the admin address: health, metrics, and Go's profiles
// of the running program.
func NewAdmin(m *Metrics, h *Health) *fiber.App {
	app := fiber.New(fiber.Config{
		AppName: "countyfair admin", DisableStartupMessage: true,
		ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute,
		ErrorHandler: func(c *fiber.Ctx, _ error) error { return c.SendStatus(fiber.StatusNotFound) },
	})
	Routes(app, m, h)
	app.Use(pprof.New())
	return app
}
