package seller

import (
	"github.com/a-h/templ"

	"countyfair/web/ui"
)

// packField is an input of a pack: its name carries the pack's number, so that
// one form can hold several.
func packField(p Pack, field, label string, set func(*ui.Field)) ui.Field {
	f := ui.Field{Name: p.name(field), Label: label, Value: p.Form.Values[field], Error: p.Form.Errors[field]}
	set(&f)
	return f
}

// chosen marks the option that has the value.
func chosen(options []ui.Option, value string) []ui.Option {
	out := make([]ui.Option, len(options))
	for i, o := range options {
		o.Chosen = o.Value == value
		out[i] = o
	}
	return out
}

// pollWhile lets the page look again by itself while the import runs.
func pollWhile(code string) templ.Attributes {
	if code != "pending" && code != "running" {
		return nil
	}
	return templ.Attributes{"data-poll": "2"}
}
