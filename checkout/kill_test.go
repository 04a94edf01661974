package checkout_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/adapters/sandboxpay"
	"countyfair/checkout"
	"countyfair/internal/actor"
	"countyfair/internal/clock"
	"countyfair/internal/jobs"
	"countyfair/internal/pg"
	"countyfair/internal/testkit"
)

// steps are all places between which a purchase can be cut off.
var steps = []string{"before order", "after order", "after provider", "after note", "after event", "before paid", "after paid", "after refund"}

// A process that buys, pays and cancels is killed at each step. The next one
// finds the order whole or not at all, the stock right, and the buyer charged
// once at the most, and not at all for what was cancelled.
func TestKilledAtEachStepNothingIsLost(t *testing.T) {
	for _, step := range steps {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			url, _ := testkit.URLs(t)
			m := marketOn(t, testkit.Open(t, pg.Options{URL: url}), "longnan")
			cart, q := m.quote(m.guest(), want{m.pear, 2}, want{m.tea, 1})
			child := exec.Command(os.Args[0], "-test.run=^$") //nolint:noctx // this very test
			child.Env = append(os.Environ(), "DIE_AT="+step, "DIE_URL="+url, "DIE_TENANT="+m.tenant.String(), "DIE_QUOTE="+q.ID.String(), "DIE_CART="+cart.Token)
			out, err := child.CombinedOutput()
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit, "it should have been killed: %s", out)
			require.Equal(t, syscall.SIGKILL, exit.Sys().(syscall.WaitStatus).Signal(), "%s", out)

			// The buyer's browser sends the order again: it is the same one, or the first.
			_, err = m.Place(m.ctx, m.guest(), checkout.PlaceRequest{Quote: q.ID, Token: cart.Token, Email: "buyer@home.example"})
			require.NoError(t, err)
			m.recover()
			m.chargedOnce(step)
			require.Equal(t, 1, one[int](m, `SELECT count(*) FROM order_groups`))
			require.Equal(t, 2, one[int](m, `SELECT count(*) FROM orders`))
			m.sound()
		})
	}
}

// recover is the next process: its jobs and the sweeper, now and when all that
// was held is past its time.
func (m *market) recover() {
	m.t.Helper()
	// River does this by itself, ten minutes after a worker has died.
	m.exec(`UPDATE river_job SET state = 'available' WHERE state = 'running'`)
	for range 3 {
		m.clock.Advance(15 * time.Minute)
		require.NoError(m.t, m.Sweep(m.ctx))
		m.work()
	}
}

// chargedOnce compares our book with the provider's.
func (m *market) chargedOnce(step string) {
	m.t.Helper()
	took := one[int64](m, `SELECT coalesce(sum(amount), 0) FROM sandbox_payments WHERE state = 'succeeded'`)
	gave := one[int64](m, `SELECT coalesce(sum(amount), 0) FROM sandbox_refunds`)
	paid := one[int64](m, `SELECT coalesce(sum(o.total), 0) FROM orders o WHERE o.state IN ('paid', 'shipped', 'delivered')`)
	require.Equal(m.t, paid, took-gave, "what the provider keeps is what is paid")
	require.LessOrEqual(m.t, one[int](m, `SELECT count(*) FROM sandbox_payments`), 1)
	switch step {
	case "before order", "after order", "after provider", "after note":
		require.Zero(m.t, took, "nobody had paid yet")
	case "after event", "before paid", "after paid":
		require.Equal(m.t, took, paid, "the buyer paid and gets the goods")
	case "after refund":
		require.Zero(m.t, took-gave, "cancelled and given back, once")
	}
}

// diesHere is the process that is killed. It does nothing in the test itself.
func diesHere() {
	step := os.Getenv("DIE_AT")
	if step == "" {
		return
	}
	fmt.Println(buyUntil(step))
	os.Exit(3) // it should not have come here
}

func buyUntil(step string) error {
	ctx := context.Background()
	db, err := pg.Open(ctx, pg.Options{URL: os.Getenv("DIE_URL")})
	if err != nil {
		return err
	}
	m := &market{db: db, tenant: uuid.MustParse(os.Getenv("DIE_TENANT")), clock: &moving{at: clock.System{}.Now()}, jobs: jobs.NewRegistry(), post: &post{}}
	m.ctx = pg.WithTenant(ctx, m.tenant)
	if err := m.assemble(ctx); err != nil {
		return err
	}
	m.OnStep(func(name string) {
		if name == step {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // until it arrives
		}
	})
	runner, err := jobs.Start(m.ctx, db, m.jobs, 2, silent())
	if err != nil {
		return err
	}
	cart := checkout.Credentials{CartToken: os.Getenv("DIE_CART")}
	p, err := m.Place(m.ctx, m.guest(), checkout.PlaceRequest{Quote: uuid.MustParse(os.Getenv("DIE_QUOTE")), Token: cart.CartToken, Email: "buyer@home.example"})
	if err != nil {
		return err
	}
	if err := m.payUntil(step, p); err != nil {
		return err
	}
	for _, o := range p.Orders {
		if _, err := m.Cancel(m.ctx, actor.Guest(m.tenant), o.ID, cart, "changed my mind"); err != nil {
			return err
		}
	}
	time.Sleep(10 * time.Second) // the refund is a job's
	return runner.Stop(ctx)
}

// payUntil pays; the event is there before the buyer comes back, or after.
func (m *market) payUntil(step string, p checkout.Placed) error {
	if step == "after event" {
		if _, err := m.box.Decide(m.ctx, p.Payment.Ref, sandboxpay.Succeed); err != nil {
			return err
		}
		return m.box.Work(m.ctx)
	}
	_, err := m.ConfirmPayment(m.ctx, m.guest(), p.Payment.ID, func(ctx context.Context, ref string) (checkout.ProviderPayment, error) {
		return m.box.Decide(ctx, ref, sandboxpay.Succeed)
	})
	return err
}
