package seller

import (
	"errors"
	"strings"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"countyfair/internal/errs"
	"countyfair/tenants"
	"countyfair/web/pages/page"
	"countyfair/web/ui"
	"countyfair/web/words"
)

// Tongue is a language that the county's pages are written in; the first is
// the county's own.
type Tongue struct{ Tag, Name string }

func tongues(county *tenants.County) []Tongue {
	out := make([]Tongue, 0, len(county.Languages))
	for _, tag := range county.Languages {
		out = append(out, Tongue{tag, words.For(tag).Name()})
	}
	return out
}

// Choice is one of several big pictures of which one is chosen.
type Choice struct {
	Value   string
	Label   string
	Note    string
	Drawing string     // one of the drawings, or else
	Picture ui.Picture // a picture on its tint
	Chosen  bool
}

// packField is an input of a pack: its name carries the pack's number, so that
// one form can hold several.
func packField(f ui.Form, p Pack, field, label string, set func(*ui.Field)) ui.Field {
	out := f.Field(p.Name(field), label)
	if set != nil {
		set(&out)
	}
	return out
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

// maybe reads a number that may be left out.
func maybe(in *page.Input, name string) *int {
	if in.Text(name) == "" {
		return nil
	}
	n := in.Int(name)
	return &n
}

func deref(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}

// asRefusal is the refusal in an error; nil where it is a fault of ours.
func asRefusal(err error) *errs.Error {
	var e *errs.Error
	if errors.As(err, &e) && e.Code != errs.Internal {
		return e
	}
	return nil
}

// faultOrder brings faults into the order of the form's inputs.
func faultOrder(list []Tongue, names ...string) []string {
	var out []string
	for _, n := range names {
		field, each := strings.CutSuffix(n, ".*")
		if !each {
			out = append(out, n)
			continue
		}
		for _, t := range list {
			out = append(out, field+"."+t.Tag)
		}
	}
	return out
}

// further reports whether the folded part of the form has something in it that
// must be seen: an error.
func further(f ui.Form, a, b, c string, list []Tongue) bool {
	for _, n := range append([]string{a, b, c}, faultOrder(list[1:], "name.*", "place.*", "about.*")...) {
		if f.Errors[n] != "" {
			return true
		}
	}
	return false
}
