package catalog

import (
	"regexp"
	"strings"

	"countyfair/internal/lang"
)

var (
	countySegment = regexp.MustCompile(`[^\s省市县区州盟旗]+[县区旗]`)
	townSegment   = regexp.MustCompile(`[^\s省市县区州盟旗镇乡]+(?:镇|乡|街道)`)
)

// areaOf is the part of the county that an origin lies in, in each language:
// the county or district where the market is a prefecture's (its GB/T 2260 code
// ends in 00), the township where it is a county's, and abroad the larger part
// of "village, ward".
func areaOf(origin lang.Text, divisionCode string) lang.Text {
	prefecture := strings.HasSuffix(divisionCode, "00")
	out := lang.Text{}
	for tag, words := range origin {
		if strings.HasPrefix(tag, "zh") {
			segment := townSegment
			if prefecture {
				segment = countySegment
			}
			area := segment.FindString(words)
			if area == "" {
				area, _, _ = strings.Cut(words, " ")
			}
			out[tag] = area
			continue
		}
		parts := strings.Split(words, ",")
		area := parts[len(parts)-1]
		if divisionCode != "" && !prefecture {
			area = parts[0]
		}
		out[tag] = strings.TrimSpace(area)
	}
	return out.Trimmed()
}
