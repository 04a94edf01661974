package design

import (
	"context"

	"countyfair/web/static"
	"countyfair/web/ui"
)

func items(ctx context.Context) []ui.Item {
	unit := func(pack string, fen int64) string { return ui.UnitLine(ctx, pack, cny(fen), "100 g") }
	it := func(zh, en, fromZh, fromEn, pic string, hue int, fen int64, u string, months int) ui.Item {
		return ui.Item{
			URL: "product", Title: pick(ctx, zh, en), From: pick(ctx, fromZh, fromEn), Picture: art(pic, hue),
			Price: cny(fen), Unit: u, Months: months, Now: now.Month(), Stock: ui.InStock,
		}
	}
	list := []ui.Item{
		it("成县薄皮核桃 新货", "Chengxian thin-shelled walnuts, this year's", "成县 · 黄渚镇", "Huangzhu, Cheng", "walnut", 70, 3980, unit("2 kg", 199), 1<<8|1<<9|1<<10),
		it("礼县花牛苹果 大果", "Lixian Huaniu apples, large", "礼县 · 永兴镇", "Yongxing, Li", "apple", 95, 4600, unit("5 kg", 92), 1<<8|1<<9|1<<10),
		it("武都初榨橄榄油 头道", "Wudu virgin olive oil, first pressing", "武都区 · 汉王镇", "Hanwang, Wudu", "oliveoil", 115, 9800, ui.UnitLine(ctx, "500 ml", cny(1960), "100 ml"), 1<<9|1<<10|1<<11),
		it("康县秋木耳 段木小朵", "Kangxian autumn wood ear, log-grown", "康县 · 阳坝镇", "Yangba, Kang", "woodear", 60, 5900, unit("250 g", 2360), 1<<3|1<<4|1<<5|1<<8|1<<9|1<<10),
		it("泡开有巴掌大的青冈木木耳，自家山上自家种，剪根去杂一次到位，送人也体面", "Wood ear as big as a palm once soaked, grown on oak logs on our own hill, trimmed and cleaned, fit for a present", "康县阳坝镇木耳种植农民专业合作社联合社", "Yangba Township Federation of Wood Ear Growers' Specialised Co-operatives", "woodear", 150, 3200, unit("125 g", 2560), 0),
		it("武都花椒 大红袍", "Wudu Sichuan pepper, Dahongpao", "武都区 · 马街镇", "Majie, Wudu", "pepper", 28, 6800, unit("500 g", 1360), 1<<6|1<<7),
		it("两当狼牙蜜", "Liangdang langya honey", "两当县 · 站儿巷镇", "Zhan'erxiang, Liangdang", "honey", 80, 8800, unit("1 kg", 880), 1<<5),
		it("紫皮大蒜", "Purple garlic", "成县 · 小川镇", "Xiaochuan, Cheng", "garlic", 340, 2500, unit("2.5 kg", 100), 1<<5|1<<6),
	}
	list[4].Stock, list[4].Many = ui.Low, true
	list[6].Stock = ui.Out
	list[7].Picture = ui.Picture{Hue: 340}
	return list
}

func makers(ctx context.Context) []ui.Maker {
	return []ui.Maker{
		{Name: pick(ctx, "马街坝花椒合作社", "Majieba Pepper Co-operative"), URL: "seller", Place: pick(ctx, "武都区 马街镇", "Majie township, Wudu"), Face: static.URL("art/face-1.svg"), Note: pick(ctx, "42 户", "42 households")},
		{Name: pick(ctx, "阳坝木耳合作社", "Yangba Wood Ear & Tea Farm"), URL: "seller", Place: pick(ctx, "康县 阳坝镇", "Yangba township, Kang"), Face: static.URL("art/face-2.svg")},
		{Name: pick(ctx, "陇南市武都区马街镇马街坝村花椒种植农民专业合作社联合社", "Federation of Specialised Pepper Growers' Co-operatives of Majieba Village"), URL: "seller", Place: pick(ctx, "武都区", "Wudu")},
	}
}

func farms(ctx context.Context, cart bool) []ui.Farm {
	line := func(it ui.Item, pack string, fen int64, n int) ui.Line {
		l := ui.Line{Title: it.Title, URL: it.URL, Pack: pack, Picture: it.Picture, Total: cny(fen)}
		if cart {
			l.Step = &ui.Step{Action: "#", Of: it.Title, Quantity: n, Max: 9, Swap: "cart"}
			l.Remove = "#"
		}
		return l
	}
	its, who := items(ctx), makers(ctx)
	list := []ui.Farm{
		{Maker: who[0], Lines: []ui.Line{line(its[5], pick(ctx, "特级 500 g · ¥13.60/100 g", "Top grade, 500 g · ¥13.60/100 g"), 13600, 2)}},
		{Maker: who[1], Lines: []ui.Line{line(its[3], "250 g · ¥23.60/100 g", 5900, 1), line(its[4], "125 g · ¥25.60/100 g", 3200, 1)}},
	}
	if cart {
		list[1].Lines[1].Fault = pick(ctx, "只剩 1 袋了，已经帮你改过来。", "Only 1 bag left; we changed it for you.")
	}
	return list
}

func trace() ui.Trace {
	return ui.Trace{
		Code: "LN-6212-0724-0387", URL: "http://longnan.localhost:8080/trace/LN-6212-0724-0387",
	}
}

func traceSteps(ctx context.Context) []ui.TraceStep {
	return []ui.TraceStep{
		{Title: pick(ctx, "采收", "Picked"), Day: pick(ctx, "7 月 24 日", "24 Jul")},
		{Title: pick(ctx, "晒干", "Dried"), Day: pick(ctx, "7 月 27 日", "27 Jul")},
		{Title: pick(ctx, "分选", "Sorted"), Day: pick(ctx, "8 月 2 日", "2 Aug")},
		{Title: pick(ctx, "装袋", "Packed"), Day: pick(ctx, "11 月 20 日", "20 Nov")},
	}
}

func certs(ctx context.Context) []ui.Cert {
	return []ui.Cert{
		{Title: pick(ctx, "承诺达标合格证", "Compliance certificate"), Note: pick(ctx, "农残抽检合格，11 月 3 日", "Residues checked, 3 November"), URL: "#c"},
		{Title: pick(ctx, "武都花椒 地理标志", "Wudu pepper, geographical indication"), Note: "AGI-0000", URL: "#c"},
		{Title: pick(ctx, "绿色食品", "Green food"), Note: pick(ctx, "有效到 2028 年 5 月", "Valid until May 2028")},
	}
}

func path(ctx context.Context) []ui.PathStep {
	at := now.Add(-30 * 3600e9)
	return []ui.PathStep{
		{Icon: "cart", Title: pick(ctx, "下单，付好了", "Ordered and paid"), At: at, TZ: zone},
		{Icon: "box", Title: pick(ctx, "农户在打包", "The farm is packing"), Note: pick(ctx, "马街坝花椒合作社", "Majieba Pepper Co-operative"), At: at.Add(2 * 3600e9), TZ: zone},
		{Icon: "truck", Title: pick(ctx, "在路上", "On its way"), Note: pick(ctx, "顺丰速运 SF0000000000001", "SF Express SF0000000000001"), At: at.Add(20 * 3600e9), TZ: zone, Phase: ui.Here},
		{Icon: "home", Title: pick(ctx, "你家", "Your door"), When: pick(ctx, "大约 11 月 27 日", "about 27 Nov"), Phase: ui.Ahead},
	}
}

func sums(ctx context.Context) []ui.SumLine {
	return []ui.SumLine{
		{Label: pick(ctx, "货款，4 件", "Goods, 4 pieces"), Amount: cny(22700)},
		{Label: pick(ctx, "快递", "Courier"), Note: pick(ctx, "1.1 kg，两个包裹；满 ¥79 免邮", "1.1 kg in two parcels; free from ¥79"), Word: pick(ctx, "免费", "free")},
	}
}

func sampleTrace(ctx context.Context) ui.Trace {
	t := trace()
	t.Steps = traceSteps(ctx)
	return t
}

var states = []ui.Status{
	{Of: "order", Code: "paid"},
	{Of: "order", Code: "delivered"},
	{Of: "order", Code: "cancelled"},
	{Of: "product", Code: "in_review"},
	{Of: "product", Code: "rejected"},
	{Of: "seller", Code: "suspended"},
}
