// Package lang holds text in several languages and picks the right one.
package lang

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
)

// Text is one thing said in several languages: BCP 47 tag → words.
type Text map[string]string

// In picks the words for a language: the same tag, then its parents
// (zh-Hans-CN → zh-Hans → zh), then a relative (zh for zh-Hans), then the
// fallbacks in order, then whichever there is, by tag.
func (t Text) In(tag string, fallbacks ...string) string {
	if s := t.exact(tag); s != "" {
		return s
	}
	for _, want := range fallbacks {
		if s := t.exact(want); s != "" {
			return s
		}
	}
	tags := make([]string, 0, len(t))
	for k, v := range t {
		if v != "" {
			tags = append(tags, k)
		}
	}
	if len(tags) == 0 {
		return ""
	}
	sort.Strings(tags)
	return t[tags[0]]
}

func (t Text) exact(tag string) string {
	for want := tag; want != ""; want = parent(want) {
		if s := t[want]; s != "" {
			return s
		}
	}
	base, _, _ := strings.Cut(tag, "-")
	for k, v := range t {
		if b, _, _ := strings.Cut(k, "-"); v != "" && b == base {
			return v
		}
	}
	return ""
}

func parent(tag string) string {
	i := strings.LastIndexByte(tag, '-')
	if i < 0 {
		return ""
	}
	return tag[:i]
}

// Trimmed drops empty entries and the space around words.
func (t Text) Trimmed() Text {
	out := make(Text, len(t))
	for k, v := range t {
		if v = strings.TrimSpace(v); v != "" {
			out[k] = v
		}
	}
	return out
}

// Value stores the text as jsonb.
func (t Text) Value() (driver.Value, error) {
	if t == nil {
		return "{}", nil
	}
	b, err := json.Marshal(map[string]string(t))
	return string(b), err
}

// Scan reads the text from jsonb.
func (t *Text) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*t = Text{}
		return nil
	case []byte:
		return t.Scan(string(v))
	case string:
		if plain, ok := plain(v); ok {
			*t = plain
			return nil
		}
		return json.Unmarshal([]byte(v), t)
	}
	return fmt.Errorf("lang: cannot read text from %T", src)
}

// plain reads an object as jsonb prints it, of words in which nothing had to be
// escaped: nearly all there are, and lists read hundreds of them. The words
// share the memory of s.
func plain(s string) (Text, bool) {
	if len(s) < 2 || s[0] != '{' || s[len(s)-1] != '}' || strings.IndexByte(s, '\\') >= 0 {
		return nil, false
	}
	t := Text{}
	for rest := s[1 : len(s)-1]; rest != ""; {
		key, after, ok := quoted(rest)
		if !ok || !strings.HasPrefix(after, ": ") {
			return nil, false
		}
		value, after, ok := quoted(after[2:])
		if !ok {
			return nil, false
		}
		t[key] = value
		if after == "" {
			break
		}
		if rest, ok = strings.CutPrefix(after, ", "); !ok || rest == "" {
			return nil, false
		}
	}
	return t, true
}

// quoted takes a string in quotes off the front.
func quoted(s string) (inside, after string, ok bool) {
	if s == "" || s[0] != '"' {
		return "", "", false
	}
	end := strings.IndexByte(s[1:], '"')
	if end < 0 {
		return "", "", false
	}
	return s[1 : end+1], s[end+2:], true
}

// GormDataType names the column type.
func (Text) GormDataType() string { return "jsonb" }
