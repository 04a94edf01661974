package page

import (
	"mime/multipart"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"countyfair/internal/errs"
	"countyfair/internal/lang"
	"countyfair/internal/money"
	"countyfair/web/ui"
	"countyfair/web/words"
)

// mostInputs is how many inputs a form may hold; what comes after them is not read.
const mostInputs = 2000

// Input is a form as it was sent: trimmed, valid text by name. Reading a number
// that is none notes what is wrong with it.
type Input struct {
	values map[string][]string
	secret map[string]string
	files  map[string][]*multipart.FileHeader
	errors map[string]string
	whole  string
	words  *words.Words
}

// Read takes the form of a request, of either encoding.
func Read(c *fiber.Ctx) *Input {
	in := &Input{values: map[string][]string{}, secret: map[string]string{}, errors: map[string]string{}, words: Words(c)}
	n := 0
	keep := func(name, value string) {
		if n++; n <= mostInputs {
			in.values[name] = append(in.values[name], clean(value))
			in.secret[name] = value
		}
	}
	if strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEMultipartForm) {
		form, err := c.MultipartForm()
		if err != nil {
			in.Fail("", "error.bad_form")
			return in
		}
		for name, list := range form.Value {
			for _, v := range list {
				keep(name, v)
			}
		}
		in.files = form.File
		return in
	}
	for name, value := range c.Request().PostArgs().All() {
		keep(string(name), string(value))
	}
	return in
}

// clean makes text of what a browser sent: valid, with plain line ends and no
// space around it.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "").Replace(s)
	return strings.TrimSpace(s)
}

// Text gives what was typed into an input, "" where nothing was.
func (in *Input) Text(name string) string {
	if v := in.values[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Secret gives exactly what was typed, space and all: for passwords.
func (in *Input) Secret(name string) string { return in.secret[name] }

// All gives every value of an input that may be sent several times.
func (in *Input) All(name string) []string { return slices.Clone(in.values[name]) }

// Flag reports whether a box was ticked.
func (in *Input) Flag(name string) bool { return in.Text(name) != "" }

// Texts gathers the inputs name.<language> of these languages.
func (in *Input) Texts(name string, languages ...string) lang.Text {
	out := lang.Text{}
	for _, tag := range languages {
		if s := in.Text(name + "." + tag); s != "" {
			out[tag] = s
		}
	}
	return out
}

// File gives an uploaded file, nil where none was chosen.
func (in *Input) File(name string) *multipart.FileHeader {
	for _, f := range in.files[name] {
		if f.Size > 0 {
			return f
		}
	}
	return nil
}

// Files gives the uploaded files of an input that may take several.
func (in *Input) Files(name string) []*multipart.FileHeader {
	return slices.DeleteFunc(slices.Clone(in.files[name]), func(f *multipart.FileHeader) bool { return f.Size == 0 })
}

// Int reads a whole number; nothing typed is zero.
func (in *Input) Int(name string) int {
	s := in.Text(name)
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n > 1_000_000_000 || n < -1_000_000_000 {
		in.Fail(name, "error.field_number")
		return 0
	}
	return n
}

// Money reads an amount; nothing typed is zero.
func (in *Input) Money(name, currency string) int64 {
	s := in.Text(name)
	if s == "" {
		return 0
	}
	m, err := money.Parse(s, currency)
	if err != nil {
		in.Fail(name, "error.field_amount")
		return 0
	}
	return m.Amount
}

// Percent reads a percentage with up to two decimals, as basis points.
func (in *Input) Percent(name string) int {
	s := strings.TrimSpace(strings.TrimRight(in.Text(name), "%％"))
	if s == "" {
		return 0
	}
	m, err := money.Parse(s, "CNY") // two decimals, like a percentage in basis points
	if err != nil || m.Amount > 1_000_000 || m.Amount < -1_000_000 {
		in.Fail(name, "error.field_percent")
		return 0
	}
	return int(m.Amount)
}

// Require notes the inputs that were left empty.
func (in *Input) Require(names ...string) {
	for _, n := range names {
		if in.Text(n) == "" {
			in.note(n, FieldMessage(in.words, errs.Field{Name: n, Reason: "required"}))
		}
	}
}

// Longest notes an input of more characters than this.
func (in *Input) Longest(name string, characters int) {
	if utf8.RuneCountInString(in.Text(name)) > characters {
		in.Fail(name, "error.field_too_long")
	}
}

// Fail notes what is wrong with an input, by a message's id; with name "" it is
// wrong with the form as a whole. The first fault of an input stays.
func (in *Input) Fail(name, id string, pairs ...any) { in.note(name, in.words.T(id, pairs...)) }

func (in *Input) note(name, text string) {
	switch {
	case name == "" && in.whole == "":
		in.whole = text
	case name != "" && in.errors[name] == "":
		in.errors[name] = text
	}
}

// Bad reports whether something was found wrong.
func (in *Input) Bad() bool { return in.whole != "" || len(in.errors) > 0 }

// Refuse takes a use-case's refusal into the form, where it is about what was
// typed: then the form is to be drawn again. Other errors are the caller's.
func (in *Input) Refuse(err error) bool {
	if err == nil {
		return false
	}
	code := errs.CodeOf(err)
	if code != errs.Invalid && code != errs.Conflict && code != errs.Limited {
		return false
	}
	e := asError(err)
	for _, f := range e.Fields {
		in.note(f.Name, FieldMessage(in.words, f))
	}
	if len(e.Fields) == 0 {
		in.note("", Message(in.words, e))
	}
	return true
}

// Rename moves the fault of a use-case's input to the form's own name for it.
func (in *Input) Rename(from, to string) {
	if text, ok := in.errors[from]; ok {
		delete(in.errors, from)
		in.note(to, text)
	}
}

// Form is what was typed and what was wrong with it, for drawing the form
// again; what was typed as a password is not drawn.
func (in *Input) Form() ui.Form {
	f := ui.Form{Values: map[string]string{}, Errors: in.errors, Whole: in.whole}
	for name, v := range in.values {
		if name != "password" {
			f.Values[name] = v[0]
		}
	}
	return f
}
