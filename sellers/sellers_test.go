package sellers_test

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
	"countyfair/sellers"
	"countyfair/tenants"
)

func TestMain(m *testing.M) { testkit.Main(m) }

type world struct {
	db      *pg.DB
	ctx     context.Context
	county  uuid.UUID
	service *sellers.Service
	officer actor.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{db: testkit.DB(t)}
	w.ctx, w.county = testkit.County(t, w.db, "longnan")
	w.service = w.serve(t)
	w.officer = w.account(t, w.ctx, w.county, "officer@x.test", actor.Officer)
	return w
}

func (w *world) serve(t *testing.T) *sellers.Service {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	dir, err := tenants.OpenDirectory(ctx, w.db, "localhost", slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	return sellers.NewService(w.db, dir, &clock.Fixed{At: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)})
}

func (w *world) account(t *testing.T, ctx context.Context, county uuid.UUID, email string, roles ...actor.Role) actor.Actor {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	names := make([]string, 0, len(roles))
	for _, r := range roles {
		names = append(names, string(r))
	}
	require.NoError(t, w.db.Write(ctx, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO accounts (tenant_id, id, email, name, roles, created_at, updated_at) VALUES ($1, $2, $3, $3, $4, now(), now())`, county, id, email, names)
		return err
	}))
	return actor.Actor{Tenant: county, Account: id, Roles: roles}
}

func (w *world) count(t *testing.T, sql string, args ...any) (n int) {
	t.Helper()
	require.NoError(t, w.db.Query(w.ctx, func(q pg.Querier) error { return q.QueryRow(w.ctx, sql, args...).Scan(&n) }))
	return n
}

func household() sellers.Profile {
	return sellers.Profile{Kind: sellers.Household, Names: lang.Text{"zh-Hans": "马街坝农家", "en": "Majieba farm"}, Phone: "+86 139 0000 0000"}
}

func TestFromApplicationToShop(t *testing.T) {
	w := newWorld(t)
	who := w.account(t, w.ctx, w.county, "farmer@x.test")
	mine, err := w.service.Apply(w.ctx, who, household())
	require.NoError(t, err)
	require.Equal(t, sellers.Applied, mine.State)
	require.Regexp(t, `^ma-jie-ba-nong-jia-[0-9a-z]{6}$`, mine.Slug)

	_, err = w.service.Apply(w.ctx, who, household())
	require.ErrorIs(t, err, sellers.ErrAlready)
	_, err = w.service.Get(w.ctx, who, mine.ID.String())
	require.ErrorIs(t, err, sellers.ErrNotFound, "the public sees approved sellers only")

	_, err = w.service.Decide(w.ctx, w.officer, mine.ID, sellers.Decision{})
	require.Equal(t, errs.Invalid, errs.CodeOf(err), "a rejection needs a reason")
	rejected, err := w.service.Decide(w.ctx, w.officer, mine.ID, sellers.Decision{Reason: "Please add the village."})
	require.NoError(t, err)
	require.Equal(t, sellers.Rejected, rejected.State)

	again, err := w.service.Apply(w.ctx, who, household())
	require.NoError(t, err)
	require.Equal(t, mine.ID, again.ID)
	approved, err := w.service.Decide(w.ctx, w.officer, mine.ID, sellers.Decision{Approve: true})
	require.NoError(t, err)
	require.Equal(t, &w.officer.Account, approved.DecidedBy)
	_, err = w.service.Decide(w.ctx, w.officer, mine.ID, sellers.Decision{Approve: true})
	require.ErrorIs(t, err, sellers.ErrDecided)

	bySlug, err := w.service.Get(w.ctx, actor.Guest(w.county), mine.Slug)
	require.NoError(t, err)
	require.Equal(t, mine.ID, bySlug.ID)
	require.Equal(t, 1, w.count(t, `SELECT count(*) FROM accounts WHERE id = $1 AND roles = '{seller}'`, who.Account))
	require.Equal(t, 2, w.count(t, `SELECT count(*) FROM audit_events WHERE subject_id = $1`, mine.ID.String()))
	require.Equal(t, 1, w.count(t, `SELECT count(*) FROM notifications WHERE kind = 'seller_rejected' AND recipient = 'farmer@x.test'`))
	require.Equal(t, 1, w.count(t, `SELECT count(*) FROM notifications WHERE kind = 'seller_approved' AND recipient = 'farmer@x.test'`))

	_, err = w.service.Suspend(w.ctx, w.officer, mine.ID, "Goods were not as described.")
	require.NoError(t, err)
	require.Zero(t, w.count(t, `SELECT count(*) FROM accounts WHERE 'seller' = ANY (roles)`))
	_, err = w.service.Get(w.ctx, who, mine.Slug)
	require.ErrorIs(t, err, sellers.ErrNotFound)
	_, err = w.service.Apply(w.ctx, who, household())
	require.ErrorIs(t, err, sellers.ErrSuspended)
	_, err = w.service.Restore(w.ctx, w.officer, mine.ID, "")
	require.NoError(t, err)
}

func TestWhoMayDecide(t *testing.T) {
	w := newWorld(t)
	who := w.account(t, w.ctx, w.county, "farmer@x.test")
	mine, err := w.service.Apply(w.ctx, who, household())
	require.NoError(t, err)
	otherCtx, other := testkit.County(t, w.db, "other")
	service := w.serve(t)
	foreign := w.account(t, otherCtx, other, "officer@other.test", actor.Officer)
	for name, row := range map[string]struct {
		ctx  context.Context
		who  actor.Actor
		want errs.Code
	}{
		"guest":         {w.ctx, actor.Guest(w.county), errs.Unauthenticated},
		"the applicant": {w.ctx, who, errs.Forbidden},
		"a supervisor":  {w.ctx, w.account(t, w.ctx, w.county, "super@x.test", actor.Supervisor), errs.Forbidden},
		"wrong county":  {otherCtx, foreign, errs.NotFound},
		"crossed":       {otherCtx, w.officer, errs.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := service.Decide(row.ctx, row.who, mine.ID, sellers.Decision{Approve: true})
			require.Equal(t, row.want, errs.CodeOf(err))
		})
	}
	require.Equal(t, 1, w.count(t, `SELECT count(*) FROM sellers WHERE state = 'applied'`))
	require.Zero(t, w.count(t, `SELECT count(*) FROM audit_events`)+w.count(t, `SELECT count(*) FROM notifications`))
	_, err = service.Applications(w.ctx, who, "", 0, "")
	require.Equal(t, errs.Forbidden, errs.CodeOf(err))
	_, err = service.Apply(w.ctx, actor.Guest(w.county), household())
	require.Equal(t, errs.Unauthenticated, errs.CodeOf(err))
}

func TestTheQueueGoesOnByCursor(t *testing.T) {
	w := newWorld(t)
	var want []uuid.UUID
	for i := range 5 {
		s, err := w.service.Apply(w.ctx, w.account(t, w.ctx, w.county, string(rune('a'+i))+"@x.test"), household())
		require.NoError(t, err)
		want = append(want, s.ID)
	}
	var got []uuid.UUID
	for after := ""; ; {
		page, err := w.service.Applications(w.ctx, w.officer, "", 2, after)
		require.NoError(t, err)
		for _, s := range page.Items {
			got = append(got, s.ID)
		}
		if after = page.Next; after == "" {
			break
		}
	}
	require.Equal(t, want, got)
	_, err := w.service.Applications(w.ctx, w.officer, "", 2, "not a cursor")
	require.Equal(t, errs.Invalid, errs.CodeOf(err))
}

func TestTwoOfficersOneDecision(t *testing.T) {
	w := newWorld(t)
	mine, err := w.service.Apply(w.ctx, w.account(t, w.ctx, w.county, "farmer@x.test"), household())
	require.NoError(t, err)
	results := make(chan error, 8)
	for range 8 {
		go func() {
			_, err := w.service.Decide(w.ctx, w.officer, mine.ID, sellers.Decision{Approve: true})
			results <- err
		}()
	}
	won := 0
	for range 8 {
		if err := <-results; err == nil {
			won++
		} else {
			require.ErrorIs(t, err, sellers.ErrDecided)
		}
	}
	require.Equal(t, 1, won)
	require.Equal(t, 1, w.count(t, `SELECT count(*) FROM notifications`))
}

func TestALicenceProvesItself(t *testing.T) {
	require.True(t, sellers.ValidCreditCode("91350100M000100Y43"), "the example of the standard")
	for _, s := range []string{"91350100M000100Y44", "19350100M000100Y43", "91350100M000100Y4", "91350100M000100YI3", ""} {
		require.False(t, sellers.ValidCreditCode(s), s)
	}
	w := newWorld(t)
	p := household()
	p.Kind = sellers.Cooperative
	who := w.account(t, w.ctx, w.county, "coop@x.test")
	for _, no := range []string{"", "91350100M000100Y44"} {
		p.LicenceNo = no
		_, err := w.service.Apply(w.ctx, who, p)
		require.Equal(t, errs.Invalid, errs.CodeOf(err), no)
	}
	p.LicenceNo = " 91350100m000100y43 "
	_, err := w.service.Apply(w.ctx, who, p)
	require.NoError(t, err)
}

func TestAWrongProfileTellsEveryField(t *testing.T) {
	w := newWorld(t)
	year := 3000
	_, err := w.service.Apply(w.ctx, w.account(t, w.ctx, w.county, "x@x.test"), sellers.Profile{Kind: "king", Phone: "call me", SinceYear: &year, Story: lang.Text{"en": "a\x00b"}})
	var e *errs.Error
	require.ErrorAs(t, err, &e)
	var names []string
	for _, f := range e.Fields {
		names = append(names, f.Name)
	}
	require.ElementsMatch(t, []string{"kind", "names", "story.en", "phone", "licence_no", "since_year"}, names)
}

func TestAnApprovedSellerEditsItsStoryButNotItsLicence(t *testing.T) {
	w := newWorld(t)
	who := w.account(t, w.ctx, w.county, "farmer@x.test")
	mine, err := w.service.Apply(w.ctx, who, household())
	require.NoError(t, err)
	_, err = w.service.Decide(w.ctx, w.officer, mine.ID, sellers.Decision{Approve: true})
	require.NoError(t, err)
	p := household()
	p.Kind, p.LicenceNo, p.Story = sellers.Firm, "91350100M000100Y43", lang.Text{"en": "We dry on mats."}
	_, err = w.service.Edit(w.ctx, who, p)
	require.NoError(t, err)
	got, err := w.service.Mine(w.ctx, who)
	require.NoError(t, err)
	require.Equal(t, sellers.Household, got.Kind)
	require.Empty(t, got.LicenceNo)
	require.Equal(t, "We dry on mats.", got.Story["en"])
	require.Equal(t, sellers.Approved, got.State)
	missing := uuid.Must(uuid.NewV7())
	p.PictureID = &missing
	_, err = w.service.Edit(w.ctx, who, p)
	require.ErrorIs(t, err, sellers.ErrPicture)
}
