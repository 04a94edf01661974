package papers

import (
	"encoding/xml"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"countyfair/internal/cell"
)

// Mode is the customs supervision mode that a county exports under.
type Mode string

// The modes of cross-border e-commerce.
const (
	B2C       Mode = "9610" // direct sale to a consumer
	B2B       Mode = "9710" // direct sale to a business
	Warehouse Mode = "9810" // into a warehouse abroad
	Bonded    Mode = "1210" // out of a bonded zone
)

// Modes are all modes, in the order in which a form offers them.
var Modes = []Mode{B2C, B2B, Warehouse, Bonded}

// orderTypes is what an electronic order calls each mode: E a B2C export, B a
// B2B one, W a booking for a warehouse abroad (field orderType of CEB303).
var orderTypes = map[Mode]string{B2C: "E", Bonded: "E", B2B: "B", Warehouse: "W"}

// Registration is who files with the customs: the county's own entry there.
// Its names are those of the customs' fields.
type Registration struct {
	Mode          Mode   `json:"mode,omitempty" enum:"9610,9710,9810,1210" doc:"The customs supervision mode"`
	EbpCode       string `json:"ebp_code,omitempty"` // the platform's customs registration or credit code
	EbpName       string `json:"ebp_name,omitempty"`
	EbcCode       string `json:"ebc_code,omitempty"` // the exporting enterprise's
	EbcName       string `json:"ebc_name,omitempty"`
	EbcTelephone  string `json:"ebc_telephone,omitempty"`
	CopCode       string `json:"cop_code,omitempty"` // who transmits
	CopName       string `json:"cop_name,omitempty"`
	DxpID         string `json:"dxp_id,omitempty"` // its mailbox at the exchange platform
	LogisticsCode string `json:"logistics_code,omitempty"`
	LogisticsName string `json:"logistics_name,omitempty"`
	PayCode       string `json:"pay_code,omitempty"`
	PayName       string `json:"pay_name,omitempty"`
}

// Receipt is how the order was paid.
type Receipt struct {
	Reference string
	At        time.Time
}

// namespace of the customs' electronic documents.
const namespace = "http://www.chinaport.gov.cn/ceb"

// message is the frame of a document. The elements stand in the order that the
// customs' schema asks for.
type message struct {
	XMLName  xml.Name
	GUID     string     `xml:"guid,attr"`
	Version  string     `xml:"version,attr"`
	Order    *cebOrder  `xml:"Order"`
	Receipts *receipts  `xml:"Receipts"`
	Waybill  *logistics `xml:"Logistics"`
	Transfer transfer   `xml:"BaseTransfer"`
}

type transfer struct {
	CopCode string `xml:"copCode"`
	CopName string `xml:"copName"`
	DxpMode string `xml:"dxpMode"`
	DxpID   string `xml:"dxpId"`
}

// filing is what the three documents begin with.
type filing struct {
	GUID      string `xml:"guid"`
	AppType   string `xml:"appType"`
	AppTime   string `xml:"appTime"`
	AppStatus string `xml:"appStatus"`
}

type cebOrder struct {
	Head orderHead   `xml:"OrderHead"`
	List []orderLine `xml:"OrderList"`
}

type orderHead struct {
	filing
	OrderType  string `xml:"orderType"`
	OrderNo    string `xml:"orderNo"`
	EbpCode    string `xml:"ebpCode"`
	EbpName    string `xml:"ebpName"`
	EbcCode    string `xml:"ebcCode"`
	EbcName    string `xml:"ebcName"`
	GoodsValue string `xml:"goodsValue"`
	Freight    string `xml:"freight"`
	Currency   string `xml:"currency"`
}

type orderLine struct {
	Number     int    `xml:"gnum"`
	ItemNo     string `xml:"itemNo"`
	ItemName   string `xml:"itemName"`
	Describe   string `xml:"itemDescribe,omitempty"`
	Unit       string `xml:"unit"`
	Currency   string `xml:"currency"`
	Quantity   string `xml:"qty"`
	Price      string `xml:"price"`
	TotalPrice string `xml:"totalPrice"`
}

type receipts struct {
	filing
	EbpCode        string `xml:"ebpCode"`
	EbpName        string `xml:"ebpName"`
	EbcCode        string `xml:"ebcCode"`
	EbcName        string `xml:"ebcName"`
	OrderNo        string `xml:"orderNo"`
	PayCode        string `xml:"payCode,omitempty"`
	PayName        string `xml:"payName"`
	PayNo          string `xml:"payNo,omitempty"`
	Charge         string `xml:"charge"`
	Currency       string `xml:"currency"`
	AccountingDate string `xml:"accountingDate"`
}

type logistics struct {
	filing
	LogisticsCode string `xml:"logisticsCode"`
	LogisticsName string `xml:"logisticsName"`
	LogisticsNo   string `xml:"logisticsNo"`
	Freight       string `xml:"freight"`
	InsuredFee    string `xml:"insuredFee"`
	Currency      string `xml:"currency"`
	GrossWeight   string `xml:"grossWeight"`
	PackNo        int    `xml:"packNo"`
	GoodsInfo     string `xml:"goodsInfo"`
	EbcCode       string `xml:"ebcCode,omitempty"`
	EbcName       string `xml:"ebcName,omitempty"`
	EbcTelephone  string `xml:"ebcTelephone,omitempty"`
}

// File is a finished paper.
type File struct {
	Name string
	Kind string // its id, as in a bundle's manifest
	Data []byte
}

// Electronic makes the three documents of an order: order, receipt and
// waybill. Where something is missing or too long it makes none and names it.
// The same order always gets the same numbers.
func Electronic(r Registration, p *Parcel, paid Receipt, order uuid.UUID) ([]File, []Problem, error) {
	if err := p.Check(); err != nil {
		return nil, nil, err
	}
	if wrong := check(r, p, paid); len(wrong) > 0 {
		return nil, wrong, nil
	}
	e := electronic{r.clean(), p, paid, order}
	var out []File
	for _, m := range []message{e.order(), e.receipt(), e.waybill()} {
		body, err := xml.MarshalIndent(m, "", "  ")
		if err != nil {
			return nil, nil, err
		}
		id := strings.ToLower(strings.TrimSuffix(m.XMLName.Local, "Message"))
		out = append(out, File{Name: m.XMLName.Local + "_" + safeName(p.Number) + ".xml", Kind: id, Data: append([]byte(xml.Header), append(body, '\n')...)})
	}
	return out, nil, nil
}

type electronic struct {
	r    Registration
	p    *Parcel
	paid Receipt
	key  uuid.UUID
}

// beijing is the time the customs count in.
var beijing = time.FixedZone("CST", 8*60*60)

func stamp(t time.Time) string { return t.In(beijing).Format("20060102150405") }

// guid is the order's number for one document, for ever.
func (e *electronic) guid(document string) string {
	return strings.ToUpper(uuid.NewSHA1(e.key, []byte(document)).String())
}

func (e *electronic) filing(document string) filing {
	return filing{GUID: e.guid(document), AppType: "1", AppTime: stamp(e.p.Printed), AppStatus: "2"}
}

func (e *electronic) message(name string) message {
	return message{
		XMLName: xml.Name{Space: namespace, Local: name}, GUID: e.guid(name), Version: "1.0",
		Transfer: transfer{CopCode: e.r.CopCode, CopName: e.r.CopName, DxpMode: "DXP", DxpID: e.r.DxpID},
	}
}

func (e *electronic) order() message {
	p, code := e.p, currencies[e.p.Currency]
	o := &cebOrder{Head: orderHead{
		filing: e.filing("order"), OrderType: orderTypes[e.r.Mode], OrderNo: p.Number, EbpCode: e.r.EbpCode, EbpName: e.r.EbpName, EbcCode: e.r.EbcCode, EbcName: e.r.EbcName,
		GoodsValue: p.sum(p.Value()), Freight: p.sum(p.Amounts.Freight), Currency: code,
	}}
	for i, l := range p.Lines {
		o.List = append(o.List, orderLine{
			Number: i + 1, ItemNo: cell.Plain(l.Item), ItemName: cell.Plain(l.local()), Describe: cell.Plain(l.HSCode), Unit: unitPiece, Currency: code,
			Quantity: strconv.Itoa(l.Quantity), Price: p.sum(l.Price), TotalPrice: p.sum(l.Total),
		})
	}
	m := e.message("CEB303Message")
	m.Order = o
	return m
}

func (e *electronic) receipt() message {
	m := e.message("CEB403Message")
	m.Receipts = &receipts{
		filing: e.filing("receipt"), EbpCode: e.r.EbpCode, EbpName: e.r.EbpName, EbcCode: e.r.EbcCode, EbcName: e.r.EbcName, OrderNo: e.p.Number,
		PayCode: e.r.PayCode, PayName: e.r.PayName, PayNo: cell.Plain(e.paid.Reference), Charge: e.p.sum(e.p.Amounts.Total), Currency: currencies[e.p.Currency], AccountingDate: stamp(e.paid.At),
	}
	return m
}

func (e *electronic) waybill() message {
	m := e.message("CEB505Message")
	m.Waybill = &logistics{
		filing: e.filing("waybill"), LogisticsCode: e.r.LogisticsCode, LogisticsName: e.r.LogisticsName, LogisticsNo: cell.Plain(e.p.Tracking),
		Freight: e.p.sum(e.p.Amounts.Freight), InsuredFee: e.p.sum(e.p.Amounts.Insurance), Currency: currencies[e.p.Currency],
		GrossWeight: kg(e.p.GrossG()), PackNo: 1, GoodsInfo: goodsInfo(e.p), EbcCode: e.r.EbcCode, EbcName: e.r.EbcName, EbcTelephone: e.r.EbcTelephone,
	}
	return m
}

// goodsInfo names the goods as far as the field goes.
func goodsInfo(p *Parcel) string {
	names := make([]string, len(p.Lines))
	for i, l := range p.Lines {
		names[i] = cell.Plain(l.local())
	}
	all := []rune(strings.Join(names, "、"))
	return string(all[:min(len(all), 200)])
}

// local is the name that the Chinese customs can read, if there is one.
func (l *Line) local() string {
	if l.LocalName == "" {
		return l.Name
	}
	return l.LocalName
}

func safeName(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && (r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z') {
			return r
		}
		return '_'
	}, s)
}
