package picture

import (
	"bytes"
	"image"
	"image/color"

	encoder "github.com/gen2brain/webp"
	"golang.org/x/image/draw"
)

// Longest is the longer side of the kept original, in pixels.
const Longest = 2560

// Widths are the widths in which a picture is served, in pixels.
var Widths = []int{160, 320, 640, 960}

// Original is the picture as it is kept: WebP, upright, without metadata, no
// side longer than Longest.
func Original(p *Picture) ([]byte, error) {
	if p.Clean != nil {
		return p.Clean, nil
	}
	b := p.Image.Bounds()
	if long := max(b.Dx(), b.Dy()); long > Longest {
		return encode(scaled(p.Image, max(1, b.Dx()*Longest/long), max(1, b.Dy()*Longest/long)), 90)
	}
	return encode(p.Image, 90)
}

// AtWidth is the picture at most so many pixels wide. A narrower one is not
// enlarged.
func AtWidth(img *image.NRGBA, width int) ([]byte, error) {
	if b := img.Bounds(); b.Dx() > width {
		return encode(scaled(img, width, max(1, (b.Dy()*width+b.Dx()/2)/b.Dx())), 80)
	}
	return encode(img, 80)
}

func scaled(src image.Image, w, h int) *image.RGBA {
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(dst, dst.Bounds(), src, src.Bounds(), draw.Src, nil)
	return dst
}

func encode(img image.Image, quality int) ([]byte, error) {
	var out bytes.Buffer
	err := encoder.Encode(&out, flat(img), encoder.Options{Quality: quality, Method: 4})
	return out.Bytes(), err
}

// flat gives pixels as the encoder and the scaler take them fastest: four bytes
// each, colours not multiplied by their alpha, starting at the origin.
func flat(img image.Image) *image.NRGBA {
	b := img.Bounds()
	if n, ok := img.(*image.NRGBA); ok && b.Min == (image.Point{}) && n.Stride == 4*b.Dx() {
		return n
	}
	dst := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	switch src := img.(type) {
	case *image.YCbCr:
		fromYCbCr(dst, src, nil, 0)
	case *image.NYCbCrA:
		fromYCbCr(dst, &src.YCbCr, src.A, src.AStride)
	case *image.RGBA:
		fromRGBA(dst, src)
	default:
		draw.Draw(dst, dst.Bounds(), img, b.Min, draw.Src)
	}
	return dst
}

func fromYCbCr(dst *image.NRGBA, src *image.YCbCr, alpha []byte, stride int) {
	b := src.Bounds()
	for y := range b.Dy() {
		row := dst.Pix[y*dst.Stride:]
		for x := range b.Dx() {
			yi, ci := src.YOffset(b.Min.X+x, b.Min.Y+y), src.COffset(b.Min.X+x, b.Min.Y+y)
			r, g, bl := color.YCbCrToRGB(src.Y[yi], src.Cb[ci], src.Cr[ci])
			a := byte(255)
			if alpha != nil {
				a = alpha[y*stride+x]
			}
			row[4*x], row[4*x+1], row[4*x+2], row[4*x+3] = r, g, bl, a
		}
	}
}

func fromRGBA(dst *image.NRGBA, src *image.RGBA) {
	b := src.Bounds()
	for y := range b.Dy() {
		in, out := src.Pix[src.PixOffset(b.Min.X, b.Min.Y+y):], dst.Pix[y*dst.Stride:]
		for i := 0; i < 4*b.Dx(); i += 4 {
			a := uint32(in[i+3])
			if a == 0 {
				continue
			}
			for c := range 3 {
				out[i+c] = byte(min(255, (uint32(in[i+c])*255+a/2)/a))
			}
			out[i+3] = in[i+3]
		}
	}
}
