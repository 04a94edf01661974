package design

import (
	"context"

	"github.com/a-h/templ"

	"countyfair/web/pages/storefront"
	"countyfair/web/ui"
	"countyfair/web/words"
)

var (
	_ = register("home", home)
	_ = register("home-empty", homeEmpty)
	_ = register("list", list)
	_ = register("list-empty", listEmpty)
	_ = register("product", product)
	_ = register("product-bare", productBare)
	_ = register("cart", cart)
	_ = register("cart-empty", cartEmpty)
	_ = register("checkout-address", checkoutAddress)
	_ = register("checkout-pay", checkoutPay)
	_ = register("order", order)
	_ = register("result", result)
	_ = register("result-declined", resultDeclined)
	_ = register("seller", seller)
	_ = register("sellers", sellers)
	_ = register("legal", legal)
	_ = register("trace", tracePage)
	_ = register("place", place)
	_ = register("problem", problem)
	_ = register("sandbox", sandbox)
)

func home(ctx context.Context) templ.Component {
	v := storefront.HomeView{
		Frame:    frame(ctx, "陇南集", "Longnan Fair"),
		Headline: pick(ctx, "山里的，村里卖", "From the hills, sold by the village"),
		Lead:     pick(ctx, "花椒、核桃、木耳、苹果。谁种的，哪座山，都写清楚。", "Pepper, walnuts, wood ear, apples. Who grew it and on which hill stands beside it."),
		Month:    words.From(ctx).MonthName(now.Month()), SeasonNote: pick(ctx, "核桃干透，苹果最甜。", "Walnuts are dry, apples at their sweetest."),
		Season: items(ctx)[:5], SeasonURL: "list", FreshURL: "list",
	}
	for _, c := range []struct {
		zh, en, pic string
		hue         int
	}{
		{"花椒调料", "Pepper & spice", "pepper", 28},
		{"核桃坚果", "Nuts", "walnut", 70},
		{"菌菇山珍", "Mushrooms", "woodear", 60},
		{"茶叶", "Tea", "tea", 135},
		{"鲜果", "Fruit", "apple", 95},
		{"药材", "Herbs", "banxia", 150},
		{"蜂蜜", "Honey", "honey", 80},
		{"橄榄油", "Olive oil", "oliveoil", 115},
		{"薯类杂粮", "Roots & grains", "potato", 320},
		{"蔬菜", "Vegetables", "garlic", 340},
	} {
		v.Categories = append(v.Categories, storefront.Category{Label: pick(ctx, c.zh, c.en), URL: "list", Picture: art(c.pic, c.hue)})
	}
	for i, it := range []ui.Item{items(ctx)[5], items(ctx)[4], items(ctx)[7]} {
		v.Fresh = append(v.Fresh, storefront.Fresh{
			Title: it.Title, URL: "product", Picture: it.Picture, Price: it.Price, Unit: it.Unit,
			By: it.From + " · " + words.From(ctx).T("ago.days", "Count", i+1),
		})
	}
	v.Sellers = makers(ctx)
	return storefront.Home(v)
}

func homeEmpty(ctx context.Context) templ.Component {
	return storefront.Home(storefront.HomeView{
		Frame: frame(ctx, "陇南集", "Longnan Fair"), Headline: pick(ctx, "陇南集", "Longnan Fair"),
		Lead: pick(ctx, "就要开张了。", "About to open."),
	})
}

func listing(ctx context.Context) storefront.ListingView {
	f := frame(ctx, "木耳", "Wood ear")
	f.Query = pick(ctx, "木耳", "wood ear")
	return storefront.ListingView{
		Frame: f, Heading: f.Query, Found: 38, Action: "list", Sign: "¥", Keep: []ui.Hidden{{Name: "q", Value: f.Query}},
		Sorts: []ui.Link{{Label: pick(ctx, "最合适", "Best match"), URL: "#1", Current: true}, {Label: pick(ctx, "便宜在前", "Cheapest first"), URL: "#2"}, {Label: pick(ctx, "新货在前", "Newest first"), URL: "#3"}},
		Filters: []storefront.Filter{
			{Label: pick(ctx, "产地", "Place"), Name: "place", Options: []storefront.FilterOption{{Value: "kx", Label: pick(ctx, "康县", "Kang"), Count: 21, On: true}, {Value: "wd", Label: pick(ctx, "武都区", "Wudu"), Count: 9}, {Value: "wx", Label: pick(ctx, "文县", "Wen"), Count: 5}}},
			{Label: pick(ctx, "证书", "Certificate"), Name: "cert", Options: []storefront.FilterOption{{Value: "gi", Label: pick(ctx, "地理标志", "Geographical indication"), Count: 14}}},
		},
		Active: []ui.Link{{Label: pick(ctx, "康县", "Kang"), URL: "#x"}},
		Items:  append(items(ctx), items(ctx)[:3]...), Next: "#next", Reset: "list",
	}
}

func list(ctx context.Context) templ.Component { return storefront.Listing(listing(ctx)) }

func listEmpty(ctx context.Context) templ.Component {
	v := listing(ctx)
	v.Frame.Query = pick(ctx, "火龙果", "dragon fruit")
	v.Heading, v.Found, v.Items, v.Filters, v.Active, v.Sorts, v.Near = v.Frame.Query, 0, nil, nil, nil, nil, items(ctx)[:5]
	return storefront.Listing(v)
}

func product(ctx context.Context) templ.Component {
	t := trace()
	t.Steps = traceSteps(ctx)
	pepper := art("pepper", 28)
	pepper.Eager, pepper.Alt = true, pick(ctx, "一枝红花椒，几粒裂开露出黑籽", "A twig of red pepper, some open on their black seeds")
	return storefront.Product(storefront.ProductView{
		Frame:  frame(ctx, "武都花椒 大红袍", "Wudu Sichuan pepper, Dahongpao"),
		Crumbs: []ui.Link{{Label: pick(ctx, "集市", "Market"), URL: "home"}, {Label: pick(ctx, "花椒调料", "Pepper & spice"), URL: "list"}, {Label: pick(ctx, "武都花椒 大红袍", "Wudu Sichuan pepper")}},
		Title:  pick(ctx, "武都花椒 大红袍", "Wudu Sichuan pepper, Dahongpao"), Lead: pick(ctx, "麻得久，香得透。七月头茬，无籽少梗。", "Long tingle, deep scent. First picking in July, no seeds, few stems."),
		Pictures: []ui.Picture{pepper, art("walnut", 70), {Src: art("face-1", 0).Src, Alt: pick(ctx, "农户", "The grower"), Hue: 90}},
		Price:    cny(6800), Unit: "500 g · ¥13.60/100 g", Stock: ui.InStock, Left: pick(ctx, "有货，还剩 126 袋", "In stock, 126 bags left"),
		Harvested: pick(ctx, "2026 年 7 月 24 日采收", "Picked 24 Jul 2026"), Months: 1<<6 | 1<<7, Now: now.Month(), PackLegend: pick(ctx, "净重", "Net weight"),
		Packs: []ui.Option{
			storefront.PackOption(ctx, "1", "100 g", cny(1680), "¥16.80/100 g", false, false),
			storefront.PackOption(ctx, "2", "250 g", cny(3600), "¥14.40/100 g", false, false),
			storefront.PackOption(ctx, "3", "500 g", cny(6800), "¥13.60/100 g", true, false),
			storefront.PackOption(ctx, "4", "1 kg", cny(12800), "", false, true),
		},
		AddAction: "cart", Most: 99,
		Delivery:    storefront.Delivery{Lead: pick(ctx, "送到上海", "To Shanghai"), Text: pick(ctx, "快递 ¥6.00，满 ¥79 免邮。", "Courier ¥6.00, free from ¥79."), When: pick(ctx, "今天 16:00 前下单，11 月 27 日到。", "Order before 16:00; there on 27 November.")},
		Maker:       makers(ctx)[0],
		Origin:      pick(ctx, "武都区 马街镇 马街坝村", "Majieba village, Majie, Wudu"),
		OriginNote:  pick(ctx, "海拔 1,420 米，阳坡梯田", "1,420 m, sunny terraces"),
		Certs:       certs(ctx),
		Trace:       &t,
		Description: pick(ctx, "七月天不亮就上山摘，一颗一颗用手，摘完摊在竹席上晒三个日头。\n炒菜前先用小火焙一下，香气才全出来。", "Picked by hand before dawn in July, dried on bamboo mats for three days of sun.\nToast it gently before cooking; only then is all its scent there."),
		Facts:       []ui.Fact{{Term: pick(ctx, "保存", "Keeping"), Value: pick(ctx, "密封、避光，18 个月内香气最足", "Closed and dark; best within 18 months")}, {Term: pick(ctx, "退货", "Returns"), Value: pick(ctx, "没拆封，收到 7 天内可退", "Unopened, within 7 days")}, {Term: pick(ctx, "配料", "Made of"), Value: pick(ctx, "花椒，别的没有", "Pepper, nothing else")}},
		Related:     items(ctx)[:5],
	})
}

func productBare(ctx context.Context) templ.Component {
	it := items(ctx)[4]
	return storefront.Product(storefront.ProductView{
		Frame: frame(ctx, it.Title, it.Title), Crumbs: []ui.Link{{Label: pick(ctx, "集市", "Market"), URL: "home"}, {Label: it.Title}},
		Title: it.Title, Price: it.Price, Unit: it.Unit, Stock: ui.Out, Maker: makers(ctx)[2], AddAction: "cart",
		Delivery: storefront.Delivery{Lead: pick(ctx, "送不到肯尼亚", "Not delivered to Kenya"), Text: pick(ctx, "鲜货只送甘肃、陕西、四川。", "Fresh goods go to Gansu, Shaanxi and Sichuan alone."), Refused: true},
	})
}

func cart(ctx context.Context) templ.Component {
	return storefront.Cart(storefront.CartView{
		Frame: frame(ctx, "篮子", "Basket"), Farms: farms(ctx, true), Subtotal: cny(22700),
		Nudge: pick(ctx, "再买 ¥23.00，阳坝那家就免邮。", "¥23.00 more, and Yangba sends it free."),
	})
}

func cartEmpty(ctx context.Context) templ.Component {
	f := frame(ctx, "篮子", "Basket")
	f.Cart = 0
	return storefront.Cart(storefront.CartView{Frame: f, Suggest: items(ctx)[:5]})
}

func countries(ctx context.Context) []ui.Option {
	return []ui.Option{{Value: "CN", Label: pick(ctx, "中国", "China"), Chosen: true}, {Value: "KE", Label: pick(ctx, "肯尼亚", "Kenya")}, {Value: "DE", Label: pick(ctx, "德国", "Germany")}}
}

func checkoutView(ctx context.Context) storefront.CheckoutView {
	f := frame(ctx, "结账", "Checkout")
	f.NoIndex = true
	return storefront.CheckoutView{Frame: f, Farms: farms(ctx, false), Sums: sums(ctx), Total: cny(22700), Sandbox: true, AskEmail: true}
}

func checkoutAddress(ctx context.Context) templ.Component {
	v := checkoutView(ctx)
	v.Frame.Flash = &ui.Flash{Kind: "bad", Text: pick(ctx, "有两处要再看看。", "Two places need another look.")}
	v.Address = ui.Address{Country: "CN", Countries: countries(ctx), Form: ui.Form{
		Values: map[string]string{"name": pick(ctx, "张三", "Zhang San"), "phone": "1390000", "admin_area": pick(ctx, "上海市", "Shanghai")},
		Errors: map[string]string{"phone": pick(ctx, "手机号要 11 位，像 13900000000。", "Mobile numbers have 11 digits, such as 13900000000."), "line1": pick(ctx, "请写到门牌号。", "Please name the street and number.")},
	}}
	return storefront.Checkout(v)
}

func checkoutPay(ctx context.Context) templ.Component {
	v := checkoutView(ctx)
	v.Stage, v.EditAddress = storefront.StageTravel, "checkout-address"
	v.AddressText = pick(ctx, "张三 139 0000 0000\n上海市 徐汇区 示例路 8 号", "Zhang San, 139 0000 0000\n8 Example Road, Xuhui, Shanghai")
	v.Shipping = []ui.Option{
		{Value: "a", Label: pick(ctx, "快递，两个包裹", "Courier, two parcels"), Note: pick(ctx, "11 月 27 日前后到", "About 27 November"), Amount: pick(ctx, "免费", "free"), Chosen: true},
		{Value: "b", Label: pick(ctx, "特快", "Express"), Note: pick(ctx, "11 月 25 日到", "25 November"), Amount: "¥18.00"},
	}
	v.Methods = []ui.Option{
		{Value: "card", Label: pick(ctx, "银行卡", "Card"), Note: "Visa, Mastercard, UnionPay", Chosen: true},
		{Value: "alipay", Label: pick(ctx, "支付宝", "Alipay")},
	}
	v.Expires = pick(ctx, "这个价钱给你留到 11:12。", "This price holds until 11:12.")
	return storefront.Checkout(v)
}
