package bankfile

import (
	"encoding/xml"
	"io"
	"strconv"

	"countyfair/internal/money"
)

const painSpace = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"

// The elements of pain.001.001.09 that are used, in the order of its schema.
type painDocument struct {
	XMLName xml.Name     `xml:"Document"`
	Space   string       `xml:"xmlns,attr"`
	Header  painHeader   `xml:"CstmrCdtTrfInitn>GrpHdr"`
	Batch   painPayments `xml:"CstmrCdtTrfInitn>PmtInf"`
}

type painHeader struct {
	ID      string `xml:"MsgId"`
	At      string `xml:"CreDtTm"`
	Count   string `xml:"NbOfTxs"`
	Sum     string `xml:"CtrlSum"`
	Started string `xml:"InitgPty>Nm"`
}

type painPayments struct {
	ID        string         `xml:"PmtInfId"`
	Method    string         `xml:"PmtMtd"`
	OneEntry  bool           `xml:"BtchBookg"` // false: the statement shows each payment
	Count     string         `xml:"NbOfTxs"`
	Sum       string         `xml:"CtrlSum"`
	On        string         `xml:"ReqdExctnDt>Dt"`
	Debtor    string         `xml:"Dbtr>Nm"`
	Account   painAccount    `xml:"DbtrAcct>Id"`
	Agent     painAgent      `xml:"DbtrAgt>FinInstnId"`
	Charges   string         `xml:"ChrgBr"`
	Transfers []painTransfer `xml:"CdtTrfTxInf"`
}

type painTransfer struct {
	Instruction string      `xml:"PmtId>InstrId"`
	EndToEnd    string      `xml:"PmtId>EndToEndId"`
	Amount      painAmount  `xml:"Amt>InstdAmt"`
	Agent       painAgent   `xml:"CdtrAgt>FinInstnId"`
	Creditor    string      `xml:"Cdtr>Nm"`
	Account     painAccount `xml:"CdtrAcct>Id"`
	Text        *painText   `xml:"RmtInf,omitempty"`
}

type painText struct {
	Free string `xml:"Ustrd"`
}

type painAmount struct {
	Currency string `xml:"Ccy,attr"`
	Amount   string `xml:",chardata"`
}

type painAccount struct {
	IBAN  string     `xml:"IBAN,omitempty"`
	Other *painOther `xml:"Othr,omitempty"`
}

type painOther struct {
	ID string `xml:"Id"`
}

type painAgent struct {
	BIC   string       `xml:"BICFI,omitempty"`
	CNAPS *painClearer `xml:"ClrSysMmbId,omitempty"`
	Name  string       `xml:"Nm,omitempty"`
}

type painClearer struct {
	System string `xml:"ClrSysId>Cd"`
	Member string `xml:"MmbId"`
}

// WritePain writes the batch as ISO 20022 pain.001.001.09.
func WritePain(w io.Writer, b Batch) error {
	sum, err := b.Sum()
	if err != nil {
		return err
	}
	count, control := strconv.Itoa(len(b.Payments)), sum.Decimal()
	doc := painDocument{
		Space:  painSpace,
		Header: painHeader{cut(b.Number, 35), b.At.UTC().Format("2006-01-02T15:04:05Z"), count, control, cut(b.From.Holder, 140)},
		Batch: painPayments{
			ID: cut(b.Number, 35), Method: "TRF", Count: count, Sum: control, On: b.At.Format("2006-01-02"), Debtor: cut(b.From.Holder, 140),
			Account: accountOf(b.From), Agent: agentOf(b.From), Charges: "SHAR",
		},
	}
	for _, p := range b.Payments {
		doc.Batch.Transfers = append(doc.Batch.Transfers, painTransfer{
			Instruction: cut(p.Reference, 35), EndToEnd: cut(p.Reference, 35), Amount: amountOf(p.Amount),
			Agent: agentOf(p.To), Creditor: cut(p.To.Holder, 140), Account: accountOf(p.To), Text: textOf(p.Text),
		})
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(doc); err != nil {
		return err
	}
	_, err = io.WriteString(w, "\n")
	return err
}

func textOf(s string) *painText {
	if s = cut(s, 140); s == "" {
		return nil
	}
	return &painText{s}
}

func amountOf(m money.Money) painAmount { return painAmount{m.Currency, m.Decimal()} }

func accountOf(p Party) painAccount {
	if IsIBAN(p.Account) {
		return painAccount{IBAN: p.Account}
	}
	return painAccount{Other: &painOther{cut(p.Account, 34)}}
}

func agentOf(p Party) painAgent {
	a := painAgent{Name: cut(p.Bank, 140)}
	switch {
	case bicForm.MatchString(p.BankCode):
		a.BIC = p.BankCode
	case cnaps.MatchString(p.BankCode):
		a.CNAPS = &painClearer{"CNAPS", p.BankCode}
	}
	return a
}
