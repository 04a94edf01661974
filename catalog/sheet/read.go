package sheet

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"countyfair/internal/errs"
)

// The bounds of a spreadsheet.
const (
	MostBytes   = 16 << 20
	mostRows    = 20_000
	mostColumns = 80
	longestCell = 8_000 // bytes; the rest is cut
	mostUnzip   = 96 << 20
)

// Refusals of a whole file.
var (
	ErrTooLarge   = errs.New(errs.Invalid, "sheet_too_large", "This file is larger than 16 MB. Please split it.")
	ErrTooMany    = errs.New(errs.Invalid, "sheet_too_many_rows", "This sheet has more than 20,000 rows. Please split it.")
	ErrUnreadable = errs.New(errs.Invalid, "sheet_unreadable", "This file cannot be read as a spreadsheet. Please save it as XLSX or CSV.")
	ErrOldExcel   = errs.New(errs.Invalid, "sheet_old_excel", "This is the old XLS form. Please open it and save it as XLSX.")
	ErrNoHeadings = errs.New(errs.Invalid, "sheet_no_headings", "No row of headings was found. The sheet needs at least the columns name and price.")
)

// table is rows of text; a row's index is its place in the file.
type table [][]string

// read gives the file's tables: an XLSX's sheets, or a CSV read with each
// separator it may have. The caller takes the one whose headings it knows best.
func read(data []byte) ([]table, error) {
	switch {
	case len(data) > MostBytes:
		return nil, ErrTooLarge
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return readXLSX(data)
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		return nil, ErrOldExcel
	}
	text, err := decodeText(data)
	if err != nil {
		return nil, err
	}
	var out []table
	for _, comma := range []rune{',', ';', '\t'} {
		t, err := readCSV(text, comma)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// decodeText reads UTF-8 and UTF-16 by their marks, UTF-8 without one where it
// is sound, and otherwise GB 18030, which holds GBK and GB 2312.
func decodeText(data []byte) (string, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		data = data[3:]
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return decodeUTF16(data), nil
	}
	if !utf8.Valid(data) {
		out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
		if err != nil || bytes.Count(out, []byte("\uFFFD")) > len(out)/100 {
			return "", ErrUnreadable
		}
		data = out
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return "", ErrUnreadable
	}
	return string(data), nil
}

func decodeUTF16(data []byte) string {
	little := data[0] == 0xff
	units := make([]uint16, 0, len(data)/2)
	for i := 2; i+1 < len(data); i += 2 {
		a, b := uint16(data[i]), uint16(data[i+1])
		if little {
			a, b = b, a
		}
		units = append(units, a<<8|b)
	}
	return strings.ReplaceAll(string(utf16.Decode(units)), "\x00", "")
}

func readCSV(text string, comma rune) (table, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = comma, true, -1
	var out table
	for {
		row, err := r.Read()
		if err != nil {
			break // the end; with lazy quotes nothing else stops the reader
		}
		line, _ := r.FieldPos(0)
		for len(out) < line-1 && len(out) < mostRows { // empty lines keep their number
			out = append(out, nil)
		}
		if len(out) >= mostRows {
			return nil, ErrTooMany
		}
		out = append(out, clean(row))
	}
	return out, nil
}

// readXLSX gives each sheet's stored values, not what they look like: a price
// shown without its decimals keeps them. A library that panics on a broken
// file is caught.
func readXLSX(data []byte) (out []table, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = ErrUnreadable.Because(fmt.Errorf("sheet: reader panicked: %v", r))
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true, UnzipSizeLimit: mostUnzip, UnzipXMLSizeLimit: mostUnzip})
	if err != nil {
		return nil, ErrUnreadable.Because(err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	for i, name := range f.GetSheetList() {
		if i >= 10 {
			break
		}
		t, err := readSheet(f, name)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

func readSheet(f *excelize.File, name string) (table, error) {
	rows, err := f.Rows(name)
	if err != nil {
		return nil, ErrUnreadable.Because(err)
	}
	defer rows.Close() //nolint:errcheck // nothing was written
	var out table
	for rows.Next() {
		if len(out) >= mostRows {
			return nil, ErrTooMany
		}
		row, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return nil, ErrUnreadable.Because(err)
		}
		out = append(out, clean(row))
	}
	if err := rows.Error(); err != nil {
		return nil, ErrUnreadable.Because(err)
	}
	return out, nil
}

// clean takes away what no cell should hold. The words stay as they are: a
// leading "=" is text here, and nothing ever computes it.
func clean(row []string) []string {
	row = row[:min(len(row), mostColumns)]
	out := make([]string, len(row))
	for i, cell := range row {
		if len(cell) > longestCell {
			cell = cell[:longestCell]
		}
		cell = strings.ToValidUTF8(cell, "")
		cell = strings.Map(func(r rune) rune {
			switch {
			case r == '\n' || r == '\t' || r == '\u3000' || r == '\u00a0':
				return ' '
			case r < ' ' || r == 0x7f || r == '\ufeff' || r == '\ufffe' || r >= 0x80 && r < 0xa0:
				return -1
			}
			return r
		}, cell)
		out[i] = strings.TrimSpace(cell)
	}
	return out
}
