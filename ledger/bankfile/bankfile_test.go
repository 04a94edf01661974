package bankfile_test

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"countyfair/internal/money"
	"countyfair/ledger/bankfile"
)

const ref1, ref2 = "01900000000070008000000000000001", "01900000000070008000000000000002"

func batch() bankfile.Batch {
	return bankfile.Batch{
		Number: "PAY-261125-ABCDE", At: time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC),
		From: bankfile.Party{Holder: "陇南市财政局", Bank: "中国银行", BankCode: "BKCHCNBJ", Account: "123456789012"},
		Payments: []bankfile.Payment{
			{Reference: ref1, Seller: "s1", To: bankfile.Party{Holder: "=HYPERLINK(\"http://x\")", Bank: "农业银行", BankCode: "103100000026", Account: "6228480402564890018"}, Amount: money.Of(123450, "CNY"), Text: "<&>\x00\u202e"},
			{Reference: ref2, Seller: "s2", To: bankfile.Party{Holder: "Li & Söhne", Bank: "Sparkasse", BankCode: "COBADEFFXXX", Account: "DE89370400440532013000"}, Amount: money.Of(5, "CNY")},
		},
	}
}

func TestTheTableIsHarmlessAndComplete(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, bankfile.WriteCSV(&out, batch()))
	text, found := strings.CutPrefix(out.String(), "\ufeff")
	require.True(t, found)
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 3)
	require.Equal(t, []string{"reference", "seller", "holder", "bank", "bank_code", "account", "amount", "currency", "text"}, rows[0])
	require.Equal(t, "'=HYPERLINK(\"http://x\")", rows[1][2])
	require.Equal(t, []string{"1234.50", "CNY", "<&>"}, rows[1][6:])
}

// What a bank's program looks at first: counts and sums, and that every element
// stands where the schema wants it.
func TestThePainFileAddsUp(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, bankfile.WritePain(&out, batch()))
	var order []string
	d := xml.NewDecoder(bytes.NewReader(out.Bytes()))
	values := map[string][]string{}
	for {
		token, err := d.Token()
		if err != nil {
			break
		}
		switch t := token.(type) {
		case xml.StartElement:
			order = append(order, t.Name.Local)
			if t.Name.Space != "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09" {
				panic(t.Name.Space)
			}
		case xml.CharData:
			if s := strings.TrimSpace(string(t)); s != "" {
				values[order[len(order)-1]] = append(values[order[len(order)-1]], s)
			}
		}
	}
	require.Equal(t, strings.Fields(`Document CstmrCdtTrfInitn GrpHdr MsgId CreDtTm NbOfTxs CtrlSum InitgPty Nm
		PmtInf PmtInfId PmtMtd BtchBookg NbOfTxs CtrlSum ReqdExctnDt Dt Dbtr Nm DbtrAcct Id Othr Id DbtrAgt FinInstnId BICFI Nm ChrgBr
		CdtTrfTxInf PmtId InstrId EndToEndId Amt InstdAmt CdtrAgt FinInstnId ClrSysMmbId ClrSysId Cd MmbId Nm Cdtr Nm CdtrAcct Id Othr Id RmtInf Ustrd
		CdtTrfTxInf PmtId InstrId EndToEndId Amt InstdAmt CdtrAgt FinInstnId BICFI Nm Cdtr Nm CdtrAcct Id IBAN`), order)
	require.Equal(t, []string{"1234.55", "1234.55"}, values["CtrlSum"])
	require.Equal(t, []string{"2", "2"}, values["NbOfTxs"])
	require.Equal(t, []string{"1234.50", "0.05"}, values["InstdAmt"])
	require.Equal(t, []string{"<&>"}, values["Ustrd"])
	require.Equal(t, []string{ref1, ref2}, values["EndToEndId"])
}

func TestIBAN(t *testing.T) {
	require.True(t, bankfile.IsIBAN("DE89370400440532013000"))
	require.True(t, bankfile.IsIBAN("GB82WEST12345698765432"))
	require.False(t, bankfile.IsIBAN("DE88370400440532013000"))
	require.False(t, bankfile.IsIBAN("6228480402564890018"))
}

func camt(space, root, inner, entries string) string {
	return fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:%s"><%s><GrpHdr><MsgId>1</MsgId></GrpHdr><%s>%s</%s></%s></Document>`, space, root, inner, entries, inner, root)
}

func TestStatementsOfBanksAreRead(t *testing.T) {
	entries := `
	<Ntry><Amt Ccy="CNY">0.05</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><NtryDtls><TxDtls><Refs><EndToEndId>` + ref2 + `</EndToEndId></Refs>
		<RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>closed</AddtlInf></RtrInf></TxDtls></NtryDtls></Ntry>
	<Ntry><Amt Ccy="CNY">1234.55</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><AcctSvcrRef>B7</AcctSvcrRef><NtryDtls>
		<TxDtls><Refs><EndToEndId>` + ref1 + `</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="CNY">1234.5</Amt></TxAmt></AmtDtls></TxDtls>
		<TxDtls><Refs><AcctSvcrRef>B8</AcctSvcrRef><EndToEndId>` + ref2 + `</EndToEndId></Refs><Amt Ccy="CNY">0.05</Amt></TxDtls></NtryDtls></Ntry>
	<Ntry><Amt Ccy="CNY">7</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>PDNG</Sts><NtryDtls><TxDtls><Refs><EndToEndId>` + ref1 + `</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>
	<Ntry><Amt Ccy="CNY">7</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>`
	want := []bankfile.Result{
		{Reference: ref1, Outcome: bankfile.Paid, Amount: money.Of(123450, "CNY"), BankRef: "B7"},
		{Reference: ref2, Outcome: bankfile.Paid, Amount: money.Of(5, "CNY"), BankRef: "B8"},
		{Reference: ref2, Outcome: bankfile.Failed, Amount: money.Of(5, "CNY"), Reason: "AC04 closed"},
	}
	for _, file := range []string{camt("camt.053.001.08", "BkToCstmrStmt", "Stmt", entries), camt("camt.054.001.02", "BkToCstmrDbtCdtNtfctn", "Ntfctn", entries)} {
		got, err := bankfile.ReadResults(strings.NewReader(file))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestTablesOfResultsAreRead(t *testing.T) {
	for _, file := range []string{
		"\ufeffreference,outcome,amount,currency,reason\r\n" + ref1 + ",paid,1234.50,CNY,\r\n" + ref2 + ",FAILED,0.05,CNY,no such account\r\n",
		"Outcome;Reference;Currency;Amount;Reason\n failed;" + ref2 + ";CNY;0.05;no such account\npaid;" + ref1 + ";CNY;1234.5;\n",
	} {
		got, err := bankfile.ReadResults(strings.NewReader(file))
		require.NoError(t, err)
		require.Equal(t, []bankfile.Result{
			{Reference: ref1, Outcome: bankfile.Paid, Amount: money.Of(123450, "CNY")},
			{Reference: ref2, Outcome: bankfile.Failed, Amount: money.Of(5, "CNY"), Reason: "no such account"},
		}, got)
	}
}

func TestHostileFilesAreRefused(t *testing.T) {
	for name, file := range map[string]string{
		"nothing":               "",
		"no columns":            "a,b\n1,2\n",
		"a float":               "reference,outcome,amount,currency\nx,paid,1e3,CNY\n",
		"a negative":            "reference,outcome,amount,currency\nx,paid,-1,CNY\n",
		"too many decimals":     "reference,outcome,amount,currency\nx,paid,1.234,CNY\n",
		"no currency":           "reference,outcome,amount,currency\nx,paid,1,\n",
		"no outcome":            "reference,outcome,amount,currency\nx,maybe,1,CNY\n",
		"rows of other lengths": "reference,outcome,amount,currency\nx,paid,1\n",
		"not UTF-8":             "reference,outcome,amount,currency\n\xff\xfe,paid,1,CNY\n",
		"entities":              `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>` + `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">&b;</Document>`,
		"an outside entity":     `<!DOCTYPE Document SYSTEM "file:///etc/passwd"><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"/>`,
		"an unknown entity":     camt("camt.053.001.08", "BkToCstmrStmt", "Stmt", "&boom;"),
		"another message":       camt("pain.001.001.09", "BkToCstmrStmt", "Stmt", ""),
		"deep":                  strings.Repeat("<a>", 100_000),
		"cut off":               `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>`,
		"another character set": `<?xml version="1.0" encoding="UTF-7"?>` + strings.TrimPrefix(camt("camt.053.001.08", "BkToCstmrStmt", "Stmt", ""), `<?xml version="1.0" encoding="UTF-8"?>`),
		"instructions":          `<?xml-stylesheet href="x"?>` + `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"/>`,
		"large":                 strings.Repeat(" ", bankfile.MaxBytes+1),
	} {
		_, err := bankfile.ReadResults(strings.NewReader(file))
		require.ErrorIs(t, err, bankfile.ErrFile, name)
	}
}

func FuzzReadResults(f *testing.F) {
	f.Add([]byte(camt("camt.053.001.08", "BkToCstmrStmt", "Stmt", `<Ntry><Amt Ccy="CNY">7</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><NtryDtls><TxDtls><Refs><EndToEndId>x</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>`)))
	f.Add([]byte("reference,outcome,amount,currency\nx,paid,1,CNY\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		results, err := bankfile.ReadResults(bytes.NewReader(body))
		for _, r := range results {
			if err == nil && (r.Amount.Amount < 0 || (r.Outcome != bankfile.Paid && r.Outcome != bankfile.Failed)) {
				t.Fatalf("%+v", r)
			}
		}
	})
}
