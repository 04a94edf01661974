package account

import (
	"github.com/gofiber/fiber/v2"

	"countyfair/auth"
	"countyfair/internal/errs"
	"countyfair/tenants"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
)

func (h handlers) drawSignUp(c *fiber.Ctx, status int, f ui.Form, next string) error {
	w := page.Words(c)
	return page.Render(c, status, SignUp(SignUpView{
		Frame: h.frame(c, "sign_up.title"), Action: signUpPath, Form: f, Next: next, SignIn: onward(ui.SignInPath, next),
		Terms:  ui.Link{Label: w.T("legal.terms"), URL: "/" + string(tenants.Terms)},
		Secret: ui.Link{Label: w.T("legal.privacy"), URL: "/" + string(tenants.Privacy)},
	}))
}

func (h handlers) signUpPage(c *fiber.Ctx) error {
	if page.Who(c).SignedIn() {
		return page.See(c, ui.AccountPath)
	}
	return h.drawSignUp(c, fiber.StatusOK, ui.Form{}, nextOf(c.Query("next")))
}

func (h handlers) signUp(c *fiber.Ctx) error {
	in := page.Read(c)
	next := nextOf(in.Text("next"))
	in.Require("login", "password")
	if !in.Flag("agree") {
		in.Fail("agree", "error.field_agree")
	}
	if in.Bad() {
		return h.drawSignUp(c, fiber.StatusUnprocessableEntity, in.Form(), next)
	}
	token, session, err := h.Auth.RegisterBrowser(c.UserContext(), page.Who(c), auth.Registration{
		Login: in.Text("login"), Password: in.Secret("password"), Name: in.Text("name"), Language: page.Who(c).Language, Device: device(c),
	})
	if refuse(in, err) {
		return h.drawSignUp(c, statusOf(err), in.Form(), next)
	} else if err != nil {
		return err
	}
	page.Say(c, "", "flash.welcome")
	return h.enter(c, token, session, next)
}

func (h handlers) drawForgot(c *fiber.Ctx, status int, f ui.Form, sent bool) error {
	return page.Render(c, status, Forgot(ForgotView{Frame: h.frame(c, "forgot.title"), Action: forgotPath, Form: f, Sent: sent, SignIn: ui.SignInPath, Reset: ResetPath}))
}

func (h handlers) forgotPage(c *fiber.Ctx) error {
	return h.drawForgot(c, fiber.StatusOK, ui.Form{}, false)
}

func (h handlers) forgot(c *fiber.Ctx) error {
	in := page.Read(c)
	in.Require("login")
	if in.Bad() {
		return h.drawForgot(c, fiber.StatusUnprocessableEntity, in.Form(), false)
	}
	err := h.Auth.RequestReset(c.UserContext(), page.Who(c), in.Text("login"), page.Who(c).Language)
	if refuse(in, err) {
		return h.drawForgot(c, statusOf(err), in.Form(), false)
	} else if err != nil {
		return err
	}
	return h.drawForgot(c, fiber.StatusOK, ui.Form{}, true)
}

func (h handlers) drawReset(c *fiber.Ctx, status int, f ui.Form, token string, expired bool) error {
	c.Set("Referrer-Policy", "no-referrer") // the address may hold the token
	return page.Render(c, status, Reset(ResetView{Frame: h.frame(c, "reset.title"), Action: ResetPath, Form: f, Token: token, Expired: expired, Forgot: forgotPath}))
}

func (h handlers) resetPage(c *fiber.Ctx) error {
	return h.drawReset(c, fiber.StatusOK, ui.Form{}, c.Query("token"), false)
}

func (h handlers) reset(c *fiber.Ctx) error {
	in := page.Read(c)
	token := in.Text("token")
	in.Require("password")
	if token == "" {
		in.Require("login", "code")
	}
	if in.Bad() {
		return h.drawReset(c, fiber.StatusUnprocessableEntity, in.Form(), token, false)
	}
	r := auth.Reset{Token: token, Login: in.Text("login"), Code: digits(in.Text("code")), Password: in.Secret("password")}
	err := h.Auth.ResetPassword(c.UserContext(), page.Who(c), r)
	if refuse(in, err) {
		spent := token != "" && errs.CodeOf(err) == errs.Unauthenticated
		return h.drawReset(c, statusOf(err), in.Form(), token, spent)
	} else if err != nil {
		return err
	}
	if token != "" {
		return page.Done(c, ui.SignInPath, "flash.password_set") // the link does not say whose it was
	}
	opened, session, err := h.Auth.SignInBrowser(c.UserContext(), page.Who(c), auth.Credentials{Login: r.Login, Password: r.Password, Device: device(c)})
	if err != nil {
		return page.Done(c, ui.SignInPath, "flash.password_set")
	}
	return h.enter(c, opened, session, "")
}
