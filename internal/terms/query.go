package terms

import "strings"

const (
	mostRunes  = 120 // of a query; the rest is not read
	mostPieces = 8
)

// Asked is a query as PostgreSQL reads a tsquery. Both are empty where nothing
// can be searched for.
type Asked struct {
	Strict string // every word, Chinese ones as they stand
	Loose  string // Chinese words of four characters and more also in halves; empty where that is the same
}

// Query reads what a person types, in any script, finished or not. It takes
// any input.
func Query(text string) Asked {
	if r := []rune(text); len(r) > mostRunes {
		text = string(r[:mostRunes])
	}
	all := pieces(text)
	if len(all) > mostPieces {
		all = all[:mostPieces]
	}
	var strict, loose []string
	differs := false
	for i, p := range all {
		if p.word != "" {
			w := wordQuery(p.word, i == len(all)-1)
			strict, loose = append(strict, w), append(loose, w)
			continue
		}
		s, l := hanQuery(p.han)
		strict, loose = append(strict, s), append(loose, l)
		differs = differs || s != l
	}
	a := Asked{Strict: strings.Join(strict, " & ")}
	if differs {
		a.Loose = strings.Join(loose, " & ")
	}
	return a
}

// hanQuery asks for the characters in a row; loosely, for each two of them.
func hanQuery(han []rune) (strict, loose string) {
	if len(han) == 1 {
		one := lexeme(string(han), false)
		return one, one
	}
	pairs := make([]string, 0, len(han))
	for i := range len(han) - 1 {
		pairs = append(pairs, string(han[i:i+2]))
	}
	strict = phrase(pairs, false)
	if len(han) < 4 {
		return strict, strict
	}
	var halves []string
	for i := 0; i+1 < len(han); i += 2 {
		halves = append(halves, lexeme(string(han[i:i+2]), false))
	}
	return strict, "(" + strings.Join(halves, " & ") + ")"
}

// wordQuery asks for a word as written, or for what it may mean as pinyin:
// syllables (the last perhaps unfinished) or initials.
func wordQuery(word string, last bool) string {
	ways := []string{lexeme(singular(word), last)}
	if last && singular(word) != word {
		ways = append(ways, lexeme(word, true))
	}
	for _, s := range split(word) {
		ways = append(ways, phrase(syllablePairs(s), last))
	}
	if n := len(word); n >= 2 && n <= 8 && strings.Trim(word, "abcdefghjklmnopqrstwxyz") == "" {
		pairs := make([]string, 0, n)
		for i := range n - 1 {
			pairs = append(pairs, initial(word[i:i+1], word[i+1:i+2]))
		}
		ways = append(ways, phrase(pairs, false))
	}
	if len(ways) == 1 {
		return ways[0]
	}
	return "(" + strings.Join(ways, " | ") + ")"
}

func syllablePairs(s []string) []string {
	if len(s) == 1 {
		return []string{syllable(s[0])}
	}
	pairs := make([]string, 0, len(s))
	for i := range len(s) - 1 {
		pairs = append(pairs, syllable(s[i], s[i+1]))
	}
	return pairs
}

// phrase asks for lexemes one after the other; the last one may go on.
func phrase(lexemes []string, open bool) string {
	out := make([]string, len(lexemes))
	for i, l := range lexemes {
		out[i] = lexeme(l, open && i == len(lexemes)-1)
	}
	if len(out) == 1 {
		return out[0]
	}
	return "(" + strings.Join(out, " <-> ") + ")"
}

func lexeme(l string, open bool) string {
	var b strings.Builder
	quote(&b, l)
	if open {
		b.WriteString(":*")
	}
	return b.String()
}
