package papers

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// categories of a customs declaration. A market only ever sells.
var categories = []struct {
	name string
	on   bool
}{
	{"Gift 礼品", false},
	{"Documents 文件", false},
	{"Sale of goods 销售商品", true},
	{"Commercial sample 货样", false},
	{"Returned goods 退运", false},
	{"Other 其他", false},
}

const oath = "I certify that the particulars given in this declaration are correct and that this item holds no dangerous article and none that law or postal or customs rules prohibit. " +
	"兹证明本申报所填各项属实，邮件内无危险品及法律、邮政或海关规定禁寄的物品。"

// Label is the CN22 as a label of 74 × 105 mm.
func Label(font []byte, p *Parcel) ([]byte, error) {
	s := newSheet(font, "CN22 "+p.Number, p.Printed, labelWidth, labelHeight)
	s.label(p, 0, 0)
	return s.bytes()
}

// Declaration is the customs declaration that the parcel takes, on A4.
func Declaration(font []byte, p *Parcel, form Form) ([]byte, error) {
	if form == CN23 {
		return cn23(font, p)
	}
	s := newSheet(font, "CN22 "+p.Number, p.Printed, a4Width, a4Height)
	x, y := (a4Width-labelWidth)/2, 30.0
	s.letters(10)
	s.block(margin, margin, inner, []string{"Cut along the dashed line and stick it on the parcel. 沿虚线剪下，贴在邮件上。"}, "C")
	s.SetDashPattern([]float64{2, 1.5}, 0)
	s.Rect(x-1, y-1, labelWidth+2, labelHeight+2, "D")
	s.SetDashPattern([]float64{}, 0)
	s.label(p, x, y)
	return s.bytes()
}

const labelWidth, labelHeight = 74.0, 105.0

// label draws a CN22 with its upper left corner at x, y.
func (s *sheet) label(p *Parcel, x, y float64) {
	s.Rect(x, y, labelWidth, labelHeight, "D")
	s.letters(7.5)
	s.text(x+1.5, y+1.2, "CUSTOMS DECLARATION 报关单")
	s.letters(5.5)
	s.text(x+1.5, y+4.8, "May be opened officially 可径行开拆")
	s.text(x+1.5, y+7.4, "Operator 经营者：")
	s.in(x+19, y+7.4, 34, 2.6, p.Carrier, "L")
	s.letters(15)
	s.in(x+54, y+2, 18.5, 8, "CN 22", "R")
	s.Line(x, y+11, x+labelWidth, y+11)
	s.letters(6)
	for i, c := range categories {
		s.tick(x+1.5+float64(i%2)*36, y+12.2+float64(i/2)*3.3, c.on, c.name)
	}
	at := s.labelLines(p, x, y+22.5)
	s.letters(6)
	s.labelRow(x, at, 6, "Total value, gross weight 总价值、总毛重", pieces(p), kg(p.GrossG()), p.Currency+" "+p.sum(p.Value()), "", "")
	s.letters(7)
	s.bars(x+2, at+7.2, labelWidth-4, 13, p.Tracking)
	s.letters(5)
	s.in(x+1.5, y+82.5, labelWidth-3, 12, oath, "L")
	s.Line(x, y+96.5, x+labelWidth, y+96.5)
	s.text(x+1.5, y+97, "Date and sender's signature 日期、寄件人签名")
	s.letters(7)
	s.text(x+1.5, y+100.5, p.Printed.Format("2006-01-02"))
}

var labelColumns = [...]float64{25, 8, 10.5, 13.5, 10.5, 6.5}

// labelLines draws the table of a CN22 and says where it ends.
func (s *sheet) labelLines(p *Parcel, x, y float64) float64 {
	s.letters(4.5)
	s.labelRow(x, y, 7, "Contents in detail 内件详细名称", "Qty 数量", "Net weight 净重 (kg)", "Value 价值 ("+p.Currency+")", "HS code 税号", "From 原产")
	s.letters(6)
	values := p.values()
	for i, l := range p.Lines[:min(len(p.Lines), cn22Lines)] {
		s.labelRow(x, y+7+float64(i)*7.5, 7.5, l.title(), strconv.Itoa(l.Quantity), kg(l.NetG*int64(l.Quantity)), p.sum(values[i]), l.HSCode, l.Origin)
	}
	return y + 7 + cn22Lines*7.5
}

func (s *sheet) labelRow(x, y, h float64, cells ...string) {
	for i, c := range cells {
		s.Rect(x, y, labelColumns[i], h, "D")
		s.in(x+0.6, y+0.5, labelColumns[i]-1.2, h-0.6, c, "L")
		x += labelColumns[i]
	}
}

func pieces(p *Parcel) string {
	sum := 0
	for _, l := range p.Lines {
		sum += l.Quantity
	}
	return strconv.Itoa(sum)
}

// cn23 is the long form, on as many sheets as the lines need.
func cn23(font []byte, p *Parcel) ([]byte, error) {
	s := newSheet(font, "CN23 "+p.Number, p.Printed, a4Width, a4Height)
	s.letters(14)
	s.text(margin, 13, "CUSTOMS DECLARATION 报关单")
	s.letters(8)
	s.text(margin, 20, "May be opened officially 可径行开拆")
	s.text(margin, 24, "Operator 经营者："+p.Carrier)
	s.letters(20)
	s.in(margin, 12, inner, 9, "CN 23", "R")
	s.letters(9)
	s.bars(margin+inner-80, 21, 80, 16, p.Tracking)
	s.parties(p, 40)
	g := &grid{sheet: s, y: 78, bottom: a4Height - 20, top: func() float64 {
		s.letters(9)
		s.text(margin, 14, "CN 23 · "+p.Tracking+" · "+p.Number)
		return 22
	}, columns: []column{
		{"Detailed description of contents 内件详细名称", 64, "L"},
		{"Quantity 数量", 20, "R"},
		{"Net weight 净重 (kg)", 27, "R"},
		{"Value 价值 (" + p.Currency + ")", 25, "R"},
		{"HS code 税则号", 24, "L"},
		{"Origin 原产国", 20, "L"},
	}}
	s.letters(8.5)
	g.header()
	values := p.values()
	for i, l := range p.Lines {
		g.row(l.title(), strconv.Itoa(l.Quantity), kg(l.NetG*int64(l.Quantity)), p.sum(values[i]), l.HSCode, l.Origin)
	}
	g.room(110)
	g.row("Total 合计", pieces(p), kg(p.NetG()), p.sum(p.Value()), "", "")
	s.closing23(p, g.y+3)
	s.pages("CN 23 · " + p.Number)
	return s.bytes()
}

// parties draws sender and recipient beside each other.
func (s *sheet) parties(p *Parcel, y float64) {
	s.letters(9)
	s.party(margin, y, "From 寄件人", p.From)
	s.party(margin+inner/2, y, "To 收件人", p.To)
}

const partyHeight = 34.0

func (s *sheet) party(x, y float64, label string, p Party) {
	s.field(x, y, inner/2, partyHeight, label, "")
	lines := []string{p.Name}
	lines = append(lines, p.Street...)
	lines = append(lines, joined(p.Postcode, p.City), countryName(p.Country), p.Phone)
	at, lowest := y+4.6, y+partyHeight-0.5
	for _, line := range lines {
		if line == "" {
			continue
		}
		wrapped := s.wrap(line, inner/2-3)
		if at+float64(len(wrapped))*s.lineHeight() > lowest {
			s.in(x+1.5, at, inner/2-3, lowest-at, line, "L")
			return
		}
		at += s.block(x+1.5, at, inner/2-3, wrapped, "L")
	}
}

// countryName is the country's name in both languages, with its code.
func countryName(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	return joined(strings.ToUpper(display.English.Regions().Name(region)), display.Chinese.Regions().Name(region)) + " (" + code + ")"
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " " + b
}

// closing23 draws what follows the table of a CN23.
func (s *sheet) closing23(p *Parcel, y float64) {
	s.letters(9)
	third := inner / 3
	s.field(margin, y, third, 12, "Total gross weight 总毛重 (kg)", kg(p.GrossG()))
	s.field(margin+third, y, third, 12, "Postal charges/fees 邮费 ("+p.Currency+")", p.sum(p.Amounts.Freight+p.Amounts.Insurance))
	s.field(margin+2*third, y, third, 12, "Invoice No. 发票号", p.Number)
	s.Rect(margin, y+12, inner, 14, "D")
	s.text(margin+1, y+13, "Category 类别")
	for i, c := range categories {
		s.tick(margin+30+float64(i%3)*50, y+14+float64(i/3)*6, c.on, c.name)
	}
	s.field(margin, y+26, inner, 14, "Comments 备注 (IOSS, VAT, EORI; quarantine, sanitary or phytosanitary inspection 检疫)", remarks(p))
	s.field(margin, y+40, inner/2, 12, "Importer's reference 进口商代码", numbersOf(p))
	s.field(margin+inner/2, y+40, inner/2, 12, "Incoterm 贸易术语", p.Incoterm)
	s.Rect(margin, y+52, inner, 16, "D")
	s.letters(7.5)
	s.in(margin+1.5, y+53, inner-3, 14, oath, "L")
	s.letters(9)
	s.field(margin, y+68, inner/2, 20, "Date and sender's signature 日期、寄件人签名", p.Printed.Format("2006-01-02"))
	s.field(margin+inner/2, y+68, inner/2, 20, "Office of origin / date of posting 收寄局、日期", "")
}

func numbersOf(p *Parcel) string {
	text := ""
	for _, n := range p.Numbers {
		text = joined(text, n.Kind+" "+n.Value)
	}
	return text
}

// remarks name the papers that go with the parcel.
func remarks(p *Parcel) string {
	text, seen := numbersOf(p), map[string]bool{}
	for _, l := range p.Lines {
		for _, id := range l.Documents {
			if !seen[id] {
				seen[id] = true
				text = joined(text, fmt.Sprintf("· %s", documentName(id)))
			}
		}
	}
	return text
}
