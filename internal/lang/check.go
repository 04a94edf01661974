package lang

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"countyfair/internal/errs"
)

var tagForm = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`)

// Check notes in wrong what is the matter with a text that somebody entered:
// absent where it is needed, longer than so many characters in any language,
// not text, or under a key that is no language.
func (t Text) Check(wrong *errs.Fields, name string, longest int, needed bool) {
	filled := false
	for tag, words := range t {
		field := name + "." + tag
		switch {
		case !tagForm.MatchString(tag):
			wrong.Add(name, "bad_language", "Name the language by its tag, such as zh-Hans or en.")
		case !Plain(words):
			wrong.Add(field, "not_text", "This holds characters that cannot be shown.")
		case utf8.RuneCountInString(words) > longest:
			wrong.Add(field, "too_long", fmt.Sprintf("Please keep this to %d characters.", longest))
		}
		filled = filled || strings.TrimSpace(words) != ""
	}
	if len(t) > 20 {
		wrong.Add(name, "too_many", "That is more languages than can be kept.")
	}
	if needed && !filled {
		wrong.Add(name, "missing", "Please fill this in.")
	}
}

// Plain reports whether a text can be stored and shown: valid, and free of
// control characters but line breaks and tabs.
func Plain(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' })
}
