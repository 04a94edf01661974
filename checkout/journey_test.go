package checkout_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/adapters/sandboxpay"
	"countyfair/checkout"
	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/money"
	"countyfair/internal/testkit"
)

func TestMain(m *testing.M) {
	diesHere()
	testkit.Main(m)
}

type headers = http.Header

func cny(n int64) money.Money { return money.Of(n, "CNY") }

func TestAGuestBuysFromTwoSellers(t *testing.T) {
	m := openMarket(t)
	guest := m.guest()
	cart, q := m.quote(guest, want{m.pear, 2}, want{m.tea, 1}, want{m.plum, 1})
	// Pears: 2 × 12.50 + 8.00 = 33.00, 2.9 kg: 5.00 + 2 × 1.00. Tea: 60.00, 0.25 kg: 5.00.
	require.Equal(t, checkout.Amounts{Goods: cny(9300), Shipping: cny(1200), Insurance: cny(0), Handling: cny(0), Duty: cny(0), Tax: cny(0), Discount: cny(0), Total: cny(10500)}, q.Amounts)
	require.Len(t, q.Lines, 3)
	require.Len(t, q.Consignments, 2)
	require.Equal(t, []money.Money{cny(4000), cny(6500)}, []money.Money{q.Consignments[0].Amounts.Total, q.Consignments[1].Amounts.Total})
	require.Equal(t, cny(1200), q.ShippingOptions[0].Price)
	require.Empty(t, q.Restrictions)
	require.Equal(t, m.clock.Now().Add(30*time.Minute), q.ExpiresAt)

	_, err := m.AddLine(m.ctx, guest, cart.ID, cart.Token, m.plum, 2) // put in after the quote
	require.NoError(t, err)
	p, err := m.Place(m.ctx, guest, checkout.PlaceRequest{Quote: q.ID, Token: cart.Token, Email: " Buyer@Home.example"})
	require.NoError(t, err)
	require.Equal(t, cny(10500), p.Total)
	require.Len(t, p.Orders, 2)
	require.Regexp(t, `^LN-\d{6}-[0-9A-Z]{6}$`, p.Orders[0].Number)
	require.Equal(t, checkout.PaymentNeedsAction, p.Payment.State)
	require.NotEmpty(t, p.Payment.RedirectURL)
	require.Equal(t, [2]int{20, 2}, m.stock(m.pear))
	left, err := m.GetCart(m.ctx, guest, cart.ID, cart.Token)
	require.NoError(t, err)
	require.Len(t, left.Lines, 1)
	require.Equal(t, 2, left.Lines[0].Quantity, "what was put in since stays")

	require.Equal(t, checkout.PaymentSucceeded, m.decide(p, sandboxpay.Succeed).State)
	require.Equal(t, [2]int{18, 0}, m.stock(m.pear))
	require.Equal(t, [2]int{19, 0}, m.stock(m.tea))
	order := p.Orders[0].ID
	_, err = m.ConfirmDelivery(m.ctx, guest, order, by(cart))
	require.ErrorIs(t, err, errs.New(errs.Conflict, "not_shipped", ""))
	_, err = m.Ship(m.ctx, m.teas, order, "SF", "1")
	require.Equal(t, errs.NotFound, errs.CodeOf(err), "another seller's")
	for range 2 {
		shipped, err := m.Ship(m.ctx, m.pears, order, "SF Express", "SF123")
		require.NoError(t, err)
		require.Equal(t, checkout.Shipped, shipped.State)
	}
	_, err = m.Ship(m.ctx, m.pears, order, "SF Express", "SF124")
	require.Equal(t, errs.Conflict, errs.CodeOf(err))
	_, err = m.ConfirmDelivery(m.ctx, m.pears, order, checkout.Credentials{})
	require.Equal(t, errs.Forbidden, errs.CodeOf(err), "a seller does not receive its own parcel")
	for range 2 {
		got, err := m.ConfirmDelivery(m.ctx, guest, order, by(cart))
		require.NoError(t, err)
		require.Equal(t, "pending paid shipped delivered ", history(got))
		require.Equal(t, "SF123", got.Shipment.TrackingNumber)
	}
	m.work()
	require.ElementsMatch(t, []string{
		"order_placed buyer@home.example", "order_paid buyer@home.example", "order_to_ship pears@sellers.example",
		"order_to_ship teas@sellers.example", "order_shipped buyer@home.example", "order_delivered pears@sellers.example",
	}, m.post.sent)
	m.sound()
}

func TestAnOrderIsSeenByThoseItConcernsAndNobodyElse(t *testing.T) {
	m := openMarket(t)
	elsewhere := marketOn(t, m.db, "xinfeng")
	buyer, other := m.buyer("a@home.example"), m.buyer("b@home.example")
	_, p := m.order(buyer, want{m.pear, 1})
	cart, g := m.order(m.guest(), want{m.pear, 1})
	link, err := url.Parse(g.GuestLink)
	require.NoError(t, err)
	token := checkout.Credentials{OrderToken: link.Query().Get("t")}
	require.Equal(t, "/orders/"+g.Orders[0].Number, link.Path)
	stranger := elsewhere.officer
	for _, c := range []struct {
		name  string
		who   actor.Actor
		order uuid.UUID
		creds checkout.Credentials
		seen  bool
	}{
		{"its buyer", buyer, p.Orders[0].ID, checkout.Credentials{}, true},
		{"another buyer", other, p.Orders[0].ID, checkout.Credentials{}, false},
		{"a guest", m.guest(), p.Orders[0].ID, checkout.Credentials{}, false},
		{"another's link", m.guest(), p.Orders[0].ID, token, false},
		{"the officer", m.officer, p.Orders[0].ID, checkout.Credentials{}, true},
		{"the seller, before it is paid", m.pears, p.Orders[0].ID, checkout.Credentials{}, false},
		{"the guest by link", m.guest(), g.Orders[0].ID, token, true},
		{"the guest by cart", m.guest(), g.Orders[0].ID, by(cart), true},
		{"a cut link", m.guest(), g.Orders[0].ID, checkout.Credentials{OrderToken: token.OrderToken[:10]}, false},
		{"an empty token", m.guest(), g.Orders[0].ID, checkout.Credentials{}, false},
		{"nobody's order", buyer, uuid.Must(uuid.NewV7()), token, false},
	} {
		_, err := m.GetOrder(m.ctx, c.who, c.order, c.creds)
		require.Equal(t, c.seen, err == nil, "%s: %v", c.name, err)
		if !c.seen {
			require.Equal(t, errs.NotFound, errs.CodeOf(err), c.name)
		}
	}
	_, err = elsewhere.GetOrder(elsewhere.ctx, stranger, p.Orders[0].ID, checkout.Credentials{})
	require.Equal(t, errs.NotFound, errs.CodeOf(err), "another county's officer")
	got, err := m.GetOrderByNumber(m.ctx, m.guest(), g.Orders[0].Number, token)
	require.NoError(t, err)
	require.Equal(t, checkout.May{Cancel: true, Pay: true}, got.May)
	m.decide(p, sandboxpay.Succeed)
	got, err = m.GetOrder(m.ctx, m.pears, p.Orders[0].ID, checkout.Credentials{})
	require.NoError(t, err)
	require.Equal(t, checkout.May{Cancel: true, Ship: true}, got.May)
	require.Empty(t, got.Email)
	require.Empty(t, got.Payment.RedirectURL)
	slip, err := m.PackingSlip(m.ctx, m.pears, p.Orders[0].ID)
	require.NoError(t, err)
	require.Equal(t, int64(1200), slip.WeightG)
	_, err = m.PackingSlip(m.ctx, m.teas, p.Orders[0].ID)
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
}

func TestTheSameQuoteIsOneOrderHoweverOftenAndHoweverFast(t *testing.T) {
	m := openMarket(t)
	cart, q := m.quote(m.guest(), want{m.pear, 3})
	var wg sync.WaitGroup
	var mu sync.Mutex
	groups := map[uuid.UUID]bool{}
	for range 12 {
		wg.Go(func() {
			p, err := m.Place(m.ctx, m.guest(), checkout.PlaceRequest{Quote: q.ID, Token: cart.Token})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Errorf("place: %v", err)
				return
			}
			groups[p.ID] = true
		})
	}
	wg.Wait()
	require.Len(t, groups, 1)
	require.Equal(t, [2]int{20, 3}, m.stock(m.pear))
	require.Equal(t, 1, one[int](m, `SELECT count(*) FROM sandbox_payments`))
	m.clock.Advance(time.Hour)
	p, err := m.Place(m.ctx, m.guest(), checkout.PlaceRequest{Quote: q.ID, Token: cart.Token})
	require.NoError(t, err, "an order stays an order after its quote has expired")
	require.True(t, groups[p.ID])
}

func TestAQuoteStandsUntilItExpires(t *testing.T) {
	m := openMarket(t)
	cart, q := m.quote(m.guest(), want{m.pear, 1})
	cart2, q2 := m.quote(m.guest(), want{m.pear, 1})
	m.exec(`UPDATE variants SET price = 9999 WHERE id = $1`, m.pear)
	m.exec(`UPDATE delivery_zones SET first_kg = 9999`)
	p, err := m.Place(m.ctx, m.guest(), checkout.PlaceRequest{Quote: q.ID, Token: cart.Token})
	require.NoError(t, err)
	require.Equal(t, q.Amounts.Total, p.Total)
	m.clock.Advance(30 * time.Minute)
	_, err = m.Place(m.ctx, m.guest(), checkout.PlaceRequest{Quote: q2.ID, Token: cart2.Token})
	require.ErrorIs(t, err, checkout.ErrQuoteExpired)
	require.Equal(t, 1, one[int](m, `SELECT count(*) FROM order_groups`))
}

func TestOutOfStockChangesNothing(t *testing.T) {
	m := openMarket(t)
	cart, q := m.quote(m.guest(), want{m.pear, 5}, want{m.tea, 1})
	m.exec(`UPDATE stock SET on_hand = 4 WHERE variant_id = $1`, m.pear)
	for range 2 {
		_, err := m.Place(m.ctx, m.guest(), checkout.PlaceRequest{Quote: q.ID, Token: cart.Token})
		require.ErrorIs(t, err, errs.New(errs.Conflict, "out_of_stock", ""))
	}
	for _, table := range []string{"order_groups", "orders", "order_lines", "order_events", "payments", "reservations", "notifications", "sandbox_payments", "river_job"} {
		require.Zero(t, one[int](m, `SELECT count(*) FROM `+table), table)
	}
	got, err := m.GetCart(m.ctx, m.guest(), cart.ID, cart.Token)
	require.NoError(t, err)
	require.Len(t, got.Lines, 2)
	require.Equal(t, &checkout.Problem{Code: checkout.ProblemShort, Available: 4}, got.Lines[0].Problem)
	m.exec(`UPDATE stock SET on_hand = 5 WHERE variant_id = $1`, m.pear)
	_, err = m.Place(m.ctx, m.guest(), checkout.PlaceRequest{Quote: q.ID, Token: cart.Token})
	require.NoError(t, err, "the same quote serves once there is enough")
}

func TestWhereNothingIsDeliveredNothingIsSold(t *testing.T) {
	m := openMarket(t)
	abroad, tibet, unknown := home(), home(), home()
	abroad.Country, abroad.Phone, abroad.AdminArea = "DE", "+4930123456", ""
	tibet.AdminArea = "西藏自治区"
	unknown.AdminArea = "Somewhere"
	cart := m.fill(m.guest(), want{m.pear, 1})
	for _, c := range []struct {
		name  string
		a     func(r *checkout.QuoteRequest)
		code  string
		total int64
	}{
		{"abroad", func(r *checkout.QuoteRequest) { r.Address = abroad }, checkout.NotDelivered, 1250},
		{"an area left out", func(r *checkout.QuoteRequest) { r.Address = tibet }, checkout.NotDelivered, 1250},
		{"an unknown area", func(r *checkout.QuoteRequest) { r.Address = unknown }, "", 1250 + 1000},
	} {
		r := checkout.QuoteRequest{Cart: cart.ID, Token: cart.Token}
		c.a(&r)
		q, err := m.Quote(m.ctx, m.guest(), r)
		require.NoError(t, err, c.name)
		require.Equal(t, c.total, q.Amounts.Total.Amount, c.name)
		if c.code == "" {
			require.Empty(t, q.Restrictions, c.name)
			continue
		}
		require.Equal(t, c.code, q.Restrictions[0].Code, c.name)
		require.Empty(t, q.ShippingOptions)
		_, err = m.Place(m.ctx, m.guest(), checkout.PlaceRequest{Quote: q.ID, Token: cart.Token})
		require.ErrorIs(t, err, errs.New(errs.Conflict, checkout.NotDelivered, ""), c.name)
	}
	require.Zero(t, one[int](m, `SELECT count(*) FROM order_groups`))
}

func TestWrongInputIsRefusedByField(t *testing.T) {
	m := openMarket(t)
	cart, q := m.quote(m.guest(), want{m.pear, 1})
	empty := m.fill(m.guest())
	bad := home()
	bad.Line1 = ""
	ask := func(r checkout.QuoteRequest) error { _, err := m.Quote(m.ctx, m.guest(), r); return err }
	add := func(v uuid.UUID, n int) error {
		_, err := m.AddLine(m.ctx, m.guest(), cart.ID, cart.Token, v, n)
		return err
	}
	place := func(r checkout.PlaceRequest) error { _, err := m.Place(m.ctx, m.guest(), r); return err }
	for name, c := range map[string]struct {
		err  error
		code errs.Code
	}{
		"address":          {ask(checkout.QuoteRequest{Cart: cart.ID, Token: cart.Token, Address: bad}), errs.Invalid},
		"currency":         {ask(checkout.QuoteRequest{Cart: cart.ID, Token: cart.Token, Address: home(), Currency: "USD"}), errs.Invalid},
		"shipping option":  {ask(checkout.QuoteRequest{Cart: cart.ID, Token: cart.Token, Address: home(), ShippingOption: "rocket"}), errs.Invalid},
		"empty cart":       {ask(checkout.QuoteRequest{Cart: empty.ID, Token: empty.Token, Address: home()}), errs.Conflict},
		"another's cart":   {ask(checkout.QuoteRequest{Cart: cart.ID, Token: empty.Token, Address: home()}), errs.NotFound},
		"no pieces":        {add(m.pear, 0), errs.Invalid},
		"too many pieces":  {add(m.pear, 10_000), errs.Invalid},
		"unknown variant":  {add(uuid.Must(uuid.NewV7()), 1), errs.NotFound},
		"another's quote":  {place(checkout.PlaceRequest{Quote: q.ID, Token: empty.Token}), errs.NotFound},
		"no token":         {place(checkout.PlaceRequest{Quote: q.ID}), errs.NotFound},
		"unknown quote":    {place(checkout.PlaceRequest{Quote: uuid.Must(uuid.NewV7()), Token: cart.Token}), errs.NotFound},
		"e-mail":           {place(checkout.PlaceRequest{Quote: q.ID, Token: cart.Token, Email: "a@b>\r\nBcc: c@d"}), errs.Invalid},
		"unknown provider": {place(checkout.PlaceRequest{Quote: q.ID, Token: cart.Token, Payment: "shells"}), errs.Invalid},
	} {
		require.Equal(t, c.code, errs.CodeOf(c.err), "%s: %v", name, c.err)
	}
	require.Zero(t, one[int](m, `SELECT count(*) FROM order_groups`))
}

func TestListsAreTheirOwnersAndPaged(t *testing.T) {
	m := openMarket(t)
	buyer, other := m.buyer("a@home.example"), m.buyer("b@home.example")
	var numbers []string
	for i := range 5 {
		_, p := m.order(buyer, want{m.pear, 1}, want{m.tea, 1})
		numbers = append(numbers, p.Orders[0].Number, p.Orders[1].Number)
		if i < 3 {
			m.decide(p, sandboxpay.Succeed)
		}
		m.clock.Advance(time.Second)
	}
	seen := map[string]bool{}
	for cursor, pages := "", 0; ; pages++ {
		page, err := m.ListPurchases(m.ctx, buyer, checkout.ListRequest{Limit: 4, Cursor: cursor})
		require.NoError(t, err)
		for _, o := range page.Items {
			require.False(t, seen[o.Number], "shown twice")
			seen[o.Number] = true
		}
		if cursor = page.Next; cursor == "" {
			require.Equal(t, 2, pages)
			break
		}
	}
	require.Len(t, seen, len(numbers))
	page, err := m.ListPurchases(m.ctx, other, checkout.ListRequest{})
	require.NoError(t, err)
	require.Empty(t, page.Items)
	_, err = m.ListPurchases(m.ctx, m.guest(), checkout.ListRequest{})
	require.Equal(t, errs.Unauthenticated, errs.CodeOf(err))
	page, err = m.ListSales(m.ctx, m.pears, checkout.ListRequest{})
	require.NoError(t, err)
	require.Len(t, page.Items, 3, "only what is paid")
	require.Equal(t, "王芳", page.Items[0].Receiver)
	page, err = m.ListSales(m.ctx, m.pears, checkout.ListRequest{State: checkout.Shipped})
	require.NoError(t, err)
	require.Empty(t, page.Items)
	_, err = m.ListSales(m.ctx, buyer, checkout.ListRequest{})
	require.Equal(t, errs.Forbidden, errs.CodeOf(err))
	page, err = m.ListAll(m.ctx, m.officer, checkout.ListRequest{})
	require.NoError(t, err)
	require.Len(t, page.Items, 10)
	for _, r := range []checkout.ListRequest{{Limit: -1}, {Limit: 101}, {Cursor: "x"}, {Cursor: strings.Repeat("_", 32)}, {State: "lost"}} {
		_, err := m.ListAll(m.ctx, m.officer, r)
		require.Equal(t, errs.Invalid, errs.CodeOf(err), r)
	}
}
