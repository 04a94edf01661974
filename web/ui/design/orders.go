package design

import (
	"context"

	"github.com/a-h/templ"

	"countyfair/web/pages/pay"
	"countyfair/web/pages/storefront"
	"countyfair/web/ui"
)

func order(ctx context.Context) templ.Component {
	return storefront.Order(storefront.OrderView{
		Frame: frame(ctx, "订单 LN-261124-0387", "Order LN-261124-0387"), Number: "LN-261124-0387", Status: ui.Status{Of: "order", Code: "shipped"},
		Headline: pick(ctx, "在路上，11 月 27 日前后到", "On its way, here about 27 November"), Lead: pick(ctx, "顺丰速运在送。", "SF Express is carrying it."),
		Moving: true, Path: path(ctx), Farm: farms(ctx, false)[0], Sums: sums(ctx), Total: cny(13600), Placed: pick(ctx, "11 月 23 日", "23 Nov"),
		Address: pick(ctx, "张三 139 **** 0000\n上海市 徐汇区 示例路 8 号", "Zhang San, 139 **** 0000\n8 Example Road, Xuhui, Shanghai"),
		Parcel:  &storefront.Parcel{Carrier: pick(ctx, "顺丰速运", "SF Express"), Number: "SF0000000000001", URL: "#t"},
		Guest:   true, ConfirmAction: "#c", Siblings: []ui.Link{{Label: "LN-261124-0388", URL: "#o"}},
	})
}

func resultOrders(ctx context.Context) []storefront.ResultOrder {
	who := makers(ctx)
	return []storefront.ResultOrder{
		{Number: "LN-261124-0387", Seller: who[0].Name, URL: "order", Total: cny(13600), Status: ui.Status{Of: "order", Code: "paid"}},
		{Number: "LN-261124-0388", Seller: who[2].Name, URL: "order", Total: cny(9100), Status: ui.Status{Of: "order", Code: "paid"}},
	}
}

func result(ctx context.Context) templ.Component {
	return storefront.Result(storefront.ResultView{
		Frame: frame(ctx, "付好了", "Paid"), Outcome: storefront.Paid, Total: cny(22700), Orders: resultOrders(ctx), Email: "z***@example.com", Account: true,
	})
}

func resultDeclined(ctx context.Context) templ.Component {
	return storefront.Result(storefront.ResultView{Frame: frame(ctx, "没付成", "Not paid"), Outcome: storefront.Declined, GoOn: "sandbox"})
}

func seller(ctx context.Context) templ.Component {
	return storefront.Seller(storefront.SellerView{
		Frame: frame(ctx, "马街坝花椒合作社", "Majieba Pepper Co-operative"), Maker: makers(ctx)[0],
		About:   pick(ctx, "四十二户人家，一面阳坡。花椒树是爷爷辈种下的。", "Forty-two households on one sunny slope. The trees were planted by their grandparents."),
		Verdict: pick(ctx, "县里 2026 年 3 月 3 日审核", "Checked by the county, 3 Mar 2026"), Certs: certs(ctx), Items: items(ctx)[:4],
	})
}

func sellers(ctx context.Context) templ.Component {
	return storefront.Sellers(storefront.SellersView{Frame: frame(ctx, "谁在卖", "Who sells here"), Sellers: makers(ctx)})
}

func legal(ctx context.Context) templ.Component {
	return storefront.Legal(storefront.LegalView{
		Frame: frame(ctx, "服务条款", "Terms"), Heading: pick(ctx, "服务条款", "Terms"), Updated: pick(ctx, "2026 年 11 月 1 日", "1 Nov 2026"),
		Body: pick(ctx, "# 谁卖给你\n每一样东西由标明的农户或合作社卖给你，县里审核他们的证照。\n\n# 退货\n没拆封的，收到 7 天内可以退。鲜货坏了，48 小时内拍张照给我们。", "# Who sells to you\nEach thing is sold by the farm named beside it; the county checks its papers.\n\n# Returns\nUnopened goods within seven days. If something fresh arrives spoiled, send a picture within 48 hours."),
	})
}

func tracePage(ctx context.Context) templ.Component {
	t := trace()
	steps := path(ctx)
	for i := range steps {
		steps[i].Phase = ui.Passed
		steps[i].Icon = "leaf"
	}
	t.Steps = traceSteps(ctx)
	return storefront.TracePage(storefront.TraceView{
		Frame: frame(ctx, "来路", "Trace"), Product: pick(ctx, "武都花椒 大红袍", "Wudu Sichuan pepper"), URL: "product", Trace: t, Maker: makers(ctx)[0],
		Path: steps, Certs: certs(ctx), Facts: []ui.Fact{{Term: pick(ctx, "批次", "Batch"), Value: "0724"}, {Term: pick(ctx, "检验", "Tested"), Value: pick(ctx, "合格", "passed")}},
	})
}

func place(ctx context.Context) templ.Component {
	return storefront.Place(storefront.PlaceView{
		Frame: frame(ctx, "送到哪里", "Where to"), Action: "#", Other: countries(ctx),
		Regions: []ui.Option{{Value: "31", Label: pick(ctx, "上海市", "Shanghai"), Chosen: true}, {Value: "62", Label: pick(ctx, "甘肃省", "Gansu")}},
	})
}

func problem(ctx context.Context) templ.Component {
	return storefront.Problem(storefront.ProblemView{
		Frame: frame(ctx, "没有这一页", "Nothing here"), Status: 404, Code: "9f2c-0387",
		Act: ui.Link{Label: pick(ctx, "回集市", "To the market"), URL: "/"}, Other: ui.Link{Label: pick(ctx, "找", "Search"), URL: "/search"},
	})
}

func sandbox(ctx context.Context) templ.Component {
	return pay.Sandbox(pay.View{Merchant: pick(ctx, "陇南集", "Longnan Fair"), Number: "LN-261124-0387", Payment: "sp_019a2b3c4d5e", Total: cny(22700), Action: "#", Back: "checkout-pay"})
}
