package sheet

import "strings"

// Cells are a line's texts by column.
type Cells map[Column]string

// Line is one row of the sheet below its headings.
type Line struct {
	Row   int // as the spreadsheet numbers it, from 1
	Cells Cells
	// Repeats is the row of an earlier line for the same variant, or zero.
	Repeats int
}

// File is a spreadsheet as it was understood.
type File struct {
	Columns []Column
	Lines   []Line
}

// ofProduct are the columns that the lines of one product share.
var ofProduct = []Column{
	Name, NameZh, NameEn, Category, Seller, Origin, OriginZh, OriginEn, Season, Harvested, TraceCode, Certificate,
	Description, DescriptionZh, DescriptionEn, Pictures, HSCode,
}

// Parse reads a spreadsheet. Its errors are *errs.Error of class invalid, about
// the file as a whole.
func Parse(data []byte) (*File, error) {
	tables, err := read(data)
	if err != nil {
		return nil, err
	}
	var from table
	var at int
	var columns map[int]heading
	for _, t := range tables {
		if i, found := findHeadings(t); len(found) > len(columns) {
			from, at, columns = t, i, found
		}
	}
	if columns == nil {
		return nil, ErrNoHeadings
	}
	f := &File{}
	for j := range mostColumns {
		if h, ok := columns[j]; ok {
			f.Columns = append(f.Columns, h.column)
		}
	}
	inherit := newInheritance()
	for i, row := range from[at+1:] {
		cells := Cells{}
		for j, h := range columns {
			if j < len(row) && row[j] != "" {
				cells[h.column] = withUnit(row[j], h.unit)
			}
		}
		if len(cells) == 0 || isTotal(cells) {
			continue
		}
		line := Line{Row: at + i + 2, Cells: cells}
		inherit.into(&line)
		f.Lines = append(f.Lines, line)
	}
	return f, nil
}

// withUnit gives a bare number the unit of its heading.
func withUnit(cell, unit string) string {
	if unit != "" && strings.Trim(fold(cell), "0123456789.") == "" {
		return cell + " " + unit
	}
	return cell
}

// isTotal knows the line of sums that stands under many tables.
func isTotal(c Cells) bool {
	for _, column := range []Column{Code, Name, Category, Seller} {
		switch bare(c[column]) {
		case "合计", "总计", "小计", "total", "sum", "subtotal":
			return c[Price] == "" || c[Weight] == ""
		}
	}
	return false
}

// inheritance carries a product's own columns down to its further lines.
type inheritance struct {
	first    map[string]Cells // the first line of each product
	lastName string           // where sheets merge cells: the product above
	lastCode string
	lastSale string
	seen     map[string]int
}

func newInheritance() *inheritance {
	return &inheritance{first: map[string]Cells{}, seen: map[string]int{}}
}

// into fills what a line leaves blank. A line without code and name belongs to
// the product above it.
func (h *inheritance) into(l *Line) {
	c := l.Cells
	if c[Code] == "" && c.AnyName() == "" {
		set(c, Code, h.lastCode)
		if h.lastCode == "" {
			set(c, Name, h.lastName)
		}
	}
	if c[Seller] == "" && c[Code] == h.lastCode && c[Code] != "" {
		set(c, Seller, h.lastSale)
	}
	key := productKey(c)
	if first, ok := h.first[key]; ok && key != "" {
		for _, column := range ofProduct {
			if c[column] == "" {
				set(c, column, first[column])
			}
		}
	} else if key != "" {
		h.first[key] = c
	}
	h.lastCode, h.lastName, h.lastSale = c[Code], c.AnyName(), c[Seller]
	if key == "" {
		return
	}
	variant := key + "\x00" + c.VariantKey()
	if earlier, ok := h.seen[variant]; ok {
		l.Repeats = earlier
	} else {
		h.seen[variant] = l.Row
	}
}

func set(c Cells, column Column, text string) {
	if text != "" {
		c[column] = text
	}
}

// productKey tells the products of a sheet apart.
func productKey(c Cells) string {
	if k := c.ProductKey(); k != "" {
		return bare(c[Seller]) + "\x00" + k
	}
	return ""
}

// ProductKey is what names the product for its seller: its code, or its name
// where the sheet has no codes.
func (c Cells) ProductKey() string {
	if c[Code] != "" {
		return cut(exponent(fold(c[Code])), 80)
	}
	return cut(c.AnyName(), 80)
}

// VariantKey is what names the variant within its product: its own code, or
// what it is called, or what it weighs and how it is packed.
func (c Cells) VariantKey() string {
	for _, column := range []Column{VariantCode, Variant, VariantZh, VariantEn} {
		if c[column] != "" {
			return cut(strings.ToLower(strings.Join(strings.Fields(fold(c[column])), " ")), 80)
		}
	}
	return cut(strings.ToLower(strings.Join(strings.Fields(fold(c[Weight]+" "+c[Packing]+" "+c[Grade])), " ")), 80)
}

// AnyName is the product's name in any language.
func (c Cells) AnyName() string {
	for _, column := range []Column{Name, NameZh, NameEn} {
		if c[column] != "" {
			return c[column]
		}
	}
	return ""
}

func cut(s string, runes int) string {
	r := []rune(s)
	if len(r) <= runes {
		return s
	}
	return strings.TrimSpace(string(r[:runes]))
}
