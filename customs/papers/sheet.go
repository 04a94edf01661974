package papers

import (
	"bytes"
	"strings"
	"time"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
	"github.com/boombuler/barcode/code128"

	"countyfair/internal/cell"
)

const (
	a4Width, a4Height = 210.0, 297.0
	margin            = 15.0
	inner             = a4Width - 2*margin
	face              = "paper"
	point             = 25.4 / 72 // mm
	leading           = 1.25
)

// sheet is a document being drawn, in millimetres from its upper left corner.
type sheet struct {
	*fpdf.Fpdf
	size float64 // of the letters, in points
}

func newSheet(font []byte, title string, at time.Time, width, height float64) *sheet {
	s := &sheet{Fpdf: fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: width, Ht: height}})}
	s.AddUTF8FontFromBytes(face, "", font)
	s.SetCreationDate(at)
	s.SetModificationDate(at)
	s.SetCatalogSort(true)
	s.SetTitle(printable(title), true)
	s.SetCreator("Countyfair", true)
	s.SetAutoPageBreak(false, 0)
	s.SetMargins(0, 0, 0)
	s.SetLineWidth(0.2)
	s.AddPage()
	s.letters(9)
	return s
}

// bytes is the finished document.
func (s *sheet) bytes() ([]byte, error) {
	var b bytes.Buffer
	err := s.Output(&b)
	return b.Bytes(), err
}

func (s *sheet) letters(points float64) {
	s.size = points
	s.SetFont(face, "", points)
}

func (s *sheet) lineHeight() float64 { return s.size * point * leading }

// printable replaces what the PDF library cannot print: it breaks on
// characters above U+FFFF. A hollow square shows that something stood there.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xFFFF {
			return '□'
		}
		if unicode.Is(unicode.Mn, r) && r >= 0xFE00 { // variation selectors
			return -1
		}
		return r
	}, cell.Plain(text))
}

// wrap breaks text into lines of a width: at spaces, between Chinese
// characters, and else wherever it must.
func (s *sheet) wrap(text string, width float64) []string {
	var lines []string
	line := ""
	for _, word := range words(printable(text)) {
		if s.GetStringWidth(strings.TrimRight(line+word, " ")) <= width {
			line += word
			continue
		}
		if line != "" {
			lines = append(lines, strings.TrimRight(line, " "))
		}
		for line = word; s.GetStringWidth(strings.TrimRight(line, " ")) > width; {
			n := s.fitting(line, width)
			lines, line = append(lines, line[:n]), line[n:]
		}
	}
	return append(lines, strings.TrimRight(line, " "))
}

// fitting is how many bytes of a word go into a width, one character at least.
func (s *sheet) fitting(word string, width float64) int {
	last := 0
	for i, r := range word {
		next := i + len(string(r))
		if last > 0 && s.GetStringWidth(word[:next]) > width {
			break
		}
		last = next
	}
	return last
}

// words are the pieces a line may be broken between, with the space after them.
func words(text string) []string {
	var out []string
	start := 0
	for i, r := range text {
		if i > start && (wide(r) || text[i-1] == ' ' && r != ' ' || wideBefore(text[:i])) && !closing(r) {
			out = append(out, text[start:i])
			start = i
		}
	}
	return append(out, text[start:])
}

func wide(r rune) bool { return r >= 0x2E80 }

func wideBefore(text string) bool {
	last := []rune(text[max(0, len(text)-3):])
	return len(last) > 0 && wide(last[len(last)-1]) && last[len(last)-1] != unicode.ReplacementChar
}

// closing punctuation does not begin a line.
func closing(r rune) bool {
	return strings.ContainsRune("，。、；：！？）》」』】,.;:!?) ", r)
}

// text sets one line, its upper left corner at x, y.
func (s *sheet) text(x, y float64, text string) {
	s.Text(x, y+s.size*point*0.95, printable(text))
}

// in sets text into a box, smaller where it would not fit, and cut with an
// ellipsis where even that is too much.
func (s *sheet) in(x, y, w, h float64, text, align string) {
	before := s.size
	lines := s.wrap(text, w)
	for s.size > 4.5 && float64(len(lines))*s.lineHeight() > h {
		s.letters(s.size - 0.5)
		lines = s.wrap(text, w)
	}
	if most := max(1, int(h/s.lineHeight()+0.01)); len(lines) > most {
		lines = lines[:most]
		last := []rune(lines[most-1])
		lines[most-1] = string(last[:max(0, len(last)-1)]) + "…"
	}
	s.block(x, y, w, lines, align)
	s.letters(before)
}

// block sets lines below each other and gives their height.
func (s *sheet) block(x, y, w float64, lines []string, align string) float64 {
	for i, line := range lines {
		at := x
		switch align {
		case "R":
			at += w - s.GetStringWidth(line)
		case "C":
			at += (w - s.GetStringWidth(line)) / 2
		}
		s.text(at, y+float64(i)*s.lineHeight(), line)
	}
	return float64(len(lines)) * s.lineHeight()
}

// field draws a box with a small label and a value in it.
func (s *sheet) field(x, y, w, h float64, label, value string) {
	s.Rect(x, y, w, h, "D")
	before := s.size
	s.letters(before * 0.72)
	s.SetTextColor(90, 90, 90)
	s.in(x+1, y+0.8, w-2, s.lineHeight(), label, "L")
	top := s.lineHeight() + 1
	s.SetTextColor(0, 0, 0)
	s.letters(before)
	s.in(x+1, y+top, w-2, h-top-0.5, value, "L")
}

// tick draws a box, crossed where it holds, with its text.
func (s *sheet) tick(x, y float64, on bool, text string) {
	side := s.size * point * 0.85
	s.Rect(x, y, side, side, "D")
	if on {
		s.Line(x, y, x+side, y+side)
		s.Line(x, y+side, x+side, y)
	}
	s.text(x+side+1, y-0.1, text)
}

// bars draws a number as Code 128 with its text below; what cannot be coded is
// only written.
func (s *sheet) bars(x, y, w, h float64, number string) {
	number = printable(number)
	text := s.lineHeight()
	code, err := code128.Encode(number)
	if err == nil && number != "" {
		modules := code.Bounds().Dx()
		one := w / float64(modules+20) // with ten empty modules at each side
		s.SetFillColor(0, 0, 0)
		for i := 0; i < modules; i++ {
			from := i
			for i < modules && black(code.At(i, 0).RGBA()) {
				i++
			}
			if i > from {
				s.Rect(x+one*float64(from+10), y, one*float64(i-from), h-text-0.5, "F")
			}
		}
	}
	s.in(x, y+h-text, w, text, number, "C")
}

func black(r, _, _, _ uint32) bool { return r < 0x8000 }
