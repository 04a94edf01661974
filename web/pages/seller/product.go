package seller

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"countyfair/catalog"
	"countyfair/internal/money"
	"countyfair/sellers"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
	"countyfair/web/words"
)

// productForm is the form of a product, between what was typed and what is kept.
type productForm struct {
	Form     ui.Form
	Season   int
	Pictures []uuid.UUID
	Packs    []Pack
	Version  int
}

// usualUnit is the unit of weight that people reckon in.
func usualUnit(language string) string {
	if strings.HasPrefix(language, "zh") {
		return "jin"
	}
	return "kg"
}

// emptyForm begins a new product where the seller is.
func emptyForm(stall *sellers.Seller, language string) productForm {
	f := ui.Form{Values: map[string]string{Pack{}.Name("weight_unit"): usualUnit(language), Pack{}.Name("unit"): units(language)[0]}}
	for tag, village := range stall.Village {
		f.Values["origin."+tag] = village
	}
	return productForm{Form: f, Packs: []Pack{{}}}
}

func (h handlers) newProduct(c *fiber.Ctx, stall *sellers.Seller) error {
	return h.drawProduct(c, fiber.StatusOK, emptyForm(stall, page.County(c).DefaultLanguage()), nil)
}

func (h handlers) productPage(c *fiber.Ctx, _ *sellers.Seller) error {
	id, err := idOf(c, catalog.ErrNotFound)
	if err != nil {
		return err
	}
	own, err := h.Catalog.Mine(c.UserContext(), page.Who(c), id)
	if err != nil {
		return err
	}
	return h.drawProduct(c, fiber.StatusOK, formOf(c, own), own)
}

// drawProduct draws the form; own is the product as it is kept, nil of a new one.
func (h handlers) drawProduct(c *fiber.Ctx, status int, f productForm, own *catalog.Own) error {
	w, county := page.Words(c), page.County(c)
	title := "goods.new_title"
	if own != nil {
		title = "goods.edit_title"
	}
	frame, err := h.frame(c, ui.TabSell, w.T(title), productsPath)
	if err != nil {
		return err
	}
	frame.Say = w.T("say.product")
	sign, _ := money.Of(0, county.Currency).Parts(w.Lang())
	v := ProductView{
		Frame: frame, Action: productsPath, New: own == nil, Version: f.Version, Form: f.Form, Tongues: tongues(county), Months: months(w, f.Season), Packs: f.Packs,
		Currency: sign, Units: units(county.DefaultLanguage()), Weights: weights(w, county.DefaultLanguage()), Abroad: county.Policy.ExportEnabled, Review: county.Policy.ReviewProducts,
	}
	if own != nil {
		v.Action = productsPath + "/" + own.ID.String()
		v.Stock = v.Action + "/stock"
		v.Status = ui.Status{Of: "product", Code: string(own.State)}
		switch own.State {
		case catalog.Published:
			v.OnSale, v.Pause, v.See = true, v.Action+"/withdraw", buyersPath+own.Slug
		case catalog.InReview:
			v.OnSale, v.Pause = true, v.Action+"/withdraw"
		case catalog.Drafted:
			v.Said = own.Reason
		case catalog.Withdrawn:
		}
	}
	if err := h.drawn(c, &v, f.Pictures); err != nil {
		return err
	}
	return page.Render(c, status, Product(v))
}

// drawn fills in the pictures: those of the product, and the kinds'.
func (h handlers) drawn(c *fiber.Ctx, v *ProductView, pictures []uuid.UUID) error {
	w, county := page.Words(c), page.County(c)
	kinds, err := h.Catalog.Categories(c.UserContext(), page.Who(c))
	if err != nil {
		return err
	}
	all := slices.Clone(pictures)
	for _, k := range kinds {
		all = append(all, deref(k.PictureID))
	}
	cut, err := h.Catalog.Cutouts(c.UserContext(), page.Who(c), all)
	if err != nil {
		return err
	}
	hue := 85
	for _, k := range kinds {
		chosen := v.Form.Is("category", k.Code)
		if chosen {
			hue = k.Hue
		}
		v.Kinds = append(v.Kinds, Choice{
			Value: k.Code, Label: k.Names.In(w.Lang(), county.DefaultLanguage()),
			Picture: pictureOf(deref(k.PictureID), "", k.Hue, cut[deref(k.PictureID)]), Chosen: chosen,
		})
	}
	for i, id := range pictures {
		v.Pictures = append(v.Pictures, Shot{ID: id.String(), Picture: pictureOf(id, w.T("product_form.picture_n", "Number", i+1), hue, cut[id])})
	}
	return nil
}

func months(w *words.Words, season int) []Month {
	out := make([]Month, 0, 12)
	for m := time.January; m <= time.December; m++ {
		out = append(out, Month{N: int(m), Label: w.MonthShort(m), Long: w.MonthName(m), On: season&(1<<(m-1)) != 0})
	}
	return out
}

// units are what goods are usually counted in, in the county's own language.
func units(language string) []string {
	return strings.Split(words.For(language).T("product_form.units"), ",")
}

// weightUnits are the units of weight and what they are in grams.
var weightUnits = []struct {
	code  string
	grams int64
}{{"g", 1}, {"jin", 500}, {"kg", 1000}}

// weights are the units of weight that people here use.
func weights(w *words.Words, language string) []ui.Option {
	var out []ui.Option
	for _, u := range weightUnits {
		if u.code != "jin" || strings.HasPrefix(language, "zh") {
			out = append(out, ui.Option{Value: u.code, Label: w.T("weight_unit." + u.code)})
		}
	}
	return out
}

// formOf is the form of a product as it is kept.
func formOf(c *fiber.Ctx, o *catalog.Own) productForm {
	county := page.County(c)
	v := map[string]string{"category": o.CategoryCode, "hs_code": o.HSCode}
	for _, tag := range county.Languages {
		v["title."+tag], v["description."+tag], v["origin."+tag] = o.Titles[tag], o.Descriptions[tag], o.Origin[tag]
	}
	if o.HarvestedOn != nil {
		v["harvested_on"] = o.HarvestedOn.Format(time.DateOnly)
	}
	if len(o.Batches) > 0 {
		v["trace_code"], v["certificate"] = o.Batches[0].TraceCode, o.Batches[0].CertificateNo
	}
	f := productForm{Form: ui.Form{Values: v}, Season: o.Season, Pictures: o.Pictures, Version: o.Version}
	for i := range o.Variants {
		s := &o.Variants[i]
		if !s.Active {
			continue
		}
		p := Pack{N: len(f.Packs), ID: s.ID.String(), Left: s.OnHand - s.Reserved}
		v[p.Name("title")], v[p.Name("unit")], v[p.Name("price")] = s.Titles[county.DefaultLanguage()], s.Unit, s.Cost().Decimal()
		if v[p.Name("title")] == "" {
			v[p.Name("title")] = s.Titles.In(county.DefaultLanguage())
		}
		v[p.Name("weight")], v[p.Name("weight_unit")] = weightText(s.NetWeightG, county.DefaultLanguage())
		f.Packs = append(f.Packs, p)
	}
	return f
}

// weightText writes grams in the unit that people here would say.
func weightText(grams int, language string) (figure, unit string) {
	switch {
	case strings.HasPrefix(language, "zh") && grams >= 500 && grams%250 == 0:
		return decimal(grams, 500), "jin"
	case grams >= 1000 && grams%10 == 0:
		return decimal(grams, 1000), "kg"
	}
	return strconv.Itoa(grams), "g"
}

// decimal writes n/of without float or trailing zeros; of divides 1000.
func decimal(n, of int) string {
	milli := n * (1000 / of)
	s := strconv.Itoa(milli / 1000)
	if rest := milli % 1000; rest > 0 {
		frac := strconv.Itoa(rest)
		s += "." + strings.TrimRight(strings.Repeat("0", 3-len(frac))+frac, "0")
	}
	return s
}
