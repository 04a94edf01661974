package admin_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/admin"
	"countyfair/internal/actor"
	"countyfair/internal/clock"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
	"countyfair/internal/testkit"
	"countyfair/tenants"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// office is the use-cases, and one county to work in.
type office struct {
	*admin.Service
	t        *testing.T
	db       *pg.DB
	counties *tenants.Service
	now      time.Time
	county   uuid.UUID
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, db: testkit.DB(t), now: clock.System{}.Now()}
	_, o.county = testkit.County(t, o.db, "longnan")
	_, other := testkit.County(t, o.db, "xinfeng")
	for range 3 {
		o.waits(other, "paid", time.Hour) // none of the others' business
	}
	o.open()
	return o
}

func (o *office) open() {
	dir, err := tenants.OpenDirectory(o.t.Context(), o.db, "localhost", slog.New(slog.DiscardHandler))
	require.NoError(o.t, err)
	o.counties = tenants.NewService(o.db, dir, clock.System{})
	o.Service = admin.NewService(o.db, o.counties, &clock.Fixed{At: o.now})
}

func (o *office) as(roles ...actor.Role) actor.Actor {
	return actor.Actor{Tenant: o.county, Account: uuid.Must(uuid.NewV7()), Roles: roles}
}

func (o *office) ctx() context.Context { return pg.WithTenant(o.t.Context(), o.county) }

func (o *office) exec(county uuid.UUID, sql string, args ...any) {
	o.t.Helper()
	ctx := pg.WithTenant(o.t.Context(), county)
	require.NoError(o.t, o.db.Write(ctx, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, sql, append([]any{county}, args...)...)
		return err
	}))
}

// waits puts a thing into a queue: a seller who applied, a product in review or
// an order that is paid.
func (o *office) waits(county uuid.UUID, state string, since time.Duration) {
	o.t.Helper()
	ctx, at := pg.WithTenant(o.t.Context(), county), o.now.Add(-since)
	slug := "s" + uuid.NewString()
	seller, _ := testkit.Seller(o.t, ctx, o.db, slug)
	switch state {
	case "applied":
		o.exec(county, `UPDATE sellers SET state = 'applied', applied_at = $3 WHERE tenant_id = $1 AND id = $2`, seller, at)
	case "in_review":
		testkit.Variant(o.t, ctx, o.db, seller, testkit.Goods{Price: 100, Grams: 100, OnHand: 1})
		o.exec(county, `UPDATE products SET state = 'in_review', updated_at = $3 WHERE tenant_id = $1 AND seller_id = $2`, seller, at)
	case "paid":
		group := uuid.Must(uuid.NewV7())
		o.exec(county, `INSERT INTO order_groups (tenant_id, id, quote_id, cart_id, address, currency, total, state, created_at, expires_at)
			VALUES ($1, $2, $2, $2, '{}', 'CNY', 100, 'paid', $3, $3)`, group, at)
		o.exec(county, `INSERT INTO orders (tenant_id, id, group_id, number, seller_id, currency, goods, shipping, total, state, created_at, updated_at)
			VALUES ($1, $2, $2, $3, $4, 'CNY', 100, 0, 100, 'paid', $5, $5)`, group, slug, seller, at)
	}
}

func TestTheDeskShowsWhatWaitsInOnesOwnCounty(t *testing.T) {
	o := newOffice(t)
	o.waits(o.county, "applied", time.Hour)
	o.waits(o.county, "applied", 30*time.Hour)
	o.waits(o.county, "in_review", 100*time.Hour)
	o.waits(o.county, "paid", 73*time.Hour)
	o.waits(o.county, "paid", time.Minute)
	for _, role := range []actor.Role{actor.Officer, actor.Supervisor} {
		desk, err := o.Desk(o.ctx(), o.as(role))
		require.NoError(t, err)
		require.Equal(t, admin.Desk{
			{Kind: admin.Applications, Waiting: 2, Today: 1, Days: 1, Oldest: o.now.Add(-30 * time.Hour)},
			{Kind: admin.Review, Waiting: 1, Late: 1, Oldest: o.now.Add(-100 * time.Hour)},
			{Kind: admin.ToShip, Waiting: 2, Today: 1, Late: 1, Oldest: o.now.Add(-73 * time.Hour)},
		}, desk)
	}
}

func TestAnEmptyDeskHasAllItsQueues(t *testing.T) {
	o := newOffice(t)
	desk, err := o.Desk(o.ctx(), o.as(actor.Officer))
	require.NoError(t, err)
	require.Equal(t, admin.Desk{{Kind: admin.Applications}, {Kind: admin.Review}, {Kind: admin.ToShip}}, desk)
}

func TestAMarketOpensWhenItIsReady(t *testing.T) {
	o := newOffice(t)
	o.exec(o.county, `UPDATE tenants SET state = 'draft' WHERE id = $1`)
	o.open()
	officer := o.as(actor.Officer)
	left := func() (out []admin.Step) {
		t.Helper()
		opening, err := o.Opening(o.ctx(), officer)
		require.NoError(t, err)
		for _, s := range opening.Steps {
			if !s.Done {
				out = append(out, s.Step)
			}
		}
		return out
	}
	require.Equal(t, []admin.Step{admin.SetBrand, admin.SetDelivery, admin.SetCategories, admin.WritePages, admin.ApproveSeller}, left())
	_, err := o.Open(o.ctx(), officer)
	require.ErrorIs(t, err, admin.ErrNotReady)

	testkit.Variant(t, o.ctx(), o.db, first(testkit.Seller(t, o.ctx(), o.db, "pears")), testkit.Goods{Price: 100, Grams: 100}) // and its category
	o.exec(o.county, `INSERT INTO delivery_zones (tenant_id, id, names, countries, areas, delivers, currency, first_kg, next_kg, position)
		VALUES ($1, $2, '{"en":"China"}', '{CN}', '{}', true, 'CNY', 800, 200, 1)`, uuid.Must(uuid.NewV7()))
	require.Equal(t, []admin.Step{admin.SetBrand, admin.WritePages}, left())
	opened, err := o.Open(o.ctx(), officer)
	require.NoError(t, err)
	require.Equal(t, tenants.Open, opened.State)
	_, err = o.Open(o.ctx(), officer)
	require.ErrorIs(t, err, tenants.ErrState)
}

func first(id, _ uuid.UUID) uuid.UUID { return id }

func TestTheOfficeIsForThoseWhoWorkThere(t *testing.T) {
	o := newOffice(t)
	_, elsewhere := testkit.County(t, o.db, "nyeri")
	stranger := o.as(actor.Officer)
	stranger.Tenant = elsewhere // in the context of longnan, as no request can be
	desk := func(who actor.Actor) error { _, err := o.Desk(o.ctx(), who); return err }
	opening := func(who actor.Actor) error { _, err := o.Opening(o.ctx(), who); return err }
	open := func(who actor.Actor) error { _, err := o.Open(o.ctx(), who); return err }
	for name, c := range map[string]struct {
		err  error
		code errs.Code
	}{
		"desk, a guest":          {desk(actor.Guest(o.county)), errs.Unauthenticated},
		"desk, a buyer":          {desk(o.as()), errs.Forbidden},
		"desk, a seller":         {desk(o.as(actor.Seller)), errs.Forbidden},
		"opening, a guest":       {opening(actor.Guest(o.county)), errs.Unauthenticated},
		"opening, a seller":      {opening(o.as(actor.Seller)), errs.Forbidden},
		"open, a guest":          {open(actor.Guest(o.county)), errs.Unauthenticated},
		"open, who only watches": {open(o.as(actor.Supervisor)), errs.Forbidden},
	} {
		require.Equal(t, c.code, errs.CodeOf(c.err), "%s: %v", name, c.err)
	}
	// Another county's officer sees nothing of this one, and opens nothing here.
	testkit.Variant(t, o.ctx(), o.db, first(testkit.Seller(t, o.ctx(), o.db, "pears")), testkit.Goods{Price: 100, Grams: 100})
	require.Error(t, open(stranger))
	if seen, err := o.Opening(o.ctx(), stranger); err == nil { // else this process has not heard of that county yet
		for _, step := range seen.Steps {
			require.False(t, step.Done, step.Step)
		}
	}
	o.waits(o.county, "applied", time.Hour)
	none, err := o.Desk(o.ctx(), stranger)
	require.NoError(t, err)
	require.Zero(t, none.Of(admin.Applications).Waiting, "another county's rows are not there")
}
