package papers

// documents are the papers a destination may ask for, in words.
var documents = map[string]string{
	"phytosanitary_certificate": "Phytosanitary certificate 植物检疫证书",
	"health_certificate":        "Health certificate 卫生证书",
	"fda_prior_notice":          "FDA prior notice 美国FDA事先通报",
	"import_permit":             "Import permit 进口许可证",
	"origin_certificate":        "Certificate of origin 原产地证书",
	"fumigation_certificate":    "Fumigation certificate 熏蒸证书",
	"organic_certificate":       "Organic certificate 有机产品证书",
}

func documentName(id string) string {
	if name := documents[id]; name != "" {
		return name
	}
	return id
}

// Documents are the ids this package has words for.
func Documents() []string {
	out := make([]string, 0, len(documents))
	for id := range documents {
		out = append(out, id)
	}
	return out
}

// always is what every parcel is looked at for.
var always = []string{
	"Certificate of compliance of the produce 承诺达标合格证",
	"Origin marked on each package 每件标明原产地",
	"Clean: no soil, no insects, no packing of raw wood 清洁：无土、无虫、无未处理木质包装",
	"Names, weights and values agree with invoice and customs declaration 品名、重量、价值与发票及报关单一致",
}

// Checklist says which certificate which line needs, with boxes to tick.
func Checklist(font []byte, p *Parcel) ([]byte, error) {
	const title = "PHYTOSANITARY AND ORIGIN CHECKLIST 检疫与原产地核对表"
	s := newSheet(font, "Checklist "+p.Number, p.Printed, a4Width, a4Height)
	s.letters(14)
	s.text(margin, 14, title)
	s.letters(9)
	s.text(margin, 23, p.Number+" · "+p.Printed.Format("2006-01-02")+" · "+p.From.Country+" → "+p.To.Country+" · "+p.Seller)
	g := &grid{sheet: s, y: 32, bottom: a4Height - 22, top: func() float64 { return s.again(p, title) }, columns: []column{
		{"✓", 9, "C"},
		{"Goods 货物", 50, "L"},
		{"HS code 税号", 21, "L"},
		{"Origin 原产", 18, "L"},
		{"Paper 所需单证", 46, "L"},
		{"Certificate No. 证书编号", 36, "L"},
	}}
	s.letters(8.5)
	g.header()
	for _, l := range p.Lines {
		s.checks(g, &l)
	}
	s.letters(9)
	g.room(14 + 6*float64(len(always)) + 24)
	g.y += 4
	for _, text := range always {
		s.tick(margin, g.y, false, text)
		g.y += 6
	}
	s.field(margin+inner/2, g.y+3, inner/2, 16, "Checked by, date 核对人、日期", "")
	s.pages("Checklist 核对表 · " + p.Number)
	return s.bytes()
}

// checks draws a row for each paper a line needs; a line that needs none says so.
func (s *sheet) checks(g *grid, l *Line) {
	if len(l.Documents) == 0 {
		g.row("", l.title(), l.HSCode, l.Origin, "None asked for 无需", "—")
		return
	}
	for _, id := range l.Documents {
		cells := []string{"", l.title(), l.HSCode, l.Origin, documentName(id) + source(l.Source), ""}
		g.row(cells...)
		s.tick(margin+2.8, g.y-g.height(cells)+cellPad, false, "")
	}
}

func source(rule string) string {
	if rule == "" {
		return ""
	}
	return " (" + rule + ")"
}
