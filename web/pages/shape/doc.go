// Package shape is the pages that the county's office and the platform's office
// share: a list, a piece of a queue to decide on, and a form.
package shape

import (
	"slices"

	"github.com/a-h/templ"

	"countyfair/web/ui"
)

// ListView is a list of things to open.
type ListView struct {
	Frame  ui.OfficeFrame
	Note   string    // a quiet word beside the title
	Action *ui.Link  // what else can be done here
	Tabs   []ui.Link // usually by state
	Label  string    // what the tabs choose, for ears
	Table  ui.Table
	Next   string   // address of the next page
	Empty  ui.State // shown where the table has no rows
}

// PileItem is one of those that wait, beside the one that is looked at.
type PileItem struct {
	Title   string
	Note    string
	URL     string
	Current bool
}

// Pile is the queue beside the work.
type Pile struct {
	Label      string
	Items      []PileItem
	Prev, Next string
}

// Spoken is a text in one language.
type Spoken struct{ Lang, Name, Text string }

// Answer is a button that decides.
type Answer struct {
	Name, Value string
	Label       string
	Icon        string
	Kind        string // yes, no, plain
	Key         string // on the keyboard
}

// Papers are files to print or to send on.
type Papers struct {
	Title string
	Notes []string  // what is wrong, in words
	Files []ui.Link // nothing: there are no papers
}

// ReviewView is one thing with all that is known of it, and what can be done.
type ReviewView struct {
	Frame    ui.OfficeFrame
	Tag      string
	Status   ui.Status
	Note     string
	Pile     Pile
	Pictures []ui.Picture
	Texts    []Spoken
	Title    string // of the facts
	Facts    []ui.Fact
	Table    *ui.Table // lines of an order, sizes of a product
	Papers   Papers
	History  []ui.Fact
	Public   string // its page on the market
	Action   string // what the answers post to
	Answers  []Answer
	Reason   ui.Field
	Form     ui.Form
}

// Control is one input of a form: Field alone, or a choice, a box or a file.
type Control struct {
	ui.Field
	Options []ui.Option // a list to choose from
	Box     bool        // a box to tick; Value is "1"
	On      bool
	Accept  string // a file of these types
	Picture *ui.Picture
}

// Section is a group of inputs under a heading.
type Section struct {
	Title    string
	Note     string
	Controls []Control
	Pairs    bool // two inputs side by side where there is room
	Fold     bool // shown as its title and note until it is opened
}

// FormView is a form on a page of an office.
type FormView struct {
	Frame    ui.OfficeFrame
	Intro    string
	Tabs     []ui.Link
	Label    string
	Parts    []ui.Link // of what the tab chose
	Form     ui.Form
	Action   string
	Hidden   []ui.Hidden
	Sections []Section
	Submit   string
	Files    bool            // the form sends files
	ReadOnly bool            // looked at by somebody who may not change it
	Beside   []SmallAct      // small acts under the form
	Preview  templ.Component // how what the form holds looks; nil: nothing
}

// SmallAct is a button of its own: remove this domain, take this role away.
type SmallAct struct {
	Text, Note string
	Status     *ui.Status
	Action     string
	Hidden     []ui.Hidden
	Label      string // of the button; "" where nothing can be done
	Icon       string
	Ask        *ui.Field // asked before it is done: why; nil: done at once
}

// wrong reports whether an input of the section was refused.
func (s Section) wrong() bool {
	return slices.ContainsFunc(s.Controls, func(c Control) bool { return c.Error != "" })
}
