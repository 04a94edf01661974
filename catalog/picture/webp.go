package picture

import (
	"bytes"
	"encoding/binary"

	"golang.org/x/image/webp"
)

// eachChunk walks a WebP's chunks until see says no. It reports whether the
// file's frame is sound as far as it went.
func eachChunk(data []byte, see func(id string, body []byte) bool) bool {
	size := int64(binary.LittleEndian.Uint32(data[4:8]))
	if size+8 > int64(len(data)) {
		return false
	}
	data = data[12 : size+8]
	for len(data) >= 8 {
		n := int64(binary.LittleEndian.Uint32(data[4:8]))
		if n+8 > int64(len(data)) {
			return false
		}
		if !see(string(data[:4]), data[8:8+n]) {
			return true
		}
		data = data[min(int64(len(data)), 8+n+n&1):]
	}
	return true
}

// measureWebP gives the largest size that any part of the file claims: the
// canvas may say little where the frame inside says much.
func measureWebP(data []byte) (w, h int, err error) {
	if binary.LittleEndian.Uint32(data[4:8]) < 4 {
		return 0, 0, ErrBroken
	}
	pictures, moving := 0, false
	grow := func(a, b int) { w, h = max(w, a), max(h, b) }
	sound := eachChunk(data, func(id string, body []byte) bool {
		switch {
		case id == "VP8X" && len(body) >= 10:
			moving = moving || body[0]&0x02 != 0
			grow(1+int(body[4])|int(body[5])<<8|int(body[6])<<16, 1+int(body[7])|int(body[8])<<8|int(body[9])<<16)
		case id == "ANIM" || id == "ANMF":
			moving = true
		case id == "VP8 " && len(body) >= 10:
			pictures++
			grow(int(binary.LittleEndian.Uint16(body[6:]))&0x3fff, int(binary.LittleEndian.Uint16(body[8:]))&0x3fff)
		case id == "VP8L" && len(body) >= 5:
			pictures++
			bits := binary.LittleEndian.Uint32(body[1:])
			grow(1+int(bits&0x3fff), 1+int(bits>>14&0x3fff))
		}
		return true
	})
	switch {
	case moving:
		return 0, 0, ErrAnimation
	case !sound || pictures != 1:
		return 0, 0, ErrBroken
	}
	if int64(w)*int64(h) > MostPixels {
		return w, h, nil // refused by the caller before any decoder sees it
	}
	cfg, err := webp.DecodeConfig(bytes.NewReader(stripWebP(data)))
	if err != nil {
		return 0, 0, ErrBroken.Because(err)
	}
	grow(cfg.Width, cfg.Height)
	return w, h, nil
}

// stripWebP writes the file anew with nothing but its picture: no EXIF, no XMP,
// no colour profile, nothing behind the end.
func stripWebP(data []byte) []byte {
	out := append(make([]byte, 0, len(data)), "RIFF\x00\x00\x00\x00WEBP"...)
	eachChunk(data, func(id string, body []byte) bool {
		switch id {
		case "VP8X":
			if len(body) < 10 {
				return true
			}
			kept := append([]byte(nil), body[:10]...)
			kept[0] &= 0x10 // of the flags, only "has alpha" stays true
			body = kept
		case "ALPH", "VP8 ", "VP8L":
		default:
			return true
		}
		out = append(out, id...)
		out = binary.LittleEndian.AppendUint32(out, uint32(len(body))) //nolint:gosec // a part of a 12 MB file
		out = append(out, body...)
		if len(body)%2 == 1 {
			out = append(out, 0)
		}
		return true
	})
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8)) //nolint:gosec // as above
	return out
}
