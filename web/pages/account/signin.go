package account

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"countyfair/auth"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
)

// onward keeps where to go afterwards in an address.
func onward(path, next string) string {
	if next == "" {
		return path
	}
	return path + "?next=" + url.QueryEscape(next)
}

func (h handlers) drawSignIn(c *fiber.Ctx, status int, f ui.Form, next string) error {
	v := SignInView{
		Frame: h.frame(c, "sign_in.title"), Action: ui.SignInPath, Form: f, Next: next,
		OTP: onward(codePath, next), Forgot: forgotPath, SignUp: onward(signUpPath, next),
	}
	if h.Hint != nil {
		v.Hint = h.Hint(c)
	}
	return page.Render(c, status, SignIn(v))
}

func (h handlers) signInPage(c *fiber.Ctx) error {
	next := nextOf(c.Query("next"))
	if page.Who(c).SignedIn() {
		if next == "" {
			next = ui.AccountPath
		}
		return page.See(c, next)
	}
	return h.drawSignIn(c, fiber.StatusOK, ui.Form{}, next)
}

func (h handlers) signIn(c *fiber.Ctx) error {
	in := page.Read(c)
	next := nextOf(in.Text("next"))
	in.Require("login", "password")
	if in.Bad() {
		return h.drawSignIn(c, fiber.StatusUnprocessableEntity, in.Form(), next)
	}
	token, session, err := h.Auth.SignInBrowser(c.UserContext(), page.Who(c), auth.Credentials{
		Login: in.Text("login"), Password: in.Secret("password"), Device: device(c), Language: page.Who(c).Language,
	})
	if refuse(in, err) {
		return h.drawSignIn(c, statusOf(err), in.Form(), next)
	} else if err != nil {
		return err
	}
	return h.enter(c, token, session, next)
}

func (h handlers) drawCode(c *fiber.Ctx, status int, f ui.Form, next string, sent bool) error {
	v := CodeView{Frame: h.frame(c, "code.title"), Action: codePath, Back: onward(ui.SignInPath, next), Form: f, Next: next}
	if sent {
		v.Sent, v.Action, v.Again = masked(f.Value("login")), codePath+"/check", codePath
	}
	return page.Render(c, status, Code(v))
}

func (h handlers) codePage(c *fiber.Ctx) error {
	return h.drawCode(c, fiber.StatusOK, ui.Form{}, nextOf(c.Query("next")), false)
}

func (h handlers) sendCode(c *fiber.Ctx) error {
	in := page.Read(c)
	next := nextOf(in.Text("next"))
	in.Require("login")
	if in.Bad() {
		return h.drawCode(c, fiber.StatusUnprocessableEntity, in.Form(), next, false)
	}
	err := h.Auth.RequestCode(c.UserContext(), page.Who(c), in.Text("login"), page.Who(c).Language)
	if refuse(in, err) {
		return h.drawCode(c, statusOf(err), in.Form(), next, false)
	} else if err != nil {
		return err
	}
	return h.drawCode(c, fiber.StatusOK, in.Form(), next, true)
}

func (h handlers) checkCode(c *fiber.Ctx) error {
	in := page.Read(c)
	next := nextOf(in.Text("next"))
	in.Require("login", "code")
	if in.Bad() {
		return h.drawCode(c, fiber.StatusUnprocessableEntity, in.Form(), next, in.Text("login") != "")
	}
	token, session, err := h.Auth.SignInBrowser(c.UserContext(), page.Who(c), auth.Credentials{
		Login: in.Text("login"), Code: digits(in.Text("code")), Device: device(c), Language: page.Who(c).Language,
	})
	if refuse(in, err) {
		return h.drawCode(c, statusOf(err), in.Form(), next, true)
	} else if err != nil {
		return err
	}
	return h.enter(c, token, session, next)
}

// digits takes out the spaces and dashes with which people group a code.
func digits(code string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\u3000' {
			return -1
		}
		if r >= '０' && r <= '９' { // full-width, as Chinese keyboards give them
			return r - '０' + '0'
		}
		return r
	}, code)
}

// masked shows enough of a login to know it by, and no more.
func masked(login string) string {
	name, host, isMail := strings.Cut(login, "@")
	r := []rune(name)
	if isMail {
		return string(r[:min(1, len(r))]) + "•••@" + host
	}
	return "•••" + string(r[max(0, len(r)-4):])
}

// device is what the browser calls itself, as a person would: its name and the
// system it runs on. The list of devices shows it.
func device(c *fiber.Ctx) string {
	agent := c.Get(fiber.HeaderUserAgent)
	browser := firstOf(agent, "MicroMessenger/", "WeChat", "Edg/", "Edge", "OPR/", "Opera", "Firefox/", "Firefox", "Chrome/", "Chrome", "Safari/", "Safari")
	system := firstOf(agent, "HarmonyOS", "HarmonyOS", "Android", "Android", "iPhone", "iPhone", "iPad", "iPad", "Windows", "Windows", "Mac OS", "Mac", "Linux", "Linux")
	switch {
	case browser == "" && system == "":
		return ""
	case browser == "" || system == "":
		return browser + system
	}
	return browser + " · " + system
}

// firstOf gives the name of the first mark that text holds; pairs are mark, name.
func firstOf(text string, pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		if strings.Contains(text, pairs[i]) {
			return pairs[i+1]
		}
	}
	return ""
}
