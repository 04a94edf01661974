package seller

import (
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"countyfair/catalog"
	"countyfair/internal/errs"
	"countyfair/sellers"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
)

// reasons are why stock changes, the sign of the change, and a drawing.
var reasons = []struct {
	code    string
	sign    int
	drawing string
}{
	{"harvest", 1, "basket"}, {"sold_by_hand", -1, "market"}, {"spoiled", -1, "bag"}, {"own_use", -1, "hand"},
}

func (h handlers) stockPage(c *fiber.Ctx, _ *sellers.Seller) error {
	return h.drawStock(c, fiber.StatusOK, ui.Form{})
}

func (h handlers) drawStock(c *fiber.Ctx, status int, f ui.Form) error {
	id, err := idOf(c, catalog.ErrNotFound)
	if err != nil {
		return err
	}
	own, err := h.Catalog.Mine(c.UserContext(), page.Who(c), id)
	if err != nil {
		return err
	}
	w, county := page.Words(c), page.County(c)
	frame, err := h.frame(c, ui.TabSell, w.T("stock_page.title"), productsPath)
	if err != nil {
		return err
	}
	s, err := h.shelf(c, own.Pictures)
	if err != nil {
		return err
	}
	v := StockView{
		Frame: frame, Action: productsPath + "/" + id.String() + "/stock", Title: own.Titles.In(w.Lang(), county.DefaultLanguage()),
		Picture: s.picture(own), Sizes: sizes(c, own), Form: f,
	}
	for _, r := range reasons {
		note := "stock_page.more"
		if r.sign < 0 {
			note = "stock_page.less"
		}
		v.Reasons = append(v.Reasons, Choice{Value: r.code, Label: w.T("stock_reason." + r.code), Note: w.T(note), Drawing: r.drawing})
	}
	v.Frame.Say = w.T("say.stock", "Title", v.Title)
	return page.Render(c, status, Stock(v))
}

// adjust changes the stock of one size: by one from a card, by any number from
// the page of the stock.
func (h handlers) adjust(c *fiber.Ctx, _ *sellers.Seller) error {
	id, err := idOf(c, catalog.ErrNotFound)
	if err != nil {
		return err
	}
	in := page.Read(c)
	variant, change, err := h.stockChange(c, in, id)
	if err != nil {
		return err
	}
	fromPage := in.Flag("page")
	if in.Bad() {
		return h.drawStock(c, fiber.StatusUnprocessableEntity, in.Form())
	}
	_, err = h.Stock.Adjust(c.UserContext(), page.Who(c), catalog.Adjustment{Variant: variant, Change: change, Reason: in.Text("reason")})
	if e := asRefusal(err); e != nil && e.Code == errs.Conflict && !fromPage {
		return h.sorry(c, e)
	}
	if in.Refuse(err) {
		return h.drawStock(c, statusOf(err), in.Form())
	} else if err != nil {
		return err
	}
	undo := productsPath + "/" + id.String() + "/stock/undo?" + url.Values{"variant": {variant.String()}, "change": {strconv.Itoa(-change)}}.Encode()
	message := "flash.stock_more"
	if change < 0 {
		message, change = "flash.stock_less", -change
	}
	return page.DoneUndo(c, h.back(c), undo, message, "Number", change)
}

// stockChange reads which size changes by how much; a size must be one of the
// product's.
func (h handlers) stockChange(c *fiber.Ctx, in *page.Input, id uuid.UUID) (variant uuid.UUID, change int, err error) {
	own, err := h.Catalog.Mine(c.UserContext(), page.Who(c), id)
	if err != nil {
		return variant, 0, err
	}
	if variant, err = uuid.Parse(in.Text("variant")); err != nil || !hasVariant(own, variant) {
		return variant, 0, errs.NotFoundOf("variant")
	}
	for _, r := range reasons {
		if r.code != in.Text("reason") {
			continue
		}
		if !in.Flag("page") {
			return variant, in.Int("change"), nil
		}
		if change = r.sign * in.Int("by"); change == 0 || change*r.sign < 0 {
			in.Fail("change", "error.field_out_of_range")
		}
		return variant, change, nil
	}
	in.Fail("reason", "error.field_unknown")
	return variant, 0, nil
}

func hasVariant(o *catalog.Own, id uuid.UUID) bool {
	for i := range o.Variants {
		if o.Variants[i].ID == id {
			return true
		}
	}
	return false
}

// undoStock takes a change of the stock back.
func (h handlers) undoStock(c *fiber.Ctx, _ *sellers.Seller) error {
	variant, err := uuid.Parse(c.Query("variant"))
	change, bad := strconv.Atoi(c.Query("change"))
	if err != nil || bad != nil {
		return errs.NotFoundOf("variant")
	}
	_, err = h.Stock.Adjust(c.UserContext(), page.Who(c), catalog.Adjustment{Variant: variant, Change: change, Reason: "undone"})
	if e := asRefusal(err); e != nil && e.Code == errs.Conflict {
		return h.sorry(c, e)
	} else if err != nil {
		return err
	}
	return page.Done(c, h.back(c), "flash.undone")
}
