// Package cell makes text safe for a cell of a spreadsheet.
package cell

import (
	"encoding/csv"
	"io"
	"strings"
	"unicode"
)

// Harmless keeps a spreadsheet from running a cell as a formula.
func Harmless(text string) string {
	text = Plain(text)
	if text != "" && strings.ContainsRune("=+-@|%＝＋－＠", []rune(strings.TrimLeft(text, " "))[0]) {
		return "'" + text
	}
	return text
}

// Plain drops what cannot be printed; XML could not even hold it.
func Plain(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == unicode.ReplacementChar || r == '\ufeff':
			return -1
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.TrimSpace(s)
}

// WriteCSV writes harmless rows. A mark at the beginning tells spreadsheets
// that the Chinese in them is UTF-8.
func WriteCSV(w io.Writer, rows [][]string) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	for _, row := range rows {
		safe := make([]string, len(row))
		for i, text := range row {
			safe[i] = Harmless(text)
		}
		if err := out.Write(safe); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
