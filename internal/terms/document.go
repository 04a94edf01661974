package terms

import (
	"sort"
	"strconv"
	"strings"
)

const (
	lastPlace    = 16000 // PostgreSQL keeps places to 16383
	mostPlaces   = 200   // and at most 256 of one lexeme
	betweenTexts = 5     // no phrase reaches from one text into the next
	mostBytes    = 900_000
)

// Document gathers what is known of one thing, by weight: A counts most, D least.
type Document struct {
	places map[string][]string
	at     int
	bytes  int
}

// NewDocument is an empty document.
func NewDocument() *Document { return &Document{places: map[string][]string{}, at: 1} }

// Add takes texts in with their sounds.
func (d *Document) Add(weight byte, texts ...string) { d.add(weight, true, texts) }

// AddSilent takes texts in without their sounds: for long descriptions, where
// a word by its sound would find too much.
func (d *Document) AddSilent(weight byte, texts ...string) { d.add(weight, false, texts) }

func (d *Document) add(weight byte, sounds bool, texts []string) {
	for _, text := range texts {
		for _, p := range pieces(text) {
			if p.word != "" {
				d.put(p.word, weight)
				if s := singular(p.word); s != p.word {
					d.put(s, weight)
				}
				d.at++
				continue
			}
			d.addHan(p.han, weight, sounds)
			d.at++ // a break in the writing breaks the phrase
		}
		d.at += betweenTexts
	}
}

func (d *Document) addHan(han []rune, weight byte, sounds bool) {
	for i, r := range han {
		d.put(string(r), weight)
		if i+1 < len(han) {
			d.put(string(han[i:i+2]), weight)
		}
		if sounds {
			var next []string
			if i+1 < len(han) {
				next = readings(han[i+1])
			}
			d.addSounds(readings(r), next, weight)
		}
		d.at++
	}
}

func (d *Document) addSounds(here, next []string, weight byte) {
	for _, s := range here {
		d.put(syllable(s), weight)
		d.put(initial(s[:1]), weight)
		for _, n := range next {
			d.put(syllable(s, n), weight)
			d.put(initial(s[:1], n[:1]), weight)
		}
	}
}

func (d *Document) put(lexeme string, weight byte) {
	have := d.places[lexeme]
	if d.at > lastPlace || len(have) >= mostPlaces || d.bytes > mostBytes {
		return
	}
	place := strconv.Itoa(d.at) + string(weight)
	if len(have) > 0 && have[len(have)-1] == place {
		return
	}
	d.bytes += len(lexeme) + 12
	d.places[lexeme] = append(have, place)
}

// String is the document as PostgreSQL reads a tsvector.
func (d *Document) String() string {
	lexemes := make([]string, 0, len(d.places))
	for l := range d.places {
		lexemes = append(lexemes, l)
	}
	sort.Strings(lexemes)
	var b strings.Builder
	for i, l := range lexemes {
		if i > 0 {
			b.WriteByte(' ')
		}
		quote(&b, l)
		b.WriteByte(':')
		b.WriteString(strings.Join(d.places[l], ","))
	}
	return b.String()
}

// quote writes a lexeme; it holds letters, digits and our own marks only, yet
// a quote or a backslash would be doubled.
func quote(b *strings.Builder, lexeme string) {
	b.WriteByte('\'')
	for _, r := range lexeme {
		if r == '\'' || r == '\\' {
			b.WriteRune(r)
		}
		b.WriteRune(r)
	}
	b.WriteByte('\'')
}

func syllable(s ...string) string { return "~" + strings.Join(s, ".") }
func initial(s ...string) string  { return "^" + strings.Join(s, ".") }
