package auth

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
	"countyfair/internal/testkit"
)

func TestRegistration(t *testing.T) {
	w := newWorld(t)
	tok, err := w.Register(w.ctx, w.guest, Registration{Login: "Buyer@Fair.example", Password: goodPassword, Name: " 王芳 ", Language: "zh-Hans"})
	require.NoError(t, err)
	a := w.as(tok.Access)
	require.Equal(t, []actor.Role{actor.Buyer}, a.Roles)
	me, err := w.Me(w.ctx, a)
	require.NoError(t, err)
	require.Equal(t, "王芳", me.Name)
	require.True(t, me.HasPassword)
	require.False(t, me.EmailVerified)
	w.tokens("buyer@fair.example")
	_, err = w.Register(w.ctx, w.guest, Registration{Login: "buyer@fair.example", Password: goodPassword})
	refused(t, err, errs.Conflict, "login_taken")
	_, err = w.Register(w.ctx, w.guest, Registration{Login: "b@fair.example", Password: "short", Name: strings.Repeat("n", 200), Language: "???"})
	require.Len(t, fieldsOf(err), 3, "all that is wrong at once: %v", err)
	_, _, err = w.RegisterBrowser(w.ctx, w.guest, Registration{Login: "nonsense", Password: goodPassword})
	refused(t, err, errs.Invalid, "invalid")
	cookie, _, err := w.RegisterBrowser(w.ctx, w.guest, Registration{Login: "+86 138 0013 8000", Password: goodPassword})
	require.NoError(t, err)
	_, _, err = w.SessionByToken(w.ctx, w.guest.Tenant, cookie)
	require.NoError(t, err)
	ctx, elsewhere := testkit.County(t, w.db, "nyeri") // another county, another account
	_, err = w.Register(ctx, actor.Guest(elsewhere), Registration{Login: "buyer@fair.example", Password: goodPassword})
	require.NoError(t, err)
}

func TestProfiles(t *testing.T) {
	w := newWorld(t)
	w.user("farmer@longnan.demo", actor.Officer)
	me := w.as(w.tokens("farmer@longnan.demo").Access)
	a, err := w.UpdateMe(w.ctx, me, Profile{Name: " 李明 ", Language: "en"})
	require.NoError(t, err)
	require.Equal(t, "李明", a.Name)
	again, err := w.Me(w.ctx, me)
	require.NoError(t, err)
	require.Equal(t, a, again)
	for _, bad := range []Profile{{Name: "a\x00b"}, {Name: strings.Repeat("n", 101)}, {Language: "no such"}} {
		_, err = w.UpdateMe(w.ctx, me, bad)
		refused(t, err, errs.Invalid, "invalid")
	}
	_, err = w.UpdateMe(w.ctx, w.guest, Profile{})
	refused(t, err, errs.Unauthenticated, "sign_in")
	_, err = w.Me(w.ctx, w.guest)
	refused(t, err, errs.Unauthenticated, "sign_in")
}

func (w *world) acting(role actor.Role, tenant uuid.UUID) actor.Actor {
	return actor.Actor{Tenant: tenant, Account: uuid.New(), Roles: []actor.Role{role}}
}

func TestWhoMayMakeWhom(t *testing.T) {
	w := newWorld(t)
	here := w.guest.Tenant
	_, elsewhere := testkit.County(t, w.db, "nyeri")
	n := 0
	for _, row := range []struct {
		who    actor.Actor
		tenant uuid.UUID
		role   actor.Role
		code   errs.Code // empty: allowed
	}{
		{w.guest, here, actor.Seller, errs.Unauthenticated},
		{w.acting(actor.Buyer, here), here, actor.Seller, errs.Forbidden},
		{w.acting(actor.Seller, here), here, actor.Buyer, errs.Forbidden},
		{w.acting(actor.Supervisor, here), here, actor.Seller, errs.Forbidden},
		{w.acting(actor.Officer, here), here, actor.Seller, ""},
		{w.acting(actor.Officer, here), here, actor.Officer, ""},
		{w.acting(actor.Officer, here), here, actor.Supervisor, errs.Forbidden},
		{w.acting(actor.Officer, here), here, actor.Operator, errs.Forbidden},
		{w.acting(actor.Officer, elsewhere), here, actor.Seller, errs.NotFound},
		{w.acting(actor.Operator, here), here, actor.Officer, errs.Forbidden}, // an operator is so only on the platform
		{w.acting(actor.Operator, PlatformID), here, actor.Officer, ""},
		{w.acting(actor.Operator, PlatformID), here, actor.Operator, errs.Invalid},
		{w.acting(actor.Operator, PlatformID), PlatformID, actor.Operator, ""},
		{w.acting(actor.Operator, PlatformID), PlatformID, actor.Buyer, errs.Invalid},
		{w.acting(actor.Operator, PlatformID), uuid.New(), actor.Officer, errs.NotFound},
		{actor.OfSystem(here), here, actor.Supervisor, ""},
		{actor.OfSystem(here), here, "king", errs.Invalid},
	} {
		n++
		a, err := w.CreateUser(w.ctx, row.who, row.tenant, NewUser{Login: fmt.Sprintf("u%d@fair.example", n), Role: row.role})
		if row.code != "" {
			require.Equal(t, row.code, errs.CodeOf(err), "%d: %v", n, err)
			continue
		}
		require.NoError(t, err, "%d", n)
		require.Equal(t, []actor.Role{row.role}, a.Roles)
		ctx := pg.WithTenant(w.ctx, row.tenant)
		var by uuid.UUID
		require.NoError(t, w.db.Query(ctx, func(q pg.Querier) error {
			return q.QueryRow(ctx, `SELECT coalesce(account_id, $3) FROM audit_events WHERE tenant_id = $1 AND action = 'account.create' AND subject_id = $2`,
				row.tenant, a.ID.String(), row.who.Account).Scan(&by)
		}))
		require.Equal(t, row.who.Account, by)
	}
	_, err := w.CreateUser(w.ctx, actor.OfSystem(here), here, NewUser{Login: "u5@fair.example", Role: actor.Seller})
	refused(t, err, errs.Conflict, "login_taken")
}

func TestRolesAreGrantedAndTaken(t *testing.T) {
	w := newWorld(t)
	here := w.guest.Tenant
	u := w.user("farmer@longnan.demo", actor.Buyer)
	_, elsewhere := testkit.County(t, w.db, "nyeri")
	officer := w.acting(actor.Officer, here)
	me := w.tokens("farmer@longnan.demo")
	refused(t, w.GrantRole(w.ctx, w.as(me.Access), here, u.ID, actor.Officer), errs.Forbidden, "not_allowed")
	refused(t, w.GrantRole(w.ctx, w.acting(actor.Officer, elsewhere), here, u.ID, actor.Seller), errs.NotFound, "account_not_found")
	refused(t, w.GrantRole(w.ctx, w.acting(actor.Operator, PlatformID), elsewhere, u.ID, actor.Seller), errs.NotFound, "account_not_found")
	require.NoError(t, w.GrantRole(w.ctx, officer, here, u.ID, actor.Seller))
	require.NoError(t, w.GrantRole(w.ctx, officer, here, u.ID, actor.Seller))
	require.True(t, w.as(me.Access).Is(actor.Seller))
	require.Equal(t, 1, w.count(`SELECT count(*) FROM audit_events WHERE tenant_id = $1 AND action = 'account.grant'`, here))
	require.NoError(t, w.RevokeRole(w.ctx, officer, here, u.ID, actor.Seller))
	require.False(t, w.as(me.Access).Is(actor.Seller))
	officer.Account = u.ID
	refused(t, w.RevokeRole(w.ctx, officer, here, u.ID, actor.Officer), errs.Conflict, "own_role")
}

func TestAClosedAccountIsOut(t *testing.T) {
	w := newWorld(t)
	here := w.guest.Tenant
	u := w.user("farmer@longnan.demo", actor.Seller)
	boss := w.user("boss@longnan.demo", actor.Supervisor)
	officer := w.acting(actor.Officer, here)
	tok := w.tokens("farmer@longnan.demo")
	w.as(tok.Access)
	refused(t, w.CloseAccount(w.ctx, officer, here, boss.ID, "a coup"), errs.Forbidden, "not_allowed")
	refused(t, w.CloseAccount(w.ctx, w.acting(actor.Seller, here), here, u.ID, ""), errs.Forbidden, "not_allowed")
	refused(t, w.CloseAccount(w.ctx, officer, here, uuid.New(), ""), errs.NotFound, "account_not_found")
	require.NoError(t, w.CloseAccount(w.ctx, officer, here, u.ID, "sold plastic rice"))
	_, err := w.Authenticate(w.ctx, here, tok.Access)
	refused(t, err, errs.Unauthenticated, "session_ended")
	_, err = w.RefreshToken(w.ctx, w.guest, tok.Refresh)
	refused(t, err, errs.Unauthenticated, "session_ended")
	_, err = w.CreateToken(w.ctx, w.guest, Credentials{Login: "farmer@longnan.demo", Password: goodPassword})
	refused(t, err, errs.Forbidden, "account_disabled")
	_, err = w.CreateToken(w.ctx, w.guest, Credentials{Login: "farmer@longnan.demo", Password: "wrong"})
	refused(t, err, errs.Unauthenticated, "wrong_login") // only its owner learns that it is closed
	_, err = w.CreateToken(w.ctx, w.guest, Credentials{Login: "farmer@longnan.demo", Code: w.code("farmer@longnan.demo")})
	refused(t, err, errs.Forbidden, "account_disabled")
	require.NoError(t, w.ReopenAccount(w.ctx, officer, here, u.ID, "it was a mistake"))
	w.tokens("farmer@longnan.demo")
}

func TestListingAccounts(t *testing.T) {
	w := newWorld(t)
	here := w.guest.Tenant
	for i := range 5 {
		w.user(fmt.Sprintf("seller_%d@longnan.demo", i), actor.Seller)
	}
	w.user("officer@longnan.demo", actor.Officer)
	_, elsewhere := testkit.County(t, w.db, "nyeri")
	officer := w.acting(actor.Officer, here)
	all, next, err := w.ListUsers(w.ctx, officer, here, UserFilter{Limit: 4})
	require.NoError(t, err)
	require.Len(t, all, 4)
	require.Equal(t, "officer@longnan.demo", all[0].Email)
	rest, end, err := w.ListUsers(w.ctx, officer, here, UserFilter{Limit: 4, Cursor: next})
	require.NoError(t, err)
	require.Len(t, rest, 2)
	require.Empty(t, end)
	for f, n := range map[UserFilter]int{
		{Role: actor.Seller}: 5, {Role: actor.Officer}: 1, {Query: "SELLER_3"}: 1, {Query: "sellerx3"}: 0, {Query: "%"}: 0, {Query: "_"}: 5, {Query: "longnan"}: 6,
	} {
		got, _, err := w.ListUsers(w.ctx, officer, here, f)
		require.NoError(t, err)
		require.Len(t, got, n, f)
	}
	_, _, err = w.ListUsers(w.ctx, w.acting(actor.Officer, elsewhere), here, UserFilter{})
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
	_, _, err = w.ListUsers(w.ctx, w.acting(actor.Seller, here), here, UserFilter{})
	require.Equal(t, errs.Forbidden, errs.CodeOf(err))
	_, _, err = w.ListUsers(w.ctx, w.acting(actor.Supervisor, here), here, UserFilter{})
	require.NoError(t, err)
	_, _, err = w.ListUsers(w.ctx, w.acting(actor.Supervisor, elsewhere), here, UserFilter{})
	require.Error(t, err)
	got, _, err := w.ListUsers(w.ctx, w.acting(actor.Operator, PlatformID), elsewhere, UserFilter{})
	require.NoError(t, err)
	require.Empty(t, got)
}

func TestDemoAccountsAreFound(t *testing.T) {
	w := newWorld(t)
	w.user("farmer@fair.example", actor.Seller)
	found, err := w.DemoAccounts(w.ctx)
	require.NoError(t, err)
	require.False(t, found)
	_, err = w.CreateUser(w.ctx, actor.OfSystem(PlatformID), PlatformID, NewUser{Login: "operator@demo", Password: "countyfair-demo", Role: actor.Operator})
	require.NoError(t, err)
	found, err = w.DemoAccounts(w.ctx)
	require.NoError(t, err)
	require.True(t, found)
}
