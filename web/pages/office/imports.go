package office

import (
	"io"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"countyfair/catalog"
	"countyfair/web/pages/page"
	"countyfair/web/pages/shape"
	"countyfair/web/ui"
)

// ImportView is an import as it stands.
type ImportView struct {
	Frame    ui.OfficeFrame
	State    ui.Status
	Figures  []ui.Figure
	Done, Of int
	Running  bool
	Missing  []string
	Problems ui.Table
	Action   string // starts it; "" where it cannot be started
}

func (d Deps) newImport(c *fiber.Ctx) error { return d.showUpload(c, fiber.StatusOK, nil) }

func (d Deps) showUpload(c *fiber.Ctx, status int, in *page.Input) error {
	r := read(c)
	v := shape.FormView{Frame: d.frame(r, r.w.T("office.imports")), Action: imports, Submit: r.w.T("office_import.look"), Files: true, ReadOnly: !r.mayAct(), Intro: r.w.T("office_import.text")}
	if in != nil {
		v.Form = in.Form()
	}
	file := func(name, accept string) shape.Control {
		k := shape.Control{Field: v.Form.Field(name, r.w.T("office_import."+name)), Accept: accept}
		k.Hint = r.w.T("office_import." + name + "_hint")
		return k
	}
	v.Sections = []shape.Section{{Controls: []shape.Control{file("sheet", ".xlsx,.csv"), file("pictures", ".zip")}}}
	return page.Render(c, status, shape.Form(v))
}

func (d Deps) takeImport(c *fiber.Ctx) error {
	r, in := read(c), page.Read(c)
	n := catalog.NewImport{}
	var err error
	if n.Sheet, n.FileName, err = upload(in, "sheet"); err != nil {
		return err
	}
	if n.Album, _, err = upload(in, "pictures"); err != nil {
		return err
	}
	if len(n.Sheet) == 0 {
		in.Fail("sheet", "error.field_required")
		return d.showUpload(c, fiber.StatusUnprocessableEntity, in)
	}
	im, err := d.Catalog.NewImport(r.ctx(), r.who, n)
	if err != nil {
		if in.Refuse(err) {
			return d.showUpload(c, fiber.StatusUnprocessableEntity, in)
		}
		return err
	}
	return page.See(c, imports+"/"+im.ID.String())
}

func upload(in *page.Input, name string) (data []byte, file string, err error) {
	h := in.File(name)
	if h == nil {
		return nil, "", nil
	}
	f, err := h.Open()
	if err != nil {
		return nil, "", err
	}
	defer f.Close() //nolint:errcheck // read only
	data, err = io.ReadAll(f)
	return data, h.Filename, err
}

func (d Deps) showImport(c *fiber.Ctx) error {
	r := read(c)
	id, err := r.id()
	if err != nil {
		return err
	}
	im, err := d.Catalog.Import(r.ctx(), r.who, id)
	if err != nil {
		return err
	}
	rows, err := d.Catalog.ImportRows(r.ctx(), r.who, id, true, 0, 200)
	if err != nil {
		return err
	}
	v := ImportView{Frame: d.frame(r, im.FileName), State: ui.Status{Of: "import", Code: string(im.State)}, Done: im.Done, Of: im.Total, Running: im.State == catalog.Running, Missing: im.Missing}
	number := func(id string, n int) {
		v.Figures = append(v.Figures, ui.Figure{Label: r.w.T(id), Value: strconv.Itoa(n), URL: "#rows"})
	}
	number("office_import.rows", im.Total)
	if im.State == catalog.Previewed {
		number("office_import.good", im.Total-im.Refused)
		v.Action = r.Path()
	} else {
		number("office_import.created", im.Created)
		number("office_import.updated", im.Updated)
	}
	number("office_import.left_out", im.Refused)
	v.Problems = ui.Table{Caption: r.w.T("office_import.problems"), Columns: []ui.Column{{Label: r.w.T("office_import.row"), Num: true}, {Label: r.w.T("office_import.what")}, {Label: r.w.T("office_import.why")}}}
	for _, row := range rows {
		for _, p := range row.Problems {
			what := r.w.T("office_import.left_out_row")
			if p.Warning {
				what = r.w.T("office_import.note_row")
			}
			v.Problems.Rows = append(v.Problems.Rows, ui.Row{Cells: []ui.Cell{{Text: strconv.Itoa(row.Row), Num: true}, {Text: what, Small: string(p.Column)}, {Text: problem(r, p.Reason, p.Message, p.Data)}}})
		}
	}
	return page.Render(c, fiber.StatusOK, ImportPage(v))
}

// problem is what is wrong with a row, in the reader's language.
func problem(r reader, reason, message string, data map[string]any) string {
	id := "import_problem." + reason
	if !r.w.Has(id) {
		return message
	}
	var pairs []any
	for k, v := range data {
		pairs = append(pairs, k, v)
	}
	return r.w.T(id, pairs...)
}

func (d Deps) startImport(c *fiber.Ctx) error {
	r := read(c)
	id, err := r.id()
	if err != nil {
		return err
	}
	if _, err := d.Catalog.StartImport(r.ctx(), r.who, id); err != nil {
		return err
	}
	return page.See(c, r.Path())
}
