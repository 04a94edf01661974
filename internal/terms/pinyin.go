package terms

import (
	"strings"

	"github.com/mozillazg/go-pinyin"
)

// mostReadings is how many ways to read one character are kept: 乐 is le and yue.
const mostReadings = 3

var allReadings = pinyin.Args{Style: pinyin.Normal, Heteronym: true, Fallback: func(rune, pinyin.Args) []string { return nil }}

// usual is the reading that comes first in the names of places and produce,
// where the dictionary puts another.
var usual = map[rune]string{'都': "du", '重': "chong", '厦': "xia", '茄': "qie", '薄': "bo", '壳': "ke"}

// readings gives the syllables a character may stand for, without tones, the
// commonest first; none where it is not known.
func readings(r rune) []string {
	var out []string
	if s := usual[r]; s != "" {
		out = append(out, s)
	}
	for _, s := range pinyin.SinglePinyin(r, allReadings) {
		s = strings.ReplaceAll(s, "ü", "v")
		known := s == ""
		for _, have := range out {
			known = known || have == s
		}
		if !known {
			out = append(out, s)
		}
		if len(out) == mostReadings {
			break
		}
	}
	return out
}

// Latin writes text in small Latin letters, Chinese by its commonest reading:
// the words of an address. Everything else is left out.
func Latin(text string) []string {
	var out []string
	for _, p := range pieces(text) {
		for _, r := range p.han {
			if s := readings(r); len(s) > 0 {
				out = append(out, s[0])
			}
		}
		word := strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, p.word)
		if word != "" {
			out = append(out, word)
		}
	}
	return out
}

const (
	mostSplits    = 4  // ways to cut letters into syllables that are tried
	longestSpoken = 48 // letters that are read as pinyin at most
)

// syllables is every syllable of standard Chinese, without tones.
var syllables, beginnings = everySyllable()

func everySyllable() (whole, begin map[string]bool) {
	whole, begin = map[string]bool{}, map[string]bool{}
	for r := range pinyin.PinyinDict {
		for _, s := range pinyin.SinglePinyin(rune(r), allReadings) { //nolint:gosec // the dictionary's keys are characters
			s = strings.ReplaceAll(s, "ü", "v")
			if len(s) > 6 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") != "" {
				continue
			}
			whole[s] = true
			for i := 1; i <= len(s); i++ {
				begin[s[:i]] = true
			}
		}
	}
	return whole, begin
}

// split cuts letters into syllables, the longest first ones first; the last
// may be unfinished. It gives up to mostSplits ways.
func split(letters string) [][]string {
	if letters == "" || len(letters) > longestSpoken || strings.Trim(letters, "abcdefghijklmnopqrstuvwxyz") != "" {
		return nil
	}
	dead := make([]bool, len(letters)+1) // places from which no way leads to the end
	var out [][]string
	var walk func(at int, path []string) bool
	walk = func(at int, path []string) bool {
		if at == len(letters) {
			out = append(out, append([]string(nil), path...))
			return true
		}
		if dead[at] || len(out) >= mostSplits {
			return false
		}
		found := false
		for n := min(6, len(letters)-at); n >= 1 && len(out) < mostSplits; n-- {
			part := letters[at : at+n]
			last := at+n == len(letters)
			if syllables[part] || (last && beginnings[part]) {
				found = walk(at+n, append(path, part)) || found
			}
		}
		if !found && len(out) < mostSplits {
			dead[at] = true
		}
		return found
	}
	walk(0, nil)
	return out
}
