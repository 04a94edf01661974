package papers_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/customs/papers"
	"countyfair/internal/money"
)

var orderID = uuid.MustParse("01923456-789a-7bcd-8ef0-123456789abc")

func registration() papers.Registration {
	return papers.Registration{
		Mode: papers.B2C, EbpCode: "6212345678", EbpName: "陇南乡村集市", EbcCode: "91621202MA71234567", EbcName: "陇南农产品有限公司", EbcTelephone: "0939-8212345",
		CopCode: "6212345678", CopName: "陇南乡村集市", DxpID: "DXPENT0000012345", LogisticsCode: "1101980000", LogisticsName: "中国邮政速递物流", PayName: "Stripe",
	}
}

func paid() papers.Receipt {
	return papers.Receipt{Reference: "pi_123", At: time.Date(2026, 11, 25, 17, 30, 0, 0, time.UTC)}
}

// elements are the names of all elements of a document in their order, with their text.
func elements(t *testing.T, data []byte) (names []string, text map[string]string) {
	t.Helper()
	text = map[string]string{}
	d := xml.NewDecoder(bytes.NewReader(data))
	open := ""
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return names, text
		}
		require.NoError(t, err)
		switch x := token.(type) {
		case xml.StartElement:
			require.Equal(t, "http://www.chinaport.gov.cn/ceb", x.Name.Space, x.Name.Local)
			names, open = append(names, x.Name.Local), x.Name.Local
		case xml.CharData:
			if s := strings.TrimSpace(string(x)); s != "" {
				text[open] = s
			}
		}
	}
}

func TestTheElectronicDocumentsAreAsTheCustomsWantThem(t *testing.T) {
	files, wrong, err := papers.Electronic(registration(), sample(), paid(), orderID)
	require.NoError(t, err)
	require.Empty(t, wrong)
	require.Len(t, files, 3)
	filing := "guid appType appTime appStatus "
	transfer := " BaseTransfer copCode copName dxpMode dxpId"
	line := " OrderList gnum itemNo itemName itemDescribe unit currency qty price totalPrice"
	for i, want := range []string{
		"CEB303Message Order OrderHead " + filing + "orderType orderNo ebpCode ebpName ebcCode ebcName goodsValue freight currency" + line + line + transfer,
		"CEB403Message Receipts " + filing + "ebpCode ebpName ebcCode ebcName orderNo payName payNo charge currency accountingDate" + transfer,
		"CEB505Message Logistics " + filing + "logisticsCode logisticsName logisticsNo freight insuredFee currency grossWeight packNo goodsInfo ebcCode ebcName ebcTelephone" + transfer,
	} {
		names, text := elements(t, files[i].Data)
		require.Equal(t, strings.Fields(want), names)
		require.Len(t, text["guid"], 36)
		require.Equal(t, "20261125170000", text["appTime"], "Beijing's time")
		require.Equal(t, "300", text["currency"])
		require.Equal(t, "DXP", text["dxpMode"])
		require.True(t, strings.HasPrefix(files[i].Name, names[0]))
	}
	_, order := elements(t, files[0].Data)
	require.Equal(t, "13.00", order["goodsValue"], "goods less the discount")
	require.Equal(t, "15.00", order["freight"])
	require.Equal(t, "E", order["orderType"])
	require.Equal(t, "龙神翠竹春茶", order["itemName"])
	require.Equal(t, "011", order["unit"])
	_, receipt := elements(t, files[1].Data)
	require.Equal(t, "36.91", receipt["charge"], "what the buyer paid")
	require.Equal(t, "20261126013000", receipt["accountingDate"])
	_, waybill := elements(t, files[2].Data)
	require.Equal(t, "1.650", waybill["grossWeight"])
	require.Equal(t, "梨干、龙神翠竹春茶", waybill["goodsInfo"])
	again, _, err := papers.Electronic(registration(), sample(), paid(), orderID)
	require.NoError(t, err)
	require.Equal(t, files, again, "the same order, the same numbers")
}

func TestEachModeHasItsOrderType(t *testing.T) {
	for mode, want := range map[papers.Mode]string{papers.B2C: "E", papers.B2B: "B", papers.Warehouse: "W", papers.Bonded: "E"} {
		r := registration()
		r.Mode = mode
		files, _, err := papers.Electronic(r, sample(), paid(), orderID)
		require.NoError(t, err)
		_, text := elements(t, files[0].Data)
		require.Equal(t, want, text["orderType"], mode)
	}
}

func TestWhatIsMissingForTheCustomsIsNamed(t *testing.T) {
	files, wrong, err := papers.Electronic(papers.Registration{}, sample(), paid(), orderID)
	require.NoError(t, err)
	require.Empty(t, files)
	var fields []string
	for _, p := range wrong {
		require.Equal(t, "county", p.Of)
		fields = append(fields, p.Field)
	}
	require.Equal(t, []string{"mode", "ebpCode", "ebpName", "ebcCode", "ebcName", "copCode", "copName", "dxpId", "logisticsCode", "logisticsName", "payName"}, fields)
	require.Equal(t, "ebpCode is missing in the county's export registration", wrong[1].String())

	for name, c := range map[string]struct {
		change func(*papers.Registration, *papers.Parcel)
		want   string
	}{
		"tracking": {func(_ *papers.Registration, p *papers.Parcel) { p.Tracking = "" }, "logisticsNo is missing in the order"},
		"currency": {func(_ *papers.Registration, p *papers.Parcel) { p.Currency = "KES" }, "currency in the order is not in the customs' tables"},
		"code":     {func(r *papers.Registration, _ *papers.Parcel) { r.EbcCode = strings.Repeat("9", 19) }, "ebcCode in the county's export registration is longer than the customs take"},
		"item":     {func(_ *papers.Registration, p *papers.Parcel) { p.Lines[1].Item = strings.Repeat("x", 31) }, "itemNo in line 2 of the order is longer than the customs take"},
		"name":     {func(_ *papers.Registration, p *papers.Parcel) { p.Lines[0].Name, p.Lines[0].LocalName = "", "" }, "itemName is missing in line 1 of the order"},
	} {
		r, p := registration(), sample()
		c.change(&r, p)
		files, wrong, err := papers.Electronic(r, p, paid(), orderID)
		require.NoError(t, err)
		require.Empty(t, files, name)
		require.Len(t, wrong, 1, name)
		require.Equal(t, c.want, wrong[0].String())
	}
}

func TestABundleListsWhatItHolds(t *testing.T) {
	at := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	one := papers.Bundled{Number: "=LN1", Files: []papers.File{{Name: "a.pdf", Kind: "invoice", Data: []byte("one")}}, Problems: []string{"no barcode"}}
	for orders, folder := range map[int]string{1: "", 2: "_LN1/"} {
		all := []papers.Bundled{one, {Number: "LN2", Files: one.Files}}[:orders]
		data, err := papers.Bundle(at, all...)
		require.NoError(t, err)
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		require.NoError(t, err)
		require.Equal(t, folder+"a.pdf", z.File[0].Name)
		f, err := z.Open("manifest.csv")
		require.NoError(t, err)
		manifest, err := io.ReadAll(f)
		require.NoError(t, err)
		require.Contains(t, string(manifest), "'=LN1,"+folder+"a.pdf,invoice,3,7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed,\n'=LN1,,,,,no barcode\n")
		again, err := papers.Bundle(at, all...)
		require.NoError(t, err)
		require.Equal(t, data, again)
	}
}

func TestTheIncomeReportIsAQuarter(t *testing.T) {
	q := papers.Quarter{Year: 2026, Number: 4}
	from, to := q.Bounds(time.UTC)
	require.Equal(t, "2026-10-01 2027-01-01", from.Format(time.DateOnly)+" "+to.Format(time.DateOnly))
	cny := func(n int64) money.Money { return money.Of(n, "CNY") }
	sellers := []papers.SellerIncome{{ID: "s1", Kind: "household", Name: "=七里河", Contact: "王芳", Phone: "+8613800138000", State: "approved", Sold: cny(10000), Shipping: cny(500), Refunded: cny(200), Commission: cny(300), Earned: cny(10000)}}
	data, err := papers.IncomeCSV(q, "陇南", sellers)
	require.NoError(t, err)
	require.Contains(t, string(data), "2026Q4,陇南,s1,household,'=七里河,,王芳,'+8613800138000,approved,CNY,100.00,5.00,2.00,3.00,100.00\n")
	data, err = papers.IncomeXML(q, "陇南", sellers)
	require.NoError(t, err)
	require.Contains(t, string(data), `quarter="2026Q4" from="2026-10-01" to="2026-12-31"`)
	require.NoError(t, xml.Unmarshal(data, new(struct{})))
}
