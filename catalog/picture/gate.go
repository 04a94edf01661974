package picture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/webp"
	"golang.org/x/sync/semaphore"

	"countyfair/internal/errs"
)

// The bounds of what is taken in.
const (
	MostBytes  = 12 << 20
	MostPixels = 40_000_000
	mostSide   = 20_000
	// mostMemory bounds what the decoder of one picture may hold, in bytes: a
	// progressive JPEG and a 16-bit PNG take several times their pixels.
	mostMemory = 640 << 20
)

// Refusals of the gate.
var (
	ErrTooLarge  = errs.New(errs.Invalid, "picture_too_large", "This picture is larger than 12 MB. Please send a smaller one.")
	ErrTooMany   = errs.New(errs.Invalid, "picture_too_many_pixels", "This picture has more than 40 million pixels. Please send a smaller one.")
	ErrUnknown   = errs.New(errs.Invalid, "picture_unknown_kind", "This is not a JPEG, PNG or WebP picture.")
	ErrBroken    = errs.New(errs.Invalid, "picture_broken", "This picture cannot be read. Please save it again and send it once more.")
	ErrAnimation = errs.New(errs.Invalid, "picture_animated", "Moving pictures are not shown here. Please send a still one.")
)

// decoding bounds the memory of all decoders together, in megabytes; a picture
// waits for its share.
var decoding = semaphore.NewWeighted(mostMemory >> 20)

type kind int

const (
	unknown kind = iota
	isJPEG
	isPNG
	isWebP
)

func kindOf(data []byte) kind {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return isJPEG
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return isPNG
	case len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		return isWebP
	}
	return unknown
}

// Picture is a decoded picture, upright.
type Picture struct {
	Image  *image.NRGBA
	Cutout bool // parts of it are see-through
	// Clean is the picture as it came, where nothing had to be changed but
	// metadata taken off: a WebP of fitting size. Nil otherwise.
	Clean []byte
}

// Read decodes a picture, or says why not. Errors are *errs.Error of class
// invalid, or ctx's.
func Read(ctx context.Context, data []byte) (*Picture, error) {
	if len(data) > MostBytes {
		return nil, ErrTooLarge
	}
	k := kindOf(data)
	memory, err := measure(k, data)
	if err != nil {
		return nil, err
	}
	share := max(1, memory>>20)
	if err := decoding.Acquire(ctx, share); err != nil {
		return nil, err
	}
	defer decoding.Release(share)
	img, err := decode(k, data)
	if err != nil {
		return nil, ErrBroken.Because(err)
	}
	turn := orientation(k, data)
	p := &Picture{Image: upright(flat(img), turn)}
	p.Cutout = seeThrough(p.Image)
	if b := p.Image.Bounds(); k == isWebP && turn == 1 && max(b.Dx(), b.Dy()) <= Longest {
		p.Clean = stripWebP(data)
	}
	return p, nil
}

// measure knows how much memory the decoder will take, without decoding.
func measure(k kind, data []byte) (int64, error) {
	var w, h int
	perPixel := int64(4)
	switch k {
	case isJPEG:
		cfg, err := jpeg.DecodeConfig(bytes.NewReader(data))
		if err != nil {
			return 0, ErrBroken.Because(err)
		}
		w, h = cfg.Width, cfg.Height
		if progressive(data) {
			perPixel = 16 // four bytes a coefficient, up to four components
		}
	case isPNG:
		cfg, err := png.DecodeConfig(bytes.NewReader(data))
		if err != nil {
			return 0, ErrBroken.Because(err)
		}
		w, h, perPixel = cfg.Width, cfg.Height, 8
	case isWebP:
		var err error
		if w, h, err = measureWebP(data); err != nil {
			return 0, err
		}
	case unknown:
		return 0, ErrUnknown
	}
	if w < 1 || h < 1 {
		return 0, ErrBroken
	}
	if w > mostSide || h > mostSide || int64(w)*int64(h) > MostPixels {
		return 0, ErrTooMany
	}
	// Beside the decoder's own: the flat copy and the upright one.
	return min(int64(w)*int64(h)*(perPixel+8), mostMemory), nil
}

// decode runs a decoder. One that panics on bad input is an error like another.
func decode(k kind, data []byte) (img image.Image, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("picture: decoder panicked: %v", r)
		}
	}()
	switch k {
	case isJPEG:
		return jpeg.Decode(bytes.NewReader(data))
	case isPNG:
		return png.Decode(bytes.NewReader(data))
	case isWebP:
		return webp.Decode(bytes.NewReader(stripWebP(data)))
	case unknown:
	}
	return nil, errors.New("picture: unknown kind")
}

// progressive reports whether a JPEG's frame is a progressive one.
func progressive(data []byte) bool {
	found := false
	eachSegment(data, func(marker byte, _ []byte) bool {
		if marker == 0xc2 {
			found = true
		}
		return !found
	})
	return found
}

// eachSegment walks a JPEG's segments up to its first scan, until see says no.
func eachSegment(data []byte, see func(marker byte, body []byte) bool) {
	for at := 2; at+4 <= len(data); {
		if data[at] != 0xff {
			return
		}
		marker := data[at+1]
		switch {
		case marker == 0xff:
			at++
			continue
		case marker == 0xda || marker == 0xd9:
			return
		case marker == 0x01 || marker >= 0xd0 && marker <= 0xd7:
			at += 2
			continue
		}
		size := int(data[at+2])<<8 | int(data[at+3])
		if size < 2 || at+2+size > len(data) {
			return
		}
		if !see(marker, data[at+4:at+2+size]) {
			return
		}
		at += 2 + size
	}
}
