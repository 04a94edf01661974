package e2e_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The whole journey in browsers: an operator makes a county, its officer opens
// it and approves a farmer, who imports a spreadsheet; a buyer finds the
// produce, buys and pays; the farmer sends it; the buyer has it.
func TestTheWholeJourneyInBrowsers(t *testing.T) {
	m := demo(t)
	slug := fmt.Sprintf("huixian-%d", time.Now().Unix()%100000) //nolint:forbidigo // a fresh name
	market := m.host(slug)
	officerMail, farmerMail := "officer@"+slug+".example", "farmer@"+slug+".example"

	operator := open(t, "1-operator", "en", 1280)
	operator.visit(m.host("") + "/platform")
	operator.fill("login", "operator@demo")
	operator.fill("password", password)
	operator.send("password")
	operator.sees("Longnan Fair")
	operator.shot("counties")
	operator.visit(m.host("") + "/platform/new")
	for name, text := range map[string]string{"names.zh-Hans": "徽县集", "names.en": "Huixian Fair", "slug": slug, "division_code": "621227", "officer": officerMail} {
		operator.fill(name, text)
	}
	operator.send("slug")
	operator.sees("The county is made")
	operator.shot("made")

	officer := open(t, "2-officer", "en", 1280)
	signInByCode(t, m, officer, market, officerMail)
	setUp(officer, market)

	farmer := open(t, "3-farmer", "zh-CN", 390)
	apply(t, farmer, market, farmerMail)
	officer.visit(market + "/office/sellers")
	officer.shot("applications")
	officer.press("table a")
	officer.shot("application")
	officer.press(`button[value="approve"]`)
	officer.sees("Approved")
	list(t, farmer, market)

	buyer := open(t, "4-buyer", "zh-CN", 390)
	link := buy(buyer, market)

	farmer.visit(market + "/sell/orders")
	farmer.shot("orders")
	farmer.press(`main a[href^="/sell/orders/"]`)
	farmer.shot("order")
	farmer.fill("tracking_number", "SF1234567890")
	farmer.chooseCarrier()
	farmer.send("tracking_number")
	farmer.shot("sent")

	buyer.visit(link)
	buyer.sees("SF1234567890")
	buyer.shot("on-its-way")
	buyer.press(`form[action$="/confirm"] button, form[action*="/confirm?"] button`)
	buyer.shot("received")
	officer.visit(market + "/office")
	officer.shot("home")
	officer.visit(market + "/office/orders")
	officer.shot("orders")
}

// signInByCode reads the one-time code from the demo's log, where its messages go.
func signInByCode(t *testing.T, m *market, b *browser, market, login string) {
	t.Helper()
	b.visit(market + "/sign-in/code?next=/office")
	b.fill("login", login)
	b.send("login")
	b.shot("code")
	b.fill("code", codeFor(t, m, login))
	b.send("code")
	b.sees("Before the market opens")
	b.shot("draft")
}

func codeFor(t *testing.T, m *market, login string) (code string) {
	t.Helper()
	said := regexp.MustCompile(`"to":"` + regexp.QuoteMeta(login) + `".*?([0-9]{6})`)
	require.Eventually(t, func() bool {
		log, err := os.ReadFile(filepath.Join(m.dir, "countyfair.log"))
		if err != nil {
			return false
		}
		all := said.FindAllSubmatch(log, -1)
		if len(all) > 0 {
			code = string(all[len(all)-1][1])
		}
		return code != ""
	}, 10*time.Second, 50*time.Millisecond)
	return code
}

// setUp is the officer's way to an open market.
func setUp(b *browser, market string) {
	b.t.Helper()
	b.visit(market + "/office/settings/delivery")
	for name, text := range map[string]string{"z0.names.zh-Hans": "全国", "z0.names.en": "All of China", "z0.first_kg": "8.00", "z0.next_kg": "2.00", "z0.days": "2-5"} {
		b.fill(name, text)
	}
	b.send("z0.first_kg")
	b.sees("Saved")
	b.shot("delivery")
	b.visit(market + "/office/settings/categories")
	for name, text := range map[string]string{"k0.names.zh-Hans": "干果", "k0.names.en": "Nuts", "k0.code": "nuts"} {
		b.fill(name, text)
	}
	b.send("k0.code")
	b.sees("Saved")
	b.visit(market + "/office/settings/policies")
	b.untick("review")
	b.send("commission")
	b.sees("Saved")
	b.visit(market + "/office")
	b.press(`form[action="/office/open"] button`)
	b.sees("The market is open")
	b.shot("open")
}

func apply(t *testing.T, b *browser, market, login string) {
	t.Helper()
	b.visit(market + "/sign-up?next=/sell/apply")
	b.fill("name", "示例农户")
	b.fill("login", login)
	b.fill("password", password)
	b.tick("agree")
	b.shot("sign-up")
	b.send("login")
	b.visit(market + "/sell/apply")
	b.shot("apply")
	b.choose("kind", "household")
	for name, text := range map[string]string{"name.zh-Hans": "银杏坪农户", "place.zh-Hans": "徽县 嘉陵镇 银杏村", "contact_name": "示例", "phone": "13900000001"} {
		b.fill(name, text)
	}
	b.tick("agree")
	b.send("contact_name")
	b.shot("applied")
}

// list imports a spreadsheet as the farmer has it, with a picture.
func list(t *testing.T, b *browser, market string) {
	t.Helper()
	dir := t.TempDir()
	sheet := filepath.Join(dir, "我的货.csv")
	require.NoError(t, os.WriteFile(sheet, []byte("商品编号,商品名称,品类,规格,净重,单位,价格,库存,产地,采收季,图片\n"+
		"YX-1,徽县银杏果,干果,500 克 袋,500 g,袋,26.00,40,徽县 嘉陵镇,9-11月,银杏.webp\nYX-1,,,1 公斤 袋,1 kg,袋,48.00,20,,,\nYX-2,没写价格的,干果,一袋,500 g,袋,,5,,,\n"), 0o600))
	var pictures bytes.Buffer
	z := zip.NewWriter(&pictures)
	picture, err := os.ReadFile("../demo/longnan/pictures/ginkgo.webp")
	require.NoError(t, err)
	f, err := z.Create("银杏.webp")
	require.NoError(t, err)
	_, err = f.Write(picture)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	album := filepath.Join(dir, "图片.zip")
	require.NoError(t, os.WriteFile(album, pictures.Bytes(), 0o600))

	b.visit(market + "/sell/import")
	b.upload("sheet", sheet)
	b.upload("pictures", album)
	b.shot("import")
	b.send("sheet")
	b.shot("preview")
	b.press(`form[action$="/start"] button`)
	require.Eventually(t, func() bool {
		b.visit(market + "/sell/products")
		return b.says("徽县银杏果")
	}, 15*time.Second, 300*time.Millisecond)
	b.shot("products")
}

// buy finds the produce, orders it as a guest and pays; it gives the guest's
// own link to the order.
func buy(b *browser, market string) (link string) {
	b.t.Helper()
	b.visit(market + "/")
	b.shot("home")
	b.fill("q", "yinxing")
	b.send("q")
	b.sees("徽县银杏果")
	b.shot("found")
	b.press(`main a[href^="/p/"]`)
	b.shot("product")
	b.run(`const e = [...document.querySelectorAll("button")].find(e => e.innerText.includes("放进篮子")); if (!e) return false; e.click()`)
	b.sees("放进篮子了")
	b.visit(market + "/cart")
	b.shot("cart")
	b.visit(market + "/checkout")
	b.shot("checkout")
	for name, text := range map[string]string{"name": "王小明", "phone": "13800138000", "city": "上海市", "line1": "世纪大道 1 号"} {
		b.fill(name, text)
	}
	b.pick("admin_area", "上海")
	b.fill("email", "buyer@home.example")
	b.send("line1")
	b.shot("quoted")
	b.press(`form[action="/checkout/place"] button, form[action="/checkout/order"] button`)
	b.shot("pay")
	b.press(`button[value="succeed"]`)
	b.sees("付好了")
	b.shot("paid")
	b.press(`main a[href^="/orders/"]`)
	b.shot("ordered")
	return b.at()
}
