package bankfile

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// The elements of camt.053 and camt.054 that are looked at; names are the same
// in all versions.
type camtDocument struct {
	XMLName xml.Name    `xml:"Document"`
	Entries []camtEntry `xml:"BkToCstmrStmt>Stmt>Ntry"`
	Noticed []camtEntry `xml:"BkToCstmrDbtCdtNtfctn>Ntfctn>Ntry"`
}

type camtEntry struct {
	Amount    camtAmount   `xml:"Amt"`
	Direction string       `xml:"CdtDbtInd"`
	Status    camtStatus   `xml:"Sts"`
	Ref       string       `xml:"AcctSvcrRef"`
	Details   []camtDetail `xml:"NtryDtls>TxDtls"`
}

type camtStatus struct {
	Old string `xml:",chardata"`
	New string `xml:"Cd"`
}

type camtAmount struct {
	Currency string `xml:"Ccy,attr"`
	Amount   string `xml:",chardata"`
}

type camtDetail struct {
	EndToEnd  string      `xml:"Refs>EndToEndId"`
	Ref       string      `xml:"Refs>AcctSvcrRef"`
	Amount    *camtAmount `xml:"Amt"`
	Inner     *camtAmount `xml:"AmtDtls>TxAmt>Amt"`
	Direction string      `xml:"CdtDbtInd"`
	Reason    string      `xml:"RtrInf>Rsn>Cd"`
	Own       string      `xml:"RtrInf>Rsn>Prtry"`
	More      []string    `xml:"RtrInf>AddtlInf"`
}

var camtSpace = regexp.MustCompile(`^urn:iso:std:iso:20022:tech:xsd:camt\.05[34]\.001\.[0-9]{2}$`)

// readCamt reads a statement or a notification. A debit that names a payment of
// ours paid it; a credit that names it brought it back.
func readCamt(body []byte) ([]Result, error) {
	if err := bounded(body); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	var doc camtDocument
	if err := xml.Unmarshal(body, &doc); err != nil {
		return nil, fmt.Errorf("%w: %s", ErrFile, cut(err.Error(), maxText))
	}
	if !camtSpace.MatchString(doc.XMLName.Space) {
		return nil, fmt.Errorf("%w: %q is neither camt.053 nor camt.054", ErrFile, cut(doc.XMLName.Space, 80))
	}
	var out []Result
	for _, e := range append(doc.Entries, doc.Noticed...) {
		if strings.TrimSpace(e.Status.Old)+strings.TrimSpace(e.Status.New) != "BOOK" {
			continue // not final
		}
		for _, d := range e.Details {
			result, ok, err := d.result(&e)
			if err != nil {
				return nil, fmt.Errorf("%w: payment %q: %w", ErrFile, cut(d.EndToEnd, 40), err)
			}
			if ok {
				out = append(out, result)
			}
		}
	}
	return out, nil
}

// result is what a detail of an entry says; false where it names no payment.
func (d *camtDetail) result(e *camtEntry) (Result, bool, error) {
	r := Result{Reference: cut(d.EndToEnd, maxText), BankRef: cut(first(d.Ref, e.Ref), maxText), Outcome: Paid}
	if r.Reference == "" || r.Reference == "NOTPROVIDED" {
		return r, false, nil
	}
	switch first(d.Direction, e.Direction) {
	case "DBIT":
	case "CRDT":
		r.Outcome, r.Reason = Failed, cut(strings.Join(append([]string{first(d.Reason, d.Own)}, d.More...), " "), maxText)
	default:
		return r, false, errors.New("neither debit nor credit")
	}
	amount := d.Amount
	if amount == nil {
		amount = d.Inner
	}
	if amount == nil && len(e.Details) == 1 {
		amount = &e.Amount
	}
	if amount == nil {
		return r, false, errors.New("no amount")
	}
	var err error
	r.Amount, err = parseAmount(strings.TrimSpace(amount.Amount), amount.Currency)
	return r, err == nil, err
}

func first(a, b string) string {
	if a = strings.TrimSpace(a); a != "" {
		return a
	}
	return strings.TrimSpace(b)
}

// bounded refuses what could hurt before anything is built of it: document
// types (and with them entities), deep nesting, too many payments.
func bounded(body []byte) error {
	d := xml.NewDecoder(bytes.NewReader(body))
	for depth, payments := 0, 0; ; {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errors.New("not well-formed XML")
		}
		switch t := token.(type) {
		case xml.Directive:
			return errors.New("it declares a document type")
		case xml.ProcInst:
			if t.Target != "xml" {
				return errors.New("it holds instructions")
			}
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return errors.New("nested too deeply")
			}
			if t.Name.Local == "TxDtls" || t.Name.Local == "Ntry" {
				payments++
			}
			if payments > 2*maxResults {
				return errors.New("too many payments")
			}
		case xml.EndElement:
			depth--
		}
	}
}
