package papers

import "strconv"

// Invoice is the commercial invoice. Its amounts are the order's.
func Invoice(font []byte, p *Parcel) ([]byte, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	s := newSheet(font, "Commercial invoice "+p.Number, p.Printed, a4Width, a4Height)
	s.head(p, "COMMERCIAL INVOICE 商业发票")
	s.parties(p, 34)
	s.letters(9)
	quarter := inner / 4
	s.field(margin, 68, quarter, 12, "Order No. 订单号", p.Number)
	s.field(margin+quarter, 68, quarter, 12, "Order date 订单日期", p.Placed.Format("2006-01-02"))
	s.field(margin+2*quarter, 68, quarter, 12, "Incoterm 贸易术语", incoterm(p))
	s.field(margin+3*quarter, 68, quarter, 12, "Tracking No. 运单号", p.Tracking)
	s.field(margin, 80, inner/2, 12, "Seller 卖方", p.Seller)
	s.field(margin+inner/2, 80, inner/2, 12, "Customs and tax numbers 海关及税号", numbersOf(p))
	g := &grid{sheet: s, y: 96, bottom: a4Height - 22, top: func() float64 { return s.again(p, "COMMERCIAL INVOICE 商业发票") }, columns: []column{
		{"No.", 9, "R"},
		{"Description 品名", 59, "L"},
		{"HS code 税号", 22, "L"},
		{"Origin 原产", 19, "L"},
		{"Qty 数量", 15, "R"},
		{"Unit price 单价", 27, "R"},
		{"Amount 金额", 29, "R"},
	}}
	s.letters(8.5)
	g.header()
	for i, l := range p.Lines {
		g.row(strconv.Itoa(i+1), l.title(), l.HSCode, l.Origin, joined(strconv.Itoa(l.Quantity), l.Unit), p.sum(l.Price), p.sum(l.Total))
	}
	s.letters(9)
	g.y++
	g.sums(sumsOf(p))
	s.underInvoice(g, p)
	s.pages("Commercial invoice 商业发票 · " + p.Number)
	return s.bytes()
}

// sumsOf are the order's amounts; what is zero is left out but for goods,
// freight and the total.
func sumsOf(p *Parcel) [][2]string {
	a := p.Amounts
	out := [][2]string{{"Goods 货值", p.sum(a.Goods)}}
	for _, part := range []struct {
		label string
		sum   int64
		keep  bool
	}{
		{"Discount 折扣", -a.Discount, false},
		{"Freight 运费", a.Freight, true},
		{"Insurance 保险费", a.Insurance, false},
		{"Handling 操作费", a.Handling, false},
		{"Duty, prepaid 关税（已付）", a.Duty, false},
		{"VAT/GST, prepaid 增值税（已付）", a.Tax, false},
	} {
		if part.keep || part.sum != 0 {
			out = append(out, [2]string{part.label, p.sum(part.sum)})
		}
	}
	return append(out, [2]string{"Total 合计 " + p.Currency, p.sum(a.Total)})
}

func (s *sheet) underInvoice(g *grid, p *Parcel) {
	s.letters(8.5)
	g.room(38)
	g.y += 4
	text := "Total net weight 总净重: " + kg(p.NetG()) + " kg · Total gross weight 总毛重: " + kg(p.GrossG()) + " kg"
	g.y += s.block(margin, g.y, inner, s.wrap(text, inner), "L")
	if p.Exchange != "" {
		g.y += s.block(margin, g.y, inner, s.wrap("Exchange rate 汇率: "+p.Exchange, inner), "L")
	}
	g.y += s.block(margin, g.y, inner, s.wrap("The particulars of this invoice are true and correct. 兹证明本发票所列各项真实无误。 This is no Chinese tax invoice (fapiao). 本单据不是税务发票。", inner), "L")
	s.letters(9)
	s.field(margin+inner/2, g.y+3, inner/2, 16, "Date and signature 日期、签名", p.Printed.Format("2006-01-02"))
}

// head is the title of a paper.
func (s *sheet) head(p *Parcel, title string) {
	s.letters(16)
	s.text(margin, 14, title)
	s.letters(9)
	s.text(margin, 23, p.Number+" · "+p.Printed.Format("2006-01-02"))
	if p.Tracking != "" {
		s.bars(margin+inner-75, 13, 75, 15, p.Tracking)
	}
}

// again is the title of a further sheet; it says where to go on.
func (s *sheet) again(p *Parcel, title string) float64 {
	before := s.size
	s.letters(9)
	s.text(margin, 14, title+" · "+p.Number)
	s.letters(before)
	return 22
}

var incoterms = map[string]string{"DDP": "DDP Delivered Duty Paid", "DAP": "DAP Delivered at Place"}

func incoterm(p *Parcel) string {
	if name := incoterms[p.Incoterm]; name != "" {
		return joined(name, p.To.Country)
	}
	return p.Incoterm
}
