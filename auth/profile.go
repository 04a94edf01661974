package auth

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"countyfair/internal/errs"
)

const (
	maxName   = 100
	maxDevice = 200
)

// check says what is wrong with a profile.
func (p Profile) check() error {
	var f errs.Fields
	switch {
	case !utf8.ValidString(p.Name) || strings.ContainsFunc(p.Name, unicode.IsControl):
		f.Add("name", "bad_text", "The name holds characters that cannot be shown.")
	case utf8.RuneCountInString(p.Name) > maxName:
		f.Add("name", "too_long", "The name may have at most 100 characters.")
	}
	if !goodLanguage(p.Language) {
		f.Add("language", "bad_language", "This is no language tag. Examples: zh-Hans, en")
	}
	return f.Err()
}

func goodLanguage(tag string) bool {
	if tag == "" {
		return true
	}
	_, err := language.Parse(tag)
	return err == nil && len(tag) <= 35
}

// tidyDevice makes what a client calls itself fit to keep and to show.
func tidyDevice(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if r := []rune(s); len(r) > maxDevice {
		s = string(r[:maxDevice])
	}
	return s
}
