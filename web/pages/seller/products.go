package seller

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"countyfair/catalog"
	"countyfair/internal/errs"
	"countyfair/internal/money"
	"countyfair/sellers"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
)

// shows are the views of the stall; all first.
var shows = []string{"", "published", "short", "draft", "in_review", "withdrawn"}

func (h handlers) products(c *fiber.Ctx, _ *sellers.Seller) error {
	w := page.Words(c)
	show := c.Query("show")
	list, err := h.listOwn(c, show)
	if errs.CodeOf(err) == errs.Invalid {
		return page.See(c, productsPath) // an address that we never gave out
	} else if err != nil {
		return err
	}
	counts, err := h.Catalog.Stall(c.UserContext(), page.Who(c))
	if err != nil {
		return err
	}
	frame, err := h.frame(c, ui.TabSell, w.T("goods.title"), ui.DeskPath)
	if err != nil {
		return err
	}
	frame.Wide, frame.Say = true, w.T("say.goods", "Count", counts.Published)
	v := ProductsView{Frame: frame, NewURL: newPath, None: w.T("goods.none_here"), All: show == ""}
	for _, s := range shows {
		l := ui.Link{Label: w.T("act.all"), URL: productsPath, Current: s == show}
		if s != "" {
			l.Label, l.URL = w.T("goods.show_"+s), productsPath+"?show="+s
		}
		if s == "" || s == show || countOf(counts, s) > 0 {
			v.Tabs = append(v.Tabs, l)
		}
	}
	if list.Next != "" {
		v.Next = productsPath + "?" + url.Values{"show": {show}, "cursor": {list.Next}}.Encode()
	}
	if v.Goods, err = h.goods(c, list.Items); err != nil {
		return err
	}
	return page.Render(c, fiber.StatusOK, Products(v))
}

func countOf(s catalog.Stall, show string) int {
	return map[string]int{"published": s.Published, "short": s.Short + s.Low, "draft": s.Drafts, "in_review": s.InReview, "withdrawn": s.Withdrawn}[show]
}

func (h handlers) listOwn(c *fiber.Ctx, show string) (*catalog.OwnPage, error) {
	switch show {
	case "short":
		return h.Catalog.ListShort(c.UserContext(), page.Who(c), 0, c.Query("cursor"))
	case "", "published", "draft", "in_review", "withdrawn":
		return h.Catalog.ListMine(c.UserContext(), page.Who(c), catalog.State(show), 0, c.Query("cursor"))
	}
	return nil, errs.New(errs.Invalid, "unknown_state", "There is no such list.")
}

// shelf is what cards of products need beside the products.
type shelf struct {
	hues    map[string]int // by category
	cutouts map[uuid.UUID]bool
}

func (h handlers) shelf(c *fiber.Ctx, pictures []uuid.UUID) (shelf, error) {
	s := shelf{hues: map[string]int{}}
	list, err := h.Catalog.Categories(c.UserContext(), page.Who(c))
	if err != nil {
		return s, err
	}
	for _, k := range list {
		s.hues[k.Code] = k.Hue
	}
	s.cutouts, err = h.Catalog.Cutouts(c.UserContext(), page.Who(c), pictures)
	return s, err
}

func (s shelf) picture(o *catalog.Own) ui.Picture {
	var id uuid.UUID
	if len(o.Pictures) > 0 {
		id = o.Pictures[0]
	}
	return pictureOf(id, "", s.hues[o.CategoryCode], s.cutouts[id])
}

func (h handlers) goods(c *fiber.Ctx, list []catalog.Own) ([]Good, error) {
	var pictures []uuid.UUID
	for i := range list {
		pictures = append(pictures, list[i].Pictures...)
	}
	s, err := h.shelf(c, pictures)
	if err != nil {
		return nil, err
	}
	out := make([]Good, 0, len(list))
	for i := range list {
		out = append(out, s.good(c, &list[i]))
	}
	return out, nil
}

func (s shelf) good(c *fiber.Ctx, o *catalog.Own) Good {
	w, county := page.Words(c), page.County(c)
	at := productsPath + "/" + o.ID.String()
	g := Good{
		ID: o.ID.String(), Title: o.Titles.In(w.Lang(), county.DefaultLanguage()), URL: at, Stock: at + "/stock", Picture: s.picture(o),
		Status: ui.Status{Of: "product", Code: string(o.State)}, Price: money.Of(o.LowPrice, county.Currency), Sizes: sizes(c, o),
	}
	g.Many = len(g.Sizes) > 1
	switch o.State {
	case catalog.Drafted, catalog.Withdrawn:
		g.Publish = at + "/publish"
		if o.State == catalog.Drafted {
			g.Said = o.Reason
		}
	case catalog.Published:
		g.Pause, g.See = at+"/withdraw", buyersPath+o.Slug
	case catalog.InReview:
		g.Pause = at + "/withdraw"
	}
	return g
}

// sizes are those on sale.
func sizes(c *fiber.Ctx, o *catalog.Own) []Size {
	w, county := page.Words(c), page.County(c)
	var out []Size
	for i := range o.Variants {
		v := &o.Variants[i]
		if !v.Active {
			continue
		}
		left := v.OnHand - v.Reserved
		out = append(out, Size{ID: v.ID.String(), Title: v.Titles.In(w.Lang(), county.DefaultLanguage()), Left: left, Reserved: v.Reserved, Level: string(catalog.LevelOf(left))})
	}
	return out
}

func (h handlers) publish(c *fiber.Ctx, _ *sellers.Seller) error {
	id, err := idOf(c, catalog.ErrNotFound)
	if err != nil {
		return err
	}
	state, err := h.Catalog.Publish(c.UserContext(), page.Who(c), id)
	if e := asRefusal(err); e != nil && e.Code == errs.Conflict {
		return h.sorry(c, e)
	} else if err != nil {
		return err
	}
	return h.moved(c, id, state, h.back(c))
}

func (h handlers) withdraw(c *fiber.Ctx, _ *sellers.Seller) error {
	id, err := idOf(c, catalog.ErrNotFound)
	if err != nil {
		return err
	}
	state, err := h.Catalog.Withdraw(c.UserContext(), page.Who(c), id)
	if e := asRefusal(err); e != nil && e.Code == errs.Conflict {
		return h.sorry(c, e)
	} else if err != nil {
		return err
	}
	return h.moved(c, id, state, h.back(c))
}

// moved tells where a product stands now, and offers to take that back.
func (h handlers) moved(c *fiber.Ctx, id uuid.UUID, state catalog.State, next string) error {
	undo := productsPath + "/" + id.String() + "/undo?to="
	switch state {
	case catalog.Published:
		return page.DoneUndo(c, next, undo+"withdrawn", "flash.on_sale")
	case catalog.InReview:
		return page.DoneUndo(c, next, undo+"withdrawn", "flash.in_review")
	case catalog.Withdrawn, catalog.Drafted:
	}
	return page.DoneUndo(c, next, undo+"published", "flash.withdrawn")
}

// undoMove takes back that a product was put on sale or taken off.
func (h handlers) undoMove(c *fiber.Ctx, _ *sellers.Seller) error {
	id, err := idOf(c, catalog.ErrNotFound)
	if err != nil {
		return err
	}
	act := h.Catalog.Publish
	if c.Query("to") == "withdrawn" {
		act = h.Catalog.Withdraw
	}
	_, err = act(c.UserContext(), page.Who(c), id)
	if e := asRefusal(err); e != nil && e.Code == errs.Conflict {
		return h.sorry(c, e)
	} else if err != nil {
		return err
	}
	return page.Done(c, h.back(c), "flash.undone")
}

// sorry says a refusal on the page from which the button was pressed.
func (h handlers) sorry(c *fiber.Ctx, e *errs.Error) error {
	id := "flash.refused_" + e.Reason
	if _, known := page.Words(c).Try(id); !known {
		id = "flash.refused"
	}
	page.Say(c, "bad", id)
	return page.See(c, h.back(c))
}

// back is the page of the desk that the form stood on, where the browser says.
func (h handlers) back(c *fiber.Ctx) string {
	u, err := url.Parse(c.Get(fiber.HeaderReferer))
	if err != nil || u.Host != string(c.Request().Host()) || !strings.HasPrefix(u.Path, productsPath) || u.Path == newPath {
		return productsPath
	}
	return page.Local(u.RequestURI(), productsPath)
}
