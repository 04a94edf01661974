package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"countyfair/internal/actor"
)

func TestSigningInByPassword(t *testing.T) {
	s := newShop(t)
	s.user("buyer@example.org", actor.Buyer)
	b := s.browser()

	b.open("/account/sessions").is(200)
	require.Equal(t, "/sign-in?next=%2Faccount%2Fsessions", b.at, "a guest is asked who it is")
	b.submit("/sign-in", "login", "buyer@example.org", "password", "wrong-wrong-wrong").is(http.StatusUnprocessableEntity).sees("The login or the password is wrong.")
	require.Contains(t, b.body, `value="buyer@example.org"`, "what was typed is kept")
	require.NotContains(t, b.body, "wrong-wrong-wrong")
	b.submit("/sign-in").is(422).sees("Enter a password.")
	b.submit("/sign-in", "login", "buyer@example.org", "password", usualPassword).is(200).sees("Devices and password", "this one")
	require.Equal(t, "/account/sessions", b.at)
	b.open("/account").is(200).sees("Hello, buyer@example.org", "No orders yet")
	require.Contains(t, b.answer.Get("Cache-Control"), "private")
	require.Contains(t, b.body, `content="noindex"`)

	stolen := s.abroad()
	stolen.cookies["session"] = b.cookies["session"]
	stolen.open("/account")
	require.Equal(t, "/sign-in?next=%2Faccount", stolen.at, "a session of one county is nobody's in another")

	b.submit("/sign-out").is(200)
	require.NotContains(t, b.cookies, "session")
	b.open("/account").sees("Sign in")
}

func TestNobodyIsLedElsewhereAfterSigningIn(t *testing.T) {
	s := newShop(t)
	s.user("buyer@example.org", actor.Buyer)
	for _, next := range []string{"//evil.example/x", "https://evil.example", "/sign-out", `/\evil.example`} {
		b := s.browser()
		b.open("/sign-in").submit("/sign-in", "login", "buyer@example.org", "password", usualPassword, "next", next).is(200)
		require.Equal(t, "/account", b.at, next)
	}
}

func TestSigningInByCode(t *testing.T) {
	s := newShop(t)
	b := s.browser()
	b.open("/sign-in/code").submit("/sign-in/code", "login", "no login").is(422).sees("Give an e-mail address or a phone number.")
	b.submit("/sign-in/code", "login", "138 0013 8000").is(200).sees("A code went to •••8000")
	code := s.sent("otp")["code"].(string)
	b.submit("/sign-in/code/check", "code", "000000x").is(422).sees("The code is wrong or too old")
	b.submit("/sign-in/code/check", "code", code[:3]+" "+code[3:]).is(200).sees("Hello, +8613800138000")
	b.open("/account/sessions").submit("/account/password", "password", "terrace-pepper-9").is(200).sees("The password is changed")
}

func TestSigningUp(t *testing.T) {
	s := newShop(t)
	b := s.browser()
	b.open("/sign-up").submit("/sign-up", "login", "new@example.org", "password", "short", "name", "王芳").is(422).sees("Please tick this to go on.")
	b.submit("/sign-up", "password", "short", "agree", "yes").is(422).sees("This is too short.")
	b.submit("/sign-up", "password", usualPassword, "agree", "yes").is(200).sees("Hello, 王芳", "Your account is there")
	c := s.browser()
	c.open("/sign-up").submit("/sign-up", "login", "New@example.org", "password", usualPassword, "agree", "yes").is(422).sees("There is an account for this already")
}

func TestAForgottenPassword(t *testing.T) {
	s := newShop(t)
	s.user("+8613800138000", actor.Buyer)
	b := s.browser()
	b.open("/forgot").submit("/forgot", "login", "nobody@example.org").is(200).sees("If there is an account of that name")
	b.open("/reset?token=never-given").submit("/reset", "password", "another-good-one").is(422).sees("Ask for a new one")
	b.open("/reset").submit("/reset", "login", "+8613800138000", "code", "000000", "password", "another-good-one").is(422).sees("The link or code is wrong")
	require.Equal(t, "no-referrer", b.answer.Get("Referrer-Policy"))
}

func TestDevicesAreSignedOut(t *testing.T) {
	s := newShop(t)
	s.user("buyer@example.org", actor.Buyer)
	s.user("else@example.org", actor.Buyer)
	phone, desk, stranger := s.browser(), s.browser(), s.browser()
	phone.header.Set("User-Agent", "Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36")
	phone.signIn("buyer@example.org")
	desk.signIn("buyer@example.org").open("/account/sessions").sees("Chrome · Android", "A device without a name")
	action := "/account/sessions/" + sessionOf(t, desk) + "/end"
	stranger.signIn("else@example.org").send(http.MethodPost, action, map[string][]string{})
	stranger.is(404)
	phone.open("/account").sees("Hello")
	desk.submit(action).is(200).sees("That device is signed out.")
	phone.open("/account").sees("Sign in")
}

// sessionOf finds the other device's session on the page of devices.
func sessionOf(t *testing.T, b *browser) string {
	t.Helper()
	const before, after = `action="/account/sessions/`, `/end"`
	for rest := b.body; ; {
		_, tail, ok := strings.Cut(rest, before)
		require.True(t, ok, "no other device")
		if len(tail) > 40 && tail[36:36+len(after)] == after {
			return tail[:36]
		}
		rest = tail
	}
}

func TestPagesOfTrouble(t *testing.T) {
	s := newShop(t)
	b := s.browser()
	b.open("/no/such/page").is(404).sees("There is nothing here", "To the market")
	require.Equal(t, "no-store", b.answer.Get("Cache-Control"))
	nowhere := newBrowser(t, s.app, "nowhere.localhost")
	nowhere.open("/").is(404).sees("There is nothing here")
	nowhere.header.Set("Accept-Language", "zh-CN")
	nowhere.open("/").is(404)
	require.Contains(t, nowhere.body, `lang="zh-Hans"`)

	s.user("buyer@example.org", actor.Buyer)
	b.signIn("buyer@example.org")
	b.site = "cross-site"
	b.open("/account")
	b.submit("/sign-out").is(403).sees("This request came from another site")
	b.site = "same-origin"
	b.open("/account").sees("Hello")
}

func TestTheLanguageIsTheReaders(t *testing.T) {
	s := newShop(t)
	b := s.browser()
	b.header.Set("Accept-Language", "de, zh-CN;q=0.8")
	b.open("/sign-in").sees("登录")
	b.open("/sign-in?lang=en").sees("Sign in")
	require.Equal(t, "en", b.cookies["lang"])
	b.open("/sign-up").sees("Make an account")
	b.open("/sign-up?lang=xx").sees("Make an account")
	require.Equal(t, "en", b.answer.Get("Content-Language"))
}
