package picture

import (
	"bytes"
	"encoding/binary"
	"image"
)

// orientation is the EXIF orientation of a picture: 1 (upright) to 8.
func orientation(k kind, data []byte) int {
	return exifTurn(exifOf(k, data))
}

const exifHead = "Exif\x00\x00"

// exifOf is the block of camera facts in a picture, nil where it has none.
func exifOf(k kind, data []byte) (tiff []byte) {
	switch k {
	case isJPEG:
		eachSegment(data, func(marker byte, body []byte) bool {
			if marker == 0xe1 && bytes.HasPrefix(body, []byte(exifHead)) {
				tiff = body[len(exifHead):]
			}
			return tiff == nil
		})
	case isPNG:
		return pngExif(data)
	case isWebP:
		eachChunk(data, func(id string, body []byte) bool {
			if id == "EXIF" {
				tiff = bytes.TrimPrefix(body, []byte(exifHead))
			}
			return tiff == nil
		})
	case unknown:
	}
	return tiff
}

func pngExif(data []byte) []byte {
	for at := 8; at+12 <= len(data); {
		n := int(binary.BigEndian.Uint32(data[at:]))
		if n < 0 || n > len(data)-at-12 {
			return nil
		}
		if string(data[at+4:at+8]) == "eXIf" {
			return data[at+8 : at+8+n]
		}
		at += 12 + n
	}
	return nil
}

// exifTurn reads the orientation out of a TIFF header's first directory.
func exifTurn(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if string(tiff[:2]) == "II" {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	entries := int64(order.Uint16(tiff[at:]))
	for i := range entries {
		e := at + 2 + 12*i
		if e+12 > int64(len(tiff)) {
			return 1
		}
		if order.Uint16(tiff[e:]) == 0x0112 {
			if v := int(order.Uint16(tiff[e+8:])); v >= 1 && v <= 8 {
				return v
			}
			return 1
		}
	}
	return 1
}

// upright gives the picture turned as its orientation says.
func upright(src *image.NRGBA, turn int) *image.NRGBA {
	if turn <= 1 {
		return src
	}
	sw, sh := src.Bounds().Dx(), src.Bounds().Dy()
	w, h := sw, sh
	if turn >= 5 {
		w, h = h, w
	}
	dst := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			sx, sy := source(turn, x, y, sw, sh)
			copy(dst.Pix[dst.PixOffset(x, y):][:4], src.Pix[src.PixOffset(sx, sy):][:4])
		}
	}
	return dst
}

// source tells which pixel of a w × h picture comes to x, y when turned.
func source(turn, x, y, w, h int) (int, int) {
	switch turn {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	case 8:
		return w - 1 - y, x
	}
	return x, y
}

// seeThrough reports whether any part of the picture is clearly transparent.
func seeThrough(img *image.NRGBA) bool {
	for i := 3; i < len(img.Pix); i += 4 {
		if img.Pix[i] < 0x80 {
			return true
		}
	}
	return false
}
