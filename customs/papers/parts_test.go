package papers_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"countyfair/customs"
	"countyfair/customs/papers"
)

func TestItemNumbersOfThePostAreChecked(t *testing.T) {
	for _, good := range []string{"RR473124829CN", "EE123456785CN", "CP000000005CN"} {
		require.True(t, papers.IsS10(good), good)
	}
	for _, bad := range []string{"RR473124828CN", "RR473124829C", "rr473124829cn", "R1473124829CN", "", "RR4731248290CN", "ＲＲ473124829CN"} {
		require.False(t, papers.IsS10(bad), bad)
	}
	require.True(t, papers.LooksS10("RR473124828CN"))
	require.False(t, papers.LooksS10("SF1234567890"))
	for digit := byte('0'); digit <= '9'; digit++ { // one digit and no other is right
		number := "RR47312482" + string(digit) + "CN"
		require.Equal(t, digit == '9', papers.IsS10(number), number)
	}
}

func TestTheFormFollowsValueWeightAndLines(t *testing.T) {
	p := sample()
	require.Equal(t, papers.CN22, papers.ChooseForm(p, 300_00, true))
	require.Equal(t, papers.CN23, papers.ChooseForm(p, 300_01, true))
	require.Equal(t, papers.CN23, papers.ChooseForm(p, 1, false), "no rate is known")
	p.Lines[0].GrossG = 437 // 4 × 437 + 250 = 1,998
	require.Equal(t, papers.CN22, papers.ChooseForm(p, 300_00, true))
	p.Lines[0].GrossG = 438 // 2,002
	require.Equal(t, papers.CN23, papers.ChooseForm(p, 300_00, true))
	require.Equal(t, papers.CN23, papers.ChooseForm(long(), 1, true))
}

func TestPapersThatContradictTheOrderAreRefused(t *testing.T) {
	for name, spoil := range map[string]func(*papers.Parcel){
		"a line":  func(p *papers.Parcel) { p.Lines[0].Total++ },
		"goods":   func(p *papers.Parcel) { p.Amounts.Goods++ },
		"a total": func(p *papers.Parcel) { p.Amounts.Total-- },
	} {
		p := sample()
		spoil(p)
		_, err := papers.Invoice(theFont(t), p)
		require.ErrorContains(t, err, "do not add up", name)
	}
}

func TestEveryPaperOfARestrictionHasWords(t *testing.T) {
	require.ElementsMatch(t, customs.Papers, papers.Documents())
}

// collection is a .ttc of two faces that share a table.
func collection() []byte {
	tags := []string{"cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp"}
	out := binary.BigEndian.AppendUint32([]byte("ttcf\x00\x01\x00\x00"), 2)
	size := 12 + 16*len(tags)
	for face := range 2 {
		out = binary.BigEndian.AppendUint32(out, uint32(20+face*size))
	}
	data := 20 + 2*size
	for face := range 2 {
		out = append(out, 0, 1, 0, 0, 0, byte(len(tags)), 0, 0, 0, 0, 0, 0)
		for i, tag := range tags {
			out = append(out, tag...)
			out = binary.BigEndian.AppendUint32(out, 0xABCD)
			out = binary.BigEndian.AppendUint32(out, uint32(data+5*i*(face+1)))
			out = binary.BigEndian.AppendUint32(out, 5)
		}
	}
	for i := range 14 {
		out = append(out, strings.Repeat(string(rune('a'+i)), 5)...)
	}
	return out
}

func TestAFaceIsTakenOutOfACollection(t *testing.T) {
	ttc := collection()
	first, err := papers.Face(ttc, 0)
	require.NoError(t, err)
	second, err := papers.Face(ttc, 1)
	require.NoError(t, err)
	require.Equal(t, []byte{0, 1, 0, 0, 0, 7, 0, 64, 0, 2, 0, 48}, first[:12], "an offset table for seven tables")
	at := func(font []byte, table int) string {
		record := font[12+16*table:]
		from := binary.BigEndian.Uint32(record[8:])
		require.Zero(t, from%4)
		return string(font[from : from+binary.BigEndian.Uint32(record[12:])])
	}
	require.Equal(t, "bbbbb", at(first, 1))
	require.Equal(t, "ccccc", at(second, 1))
	again, err := papers.Face(first, 0)
	require.NoError(t, err)
	require.Equal(t, first, again, "a font that is no collection is left alone")

	for name, data := range map[string][]byte{"short": []byte("ttcf"), "cut": ttc[:60], "text": []byte("this is not a font at all"), "tables outside": bytes.Replace(ttc, []byte{0, 0, 0, 5}, []byte{0x7f, 0, 0, 5}, 1)} {
		_, err := papers.Face(data, 0)
		require.Error(t, err, name)
	}
	for _, face := range []int{-1, 2} {
		_, err = papers.Face(ttc, face)
		require.ErrorContains(t, err, "no face")
	}
	_, err = papers.Face(bytes.ReplaceAll(ttc, []byte("glyf"), []byte("CFF ")), 0)
	require.ErrorContains(t, err, "no table glyf")
}

func TestTheFontIsFoundOrTheErrorSaysWhatToInstall(t *testing.T) {
	_, err := papers.FindFont(filepath.Join(t.TempDir(), "none.ttf"))
	require.ErrorContains(t, err, "PAPER_FONT")
	before := papers.FontPlaces
	t.Cleanup(func() { papers.FontPlaces = before })
	papers.FontPlaces = []string{filepath.Join(t.TempDir(), "none.ttc")}
	_, err = papers.LoadFont("")
	require.ErrorIs(t, err, papers.ErrNoFont)
	require.ErrorContains(t, err, "fonts-wqy-microhei")
	mine := filepath.Join(t.TempDir(), "mine.ttc")
	require.NoError(t, os.WriteFile(mine, collection(), 0o600))
	face, err := papers.LoadFont(mine)
	require.NoError(t, err)
	require.Equal(t, byte(7), face[5])
}

func FuzzFace(f *testing.F) {
	f.Add(collection(), 0)
	f.Add([]byte("ttcf"), 1)
	f.Fuzz(func(_ *testing.T, data []byte, face int) { _, _ = papers.Face(data, face) })
}

func FuzzNames(f *testing.F) {
	for _, name := range []string{"苹果", "𠮷野家 😀", "\x00\xff\u202e\u2028", strings.Repeat("长", 400), strings.Repeat("Donaudampfschifffahrt", 40), " ", "é\u0301\ufe0f", "=1+1", "\\(x)"} {
		f.Add(name, "RR473124829CN")
	}
	f.Fuzz(func(t *testing.T, name, tracking string) {
		if len(name) > 2000 || len(tracking) > 80 {
			return
		}
		p := sample()
		p.Tracking, p.Seller, p.To.Name, p.To.Street, p.To.City = tracking, name, name, []string{name, name}, name
		p.Lines[0].Name, p.Lines[0].LocalName, p.Lines[1].Name = name, name, ""
		for kind, pdf := range drawn(t, p) {
			require.True(t, bytes.HasPrefix(pdf, []byte("%PDF-")), kind)
			require.True(t, bytes.HasSuffix(bytes.TrimSpace(pdf), []byte("%%EOF")), kind)
		}
		_, _, err := papers.Electronic(registration(), p, paid(), orderID)
		require.NoError(t, err)
	})
}
