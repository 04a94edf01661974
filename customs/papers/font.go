package papers

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
)

// FontPlaces are where a face with Chinese and Latin glyphs may lie, the
// likeliest first.
var FontPlaces = []string{
	"/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
	"/usr/share/fonts/wenquanyi/wqy-microhei.ttc",
	"/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
	"/usr/local/share/fonts/wqy-microhei.ttc",
	"/Library/Fonts/wqy-microhei.ttc",
}

// ErrNoFont says that nothing can be printed here, and what to install.
var ErrNoFont = errors.New("no font for papers: install the package fonts-wqy-microhei, or name a TrueType font with Chinese glyphs in PAPER_FONT")

// FindFont gives the path of the font: the one named, else the first there is.
func FindFont(named string) (string, error) {
	if named != "" {
		if _, err := os.Stat(named); err != nil {
			return "", fmt.Errorf("PAPER_FONT: %w", err)
		}
		return named, nil
	}
	for _, path := range FontPlaces {
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", ErrNoFont
}

// LoadFont reads the font as FindFont finds it, ready to print with.
func LoadFont(named string) ([]byte, error) {
	path, err := FindFont(named)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(path) //nolint:gosec // the operator names it
	if err != nil {
		return nil, err
	}
	face, err := Face(data, 0)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return face, nil
}

// FontLoader reads the font when it is first needed and keeps it; a font that
// is not there is looked for again, so that installing it needs no restart.
func FontLoader(named string) func() ([]byte, error) {
	var lock sync.Mutex
	var font []byte
	return func() (_ []byte, err error) {
		lock.Lock()
		defer lock.Unlock()
		if font == nil {
			font, err = LoadFont(named)
		}
		return font, err
	}
}

var errNotTrueType = errors.New("not a TrueType font")

// faceTables are the tables without which nothing can be set in a face.
var faceTables = []string{"cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp"}

// Face takes one face out of a collection (.ttc), as a font of its own; a font
// that is none is given as it is. The PDF library reads single fonts only.
func Face(data []byte, face int) ([]byte, error) {
	if len(data) < 16 {
		return nil, errNotTrueType
	}
	if string(data[:4]) != "ttcf" {
		tables, err := readTables(data, 0)
		if err != nil {
			return nil, err
		}
		return data, complete(tables)
	}
	count := int(binary.BigEndian.Uint32(data[8:]))
	if face < 0 || face >= count || 12+4*(face+1) > len(data) {
		return nil, fmt.Errorf("the collection has no face %d", face)
	}
	tables, err := readTables(data, int(binary.BigEndian.Uint32(data[12+4*face:])))
	if err != nil {
		return nil, err
	}
	if err := complete(tables); err != nil {
		return nil, err
	}
	return joinTables(tables), nil
}

// fontTable is one table of a face: its tag with checksum, and its bytes.
type fontTable struct {
	head [8]byte
	data []byte
}

func readTables(data []byte, at int) ([]fontTable, error) {
	if at < 0 || at+12 > len(data) || binary.BigEndian.Uint32(data[at:]) != 0x00010000 && string(data[at:at+4]) != "true" {
		return nil, errNotTrueType
	}
	count := int(binary.BigEndian.Uint16(data[at+4:]))
	if at+12+16*count > len(data) {
		return nil, errNotTrueType
	}
	out := make([]fontTable, count)
	for i := range out {
		record := data[at+12+16*i:]
		from, length := uint64(binary.BigEndian.Uint32(record[8:])), uint64(binary.BigEndian.Uint32(record[12:]))
		if from+length > uint64(len(data)) {
			return nil, errNotTrueType
		}
		copy(out[i].head[:], record)
		out[i].data = data[from : from+length]
	}
	return out, nil
}

func complete(tables []fontTable) error {
	for _, tag := range faceTables {
		if !slices.ContainsFunc(tables, func(t fontTable) bool { return string(t.head[:4]) == tag }) {
			return fmt.Errorf("%w: it has no table %s", errNotTrueType, tag)
		}
	}
	return nil
}

// joinTables writes an offset table and the tables after it, each at a
// multiple of four.
func joinTables(tables []fontTable) []byte {
	exponent := 0
	for 2<<exponent <= len(tables) {
		exponent++
	}
	reach := 16 << exponent
	out := binary.BigEndian.AppendUint32(nil, 0x00010000)
	for _, n := range []int{len(tables), reach, exponent, len(tables)*16 - reach} {
		out = binary.BigEndian.AppendUint16(out, uint16(n)) //nolint:gosec // a face has few tables
	}
	at := len(out) + 16*len(tables)
	for _, t := range tables {
		out = append(out, t.head[:]...)
		out = binary.BigEndian.AppendUint32(out, uint32(at))          //nolint:gosec // read from a file with offsets of 32 bits
		out = binary.BigEndian.AppendUint32(out, uint32(len(t.data))) //nolint:gosec // as above
		at += (len(t.data) + 3) / 4 * 4
	}
	for _, t := range tables {
		out = append(out, t.data...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	return out
}
