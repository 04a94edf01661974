package account

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/gofiber/fiber/v2"

	"countyfair/auth"
	"countyfair/checkout"
	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/web/middleware"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
)

// The addresses of this package's pages, beside those that layouts know.
const (
	codePath     = ui.SignInPath + "/code"
	signUpPath   = "/sign-up"
	forgotPath   = "/forgot"
	ResetPath    = "/reset" // the links of resets lead here, with ?token=
	ordersPath   = ui.AccountPath + "/orders"
	sessionsPath = ui.AccountPath + "/sessions"
	passwordPath = ui.AccountPath + "/password"
	platformPath = "/platform" // the operators' own pages
)

// Purchases is what accounts need of buying.
type Purchases interface {
	// AdoptCart makes the guest's cart of this token the account's.
	AdoptCart(ctx context.Context, who actor.Actor, token string) error
	// ListPurchases lists the account's orders, newest first.
	ListPurchases(ctx context.Context, who actor.Actor, r checkout.ListRequest) (checkout.Page, error)
}

// Deps is what the pages stand on.
type Deps struct {
	Kit       page.Kit
	Auth      *auth.Service
	Purchases Purchases
	Log       *slog.Logger
	// Hint is shown above the sign-in form: the demo's logins. nil: none.
	Hint func(c *fiber.Ctx) string
}

type handlers struct{ Deps }

// Register mounts the pages.
func Register(r fiber.Router, d Deps) {
	h := handlers{d}
	r.Get(ui.SignInPath, h.signInPage)
	r.Post(ui.SignInPath, h.signIn)
	r.Get(codePath, h.codePage)
	r.Post(codePath, h.sendCode)
	r.Post(codePath+"/check", h.checkCode)
	r.Get(signUpPath, h.signUpPage)
	r.Post(signUpPath, h.signUp)
	r.Get(forgotPath, h.forgotPage)
	r.Post(forgotPath, h.forgot)
	r.Get(ResetPath, h.resetPage)
	r.Post(ResetPath, h.reset)
	r.Post(ui.SignOutPath, h.signOut)

	r.Get(ui.AccountPath, h.own(h.home))
	r.Get(ordersPath, h.own(h.orders))
	r.Get(sessionsPath, h.own(h.sessionsPage))
	r.Post(sessionsPath+"/end-others", h.own(h.endOthers))
	r.Post(sessionsPath+"/:id/end", h.own(h.endSession))
	r.Post(passwordPath, h.own(h.password))
}

// own lets through whoever is signed in; a guest is sent to sign in.
func (h handlers) own(next fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if !page.Who(c).SignedIn() {
			return page.SignIn(c)
		}
		return next(c)
	}
}

// frame is that of a page which is nobody's business but the reader's.
func (h handlers) frame(c *fiber.Ctx, title string, pairs ...any) ui.Frame {
	f := h.Kit.Frame(c, page.Words(c).T(title, pairs...))
	f.NoIndex, f.Canonical = true, ""
	return f
}

// refuse takes a refusal into the form, also that nobody is known by what was
// typed. What is nobody's fault is left to the caller.
func refuse(in *page.Input, err error) bool {
	if in.Refuse(err) {
		return true
	}
	var e *errs.Error
	if errors.As(err, &e) && (e.Code == errs.Unauthenticated || e.Code == errs.Forbidden) {
		in.Fail("", "error."+e.Reason)
		return true
	}
	return false
}

// statusOf a form that is drawn again.
func statusOf(err error) int {
	if errs.CodeOf(err) == errs.Limited {
		return fiber.StatusTooManyRequests
	}
	return fiber.StatusUnprocessableEntity
}

// enter gives the browser its session, brings the guest's cart along and leads on.
func (h handlers) enter(c *fiber.Ctx, token string, s auth.Session, next string) error {
	middleware.Cookie(c, middleware.SessionCookie, token, int(auth.SessionMost.Seconds()))
	who := page.Who(c)
	who.Account, who.Session = s.Account, s.ID
	h.adopt(c, who)
	if next == "" {
		next = h.landing(c, token)
	}
	return page.See(c, next)
}

// adopt moves the guest's cart into the account. Whoever signs in has done so
// even where that fails: the cart's cookie then stays for the next time.
func (h handlers) adopt(c *fiber.Ctx, who actor.Actor) {
	cart := c.Cookies(middleware.CartCookie)
	if cart == "" || h.Purchases == nil {
		return
	}
	if err := h.Purchases.AdoptCart(c.UserContext(), who, cart); err != nil {
		h.Log.WarnContext(c.UserContext(), "guest's cart not adopted", "error", err)
		return
	}
	middleware.Cookie(c, middleware.CartCookie, "", -1)
}

// landing is where people go who did not come from anywhere: to their work.
func (h handlers) landing(c *fiber.Ctx, token string) string {
	who, _, err := h.Auth.SessionByToken(c.UserContext(), page.Who(c).Tenant, token)
	switch {
	case err != nil:
		return ui.AccountPath
	case who.Is(actor.Officer, actor.Supervisor):
		return ui.OfficePath
	case who.Is(actor.Seller):
		return ui.DeskPath
	case who.Is(actor.Operator):
		return platformPath
	}
	return ui.AccountPath
}

func (h handlers) signOut(c *fiber.Ctx) error {
	if err := h.Auth.SignOut(c.UserContext(), page.Who(c)); err != nil {
		return err
	}
	middleware.Cookie(c, middleware.SessionCookie, "", -1)
	return page.Done(c, ui.HomePath, "flash.signed_out")
}

// nextOf is where a form wants to lead on to; "" where it says nothing.
func nextOf(address string) string {
	next := page.Local(address, "")
	if strings.HasPrefix(next, ui.SignInPath) || strings.HasPrefix(next, signUpPath) || strings.HasPrefix(next, ui.SignOutPath) {
		return ""
	}
	return next
}
