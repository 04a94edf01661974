// Package hs is the list of the Harmonized System, edition 2022: the codes by
// which the customs of the world call goods, with short descriptions in English
// and, for produce, in Chinese.
//
// It is shipped with the program, holds the headings of chapters 1 to 24 and the
// subheadings of what counties grow and make, and finds a code by its digits, by
// words of either language and by pinyin. Of codes that are not in it, it says
// whether they cannot exist or whether it cannot tell.
package hs

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"countyfair/internal/terms"
)

// Code is an entry: a chapter (two digits), heading (four) or subheading (six).
type Code struct {
	Code    string
	English string
	Chinese string
}

//go:embed hs2022.txt
var file string

type list struct {
	codes    []entry
	at       map[string]int
	complete map[string]bool // headings all of whose subheadings are listed
}

// entry is a code with the words it is found by.
type entry struct {
	Code
	english []string // words in the singular
	chinese []string
	sounds  []string // pinyin of each Chinese word, run together, and its initials
}

var load = sync.OnceValue(func() *list {
	l := &list{at: map[string]int{}, complete: map[string]bool{}}
	for line := range strings.Lines(file) {
		parts := strings.Split(strings.TrimSpace(line), "|")
		if len(parts) != 3 {
			continue // the heading of the file
		}
		code, complete := strings.CutSuffix(parts[0], "*")
		l.complete[code] = complete
		l.at[code] = len(l.codes)
		l.codes = append(l.codes, newEntry(Code{code, parts[1], parts[2]}))
	}
	return l
})

func newEntry(c Code) entry {
	e := entry{Code: c, english: english(c.English), chinese: strings.Fields(c.Chinese)}
	for _, word := range e.chinese {
		syllables := terms.Latin(word)
		e.sounds = append(e.sounds, strings.Join(syllables, ""))
		if len(syllables) > 1 {
			e.sounds = append(e.sounds, initials(syllables))
		}
	}
	return e
}

func initials(syllables []string) string {
	var b strings.Builder
	for _, s := range syllables {
		b.WriteByte(s[0])
	}
	return b.String()
}

// english gives the words of a text in small letters and in the singular.
func english(text string) []string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return (r < 'a' || r > 'z') && r < 0x80 })
	for i, w := range words {
		words[i] = singular(w)
	}
	return words
}

func singular(w string) string {
	switch {
	case len(w) > 4 && strings.HasSuffix(w, "ies"):
		return w[:len(w)-3] + "y"
	case len(w) > 4 && (strings.HasSuffix(w, "oes") || strings.HasSuffix(w, "ches") || strings.HasSuffix(w, "shes")):
		return w[:len(w)-2]
	case len(w) > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss"):
		return w[:len(w)-1]
	}
	return w
}

// Existence is what the list knows of a code.
type Existence string

// What can be known of a code.
const (
	Exists    Existence = "exists"
	Absent    Existence = "absent"    // there is no such code
	Unchecked Existence = "unchecked" // the list does not reach that far
)

// Check says of a code of 6 to 10 digits whether its first six exist.
func Check(code string) Existence {
	if len(code) < 6 || len(code) > 10 || strings.Trim(code, "0123456789") != "" {
		return Absent
	}
	l, chapter, heading := load(), code[:2], code[:4]
	_, known := l.at[code[:6]]
	_, headed := l.at[heading]
	switch {
	case known:
		return Exists
	case chapter == "00" || chapter == "77" || chapter > "97", l.complete[heading], chapter <= "24" && !headed:
		return Absent
	}
	return Unchecked
}

// Describe gives the closest entry to a code: itself, or the heading or chapter
// it lies in.
func Describe(code string) (Code, bool) {
	l := load()
	for _, n := range []int{6, 4, 2} {
		if len(code) >= n {
			if i, ok := l.at[code[:n]]; ok {
				return l.codes[i].Code, true
			}
		}
	}
	return Code{}, false
}

// Search finds codes by their first digits, or by words in English, Chinese or
// pinyin, all of which must fit; the best first.
func Search(query string, most int) []Code {
	query = strings.TrimSpace(query)
	if digits := strings.NewReplacer(".", "", " ", "").Replace(query); digits != "" && strings.Trim(digits, "0123456789") == "" {
		return best(most, func(e *entry) int {
			if strings.HasPrefix(e.Code.Code, digits) {
				return 100 - len(e.Code.Code)
			}
			return 0
		})
	}
	words := strings.Fields(strings.ToLower(query))
	if len(words) == 0 {
		return nil
	}
	return best(most, func(e *entry) int {
		sum := 0
		for _, w := range words {
			n := e.fits(w)
			if n == 0 {
				return 0
			}
			sum += n
		}
		return sum*4 + len(e.Code.Code)/2 // among equals the closer code
	})
}

// fits says how well a word names the entry; 0 not at all.
func (e *entry) fits(word string) int {
	if word[0] >= 0x80 {
		if slices.Contains(e.chinese, word) {
			return 4
		}
		if strings.Contains(e.Chinese, word) {
			return 2
		}
		return 0
	}
	one := singular(word)
	if slices.Contains(e.english, one) {
		return 4
	}
	if slices.Contains(e.sounds, word) {
		return 3
	}
	for _, w := range append(slices.Clone(e.english), e.sounds...) {
		if len(word) > 1 && strings.HasPrefix(w, word) {
			return 1
		}
	}
	return 0
}

// common words of descriptions say nothing about which goods are meant.
var common = map[string]bool{
	"other": true, "and": true, "or": true, "of": true, "the": true, "as": true, "in": true, "for": true, "to": true, "not": true, "with": true, "without": true, "fresh": true, "dried": true,
	"frozen": true, "prepared": true, "whole": true, "kg": true, "up": true, "packing": true, "crude": true, "refined": true, "shelled": true, "shell": true, "seed": true, "oil": true, "juice": true,
	"ground": true, "crushed": true, "plant": true, "fruit": true, "vegetable": true, "nut": true, "article": true, "product": true, "preparation": true, "like": true,
}

// Suggest proposes subheadings for goods by what people call them: the names of
// the product and of its category, in any language.
func Suggest(most int, names ...string) []Code {
	text := strings.ToLower(strings.Join(names, " "))
	said := map[string]bool{}
	for _, w := range english(text) {
		said[w] = true
	}
	return best(most, func(e *entry) int {
		if len(e.Code.Code) != 6 {
			return 0
		}
		return e.likeness(text, said)
	})
}

// likeness says how much of a text names the entry: long Chinese words most,
// then English ones; common words only tell apart what is alike otherwise.
func (e *entry) likeness(text string, said map[string]bool) int {
	sum, shared := 0, 0
	for _, w := range e.chinese {
		if strings.Contains(text, w) {
			sum += 2 * len([]rune(w)) * len([]rune(w))
		}
	}
	for _, w := range e.english {
		switch {
		case !said[w]:
		case common[w]:
			shared++
		case len(w) > 2:
			sum += 6
		}
	}
	if sum == 0 {
		return 0
	}
	return sum + shared
}

// best gives the entries that score, the highest first, then by code.
func best(most int, score func(*entry) int) []Code {
	type hit struct{ at, score int }
	var hits []hit
	l := load()
	for i := range l.codes {
		if n := score(&l.codes[i]); n > 0 {
			hits = append(hits, hit{i, n})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return b.score - a.score })
	out := make([]Code, min(len(hits), most))
	for i := range out {
		out[i] = l.codes[hits[i].at].Code
	}
	return out
}
