package storefront

import (
	"errors"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"countyfair/catalog"
	"countyfair/checkout"
	"countyfair/internal/errs"
	"countyfair/internal/money"
	"countyfair/shipping"
	"countyfair/web/middleware"
	"countyfair/web/pages/page"
	"countyfair/web/scope"
	"countyfair/web/ui"
)

// cartLife is how long a guest's browser keeps its cart, in seconds.
const cartLife = 90 * 24 * 3600

func cartToken(c *fiber.Ctx) string { return scope.From(c.UserContext()).CartToken }

// currentCart is the reader's cart; without one it is empty and has no id.
func (h handlers) currentCart(c *fiber.Ctx) (checkout.Cart, error) {
	if !page.Who(c).SignedIn() && cartToken(c) == "" {
		return checkout.Cart{}, nil
	}
	cart, err := h.Checkout.CurrentCart(c.UserContext(), page.Who(c), cartToken(c))
	if errs.CodeOf(err) == errs.NotFound {
		return checkout.Cart{}, nil
	}
	return cart, err
}

// openCart is the reader's cart, made where there is none. It gives the token
// that opens it, too: a guest's cookie may be of a cart that is no more.
func (h handlers) openCart(c *fiber.Ctx) (cart checkout.Cart, token string, err error) {
	cart, err = h.currentCart(c)
	if err != nil || cart.ID != uuid.Nil {
		return cart, cartToken(c), err
	}
	if cart, err = h.Checkout.CreateCart(c.UserContext(), page.Who(c), ""); err != nil {
		return cart, "", err
	}
	if !page.Who(c).SignedIn() {
		middleware.Cookie(c, middleware.CartCookie, cart.Token, cartLife)
	}
	return cart, cart.Token, nil
}

func (h handlers) addToCart(c *fiber.Ctx) error {
	in := page.Read(c)
	back := page.Back(c, ui.CartPath)
	variant, err := uuid.Parse(in.Text("variant_id"))
	if err != nil {
		page.Say(c, "warn", "flash.choose_pack")
		return page.See(c, back)
	}
	quantity := in.Int("quantity")
	if in.Text("quantity") == "" {
		quantity = 1
	}
	cart, token, err := h.openCart(c)
	if err != nil {
		return err
	}
	cart, err = h.Checkout.AddLine(c.UserContext(), page.Who(c), cart.ID, token, variant, quantity)
	if said := h.sayRefused(c, err); said {
		return page.See(c, back)
	} else if err != nil {
		return err
	}
	if in.Text("then") == "checkout" {
		return page.See(c, ui.CheckoutPath)
	}
	title := ""
	for _, l := range cart.Lines {
		if l.Variant == variant {
			title = h.reader(c).in(l.Title)
		}
	}
	return page.Done(c, back, "flash.added", "Title", title)
}

// sayRefused has the next page say why something was refused that the reader
// can mend; other errors are the caller's.
func (h handlers) sayRefused(c *fiber.Ctx, err error) bool {
	var e *errs.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case errs.Invalid, errs.Conflict, errs.NotFound, errs.Gone:
		id := "flash.refused." + e.Reason
		if _, ok := page.Words(c).Try(id); !ok {
			id = "flash.refused.generally"
		}
		page.Say(c, "warn", id)
		return true
	default:
		return false
	}
}

func (h handlers) changeLine(c *fiber.Ctx) error {
	in := page.Read(c)
	quantity := in.Int("quantity")
	if in.Bad() || in.Text("quantity") == "" {
		return page.See(c, ui.CartPath)
	}
	return h.onLine(c, func(cart checkout.Cart, line uuid.UUID) error {
		_, err := h.Checkout.UpdateLine(c.UserContext(), page.Who(c), cart.ID, cartToken(c), line, quantity)
		return err
	}, func() error { return page.Done(c, ui.CartPath, "flash.basket_changed") })
}

func (h handlers) removeLine(c *fiber.Ctx) error {
	undo := ""
	return h.onLine(c, func(cart checkout.Cart, line uuid.UUID) error {
		for _, l := range cart.Lines {
			if l.ID == line {
				undo = with(cartUndo, nil, "variant", l.Variant.String(), "quantity", strconv.Itoa(l.Quantity))
			}
		}
		_, err := h.Checkout.RemoveLine(c.UserContext(), page.Who(c), cart.ID, cartToken(c), line)
		return err
	}, func() error { return page.DoneUndo(c, ui.CartPath, undo, "flash.taken_out") })
}

// putBack undoes removeLine.
func (h handlers) putBack(c *fiber.Ctx) error {
	variant, err := uuid.Parse(c.Query("variant"))
	if err != nil {
		return page.See(c, ui.CartPath)
	}
	cart, token, err := h.openCart(c)
	if err != nil {
		return err
	}
	_, err = h.Checkout.AddLine(c.UserContext(), page.Who(c), cart.ID, token, variant, c.QueryInt("quantity", 1))
	if h.sayRefused(c, err) {
		return page.See(c, ui.CartPath)
	} else if err != nil {
		return err
	}
	return page.Done(c, ui.CartPath, "flash.put_back")
}

// onLine does something to a line of the reader's cart, and then shows the cart.
func (h handlers) onLine(c *fiber.Ctx, act func(cart checkout.Cart, line uuid.UUID) error, done func() error) error {
	line, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return errs.NotFoundOf("cart_line")
	}
	cart, err := h.currentCart(c)
	if err != nil {
		return err
	}
	err = act(cart, line)
	if errs.CodeOf(err) == errs.NotFound { // taken out in another window
		return page.See(c, ui.CartPath)
	} else if h.sayRefused(c, err) {
		return page.See(c, ui.CartPath)
	} else if err != nil {
		return err
	}
	return done()
}

func (h handlers) cart(c *fiber.Ctx) error {
	r := h.reader(c)
	cart, err := h.currentCart(c)
	if err != nil {
		return err
	}
	v := CartView{Frame: h.ownFrame(c, r.w.T("nav.basket")), Subtotal: cart.Subtotal}
	if len(cart.Lines) == 0 {
		list, err := h.Catalog.List(c.UserContext(), page.Who(c), catalog.Filter{Sort: catalog.BySold, Limit: nearLimit})
		if err != nil {
			return err
		}
		v.Suggest = r.items(c, list.Items)
		return page.Render(c, fiber.StatusOK, Cart(v))
	}
	v.Farms = r.farms(c, cart.Lines)
	for _, l := range cart.Lines {
		if l.Problem != nil {
			v.Blocked = r.w.T("cart.blocked")
		}
	}
	if v.Nudge, err = h.nudge(c, r, cart); err != nil {
		return err
	}
	return page.Render(c, fiber.StatusOK, Cart(v))
}

// farms groups the lines of a cart by their sellers, as they came in.
func (r reader) farms(c *fiber.Ctx, lines []checkout.CartLine) []ui.Farm {
	var out []ui.Farm
	at := map[uuid.UUID]int{}
	for _, l := range lines {
		i, ok := at[l.Seller.ID]
		if !ok {
			i = len(out)
			at[l.Seller.ID] = i
			out = append(out, ui.Farm{Maker: ui.Maker{Name: r.in(l.Seller.Names), URL: sellersPath + "/" + l.Seller.Slug, Face: face(l.Face)}})
		}
		title := r.in(l.Title)
		line := ui.Line{
			Title: title, URL: productPath + l.Slug, Picture: small(l.Picture, l.Hue), Total: l.Total, Fault: r.fault(l.Problem),
			Pack: r.unitLine(c, r.in(l.VariantTitle), catalog.UnitPrice(l.Price, l.NetWeightG, catalog.Basis(r.county.DefaultLanguage(), l.NetWeightG)), catalog.Basis(r.county.DefaultLanguage(), l.NetWeightG)),
			Step: &ui.Step{Action: cartLines + l.ID.String(), Of: title, Quantity: l.Quantity, Max: checkout.MostPieces, Swap: CartSwap}, Remove: cartLines + l.ID.String() + "/remove",
		}
		out[i].Lines = append(out[i].Lines, line)
	}
	return out
}

// fault is what stands in a line's way.
func (r reader) fault(p *checkout.Problem) string {
	switch {
	case p == nil:
		return ""
	case p.Code == checkout.ProblemShort && p.Available > 0:
		return r.w.T("cart.short", "Count", p.Available)
	case p.Code == checkout.ProblemShort:
		return r.w.T("stock.out")
	}
	return r.w.T("cart.gone")
}

// nudge says how much more of one farm would make its courier free.
func (h handlers) nudge(c *fiber.Ctx, r reader, cart checkout.Cart) (string, error) {
	p := placeOf(c)
	zones, err := h.Counties.Directory().Zones(c.UserContext(), r.county.ID)
	if err != nil {
		return "", err
	}
	z := shipping.ZoneFor(zones, p.country, p.area)
	if z == nil || !z.Delivers || z.FreeAbove == nil {
		return "", nil
	}
	goods, names := map[uuid.UUID]int64{}, map[uuid.UUID]string{}
	for _, l := range cart.Lines {
		if l.Problem == nil || l.Problem.Code != checkout.ProblemGone {
			goods[l.Seller.ID] += l.Total.Amount
			names[l.Seller.ID] = r.in(l.Seller.Names)
		}
	}
	var best uuid.UUID
	least := int64(0)
	for id, sum := range goods {
		if missing := *z.FreeAbove - sum; missing > 0 && missing <= *z.FreeAbove/2 && (least == 0 || missing < least) {
			best, least = id, missing
		}
	}
	if least == 0 {
		return "", nil
	}
	return r.w.T("cart.nudge", "Sum", r.w.Money(money.Of(least, cart.Currency)), "Farm", names[best]), nil
}
