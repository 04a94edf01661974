package tenants_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/internal/actor"
	"countyfair/internal/clock"
	"countyfair/internal/errs"
	"countyfair/internal/lang"
	"countyfair/internal/pg"
	"countyfair/internal/testkit"
	"countyfair/tenants"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var operator = actor.Actor{Tenant: tenants.PlatformID, Account: uuid.Must(uuid.NewV7()), Roles: []actor.Role{actor.Operator}}

func service(t *testing.T, db *pg.DB) *tenants.Service {
	t.Helper()
	dir, err := tenants.OpenDirectory(t.Context(), db, "fair.example", slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	return tenants.NewService(db, dir, clock.System{})
}

func longnan() tenants.New {
	return tenants.New{
		Slug: "longnan", Names: lang.Text{"zh-Hans": "陇南集", "en": "Longnan Fair"}, Country: "CN", DivisionCode: "621200",
		TimeZone: "Asia/Shanghai", Languages: []string{"zh-Hans", "en"}, Currency: "CNY",
	}
}

func TestACountyIsFoundByHostDomainAndHeader(t *testing.T) {
	s := service(t, testkit.DB(t))
	c, err := s.Create(t.Context(), operator, longnan())
	require.NoError(t, err)
	require.Equal(t, tenants.Draft, c.State)
	_, err = s.AddDomain(t.Context(), operator, c.ID, "Market.Longnan.example")
	require.NoError(t, err)
	for _, row := range []struct {
		host, header string
		want         uuid.UUID
		reason       string
	}{
		{"longnan.fair.example", "", c.ID, ""},
		{"LONGNAN.fair.example:8080", "longnan", c.ID, ""},
		{"market.longnan.example", "", c.ID, ""},
		{"fair.example", "", tenants.PlatformID, ""},
		{"127.0.0.1:8080", "", tenants.PlatformID, ""},
		{"[::1]:8080", "longnan", c.ID, ""},
		{"fair.example", "longnan", c.ID, ""},
		{"fair.example", "nowhere", uuid.Nil, "county_not_found"},
		{"nowhere.fair.example", "", uuid.Nil, "county_not_found"},
		{"platform.fair.example", "", uuid.Nil, "county_not_found"},
		{"elsewhere.example", "", uuid.Nil, "county_not_found"},
		{"longnan.fair.example", "other", uuid.Nil, "county_mismatch"},
	} {
		got, err := s.Directory().Resolve(row.host, row.header)
		if row.reason != "" {
			var e *errs.Error
			require.ErrorAs(t, err, &e, row.host)
			require.Equal(t, row.reason, e.Reason)
			continue
		}
		require.NoError(t, err, row.host)
		require.Equal(t, row.want, got.ID, row.host)
	}
}

func TestAnotherProcessHearsOfAChange(t *testing.T) {
	db := testkit.DB(t)
	here, there := service(t, db), service(t, db)
	c, err := here.Create(t.Context(), operator, longnan())
	require.NoError(t, err)
	_, err = here.Change(t.Context(), operator, c.ID, "county.brand", func(c *tenants.County) error {
		c.Brand.Colour = "#2f6b3c"
		return nil
	})
	require.NoError(t, err)
	mine, err := here.Directory().ByID(c.ID)
	require.NoError(t, err)
	require.Equal(t, "#2f6b3c", mine.Brand.Colour, "seen here at once")
	require.Eventually(t, func() bool {
		c, err := there.Directory().BySlug("longnan")
		return err == nil && c.Brand.Colour == "#2f6b3c"
	}, 5*time.Second, 5*time.Millisecond)
}

func TestTheLifeOfACounty(t *testing.T) {
	s := service(t, testkit.DB(t))
	c, err := s.Create(t.Context(), operator, longnan())
	require.NoError(t, err)
	officer := actor.Actor{Tenant: c.ID, Account: uuid.Must(uuid.NewV7()), Roles: []actor.Role{actor.Officer}}
	stranger := actor.Actor{Tenant: uuid.Must(uuid.NewV7()), Account: uuid.Must(uuid.NewV7()), Roles: []actor.Role{actor.Officer}}

	_, err = s.MoveTo(t.Context(), stranger, c.ID, tenants.Open, "")
	require.ErrorIs(t, err, tenants.ErrUnknownCounty, "another county's officer finds nothing")
	_, err = s.MoveTo(t.Context(), officer, c.ID, tenants.Suspended, "")
	require.Equal(t, errs.Forbidden, errs.CodeOf(err))
	c, err = s.MoveTo(t.Context(), officer, c.ID, tenants.Open, "")
	require.NoError(t, err)
	require.Equal(t, tenants.Open, c.State)
	c, err = s.MoveTo(t.Context(), operator, c.ID, tenants.Suspended, "unpaid")
	require.NoError(t, err)
	_, err = s.MoveTo(t.Context(), officer, c.ID, tenants.Open, "")
	require.ErrorIs(t, err, tenants.ErrState)
	_, err = s.MoveTo(t.Context(), operator, c.ID, tenants.Draft, "")
	require.ErrorIs(t, err, tenants.ErrState)
	require.Equal(t, "unpaid", c.StateReason)
}

func TestEveryActIsAuditedInItsOwnTransaction(t *testing.T) {
	db := testkit.DB(t)
	s := service(t, db)
	c, err := s.Create(t.Context(), operator, longnan())
	require.NoError(t, err)
	free := int64(7900)
	require.NoError(t, s.SetZones(t.Context(), operator, c.ID, []tenants.Zone{{
		Names: lang.Text{"en": "China"}, Countries: []string{"CN"},
		Delivers: true, FirstKg: 600, NextKg: 200, FreeAbove: &free, DaysMin: 2, DaysMax: 4,
	}}))
	require.NoError(t, s.SetPage(t.Context(), operator, c.ID, tenants.Page{Kind: tenants.Terms, Language: "en", Body: "Be fair."}))
	ctx := pg.WithTenant(context.Background(), c.ID)
	var actions []string
	require.NoError(t, db.Query(ctx, func(q pg.Querier) error {
		return q.QueryRow(ctx, `SELECT array_agg(action ORDER BY id) FROM audit_events`).Scan(&actions)
	}))
	require.Equal(t, []string{"county.create", "county.delivery", "county.page"}, actions)
	zones, err := s.Directory().Zones(ctx, c.ID)
	require.NoError(t, err)
	require.Len(t, zones, 1)
	require.Equal(t, free, *zones[0].FreeAbove)
	pages, err := s.Pages(ctx)
	require.NoError(t, err)
	require.Equal(t, "Be fair.", pages[0].Body)
}

func TestAWrongCountyIsRefusedWithEveryField(t *testing.T) {
	s := service(t, testkit.DB(t))
	_, err := s.Create(t.Context(), operator, tenants.New{Slug: "X", Country: "Cn", TimeZone: "Mars", Currency: "ABC", Brand: tenants.Brand{Colour: "red"}})
	var e *errs.Error
	require.ErrorAs(t, err, &e)
	names := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		names[i] = f.Name
	}
	require.Equal(t, []string{"slug", "names", "country", "time_zone", "currency", "colour", "languages"}, names)
}

func TestTwoEditorsOneWins(t *testing.T) {
	s := service(t, testkit.DB(t))
	c, err := s.Create(t.Context(), operator, longnan())
	require.NoError(t, err)
	_, err = s.Change(t.Context(), operator, c.ID, "outer", func(*tenants.County) error {
		_, err := s.Change(t.Context(), operator, c.ID, "inner", func(c *tenants.County) error { c.Policy.CommissionBP = 100; return nil })
		return err
	})
	require.ErrorIs(t, err, tenants.ErrChangedMeanwhile)
}
