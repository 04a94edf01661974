package e2e_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var shanghai = object{"name": "王小明", "phone": "+8613800138000", "country": "CN", "admin_area": "上海市", "city": "上海市", "district": "浦东新区", "line1": "世纪大道 1 号", "postal_code": "200120"}

func TestTheWholeJourneyByAPI(t *testing.T) {
	m := demo(t)
	guest := api(t, m, "longnan")
	officer, seller := guest.signedIn("officer@longnan.demo"), guest.signedIn("seller@longnan.demo")

	// A farmer applies, the office approves.
	login := fmt.Sprintf("farmer-%d@example.org", time.Now().UnixNano()) //nolint:forbidigo // a fresh name
	guest.must("register-account", nil, object{"login": login, "password": password, "name": "新农户"})
	farmer := guest.signedIn(login)
	applied := farmer.must("register-seller", nil, object{"kind": "household", "names": object{"zh-Hans": "新来的农户", "en": "A new farm"}, "village": object{"zh-Hans": "武都区 安化镇"}, "contact": "示例", "phone": "+8613900000001"})
	queue := officer.must("list-seller-applications", nil, nil)
	require.NotEmpty(t, queue["items"])
	officer.must("decide-seller-application", []string{text(t, applied, "id")}, object{"decision": "approve"})
	farmer = guest.signedIn(login)

	// The farmer lists produce.
	categories := guest.must("list-categories", nil, nil)
	product := farmer.must("create-product", nil, object{
		"title": object{"zh-Hans": "端到端花椒", "en": "End to end pepper"}, "category": text(t, categories, "items", 0, "code"), "origin": "武都区 安化镇",
		"harvested_on": "2026-08-01", "hs_code": "091099",
		"variants": []object{{"title": "500 克", "price": object{"amount": 6800, "currency": "CNY"}, "unit": "袋", "net_weight_g": 500, "stock": 10}},
	})
	variant := text(t, product, "variants", 0, "id")
	published := farmer.must("publish-product", []string{text(t, product, "id")}, object{})
	require.Equal(t, "published", published["status"])

	// Anybody finds it: in Chinese, by pinyin, in English.
	for _, q := range []string{"端到端花椒", "花椒", "duandaoduan", "pepper end"} {
		found := guest.must("list-products", nil, nil, "q", q, "limit", "100")
		require.Contains(t, fmt.Sprint(found["items"]), text(t, product, "id"), q)
	}
	seen := guest.must("get-product", []string{text(t, product, "id")}, nil)
	require.Equal(t, "in_stock", seen["stock_level"])

	// A guest buys from two farms.
	cart := guest.must("create-cart", nil, object{})
	buyer := guest.as("X-Cart-Token", text(t, cart, "token"))
	id := text(t, cart, "id")
	buyer.must("add-cart-line", []string{id}, object{"variant_id": variant, "quantity": 2})
	other := otherSellersVariant(t, guest, farmer)
	buyer.must("add-cart-line", []string{id}, object{"variant_id": other, "quantity": 1})
	quote := buyer.must("quote-checkout", nil, object{"cart_id": id, "address": shanghai})
	require.Equal(t, "CNY", quote["currency"])
	amount := func(name string) float64 { return at(t, quote, name, "amount").(float64) }
	require.InDelta(t, amount("goods")+amount("shipping")+amount("insurance")+amount("handling")+amount("duty")+amount("tax")-amount("discount"), amount("total"), 0)
	placed := buyer.as("Idempotency-Key", "e2e-"+id).must("place-order", nil, object{"quote_id": quote["id"], "email": "buyer@example.org"})
	again := buyer.as("Idempotency-Key", "e2e-"+id).must("place-order", nil, object{"quote_id": quote["id"], "email": "buyer@example.org"})
	require.Equal(t, placed["id"], again["id"])
	require.Len(t, placed["orders"], 2)
	buyer.must("confirm-sandbox-payment", []string{text(t, placed, "payment", "id")}, object{"outcome": "succeed"})

	// It is paid; the seller ships; the buyer confirms.
	mine := orderOf(t, farmer)
	require.Eventually(t, func() bool {
		return farmer.must("get-order", []string{mine}, nil)["status"] == "paid"
	}, 10*time.Second, 50*time.Millisecond)
	status, _ := seller.call("ship-order", []string{mine}, object{"carrier": "SF", "tracking_number": "SF1234567890"})
	require.Equal(t, 404, status, "another seller's order is not found")
	require.Equal(t, "shipped", farmer.must("ship-order", []string{mine}, object{"carrier": "SF", "tracking_number": "SF1234567890"})["status"])
	require.Equal(t, "delivered", buyer.must("confirm-delivery", []string{mine}, object{})["status"])
	order := buyer.must("get-order", []string{mine}, nil)
	require.Equal(t, "SF1234567890", at(t, order, "shipment", "tracking_number"))
	require.Len(t, order["history"], 4)
}

// otherSellersVariant is something in stock that is not the caller's own.
func otherSellersVariant(t *testing.T, guest, mine *caller) string {
	t.Helper()
	own := mine.must("list-my-products", nil, nil, "limit", "100")
	list := guest.must("list-products", nil, nil, "limit", "100", "sort", "newest")
	for _, item := range list["items"].([]any) {
		if at(t, item, "stock_level") != "in_stock" || strings.Contains(fmt.Sprint(own), text(t, item, "id")) {
			continue
		}
		for i := range at(t, item, "variants").([]any) {
			if at(t, item, "variants", i, "stock_level") == "in_stock" {
				return text(t, item, "variants", i, "id")
			}
		}
	}
	t.Fatal("nothing of another seller is in stock")
	return ""
}

func orderOf(t *testing.T, seller *caller) string {
	t.Helper()
	orders := seller.must("list-my-orders", nil, nil)
	require.Len(t, orders["items"], 1)
	return text(t, orders, "items", 0, "id")
}

func TestThreeHundredBuyersOfAHundredBoxes(t *testing.T) {
	m := demo(t)
	guest := api(t, m, "longnan")
	seller := guest.signedIn("seller@longnan.demo")
	category := text(t, guest.must("list-categories", nil, nil), "items", 0, "code")
	product := seller.must("create-product", nil, object{
		"title": object{"zh-Hans": "一百箱"}, "category": category,
		"variants": []object{{"title": "一箱", "price": object{"amount": 100, "currency": "CNY"}, "unit": "箱", "net_weight_g": 1000, "stock": 100}},
	})
	variant := text(t, product, "variants", 0, "id")
	seller.must("publish-product", []string{text(t, product, "id")}, object{})
	quotes := make([]*caller, 300)
	ids := make([]any, 300)
	each(300, func(i int) {
		cart := guest.must("create-cart", nil, object{})
		quotes[i] = guest.as("X-Cart-Token", text(t, cart, "token"))
		quotes[i].must("add-cart-line", []string{text(t, cart, "id")}, object{"variant_id": variant, "quantity": 1})
		ids[i] = quotes[i].must("quote-checkout", nil, object{"cart_id": cart["id"], "address": shanghai})["id"]
	})
	var sold, out atomic.Int64
	began := time.Now() //nolint:forbidigo // measures the rush
	each(300, func(i int) {
		status, answer := quotes[i].call("place-order", nil, object{"quote_id": ids[i], "email": fmt.Sprintf("b%d@example.org", i)})
		switch {
		case status == 201:
			sold.Add(1)
		case status == 409 && answer["code"] == "out_of_stock":
			out.Add(1)
		default:
			t.Errorf("buyer %d: %d %v", i, status, answer)
		}
	})
	t.Logf("300 buyers, 100 boxes: %d sold, %d told it is sold out, in %v", sold.Load(), out.Load(), time.Since(began))
	require.Equal(t, int64(100), sold.Load())
	require.Equal(t, int64(200), out.Load())
	require.Equal(t, "out", guest.must("get-product", []string{text(t, product, "id")}, nil)["stock_level"])
}

// each runs n things, 32 at a time.
func each(n int, do func(i int)) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, 32)
	for i := range n {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			do(i)
		})
	}
	wg.Wait()
}

func TestATokenOfOneCountyIsRefusedInAnother(t *testing.T) {
	m := demo(t)
	officer := api(t, m, "longnan").signedIn("officer@longnan.demo")
	there := api(t, m, "xinfeng").as("Authorization", officer.head["Authorization"])
	status, _ := there.call("get-me", nil, nil)
	require.Equal(t, 401, status)
	status, _ = officer.call("list-counties", nil, nil)
	require.Equal(t, 403, status)
}
