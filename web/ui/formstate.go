package ui

import (
	"context"

	"countyfair/web/words"
)

// Form is what a person entered and what was wrong with it, by input name.
type Form struct {
	Values map[string]string
	Errors map[string]string // already in the reader's language
	Whole  string            // what is wrong with the form as a whole
}

// Field begins a Field with the value and the error that the form holds.
func (f Form) Field(name, label string) Field {
	return Field{Name: name, Label: label, Value: f.Values[name], Error: f.Errors[name]}
}

// Value gives what was entered.
func (f Form) Value(name string) string { return f.Values[name] }

// Is reports whether the input holds the value.
func (f Form) Is(name, value string) bool { return f.Values[name] == value }

// Faults lists the errors in the order of the page's inputs; errors of other
// inputs follow without a place to lead to.
func (f Form) Faults(order ...string) []Fault {
	var out []Fault
	if f.Whole != "" {
		out = append(out, Fault{Text: f.Whole})
	}
	listed := map[string]bool{}
	for _, name := range order {
		if e := f.Errors[name]; e != "" {
			out = append(out, Fault{Field: name, Text: e})
			listed[name] = true
		}
	}
	for name, e := range f.Errors {
		if !listed[name] && e != "" {
			out = append(out, Fault{Text: e})
		}
	}
	return out
}

// AddressFields are the names of an address's inputs, in the page's order; they
// are those of the API.
var AddressFields = []string{"name", "phone", "country", "admin_area", "city", "district", "line1", "line2", "postal_code"}

// addressLabel gives the country's word for a part of the address: a province
// in China, a county in Kenya.
func addressLabel(ctx context.Context, part, country string) string {
	w := words.From(ctx)
	if s, ok := w.Try("address."+part+"_"+country, "address."+part); ok {
		return s
	}
	return part
}

// with finishes a Field in place, so that a page can build it where it stands.
func with(f Field, set func(*Field)) Field {
	set(&f)
	return f
}

// With is with for the pages.
func With(f Field, set func(*Field)) Field { return with(f, set) }

// Hidden is an input that nobody sees.
type Hidden struct{ Name, Value string }
