package customs

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"countyfair/internal/errs"
)

// Limits of a file of rows.
const (
	mostFileBytes = 4 << 20
	mostFileRows  = 20_000
)

// ReadCSV reads rows under a heading that names the table's columns in any
// order. A column that is missing or not known refuses the whole file; what is
// wrong with a row is for Preview to say.
func ReadCSV(t Table, r io.Reader) ([]Cells, error) {
	l, ok := layouts[t]
	if !ok {
		return nil, errs.NotFoundOf("table")
	}
	raw, err := io.ReadAll(io.LimitReader(r, mostFileBytes+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > mostFileBytes {
		return nil, errs.New(errs.Invalid, "file_too_large", "This file is too large. Send it in parts.")
	}
	file := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\ufeff"))))
	heading, err := file.Read()
	if err != nil {
		return nil, notCSV(err)
	}
	if err := l.checkHeading(heading); err != nil {
		return nil, err
	}
	var rows []Cells
	for {
		record, err := file.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, notCSV(err)
		}
		if len(rows) == mostFileRows {
			return nil, errs.New(errs.Invalid, "file_too_large", "This file is too large. Send it in parts.")
		}
		c := Cells{}
		for i, name := range heading {
			c[name] = record[i]
		}
		rows = append(rows, c)
	}
}

func notCSV(err error) error {
	return errs.New(errs.Invalid, "not_csv", "This is not a CSV file with a heading in UTF-8.").Because(err)
}

func (l *layout) checkHeading(heading []string) error {
	var wrong errs.Fields
	for i, name := range heading {
		heading[i] = strings.TrimSpace(name)
		if !slices.Contains(l.names(), heading[i]) || slices.Contains(heading[:i], heading[i]) {
			wrong.Add(heading[i], "unknown_column", messages["unknown_column"])
		}
	}
	for _, name := range l.names() {
		if !slices.Contains(heading, name) {
			wrong.Add(name, "missing_column", messages["missing_column"])
		}
	}
	return wrong.Err()
}

func (l *layout) names() []string {
	names := make([]string, len(l.columns))
	for i, c := range l.columns {
		names[i] = c.name
	}
	return names
}

// WriteCSV writes rows so that ReadCSV reads the same ones.
func WriteCSV(t Table, w io.Writer, rows []Cells) error {
	l, ok := layouts[t]
	if !ok {
		return errs.NotFoundOf("table")
	}
	file := csv.NewWriter(w)
	if err := file.Write(l.names()); err != nil {
		return err
	}
	for _, c := range rows {
		record := make([]string, len(l.columns))
		for i, col := range l.columns {
			record[i] = c[col.name]
		}
		if err := file.Write(record); err != nil {
			return fmt.Errorf("customs: %w", err)
		}
	}
	file.Flush()
	return file.Error()
}
