package storefront

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"countyfair/catalog"
	"countyfair/internal/errs"
	"countyfair/internal/money"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
)

const (
	listLimit   = 24
	mostAreas   = 12 // choices of a part of the county
	nearLimit   = 4
	longestFind = 80 // characters of a query
	firstView   = 4  // pictures that a phone shows before it is scrolled
)

// asked is a list as its address asks for it.
type asked struct {
	catalog.Filter
	path  string
	query url.Values
}

// ask reads the address of a list. What it cannot mean is left out.
func (r reader) ask(c *fiber.Ctx, path string) asked {
	a := asked{path: path, query: url.Values{}}
	take := func(name string) string {
		v := c.Query(name)
		if v != "" && name != "cursor" {
			a.query.Set(name, v)
		}
		return v
	}
	q := []rune(take("q"))
	a.Query = string(q[:min(len(q), longestFind)])
	a.Category, a.Area = take("category"), take("area")
	a.PriceFrom, a.PriceTo = r.amount(take("min")), r.amount(take("max"))
	a.InStock, a.Certified = take("stock") != "", take("certified") != ""
	if m, err := strconv.Atoi(take("month")); err == nil && m >= 1 && m <= 12 {
		a.Month = m
	} else {
		a.query.Del("month")
	}
	if s := catalog.Sort(take("sort")); slices.Contains(sorts, s) {
		a.Sort = s
	} else {
		a.query.Del("sort")
	}
	a.Limit, a.After = listLimit, take("cursor")
	a.Facets = a.After == ""
	return a
}

// amount reads a price as typed; what is none is no bound.
func (r reader) amount(typed string) int64 {
	m, err := money.Parse(typed, r.county.Currency)
	if err != nil {
		return 0
	}
	return m.Amount
}

var sorts = []catalog.Sort{catalog.ByFit, catalog.ByNewest, catalog.BySold, catalog.ByPrice, catalog.ByPriceDown}

func (h handlers) search(c *fiber.Ctx) error {
	r := h.reader(c)
	a := r.ask(c, ui.SearchPath)
	heading := r.w.T("list.everything")
	switch {
	case a.Query != "":
		heading = r.w.T("list.found_for", "Query", a.Query)
	case a.Month != 0 && len(a.query) == 1:
		heading = r.w.T("list.in_month", "Month", r.w.MonthName(monthOf(a.Month)))
	}
	return h.list(c, r, a, heading)
}

// category is the list of one kind of produce, at an address of its own.
func (h handlers) category(c *fiber.Ctx) error {
	r := h.reader(c)
	code := c.Params("code")
	categories, err := h.Catalog.Categories(c.UserContext(), page.Who(c))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(categories, func(k catalog.Category) bool { return k.Code == code })
	if i < 0 {
		return errs.NotFoundOf("category")
	}
	a := r.ask(c, categoryPath+code)
	a.Category = code
	return h.list(c, r, a, r.in(categories[i].Names))
}

func (h handlers) list(c *fiber.Ctx, r reader, a asked, heading string) error {
	found, err := h.Catalog.List(c.UserContext(), page.Who(c), a.Filter)
	if errs.CodeOf(err) == errs.Invalid {
		return page.See(c, with(a.path, a.query)) // a cursor that we never gave out
	} else if err != nil {
		return err
	}
	v := ListingView{
		Frame: h.frame(c, heading), Heading: heading, Found: -1, Action: ui.SearchPath, Min: a.query.Get("min"), Max: a.query.Get("max"),
		Crumbs: []ui.Link{{Label: r.w.T("nav.home"), URL: ui.HomePath}, {Label: heading, Current: true}},
		Items:  eager(r.items(c, found.Items), firstView), Reset: a.path,
	}
	v.Sign, _ = money.Of(0, r.county.Currency).Parts(r.w.Lang())
	v.Frame.NoIndex = a.Query != "" || len(a.query) > 0
	if v.Frame.JSONLD, err = graph(trail(c, v.Crumbs)); err != nil {
		return err
	}
	v.Frame.Description = r.w.T("list.about", "What", heading, "County", v.Frame.County.Name)
	if a.Facets {
		v.Found = count(found, a.Category)
		v.Filters = r.filters(a, found)
	}
	if a.Query != "" {
		v.Keep = append(v.Keep, ui.Hidden{Name: "q", Value: a.Query})
	}
	if a.Sort != "" {
		v.Keep = append(v.Keep, ui.Hidden{Name: "sort", Value: string(a.Sort)})
	}
	v.Sorts, v.Active = r.sorts(a), r.active(a, found)
	if found.Next != "" {
		v.Next = with(a.path, a.query, "cursor", found.Next)
	}
	if len(v.Items) == 0 && len(v.Active) == 0 { // nothing to sort or to narrow
		v.Sorts, v.Filters = nil, nil
	}
	if len(v.Items) == 0 && a.After == "" {
		near, err := h.Catalog.List(c.UserContext(), page.Who(c), catalog.Filter{Sort: catalog.BySold, Limit: nearLimit})
		if err != nil {
			return err
		}
		v.Near = r.items(c, near.Items)
	}
	return page.Render(c, fiber.StatusOK, Listing(v))
}

// count is how many things a list holds, by its facets: each thing is of one
// category.
func count(found *catalog.Cards, category string) (n int) {
	for _, f := range found.Categories {
		if category == "" || f.Key == category {
			n += f.Count
		}
	}
	return n
}

func (r reader) sorts(a asked) []ui.Link {
	now := a.Sort
	if now == "" {
		now = catalog.ByNewest
		if a.Query != "" {
			now = catalog.ByFit
		}
	}
	var out []ui.Link
	for _, s := range sorts {
		if s == catalog.ByFit && a.Query == "" {
			continue
		}
		out = append(out, ui.Link{Label: r.w.T("list.by." + sortWord[s]), URL: with(a.path, a.query, "sort", string(s)), Current: s == now})
	}
	return out
}

// sortWord names the orders in words' ids, which hold no sign.
var sortWord = map[catalog.Sort]string{catalog.ByFit: "fit", catalog.ByNewest: "newest", catalog.BySold: "sold", catalog.ByPrice: "cheap", catalog.ByPriceDown: "dear"}

func (r reader) filters(a asked, found *catalog.Cards) []Filter {
	var out []Filter
	if g := r.group("category", r.w.T("list.kind"), a.Category, found.Categories); len(g.Options) > 1 {
		out = append(out, g)
	}
	areas := found.Areas[:min(len(found.Areas), mostAreas)]
	if i := slices.IndexFunc(found.Areas, func(f catalog.Facet) bool { return f.Key == a.Area }); i >= mostAreas {
		areas = append(slices.Clone(areas), found.Areas[i])
	}
	if g := r.group("area", r.w.T("list.area"), a.Area, areas); len(g.Options) > 1 {
		out = append(out, g)
	}
	months := Filter{Label: r.w.T("list.harvest"), Name: "month", One: true, Options: []FilterOption{
		{Label: r.w.T("list.any"), Count: -1, On: a.Month == 0},
		{Value: strconv.Itoa(int(r.now.Month())), Label: r.w.T("list.now", "Month", r.w.MonthName(r.now.Month())), Count: -1, On: a.Month == int(r.now.Month())},
	}}
	if a.Month != 0 && a.Month != int(r.now.Month()) {
		months.Options = append(months.Options, FilterOption{Value: a.query.Get("month"), Label: r.w.MonthName(monthOf(a.Month)), Count: -1, On: true})
	}
	more := Filter{Label: r.w.T("list.more"), Options: []FilterOption{
		{Name: "stock", Value: "1", Label: r.w.T("list.in_stock"), Count: -1, On: a.InStock},
		{Name: "certified", Value: "1", Label: r.w.T("list.certified"), Count: -1, On: a.Certified},
	}}
	return append(out, months, more)
}

// group is a choice of one among facets, or of all.
func (r reader) group(name, label, chosen string, facets []catalog.Facet) Filter {
	g := Filter{Label: label, Name: name, One: true, Options: []FilterOption{{Label: r.w.T("list.any"), Count: -1, On: chosen == ""}}}
	for _, f := range facets {
		g.Options = append(g.Options, FilterOption{Value: f.Key, Label: r.in(f.Names), Count: f.Count, On: f.Key == chosen})
	}
	return g
}

// active are the filters that were chosen; each leads to the list without it.
func (r reader) active(a asked, found *catalog.Cards) []ui.Link {
	var out []ui.Link
	add := func(label, name string) {
		if label != "" {
			out = append(out, ui.Link{Label: label, URL: with(a.path, a.query, name, "")})
		}
	}
	if a.query.Has("category") {
		add(facetName(r, found.Categories, a.Category), "category")
	}
	add(facetName(r, found.Areas, a.Area), "area")
	if a.PriceFrom > 0 {
		add(r.w.T("list.at_least", "Price", r.w.Money(money.Of(a.PriceFrom, r.county.Currency))), "min")
	}
	if a.PriceTo > 0 {
		add(r.w.T("list.at_most", "Price", r.w.Money(money.Of(a.PriceTo, r.county.Currency))), "max")
	}
	if a.Month != 0 {
		add(r.w.T("list.in_month", "Month", r.w.MonthName(monthOf(a.Month))), "month")
	}
	if a.InStock {
		add(r.w.T("list.in_stock"), "stock")
	}
	if a.Certified {
		add(r.w.T("list.certified"), "certified")
	}
	return out
}

// facetName is how a chosen facet reads; the key itself where it leads to nothing.
func facetName(r reader, facets []catalog.Facet, key string) string {
	for _, f := range facets {
		if f.Key == key {
			return r.in(f.Names)
		}
	}
	return key
}
