package papers

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"countyfair/internal/money"
)

// Party is who sends or gets the parcel.
type Party struct {
	Name     string
	Street   []string
	City     string // with district and province
	Postcode string
	Country  string // ISO 3166-1 alpha-2
	Phone    string
}

// Number is a number that a customs office knows somebody by: IOSS, VAT, EORI.
type Number struct{ Kind, Value string }

// Amounts are the order's frozen amounts, in minor units:
// total = goods − discount + freight + insurance + handling + duty + tax.
type Amounts struct {
	Goods, Discount, Freight, Insurance, Handling, Duty, Tax, Total int64
}

// Line is goods of one kind.
type Line struct {
	Item      string // the seller's own number of it
	Name      string // in Latin letters, if there is a name so
	LocalName string // in Chinese
	Unit      string
	HSCode    string
	Origin    string // ISO 3166-1 alpha-2
	Quantity  int
	NetG      int64 // a piece
	GrossG    int64 // a piece; 0: not known, then as net
	Price     int64
	Total     int64
	Documents []string // ids of the papers that its destination asks for
	Source    string   // the rule that asks
}

// Parcel is one order on its way across a border.
type Parcel struct {
	Number   string
	Placed   time.Time
	Printed  time.Time // the date on the papers
	Tracking string
	Carrier  string
	Seller   string
	From, To Party
	Currency string
	Incoterm string // DDP, DAP
	Exchange string // how the price came into the currency, in words
	Amounts  Amounts
	Numbers  []Number
	Lines    []Line
}

var errAmounts = errors.New("papers: the amounts do not add up")

// Check refuses a parcel whose papers would contradict its order.
func (p *Parcel) Check() error {
	a, goods := p.Amounts, int64(0)
	for _, l := range p.Lines {
		if l.Price*int64(l.Quantity) != l.Total {
			return fmt.Errorf("%w: %d × %d is not %d", errAmounts, l.Quantity, l.Price, l.Total)
		}
		goods += l.Total
	}
	if goods != a.Goods {
		return fmt.Errorf("%w: the lines come to %d, the goods to %d", errAmounts, goods, a.Goods)
	}
	if sum := a.Goods - a.Discount + a.Freight + a.Insurance + a.Handling + a.Duty + a.Tax; sum != a.Total {
		return fmt.Errorf("%w: the parts come to %d, the total to %d", errAmounts, sum, a.Total)
	}
	return nil
}

// Value is what the goods are worth: what is paid for them.
func (p *Parcel) Value() int64 { return p.Amounts.Goods - p.Amounts.Discount }

// values are the lines' shares of Value.
func (p *Parcel) values() []int64 {
	out := make([]int64, len(p.Lines))
	for i, l := range p.Lines {
		out[i] = l.Total
	}
	for i, part := range money.Allocate(p.Amounts.Discount, out) {
		out[i] -= part
	}
	return out
}

// NetG is the weight of the goods.
func (p *Parcel) NetG() (sum int64) {
	for _, l := range p.Lines {
		sum += l.NetG * int64(l.Quantity)
	}
	return sum
}

// GrossG is the weight of the goods as packed.
func (p *Parcel) GrossG() (sum int64) {
	for _, l := range p.Lines {
		sum += l.gross() * int64(l.Quantity)
	}
	return sum
}

func (l *Line) gross() int64 { return max(l.GrossG, l.NetG) }

// title is the line's name for the form, with the Chinese one after it.
func (l *Line) title() string {
	if l.Name == "" || l.Name == l.LocalName {
		return l.LocalName
	}
	return strings.TrimSpace(l.Name + " " + l.LocalName)
}

func (p *Parcel) sum(n int64) string { return money.Of(n, p.Currency).Decimal() }

// kg writes grams as kilograms: 1.250.
func kg(grams int64) string {
	return strconv.FormatInt(grams/1000, 10) + "." + fmt.Sprintf("%03d", grams%1000)
}

// Form is which customs declaration a parcel takes.
type Form string

// The forms.
const (
	CN22 Form = "CN22"
	CN23 Form = "CN23"
)

// What a CN22 may declare (UPU Convention Manual, articles on customs
// declarations): up to 300 SDR and 2 kg; and what it has room for.
const (
	cn22SDR   = 300_00 // hundredths
	cn22Grams = 2000
	cn22Lines = 4
)

// ChooseForm says which form a parcel takes, by its value in hundredths of an
// SDR. Where that is not known it is CN23, which is never too little.
func ChooseForm(p *Parcel, sdr int64, known bool) Form {
	if !known || sdr > cn22SDR || p.GrossG() > cn22Grams || len(p.Lines) > cn22Lines {
		return CN23
	}
	return CN22
}
