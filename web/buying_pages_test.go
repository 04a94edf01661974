package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"countyfair/checkout"
	"countyfair/internal/actor"
	"countyfair/internal/pg"
)

var home = []string{"name", "李雷", "phone", "13800138000", "admin_area", "上海", "city", "上海", "district", "徐汇区", "line1", "漕溪路 1 号"}

// fill puts a thing into the basket and gives the address.
func (b *browser) fill(slug string, address ...string) *browser {
	b.t.Helper()
	b.open("/p/"+slug).submit("/cart/add", "quantity", "1", "then", "checkout").is(200)
	return b.submit("/checkout/address", append(append([]string{}, home...), address...)...)
}

func TestAGuestBuysWithoutScripts(t *testing.T) {
	s := newShop(t)
	s.open()
	wang, li := s.farm("wang@example.org", "王家", "Wang family"), s.farm("li@example.org", "李家", "Li family")
	pepper, oil := s.grow(wang, "武都花椒", "Wudu pepper", 6800, 100), s.grow(li, "橄榄油", "Olive oil", 9900, 5)
	b := s.browser()

	b.open("/cart").is(200).sees("Your basket is empty")
	b.open("/checkout").is(200)
	require.Equal(t, "/cart", b.at)
	b.open("/p/"+pepper.Slug).submit("/cart/add", "quantity", "2").is(200)
	require.Equal(t, "/cart", b.at, "a browser that hides where it comes from sees the basket")
	b.sees("In the basket: Wudu pepper", "2 things in your basket", "¥136.00")
	b.open("/p/"+oil.Slug).submit("/cart/add", "quantity", "1").is(200).sees("Your basket, from 2 farms", "¥ 235.00")
	b.submit(lineOf(t, b), "quantity", "1").is(200).sees("The basket is changed.", "¥ 167.00", "more from Wang family, and its courier is free")

	b.open("/checkout").is(200).sees("Where to", "How it travels", "For the receipt")
	b.submit("/checkout/address", "name", "李雷", "phone", "12", "email", "nope").is(422).sees("This is no phone number", "Choose the province or county.", "Enter the street and number.", "This is no e-mail address")
	require.Contains(t, b.body, `value="李雷"`, "what was typed is kept")
	b.submit("/checkout/address", append(home, "email", "lilei@example.org")...).is(200).sees("上海徐汇区", "Courier to the door", "¥12.00", "¥179.00", "Pay ¥179.00", "no money moves", "These prices hold until 14:30")
	quote := b.at

	b.submit("/checkout/place", "payment_method", "sandbox").is(200).sees("Sandbox Pay", "¥179.00")
	require.True(t, strings.HasPrefix(b.at, "/pay/sandbox/"), b.at)
	page := b.at
	b.submit(page, "outcome", "decline").is(200).sees("The payment did not go through", "The bank declined")
	b.open(page).submit(page, "outcome", "needs_action").sees("is it you who pays?")
	b.submit(page, "outcome", "succeed").is(200).sees("Paid: ¥179.00", "lilei@example.org", "Wang family", "Li family", "Paid, to be sent")
	require.Equal(t, "no-referrer", b.answer.Get("Referrer-Policy"))
	require.Contains(t, b.answer.Get("Cache-Control"), "no-store")
	b.open(page).sees("This is paid already.")

	b.open(quote).is(200).sees("Paid: ¥179.00") // the back button
	require.Equal(t, 1, s.groups(), "bought once")
	b.open("/cart").sees("Your basket is empty")

	orders := s.orders()
	require.Len(t, orders, 2)
	follow := b.open(quote).links("/orders/")[0]
	require.Contains(t, follow, "?t=")
	elsewhere := s.browser() // the link from the letter, on another device
	elsewhere.open(follow).is(200).sees("Paid. The grower packs it now", "李雷", "Bought together", "Keep this page’s address")
	elsewhere.open(strings.Split(follow, "?")[0]).is(404)
	s.abroad().open(follow).is(404)

	elsewhere.open(follow).submit(strings.Split(follow, "?")[0]+"/cancel").is(200).sees("The order is cancelled", "This order was cancelled")
	s.browser().open(follow).sees("This order was cancelled")
}

// lineOf is the address of the first line's form in the basket.
func lineOf(t *testing.T, b *browser) string {
	t.Helper()
	return "/cart/lines/" + between(t, b.body, `action="/cart/lines/`, `"`)
}

func (s *shop) groups() (n int) {
	s.t.Helper()
	require.NoError(s.t, s.db.Query(s.ctx, func(q pg.Querier) error {
		return q.QueryRow(s.ctx, `SELECT count(*) FROM order_groups WHERE tenant_id = $1`, s.county).Scan(&n)
	}))
	return n
}

// orders are all orders of the county, as its officer sees them.
func (s *shop) orders() []checkout.OrderSummary {
	s.t.Helper()
	p, err := s.check.ListAll(s.ctx, actor.Actor{Tenant: s.county, Account: s.county, Roles: []actor.Role{actor.Officer}}, checkout.ListRequest{})
	require.NoError(s.t, err)
	return p.Items
}

func TestAnAccountFollowsItsOrders(t *testing.T) {
	s := newShop(t)
	s.open()
	wang := s.farm("wang@example.org", "王家", "Wang family")
	pepper := s.grow(wang, "武都花椒", "Wudu pepper", 6800, 100)
	s.user("buyer@example.org", actor.Buyer)
	s.user("else@example.org", actor.Buyer)

	b := s.browser()
	b.open("/p/"+pepper.Slug).submit("/cart/add", "quantity", "1").is(200)
	b.signIn("buyer@example.org").open("/cart").sees("Wudu pepper") // the guest's basket came along
	require.NotContains(t, b.cookies, "cart")
	desk := s.browser()
	desk.signIn("buyer@example.org").open("/cart").sees("Wudu pepper") // on every device
	desk.open("/checkout").misses("For the receipt").submit("/checkout/address", home...).is(200)
	desk.submit("/checkout/place", "payment_method", "sandbox").is(200)
	desk.submit(desk.at, "outcome", "succeed").is(200).sees("Paid: ¥80.00")

	b.open("/account").sees("Latest orders", "Wang family", "¥80.00", "Paid, to be sent")
	b.open("/account/orders?state=shipped").sees("No orders yet")
	b.open("/account/orders?state=nonsense").is(200)
	b.open("/account/orders").is(200)
	order := b.links("/orders/")[0]
	b.open(order).is(200).sees("Paid. The grower packs it now")
	stranger := s.browser()
	stranger.signIn("else@example.org").open(order).is(404)
	stranger.send(http.MethodPost, order+"/cancel", url.Values{})
	stranger.is(404)

	id := s.orders()[0].ID
	_, err := s.check.Ship(s.ctx, wang, id, "顺丰", "SF1234567890")
	require.NoError(t, err)
	b.open(order).sees("On its way to you", "SF1234567890")
	require.Nil(t, b.form(order+"/cancel"), "what is on its way is not cancelled")
	b.send(http.MethodPost, order+"/cancel", url.Values{})
	b.is(200).sees("This order can no longer be cancelled.")
	b.open(order).submit(order+"/confirm").is(200).sees("It has arrived", "Thank you. The grower now knows")

	again := s.browser() // the next time, the address is known
	again.signIn("buyer@example.org").open("/p/"+pepper.Slug).submit("/cart/add", "quantity", "1", "then", "checkout").is(200)
	require.Contains(t, again.body, `value="漕溪路 1 号"`)
}

func TestWhatStandsInTheWayOfBuying(t *testing.T) {
	s := newShop(t)
	s.open()
	wang := s.farm("wang@example.org", "王家", "Wang family")
	pepper := s.grow(wang, "武都花椒", "Wudu pepper", 6800, 2)

	b := s.browser()
	b.open("/p/"+pepper.Slug).submit("/cart/add", "quantity", "0").is(200).sees("Choose between 1 and 9,999 pieces.")
	b.open("/p/"+pepper.Slug).submit("/cart/add", "variant_id", "none").sees("Choose a pack first.")
	b.open("/p/"+pepper.Slug).submit("/cart/add", "quantity", "3").sees("Only 2 left")
	b.open("/checkout").submit("/checkout/address", append(home, "email", "a@example.org")...).is(200).sees("Wudu pepper: only 2 left")
	require.Nil(t, b.form("/checkout/place"), "what cannot be had cannot be paid")
	b.open("/cart").submit(lineOf(t, b), "quantity", "2")
	b.open("/checkout").submit("/checkout/address", append(home, "email", "a@example.org", "admin_area", "台湾")...).is(200).sees("We don't deliver there.", "Nobody delivers there yet.")
	b.open("/checkout").submit("/checkout/address", append(home, "email", "a@example.org")...).is(200).sees("Pay ¥136.00")

	other := s.browser()
	other.fill(pepper.Slug, "email", "b@example.org").is(200).sees("Pay ¥80.00")
	other.submit("/checkout/place", "payment_method", "sandbox").is(200)
	b.submit("/checkout/place", "payment_method", "sandbox").is(200).sees("Prices or stock have changed meanwhile", "only 1 left")
	require.Equal(t, 1, s.groups())

	late := s.browser()
	late.fill(pepper.Slug, "email", "c@example.org").is(200)
	s.clock.At = s.clock.At.Add(31 * time.Minute)
	late.submit("/checkout/place", "payment_method", "sandbox").is(200).sees("Prices or stock have changed meanwhile", "Pay ¥80.00")
	late.submit("/checkout/place", "payment_method", "gold").is(422)

	require.Equal(t, 404, s.abroad().open("/pay/sandbox/sbx_00000000000070008000000000000009").status)
	s.browser().open("/orders/LN-000000-XXXXXX").is(404)
}

func TestABasketIsItsHoldersOwn(t *testing.T) {
	s := newShop(t)
	s.open()
	pepper := s.grow(s.farm("wang@example.org", "王家", "Wang family"), "武都花椒", "Wudu pepper", 6800, 100)
	b, stranger := s.browser(), s.browser()
	b.fill(pepper.Slug, "email", "a@example.org").is(200)
	quote := b.at
	stranger.open(quote).is(200)
	require.Equal(t, "/cart", stranger.at, "another's quote is not there")
	line := lineOf(t, b.open("/cart"))
	stranger.open("/p/"+pepper.Slug).submit("/cart/add", "quantity", "1")
	stranger.send(http.MethodPost, line+"/remove", url.Values{})
	stranger.is(200)
	b.open("/cart").sees("Wudu pepper").submit(line+"/remove").is(200).sees("Taken out of the basket.", "Your basket is empty")
	undo := "/cart/lines/undo" + strings.ReplaceAll(between(t, b.body, `action="/cart/lines/undo`, `"`), "&amp;", "&")
	b.submit(undo).is(200).sees("Back in the basket.", "Wudu pepper")
}

func TestAPaymentThatTakesItsTime(t *testing.T) {
	s := newShop(t)
	s.open()
	pepper := s.grow(s.farm("wang@example.org", "王家", "Wang family"), "武都花椒", "Wudu pepper", 6800, 100)
	b := s.browser()
	b.fill(pepper.Slug, "email", "a@example.org").submit("/checkout/place", "payment_method", "sandbox").is(200)
	b.submit(b.at, "outcome", "delay").is(200).sees("Waiting for the bank")
	require.Contains(t, b.body, "data-poll")
	result := b.at
	s.clock.At = s.clock.At.Add(time.Minute)
	require.NoError(t, s.pays.Work(s.ctx))
	b.open(result).sees("Paid: ¥80.00")
}

// A page of trouble at an address of no county shows no basket; the next one
// does again.
func TestAPageOfTroubleKeepsTheBasket(t *testing.T) {
	s := newShop(t)
	s.open()
	pepper := s.grow(s.farm("wang@example.org", "王家", "Wang family"), "武都花椒", "Wudu pepper", 6800, 100)
	b := s.browser()
	b.open("/p/"+pepper.Slug).submit("/cart/add", "quantity", "2").is(200)
	newBrowser(t, s.app, "nowhere.localhost").open("/").is(404)
	b.open("/no/such/page").is(404)
	require.Contains(t, b.body, `<b class="badge" aria-hidden="true">2</b>`)
}
