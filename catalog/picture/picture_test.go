package picture

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/webp"
)

// corner is a w × h picture, red in its upper left quarter and blue elsewhere.
func corner(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{0, 0, 200, 255}
			if x < w/2 && y < h/2 {
				c = color.NRGBA{200, 0, 0, 255}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

func asJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, img, nil))
	return b.Bytes()
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, img))
	return b.Bytes()
}

// exif is an EXIF block with an orientation and words that must not survive.
func exif(turn uint16) []byte {
	b := []byte("MM\x00\x2a\x00\x00\x00\x08\x00\x02")
	b = append(b, 0x01, 0x12, 0, 3, 0, 0, 0, 1, byte(turn>>8), byte(turn), 0, 0)
	b = append(b, 0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 26) // the place
	return append(b, "\x00\x00\x00\x00GPS 33.4 N 104.9 E"...)
}

func jpegWithExif(t testing.TB, turn uint16) []byte {
	t.Helper()
	plain := asJPEG(t, corner(64, 32))
	body := append([]byte("Exif\x00\x00"), exif(turn)...)
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1}, byte((len(body)+2)>>8), byte(len(body)+2))
	return append(append(out, body...), plain[2:]...)
}

func TestAPictureIsTurnedUprightAndForgetsItsPlace(t *testing.T) {
	// Where the red quarter lies after each turn: left and upper, for orientations 1 to 8.
	left := []bool{true, false, false, true, true, false, false, true}
	upper := []bool{true, true, false, false, true, true, false, false}
	for turn := 1; turn <= 8; turn++ {
		p, err := Read(context.Background(), jpegWithExif(t, uint16(turn)))
		require.NoError(t, err)
		b := p.Image.Bounds()
		require.Equal(t, turn >= 5, b.Dy() > b.Dx(), "turn %d", turn)
		x, y := b.Dx()*3/4, b.Dy()*3/4
		if left[turn-1] {
			x = b.Dx() / 4
		}
		if upper[turn-1] {
			y = b.Dy() / 4
		}
		require.Greater(t, p.Image.NRGBAAt(x, y).R, uint8(150), "turn %d", turn)
		kept, err := Original(p)
		require.NoError(t, err)
		require.NotContains(t, string(kept), "GPS")
		require.NotContains(t, string(kept), "EXIF")
		again, err := Read(context.Background(), kept)
		require.NoError(t, err)
		require.Equal(t, b, again.Image.Bounds())
	}
}

func TestACutoutIsKnownAndKeepsItsHoles(t *testing.T) {
	img := corner(400, 400)
	for y := range 100 {
		for x := range 400 {
			img.SetNRGBA(x, y, color.NRGBA{})
		}
	}
	p, err := Read(context.Background(), asPNG(t, img))
	require.NoError(t, err)
	require.True(t, p.Cutout)
	small, err := AtWidth(p.Image, 160)
	require.NoError(t, err)
	out, err := Read(context.Background(), small)
	require.NoError(t, err)
	require.Equal(t, image.Rect(0, 0, 160, 160), out.Image.Bounds())
	require.True(t, out.Cutout)
	require.Zero(t, out.Image.NRGBAAt(80, 10).A)
	require.Equal(t, uint8(255), out.Image.NRGBAAt(80, 100).A)
	whole, err := Read(context.Background(), asPNG(t, corner(30, 30)))
	require.NoError(t, err)
	require.False(t, whole.Cutout)
}

func TestASmallPictureIsNotEnlarged(t *testing.T) {
	p, err := Read(context.Background(), asPNG(t, corner(100, 50)))
	require.NoError(t, err)
	out, err := AtWidth(p.Image, 960)
	require.NoError(t, err)
	cfg, err := webp.DecodeConfig(bytes.NewReader(out))
	require.NoError(t, err)
	require.Equal(t, 100, cfg.Width)
}

// webpOf is a WebP file of a picture, with chunks put before and behind it.
func webpOf(t testing.TB, img image.Image, before, behind []byte) []byte {
	t.Helper()
	plain, err := encode(img, 80)
	require.NoError(t, err)
	out := append([]byte("RIFF\x00\x00\x00\x00WEBP"), before...)
	out = append(append(out, plain[12:]...), behind...)
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

func chunk(id string, body []byte) []byte {
	out := binary.LittleEndian.AppendUint32([]byte(id), uint32(len(body)))
	out = append(out, body...)
	if len(body)%2 == 1 {
		out = append(out, 0)
	}
	return out
}

func TestAWebPKeepsItsPixelsAndNothingElse(t *testing.T) {
	canvas := chunk("VP8X", []byte{0x0c, 0, 0, 0, 63, 0, 0, 31, 0, 0})
	data := append(webpOf(t, corner(64, 32), canvas, append(chunk("EXIF", exif(1)), chunk("XMP ", []byte("where I live"))...)), "trailing secret"...)
	p, err := Read(context.Background(), data)
	require.NoError(t, err)
	require.NotNil(t, p.Clean, "its pixels are kept as they came")
	for _, word := range []string{"EXIF", "GPS", "live", "secret"} {
		require.NotContains(t, string(p.Clean), word)
	}
	_, err = webp.Decode(bytes.NewReader(p.Clean))
	require.NoError(t, err)
	turned, err := Read(context.Background(), webpOf(t, corner(64, 32), canvas, chunk("EXIF", exif(6))))
	require.NoError(t, err)
	require.Nil(t, turned.Clean)
	require.Equal(t, image.Rect(0, 0, 32, 64), turned.Image.Bounds())
}

func TestWhatIsRefused(t *testing.T) {
	huge := []byte{0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	frame := []byte{0x10, 0, 0, 0x9d, 0x01, 0x2a, 0xff, 0x3f, 0xff, 0x3f} // says 16383 × 16383
	bomb := append([]byte("RIFF\x00\x00\x00\x00WEBP"), append(chunk("VP8X", huge), chunk("VP8 ", frame)...)...)
	binary.LittleEndian.PutUint32(bomb[4:], uint32(len(bomb)-8))
	for name, row := range map[string]struct {
		data []byte
		want error
	}{
		"nothing":                     {nil, ErrUnknown},
		"a page":                      {[]byte("<html><script>alert(1)</script>"), ErrUnknown},
		"an SVG":                      {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), ErrUnknown},
		"a GIF":                       {[]byte("GIF89a\x01\x00\x01\x00"), ErrUnknown},
		"half a JPEG":                 {asJPEG(t, corner(64, 64))[:300], ErrBroken},
		"too many bytes":              {make([]byte, MostBytes+1), ErrTooLarge},
		"a PNG of 100000 × 100000":    {pngClaiming(100_000, 100_000), ErrTooMany},
		"a PNG of 40000 × 2":          {pngClaiming(40_000, 2), ErrTooMany},
		"a PNG of 7000 × 7000":        {pngClaiming(7000, 7000), ErrTooMany},
		"a small canvas, a huge WebP": {bomb, ErrTooMany},
		"a moving WebP":               {webpOf(t, corner(8, 8), chunk("VP8X", []byte{0x02, 0, 0, 0, 7, 0, 0, 7, 0, 0}), nil), ErrAnimation},
		"a WebP that lies on length":  {[]byte("RIFF\xff\xff\xff\xffWEBPVP8 "), ErrBroken},
		"an empty WebP":               {[]byte("RIFF\x04\x00\x00\x00WEBP"), ErrBroken},
		"a WebP of no length":         {[]byte("RIFF\x00\x00\x00\x00WEBP"), ErrBroken},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read(context.Background(), row.data)
			require.ErrorIs(t, err, row.want)
		})
	}
}

// pngClaiming is the beginning of a PNG of that size.
func pngClaiming(w, h uint32) []byte {
	head := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	head = binary.BigEndian.AppendUint32(head, h)
	head = append(head, 8, 6, 0, 0, 0)
	out := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d" + string(head))
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(head))
}

func TestAWaitingPictureGivesUpWithItsRequest(t *testing.T) {
	require.NoError(t, decoding.Acquire(context.Background(), mostMemory>>20))
	defer decoding.Release(mostMemory >> 20)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := Read(ctx, asPNG(t, corner(8, 8)))
	require.ErrorIs(t, err, context.Canceled)
}

// FuzzRead throws anything at the gate: it may refuse, and what it lets in is
// within bounds and can be kept.
func FuzzRead(f *testing.F) {
	f.Add(asJPEG(f, corner(16, 8)))
	f.Add(jpegWithExif(f, 6))
	f.Add(asPNG(f, corner(16, 8)))
	f.Add(webpOf(f, corner(16, 8), chunk("VP8X", []byte{0x1c, 0, 0, 0, 15, 0, 0, 7, 0, 0}), chunk("EXIF", exif(3))))
	f.Add([]byte("RIFF\x00\x00\x00\x00WEBP"))
	f.Add(pngClaiming(100_000, 100_000))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Read(context.Background(), data)
		if err != nil {
			return
		}
		b := p.Image.Bounds()
		require.LessOrEqual(t, b.Dx()*b.Dy(), MostPixels)
		if b.Dx()*b.Dy() > 1<<20 {
			return // sound, only slow to encode thousands of times
		}
		kept, err := Original(p)
		require.NoError(t, err)
		require.False(t, strings.Contains(string(kept), "EXIF") && p.Clean == nil)
	})
}

func BenchmarkWidths(b *testing.B) {
	p, err := Read(context.Background(), asJPEG(b, corner(2000, 1500)))
	require.NoError(b, err)
	for b.Loop() {
		for _, w := range Widths {
			_, err := AtWidth(p.Image, w)
			require.NoError(b, err)
		}
	}
}
