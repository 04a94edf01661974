package papers

import "strconv"

// column of a table.
type column struct {
	label string
	width float64 // mm
	align string  // L, R, C
}

// grid is a table that goes on over as many sheets as it needs.
type grid struct {
	*sheet
	columns []column
	y       float64
	bottom  float64        // where a sheet is full
	top     func() float64 // draws what each further sheet begins with, and says where the table goes on
}

const cellPad = 1.2

// header draws the labels of the columns.
func (g *grid) header() {
	labels := make([]string, len(g.columns))
	for i, c := range g.columns {
		labels[i] = c.label
	}
	size := g.size
	g.letters(size * 0.82)
	g.SetFillColor(238, 238, 238)
	g.draw(labels, true)
	g.letters(size)
}

// row draws one row, on a further sheet where this one is full.
func (g *grid) row(cells ...string) {
	if g.y+g.height(cells) > g.bottom {
		g.next()
	}
	g.draw(cells, false)
}

// room makes sure that so much is left on the sheet.
func (g *grid) room(height float64) {
	if g.y+height > g.bottom {
		g.next()
	}
}

func (g *grid) next() {
	g.AddPage()
	g.letters(g.size)
	g.y = g.top()
	g.header()
}

func (g *grid) height(cells []string) float64 {
	most := 1
	for i, c := range g.columns {
		most = max(most, len(g.wrap(cells[i], c.width-2*cellPad)))
	}
	return float64(most)*g.lineHeight() + 2*cellPad
}

func (g *grid) draw(cells []string, filled bool) {
	h, x := g.height(cells), margin
	for i, c := range g.columns {
		style := "D"
		if filled {
			style = "FD"
		}
		g.Rect(x, g.y, c.width, h, style)
		g.block(x+cellPad, g.y+cellPad, c.width-2*cellPad, g.wrap(cells[i], c.width-2*cellPad), c.align)
		x += c.width
	}
	g.y += h
}

// sums draws pairs of a label and a sum at the right edge, kept together.
func (g *grid) sums(pairs [][2]string) {
	const label, sum = 52.0, 30.0
	h := g.lineHeight() + cellPad
	g.room(h * float64(len(pairs)))
	x := margin + inner - label - sum
	for i, p := range pairs {
		if i == len(pairs)-1 {
			g.Line(x, g.y+0.3, margin+inner, g.y+0.3)
		}
		g.in(x, g.y+cellPad, label, g.lineHeight(), p[0], "L")
		g.in(x+label, g.y+cellPad, sum, g.lineHeight(), p[1], "R")
		g.y += h
	}
}

// pages numbers the sheets of a document when it is done.
func (s *sheet) pages(foot string) {
	count := s.PageCount()
	for n := 1; n <= count; n++ {
		s.SetPage(n)
		s.letters(7)
		s.text(margin, a4Height-10, foot)
		page := strconv.Itoa(n) + " / " + strconv.Itoa(count)
		s.text(margin+inner-s.GetStringWidth(page), a4Height-10, page)
	}
}
