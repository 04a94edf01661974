package ui

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Brand is a county's colour in the terms of the palette: hue and chroma in
// OKLCH. Lightness is the palette's, so that every hue keeps its contrast.
type Brand struct {
	Hue    float64
	Chroma float64
	Muted  bool // the colour was stronger or paler than the palette allows
}

// ErrColour says that the text is no #rrggbb colour.
var ErrColour = errors.New("ui: not a #rrggbb colour")

// The chroma a county may have: enough to be a colour, not so much that a
// display without wide gamut shifts its lightness.
const (
	leastChroma = 0.045
	mostChroma  = 0.135
)

// BrandOf finds a county's brand from a colour such as #9b2c20.
func BrandOf(hex string) (Brand, error) {
	s := strings.TrimPrefix(strings.TrimSpace(hex), "#")
	n, err := strconv.ParseUint(s, 16, 32)
	if err != nil || len(s) != 6 {
		return Brand{}, fmt.Errorf("%w: %q", ErrColour, hex)
	}
	_, c, h := oklch(float64(n>>16&255)/255, float64(n>>8&255)/255, float64(n&255)/255)
	b := Brand{Hue: h, Chroma: min(max(c, leastChroma), mostChroma)}
	b.Muted = math.Abs(b.Chroma-c) > 0.03
	return b, nil
}

// The hues that the signal may have in the dark: the amber of a stall's lamp,
// and coral for a county that is amber itself.
const (
	lampHue  = 66
	coralHue = 22
)

// alike are hues with less than this between them.
const alike = 38

// CSS is the county's style sheet: it sets the hue that the whole palette
// follows, and keeps the signal in the dark away from it.
func (b Brand) CSS() string {
	signal := lampHue
	if d := apart(b.Hue, lampHue); d < alike && d < apart(b.Hue, coralHue) {
		signal = coralHue
	}
	return fmt.Sprintf(":root{--county-h:%.1f;--county-c:%.3f;--signal-dark-h:%d}\n", b.Hue, b.Chroma, signal)
}

// apart is the angle between two hues.
func apart(a, b float64) float64 {
	d := math.Abs(a - b)
	return min(d, 360-d)
}

// oklch turns sRGB (0…1) into lightness, chroma and hue in degrees.
func oklch(r, g, b float64) (l, c, h float64) {
	r, g, b = linear(r), linear(g), linear(b)
	x := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	y := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	z := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	l = 0.2104542553*x + 0.7936177850*y - 0.0040720468*z
	aa := 1.9779984951*x - 2.4285922050*y + 0.4505937099*z
	bb := 0.0259040371*x + 0.7827717662*y - 0.8086757660*z
	h = math.Atan2(bb, aa) * 180 / math.Pi
	if h < 0 {
		h += 360
	}
	return l, math.Hypot(aa, bb), h
}

func linear(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}
