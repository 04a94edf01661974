package bankfile

import (
	"encoding/csv"
	"io"
	"math/big"
	"regexp"
	"strings"
	"time"

	"countyfair/internal/cell"
	"countyfair/internal/money"
)

// Party is a holder of a bank account.
type Party struct {
	Holder   string
	Bank     string
	BankCode string // BIC, or the twelve digits of CNAPS
	Account  string // IBAN, or the bank's own number
}

// Payment is one transfer that the bank is asked for.
type Payment struct {
	Reference string // ours, at most 35 characters
	Seller    string // who is paid, for the reader
	To        Party
	Amount    money.Money
	Text      string // what the receiver reads
}

// Batch is one file of payments, all in one currency.
type Batch struct {
	Number   string // at most 35 characters
	At       time.Time
	From     Party
	Payments []Payment
}

// Sum is what all payments come to.
func (b *Batch) Sum() (money.Money, error) {
	var sum money.Money
	for _, p := range b.Payments {
		var err error
		if sum, err = sum.Add(p.Amount); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// WriteCSV writes the batch for people, with a byte order mark so that
// spreadsheets read Chinese.
func WriteCSV(w io.Writer, b Batch) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	rows := [][]string{{"reference", "seller", "holder", "bank", "bank_code", "account", "amount", "currency", "text"}}
	for _, p := range b.Payments {
		rows = append(rows, []string{p.Reference, p.Seller, p.To.Holder, p.To.Bank, p.To.BankCode, p.To.Account, p.Amount.Decimal(), p.Amount.Currency, p.Text})
	}
	for _, row := range rows {
		for i, text := range row {
			row[i] = cell.Harmless(text)
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// cut keeps the first n characters.
func cut(s string, n int) string {
	if r := []rune(cell.Plain(s)); len(r) > n {
		return strings.TrimSpace(string(r[:n]))
	}
	return cell.Plain(s)
}

var (
	ibanForm = regexp.MustCompile(`^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$`)
	bicForm  = regexp.MustCompile(`^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$`)
	cnaps    = regexp.MustCompile(`^[0-9]{12}$`)
)

// IsIBAN reports whether the account number is an IBAN with the right check digits.
func IsIBAN(s string) bool {
	if !ibanForm.MatchString(s) {
		return false
	}
	var digits strings.Builder
	for _, r := range s[4:] + s[:4] {
		if r >= 'A' {
			digits.WriteString(big.NewInt(int64(r-'A') + 10).String())
		} else {
			digits.WriteRune(r)
		}
	}
	n, ok := new(big.Int).SetString(digits.String(), 10)
	return ok && new(big.Int).Mod(n, big.NewInt(97)).Int64() == 1
}
