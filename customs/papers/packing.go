package papers

import "strconv"

// PackingList says what is in the parcel and what it weighs.
func PackingList(font []byte, p *Parcel) ([]byte, error) {
	const title = "PACKING LIST 装箱单"
	s := newSheet(font, "Packing list "+p.Number, p.Printed, a4Width, a4Height)
	s.head(p, title)
	s.parties(p, 34)
	s.letters(9)
	third := inner / 3
	s.field(margin, 68, third, 12, "Order No. 订单号", p.Number)
	s.field(margin+third, 68, third, 12, "Carrier 承运人", p.Carrier)
	s.field(margin+2*third, 68, third, 12, "Tracking No. 运单号", p.Tracking)
	g := &grid{sheet: s, y: 84, bottom: a4Height - 22, top: func() float64 { return s.again(p, title) }, columns: []column{
		{"", 9, "C"},
		{"Description 品名", 79, "L"},
		{"HS code 税则号", 24, "L"},
		{"Qty 数量", 18, "R"},
		{"Net 净重 (kg)", 25, "R"},
		{"Gross 毛重 (kg)", 25, "R"},
	}}
	s.letters(8.5)
	g.header()
	for _, l := range p.Lines {
		n := int64(l.Quantity)
		cells := []string{"", l.title(), l.HSCode, joined(strconv.Itoa(l.Quantity), l.Unit), kg(l.NetG * n), kg(l.gross() * n)}
		g.row(cells...)
		s.tick(margin+2.8, g.y-g.height(cells)+cellPad, false, "")
	}
	g.row("", "Total 合计", "", pieces(p), kg(p.NetG()), kg(p.GrossG()))
	g.room(26)
	s.letters(9)
	s.field(margin, g.y+4, inner/2, 16, "Packages 件数", "1")
	s.field(margin+inner/2, g.y+4, inner/2, 16, "Packed by, date 装箱人、日期", "")
	s.pages("Packing list 装箱单 · " + p.Number)
	return s.bytes()
}
