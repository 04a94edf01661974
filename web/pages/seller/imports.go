package seller

import (
	"encoding/csv"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"countyfair/catalog"
	"countyfair/catalog/sheet"
	"countyfair/sellers"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
	"countyfair/web/words"
)

// The bounds of what one page shows or takes.
const (
	mostRows       = 100
	pastImports    = 5
	mostSheetBytes = 17 << 20 // one more than a sheet may have: then it is the sheet's own refusal
)

func (h handlers) importPage(c *fiber.Ctx, _ *sellers.Seller) error {
	return h.drawImport(c, fiber.StatusOK, ui.Form{})
}

func (h handlers) drawImport(c *fiber.Ctx, status int, f ui.Form) error {
	w, county := page.Words(c), page.County(c)
	frame, err := h.frame(c, ui.TabSell, w.T("desk.import"), ui.DeskPath)
	if err != nil {
		return err
	}
	frame.Say = w.T("say.import")
	past, err := h.Catalog.ListImports(c.UserContext(), page.Who(c), pastImports)
	if err != nil {
		return err
	}
	v := ImportView{Frame: frame, Action: importPath, Form: f, Template: importPath + "/sheet.csv"}
	for _, im := range past {
		v.Past = append(v.Past, PastImport{
			File: im.FileName, URL: importPath + "/" + im.ID.String(), Status: importStatus(im.State),
			When: w.Ago(im.CreatedAt, h.Kit.Clock.Now(), county.TimeZone),
		})
	}
	return page.Render(c, status, ImportPage(v))
}

func importStatus(s catalog.ImportState) ui.Status {
	code := string(s)
	if s == catalog.Previewed {
		code = "preview"
	}
	return ui.Status{Of: "import", Code: code}
}

// upload reads the sheet and leads on to what its rows would do.
func (h handlers) upload(c *fiber.Ctx, _ *sellers.Seller) error {
	in := page.Read(c)
	n := catalog.NewImport{Draft: in.Flag("draft")}
	if f := in.File("sheet"); f == nil {
		in.Fail("sheet", "error.field_sheet_missing")
	} else if data, err := contents(f, mostSheetBytes); err != nil {
		return err
	} else {
		n.FileName, n.Sheet = f.Filename, data
	}
	if f := in.File("pictures"); f != nil {
		data, err := contents(f, catalog.MostAlbumBytes)
		if err != nil {
			return err
		}
		n.Album = data
	}
	if in.Bad() {
		return h.drawImport(c, fiber.StatusUnprocessableEntity, in.Form())
	}
	im, err := h.Catalog.NewImport(c.UserContext(), page.Who(c), n)
	if e := asRefusal(err); e != nil && strings.HasPrefix(e.Reason, "zip_") {
		in.Fail("pictures", "error."+e.Reason)
	} else if e != nil && strings.HasPrefix(e.Reason, "sheet_") {
		in.Fail("sheet", "error."+e.Reason)
	}
	if in.Bad() || in.Refuse(err) {
		return h.drawImport(c, fiber.StatusUnprocessableEntity, in.Form())
	} else if err != nil {
		return err
	}
	return page.See(c, importPath+"/"+im.ID.String())
}

// importing is an import's page: what its rows would do, then how far it is,
// then what became of it.
func (h handlers) importing(c *fiber.Ctx, _ *sellers.Seller) error {
	id, err := idOf(c, catalog.ErrImportNotFound)
	if err != nil {
		return err
	}
	im, err := h.Catalog.Import(c.UserContext(), page.Who(c), id)
	if err != nil {
		return err
	}
	rows, err := h.Catalog.ImportRows(c.UserContext(), page.Who(c), id, true, 0, 1000)
	if err != nil {
		return err
	}
	w := page.Words(c)
	frame, err := h.frame(c, ui.TabSell, w.T("desk.import"), importPath)
	if err != nil {
		return err
	}
	if im.State == catalog.Previewed {
		frame.Say = w.T("say.preview", "Count", im.Total-im.Refused)
		if im.Refused > 0 {
			frame.Say += " " + w.T("say.preview_bad", "Count", im.Refused)
		}
		v := PreviewView{
			Frame: frame, File: im.FileName, Good: im.Total - im.Refused, Bad: im.Refused, Missing: im.Missing,
			Action: importPath + "/" + id.String() + "/start", Cancel: importPath,
		}
		// Those that are left out come first.
		slices.SortStableFunc(rows, func(a, b catalog.ImportRow) int { return rank(a) - rank(b) })
		for i := range rows {
			if !rows[i].Bad() {
				v.Doubt++
			}
		}
		v.Rows, v.More = shown(w, rows)
		return page.Render(c, fiber.StatusOK, Preview(v))
	}
	return h.progress(c, frame, im, rows)
}

func rank(r catalog.ImportRow) int {
	if r.Bad() {
		return 0
	}
	return 1
}

func (h handlers) progress(c *fiber.Ctx, frame ui.DeskFrame, im *catalog.Import, rows []catalog.ImportRow) error {
	w := page.Words(c)
	v := ProgressView{
		Frame: frame, File: im.FileName, Status: importStatus(im.State), Done: im.Done, Of: im.Total, New: im.Created, Changed: im.Updated, Out: im.Refused,
		Goods: productsPath, Again: importPath,
	}
	if im.State == catalog.Done {
		v.Left, v.More = shown(w, slices.DeleteFunc(rows, func(r catalog.ImportRow) bool { return r.Outcome != "refused" }))
	}
	v.Frame.Say = w.T("say.import_" + v.Status.Code)
	return page.Render(c, fiber.StatusOK, Progress(v))
}

func (h handlers) startImport(c *fiber.Ctx, _ *sellers.Seller) error {
	id, err := idOf(c, catalog.ErrImportNotFound)
	if err != nil {
		return err
	}
	_, err = h.Catalog.StartImport(c.UserContext(), page.Who(c), id)
	if e := asRefusal(err); err != nil && (e == nil || e.Reason != catalog.ErrStarted.Reason) {
		return err
	}
	return page.See(c, importPath+"/"+id.String()) // started twice, it runs once
}

// shown are the rows that fit a page, and how many do not.
func shown(w *words.Words, rows []catalog.ImportRow) (out []ImportRow, more int) {
	for i := range rows {
		if i == mostRows {
			return out, len(rows) - mostRows
		}
		out = append(out, importRowOf(w, &rows[i]))
	}
	return out, 0
}

// typed are the columns by which people know a row again.
var typed = []sheet.Column{sheet.Variant, sheet.Weight, sheet.Unit, sheet.Price, sheet.Stock, sheet.Category}

// importRowOf says what is the matter with a row, and shows it as it was typed.
func importRowOf(w *words.Words, r *catalog.ImportRow) ImportRow {
	out := ImportRow{Number: r.Row, Title: r.Cells.AnyName()}
	wrong := map[sheet.Column]bool{}
	for _, p := range r.Problems {
		text := problemText(w, p)
		if p.Warning {
			out.Hints = append(out.Hints, text)
		} else {
			out.Problems = append(out.Problems, text)
			wrong[p.Column] = true
		}
	}
	columns := slices.Clone(typed)
	for _, p := range r.Problems {
		if p.Column != "" && p.Column != sheet.Name && !slices.Contains(columns, p.Column) {
			columns = append(columns, p.Column)
		}
	}
	for _, column := range columns {
		text := r.Cells[column]
		if column == sheet.Variant && text == "" {
			text = r.Cells[sheet.VariantZh]
		}
		if text != "" || wrong[column] {
			out.Cells = append(out.Cells, Cell{Name: w.T(columnID("column", column)), Text: text, Wrong: wrong[column]})
		}
	}
	return out
}

// problemText says a row's problem in the reader's language, by its reason.
func problemText(w *words.Words, p sheet.Problem) string {
	pairs := []any{"Column", w.T(columnID("column", p.Column))}
	for k, v := range p.Data {
		if f, ok := v.(float64); ok { // numbers come back so from JSON
			v = strconv.FormatInt(int64(f), 10)
		}
		pairs = append(pairs, strings.ToUpper(k[:1])+k[1:], v)
	}
	for _, id := range []string{"problem." + p.Reason, "error." + p.Reason, "error.field_" + p.Reason} {
		if _, ok := w.Try(id); ok {
			return w.T(id, pairs...)
		}
	}
	return p.Message
}

// columnID is the message that names a column; "description" is a word that
// message files keep for themselves.
func columnID(group string, c sheet.Column) string {
	if c == sheet.Description {
		return group + ".about"
	}
	return group + "." + string(c)
}

// template are the columns of the sheet to fill in.
var template = []sheet.Column{
	sheet.Code, sheet.Name, sheet.Category, sheet.Variant, sheet.Weight, sheet.Unit, sheet.Price, sheet.Stock, sheet.Origin,
	sheet.Season, sheet.Harvested, sheet.TraceCode, sheet.Certificate, sheet.Description, sheet.Pictures, sheet.HSCode,
}

// emptySheet is a spreadsheet to fill in: the headings, and a row as an example.
func (h handlers) emptySheet(c *fiber.Ctx, _ *sellers.Seller) error {
	w, county := page.Words(c), page.County(c)
	kinds, err := h.Catalog.Categories(c.UserContext(), page.Who(c))
	if err != nil {
		return err
	}
	var heads, example []string
	for _, column := range template {
		heads = append(heads, w.T(columnID("column", column)))
		text, _ := w.Try(columnID("example", column))
		if column == sheet.Category && len(kinds) > 0 {
			text = kinds[0].Names.In(w.Lang(), county.DefaultLanguage())
		}
		example = append(example, text)
	}
	var b strings.Builder
	b.WriteString("\ufeff") // by which spreadsheet programs know UTF-8
	out := csv.NewWriter(&b)
	if err := out.WriteAll([][]string{heads, example}); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	c.Attachment(w.T("import.template_file") + ".csv")
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	return c.SendString(b.String())
}
