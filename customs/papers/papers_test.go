package papers_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"countyfair/customs/papers"
)

// font is read once; a machine without it says what to install.
var font = sync.OnceValues(func() ([]byte, error) { return papers.LoadFont(os.Getenv("PAPER_FONT")) })

func theFont(t testing.TB) []byte {
	t.Helper()
	f, err := font()
	require.NoError(t, err)
	return f
}

// sample is two kinds of goods on their way to Hamburg, as one order has them.
func sample() *papers.Parcel {
	day := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	return &papers.Parcel{
		Number: "LN261125-0001", Placed: day, Printed: day, Tracking: "RR473124829CN", Carrier: "China Post 中国邮政", Seller: "Qilihe orchards 七里河果园",
		From:     papers.Party{Name: "陇南市电子商务服务中心 Longnan E-commerce Centre", Street: []string{"甘肃省陇南市武都区东江新区 18 号"}, City: "Longnan 陇南", Postcode: "746000", Country: "CN", Phone: "+86 939 8212345"},
		To:       papers.Party{Name: "Anna Petersen", Street: []string{"Mönckebergstraße 1"}, City: "Hamburg", Postcode: "20095", Country: "DE", Phone: "+49 40 1234567"},
		Currency: "EUR", Incoterm: "DDP", Exchange: "1 EUR = 8.25 CNY (European Central Bank, 2026-11-24)",
		Amounts: papers.Amounts{Goods: 1335, Discount: 35, Freight: 1500, Insurance: 20, Handling: 30, Duty: 600, Tax: 241, Total: 3691},
		Numbers: []papers.Number{{Kind: "IOSS", Value: "IM2760000000"}, {Kind: "EORI", Value: "DE1234567890123"}},
		Lines: []papers.Line{
			{Item: "pear", Name: "Dried pears", LocalName: "梨干", Unit: "box", HSCode: "081340", Origin: "CN", Quantity: 4, NetG: 300, GrossG: 350, Price: 152, Total: 608, Documents: []string{"phytosanitary_certificate", "origin_certificate"}, Source: "Regulation (EU) 2019/2072"},
			{Item: "tea", Name: "Green tea, spring harvest", LocalName: "龙神翠竹春茶", Unit: "tin", HSCode: "090210", Origin: "CN", Quantity: 1, NetG: 250, Price: 727, Total: 727},
		},
	}
}

// long is a parcel of many lines with long names.
func long() *papers.Parcel {
	p := sample()
	p.Lines, p.Amounts = nil, papers.Amounts{Freight: 1500}
	for i := range 45 {
		l := sample().Lines[i%2]
		if i%5 == 0 {
			l.Name, l.LocalName = strings.Repeat("Wild mountain flower honey of the upper valley ", 3), strings.Repeat("高山野生百花蜂蜜", 6)
		}
		p.Lines = append(p.Lines, l)
		p.Amounts.Goods += l.Total
	}
	p.Amounts.Total = p.Amounts.Goods + p.Amounts.Freight
	return p
}

// drawn are all printed papers of a parcel.
func drawn(t testing.TB, p *papers.Parcel) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for name, draw := range map[string]func([]byte, *papers.Parcel) ([]byte, error){
		"label": papers.Label, "invoice": papers.Invoice, "packing": papers.PackingList, "checklist": papers.Checklist,
		"cn22": func(f []byte, p *papers.Parcel) ([]byte, error) { return papers.Declaration(f, p, papers.CN22) },
		"cn23": func(f []byte, p *papers.Parcel) ([]byte, error) { return papers.Declaration(f, p, papers.CN23) },
	} {
		pdf, err := draw(theFont(t), p)
		require.NoError(t, err, name)
		out[name] = pdf
	}
	return out
}

// read is the text of a PDF, as pdftotext finds it.
func read(t testing.TB, pdf []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a.pdf")
	require.NoError(t, os.WriteFile(file, pdf, 0o600))
	text, err := exec.Command("pdftotext", "-layout", file, "-").Output() //nolint:noctx // a second
	require.NoError(t, err, "pdftotext: `make test` installs it with poppler-utils")
	return string(text)
}

func TestThePapersSayWhatTheOrderSays(t *testing.T) {
	out := drawn(t, sample())
	if dir := os.Getenv("PAPERS_OUT"); dir != "" {
		for name, pdf := range out {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name+".pdf"), pdf, 0o600))
		}
		for name, pdf := range drawn(t, long()) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "long-"+name+".pdf"), pdf, 0o600))
		}
	}
	for name, facts := range map[string][]string{
		"label":     {"CN 22", "RR473124829CN", "Dried pears 梨干", "081340", "1.200", "EUR", "13.00", "2026-11-25"},
		"cn22":      {"CN 22", "Sale of goods 销售商品", "1.650"},
		"cn23":      {"CN 23", "Anna Petersen", "Mönckebergstraße 1", "20095 Hamburg", "GERMANY 德国 (DE)", "陇南市电子商务服务中心", "IOSS IM2760000000", "Phytosanitary certificate 植物检疫证书", "1.450", "1.650", "13.00", "15.20"},
		"invoice":   {"COMMERCIAL INVOICE 商业发票", "DDP Delivered Duty Paid DE", "6.08", "7.27", "13.35", "-0.35", "15.00", "0.20", "0.30", "6.00", "2.41", "36.91", "EORI DE1234567890123", "1 EUR = 8.25 CNY"},
		"packing":   {"PACKING LIST 装箱单", "4 box", "1.200", "1.400", "1.450", "1.650", "龙神翠竹春茶"},
		"checklist": {"Phytosanitary certificate", "Certificate of origin", "None asked for 无需", "CN → DE"},
	} {
		text := read(t, out[name])
		for _, fact := range facts {
			require.Contains(t, strings.Join(strings.Fields(text), " "), fact, "%s:\n%s", name, text)
		}
	}
}
