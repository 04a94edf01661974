package bankfile

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"countyfair/internal/money"
)

// Outcome is what became of a payment.
type Outcome string

// The outcomes.
const (
	Paid   Outcome = "paid"
	Failed Outcome = "failed" // not carried out, or sent back
)

// Result is what a bank says of one payment.
type Result struct {
	Reference string
	Outcome   Outcome
	Amount    money.Money
	Reason    string // of a failure
	BankRef   string
}

// Bounds of what is read.
const (
	MaxBytes   = 16 << 20
	maxResults = 100_000
	maxDepth   = 40
	maxText    = 140
)

// ErrFile is the refusal of a file that is no list of results.
var ErrFile = errors.New("bankfile: not a file of results")

// ReadResults reads what a bank sends back: camt.053, camt.054 or CSV. Payments
// come before what was sent back, whatever the order in the file.
func ReadResults(r io.Reader) ([]Result, error) {
	body, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, err
	}
	if len(body) > MaxBytes {
		return nil, fmt.Errorf("%w: larger than %d MB", ErrFile, MaxBytes>>20)
	}
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	if !utf8.Valid(body) {
		return nil, fmt.Errorf("%w: not in UTF-8", ErrFile)
	}
	read := readCSV
	if trimmed := bytes.TrimSpace(body); len(trimmed) > 0 && trimmed[0] == '<' {
		read = readCamt
	}
	results, err := read(body)
	slices.SortStableFunc(results, func(a, b Result) int { return rank(a.Outcome) - rank(b.Outcome) })
	return results, err
}

func rank(o Outcome) int {
	if o == Paid {
		return 0
	}
	return 1
}

func readCSV(body []byte) ([]Result, error) {
	r := csv.NewReader(bytes.NewReader(body))
	r.ReuseRecord = true
	if head, _, _ := bytes.Cut(body, []byte("\n")); bytes.Contains(head, []byte(";")) && !bytes.Contains(head, []byte(",")) {
		r.Comma = ';'
	}
	head, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("%w: no heading", ErrFile)
	}
	column := map[string]int{}
	for i, name := range head {
		column[strings.ToLower(strings.TrimSpace(name))] = i
	}
	for _, name := range []string{"reference", "outcome", "amount", "currency"} {
		if _, ok := column[name]; !ok {
			return nil, fmt.Errorf("%w: no column %q", ErrFile, name)
		}
	}
	var out []Result
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %s", ErrFile, cut(err.Error(), maxText))
		}
		cell := func(name string) string {
			if i, ok := column[name]; ok {
				return strings.TrimPrefix(cut(row[i], maxText), "'")
			}
			return ""
		}
		result, err := resultOf(cell)
		line, _ := r.FieldPos(0)
		if err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrFile, line, err)
		}
		if out = append(out, result); len(out) > maxResults {
			return nil, fmt.Errorf("%w: more than %d results", ErrFile, maxResults)
		}
	}
}

func resultOf(cell func(name string) string) (Result, error) {
	amount, err := parseAmount(cell("amount"), cell("currency"))
	if err != nil {
		return Result{}, err
	}
	outcome := Outcome(strings.ToLower(cell("outcome")))
	if outcome != Paid && outcome != Failed {
		return Result{}, fmt.Errorf("the outcome is paid or failed, not %q", outcome)
	}
	return Result{cell("reference"), outcome, amount, cell("reason"), cell("bank_reference")}, nil
}

var decimal = regexp.MustCompile(`^[0-9]{1,15}(\.[0-9]{1,5})?$`)

func parseAmount(text, code string) (money.Money, error) {
	if !decimal.MatchString(text) || code == "" || !money.Known(code) {
		return money.Money{}, fmt.Errorf("not an amount: %q %q", cut(text, 40), cut(code, 10))
	}
	return money.Parse(text, code)
}
