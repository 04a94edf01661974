package design

import (
	"context"

	"github.com/a-h/templ"

	"countyfair/web/pages/account"
	"countyfair/web/ui"
	"countyfair/web/words"
)

var (
	_ = register("sign-in", signIn)
	_ = register("sign-up", signUp)
	_ = register("code", code)
	_ = register("forgot", forgot)
	_ = register("reset", reset)
	_ = register("account", accountHome)
	_ = register("account-orders", accountOrders)
	_ = register("sessions", sessions)
)

func signIn(ctx context.Context) templ.Component {
	return account.SignIn(account.SignInView{
		Frame: frame(ctx, "登录", "Sign in"), Action: "#", OTP: "code", Forgot: "forgot", SignUp: "sign-up",
		Hint: "buyer@longnan.demo\ncountyfair-demo",
		Form: ui.Form{Whole: pick(ctx, "手机号、邮箱或密码不对。", "Phone, e-mail or password is not right.")},
	})
}

func signUp(ctx context.Context) templ.Component {
	return account.SignUp(account.SignUpView{
		Frame: frame(ctx, "注册", "Make an account"), Action: "#", SignIn: "sign-in",
		Terms: ui.Link{Label: pick(ctx, "服务条款", "Terms"), URL: "legal"}, Secret: ui.Link{Label: pick(ctx, "我的信息", "Privacy"), URL: "legal"},
		Form: ui.Form{Values: map[string]string{"login": "13900000000"}, Errors: map[string]string{"password": pick(ctx, "至少 10 个字符。", "Ten characters or more.")}},
	})
}

func code(ctx context.Context) templ.Component {
	return account.Code(account.CodeView{Frame: frame(ctx, "验证码", "Code"), Action: "#", Again: "#", Back: "sign-in", Sent: "139 **** 0000"})
}

func forgot(ctx context.Context) templ.Component {
	return account.Forgot(account.ForgotView{Frame: frame(ctx, "找回密码", "A new password"), Action: "#", Sent: true, SignIn: "sign-in"})
}

func reset(ctx context.Context) templ.Component {
	return account.Reset(account.ResetView{Frame: frame(ctx, "设新密码", "New password"), Action: "#", Token: "t"})
}

func orderCards(ctx context.Context) []account.OrderCard {
	its, who := items(ctx), makers(ctx)
	return []account.OrderCard{
		{Number: "LN-261124-0387", URL: "order", Seller: who[0].Name, When: pick(ctx, "11 月 24 日", "24 Nov"), Status: ui.Status{Of: "order", Code: "shipped"}, Total: cny(13600), Pictures: []ui.Picture{its[5].Picture}, Titles: its[5].Title},
		{Number: "LN-261102-0012", URL: "order", Seller: who[2].Name, When: pick(ctx, "11 月 2 日", "2 Nov"), Status: ui.Status{Of: "order", Code: "cancelled"}, Total: cny(9100), Pictures: []ui.Picture{its[3].Picture, its[4].Picture, its[7].Picture}, Titles: its[4].Title},
	}
}

func accountHome(ctx context.Context) templ.Component {
	f := frame(ctx, "我的", "Mine")
	f.Account = ui.Account{SignedIn: true, Name: "张三", Seller: true}
	w := words.From(ctx)
	return account.Home(account.HomeView{
		Frame: f, Name: pick(ctx, "张三", "Zhang San"), Login: "buyer@longnan.demo", Orders: orderCards(ctx)[:1], OrdersAt: "account-orders", SignOut: "#",
		Menu: []account.Entry{
			{Icon: "box", Label: w.T("account.orders"), Note: pick(ctx, "2 单", "2 orders"), URL: "account-orders"},
			{Icon: "device", Label: w.T("sessions.title"), Note: pick(ctx, "2 台设备登录着", "2 devices signed in"), URL: "sessions"},
			{Icon: "market", Label: w.T("nav.desk"), Note: pick(ctx, "上货、发货", "Listing and sending"), URL: "#desk"},
		},
	})
}

func accountOrders(ctx context.Context) templ.Component {
	return account.Orders(account.OrdersView{Frame: frame(ctx, "我的订单", "Your orders"), Orders: orderCards(ctx), Next: "#n"})
}

func sessions(ctx context.Context) templ.Component {
	return account.Sessions(account.SessionsView{
		Frame: frame(ctx, "设备和密码", "Devices and password"), EndAll: "#", Password: "#",
		Sessions: []account.Session{
			{Device: "Firefox, Linux", Where: "192.0.2.7", Seen: words.From(ctx).T("ago.now"), Current: true},
			{Device: "Safari, iPhone", Where: "198.51.100.20", Seen: words.From(ctx).T("ago.days", "Count", 3), End: "#"},
		},
	})
}
