package terms

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// piece is a run of one kind of writing: Chinese characters, or one word.
type piece struct {
	han  []rune
	word string
}

// pieces cuts text into runs of Chinese characters and words. Full-width forms
// become plain ones, accents go, letters become small.
func pieces(text string) []piece {
	var out []piece
	var han []rune
	var word strings.Builder
	flush := func() {
		if len(han) > 0 {
			out = append(out, piece{han: han})
			han = nil
		}
		if word.Len() > 0 {
			out = append(out, piece{word: word.String()})
			word.Reset()
		}
	}
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(text, " ")) {
		switch {
		case unicode.Is(unicode.Han, r):
			if word.Len() > 0 {
				flush()
			}
			han = append(han, r)
		case unicode.IsLetter(r), unicode.IsDigit(r):
			if len(han) > 0 {
				flush()
			}
			if word.Len() < longestWord {
				word.WriteRune(unicode.ToLower(r))
			}
		case unicode.Is(unicode.Mn, r), r == '\'', r == '’':
			// An accent or an apostrophe inside a word leaves the word whole.
		default:
			flush()
		}
	}
	flush()
	return out
}

// longestWord bounds a word, in bytes: PostgreSQL keeps no lexeme over 2 KB.
const longestWord = 64

// singular takes an English plural's ending off: walnuts, cherries, peaches.
// It is the same for documents and queries, so its errors do no harm.
func singular(w string) string {
	switch {
	case len(w) < 4 || w[len(w)-1] != 's' || strings.HasSuffix(w, "ss") || strings.HasSuffix(w, "us"):
		return w
	case strings.HasSuffix(w, "ies") && len(w) > 4:
		return w[:len(w)-3] + "y"
	case strings.HasSuffix(w, "oes"), strings.HasSuffix(w, "shes"), strings.HasSuffix(w, "ches"), strings.HasSuffix(w, "xes"), strings.HasSuffix(w, "sses"):
		return w[:len(w)-2]
	}
	return w[:len(w)-1]
}
