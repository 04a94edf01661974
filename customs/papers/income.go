package papers

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"time"

	"countyfair/internal/cell"
	"countyfair/internal/money"
)

// SellerIncome is who a seller is and what it earned in a quarter, in one currency.
type SellerIncome struct {
	ID         string
	Kind       string // household, cooperative, firm
	Name       string
	LicenceNo  string // unified social credit identifier, where there is one
	Contact    string
	Phone      string
	State      string
	Sold       money.Money
	Shipping   money.Money
	Refunded   money.Money
	Commission money.Money
	Earned     money.Money
}

// Quarter is three months of a year.
type Quarter struct{ Year, Number int }

// String is the quarter as 2026Q4.
func (q Quarter) String() string { return fmt.Sprintf("%dQ%d", q.Year, q.Number) }

// Bounds are its first moment and the first after it, where the county is.
func (q Quarter) Bounds(at *time.Location) (from, to time.Time) {
	from = time.Date(q.Year, time.Month(3*q.Number-2), 1, 0, 0, 0, 0, at)
	return from, from.AddDate(0, 3, 0)
}

var incomeColumns = []string{"quarter", "platform", "seller_id", "kind", "name", "licence_no", "contact", "phone", "state", "currency", "sold", "shipping", "refunded", "commission", "earned"}

// IncomeCSV is the quarterly report of sellers' identity and income, a seller
// and currency a line; docs/borders.md tells what each column holds.
func IncomeCSV(q Quarter, platform string, sellers []SellerIncome) ([]byte, error) {
	rows := [][]string{incomeColumns}
	for _, s := range sellers {
		rows = append(rows, append([]string{
			q.String(), platform, s.ID, s.Kind, s.Name, s.LicenceNo, s.Contact, s.Phone, s.State, s.Sold.Currency,
		}, s.sums()...))
	}
	var b bytes.Buffer
	err := cell.WriteCSV(&b, rows)
	return b.Bytes(), err
}

func (s *SellerIncome) sums() []string {
	return []string{s.Sold.Decimal(), s.Shipping.Decimal(), s.Refunded.Decimal(), s.Commission.Decimal(), s.Earned.Decimal()}
}

type incomeReport struct {
	XMLName  xml.Name        `xml:"SellerIncomeReport"`
	Quarter  string          `xml:"quarter,attr"`
	From     string          `xml:"from,attr"`
	To       string          `xml:"to,attr"`
	Platform string          `xml:"Platform"`
	Sellers  []incomeElement `xml:"Seller"`
}

type incomeElement struct {
	ID         string `xml:"id,attr"`
	Kind       string `xml:"Kind"`
	Name       string `xml:"Name"`
	LicenceNo  string `xml:"LicenceNo,omitempty"`
	Contact    string `xml:"Contact"`
	Phone      string `xml:"Phone"`
	State      string `xml:"State"`
	Currency   string `xml:"Currency"`
	Sold       string `xml:"Sold"`
	Shipping   string `xml:"Shipping"`
	Refunded   string `xml:"Refunded"`
	Commission string `xml:"Commission"`
	Earned     string `xml:"Earned"`
}

// IncomeXML is the same report as XML.
func IncomeXML(q Quarter, platform string, sellers []SellerIncome) ([]byte, error) {
	from, to := q.Bounds(time.UTC)
	report := incomeReport{Quarter: q.String(), From: from.Format(time.DateOnly), To: to.AddDate(0, 0, -1).Format(time.DateOnly), Platform: cell.Plain(platform)}
	for _, s := range sellers {
		n := s.sums()
		report.Sellers = append(report.Sellers, incomeElement{
			s.ID, s.Kind, cell.Plain(s.Name), cell.Plain(s.LicenceNo), cell.Plain(s.Contact), cell.Plain(s.Phone), s.State, s.Sold.Currency, n[0], n[1], n[2], n[3], n[4],
		})
	}
	body, err := xml.MarshalIndent(report, "", "  ")
	return append([]byte(xml.Header), append(body, '\n')...), err
}
