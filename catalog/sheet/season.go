package sheet

import (
	"regexp"
	"strconv"
	"strings"
)

var monthNames = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

var (
	allYear  = map[string]bool{"全年": true, "四季": true, "常年": true, "一年四季": true, "allyear": true, "yearround": true, "allyearround": true, "always": true, "112月": true, "jandec": true}
	quarters = map[string]int{
		"春": 0b11100, "夏": 0b11100000, "秋": 0b11100000000, "冬": 0b100000000011,
		"spring": 0b11100, "summer": 0b11100000, "autumn": 0b11100000000, "fall": 0b11100000000, "winter": 0b100000000011,
	}
	seasonSplit = regexp.MustCompile(`[、,;，；/和及&]|\band\b`)
	seasonRange = regexp.MustCompile(`^([0-9]{1,2}|\p{Latin}{3,9})(?:月|\.)?(?:\s*(?:-|–|—|~|～|至|到|to)\s*([0-9]{1,2}|\p{Latin}{3,9})(?:月|\.)?)?(?:份|旬|底|初)?$`)
)

// season reads harvest months into a mask, January the lowest bit: "9-11月",
// "10-1月" over the new year, "4-6月、9-11月", "Sep-Nov", "全年", "秋".
func season(text string) (int, bool) {
	s := strings.ToLower(fold(text))
	if allYear[bare(s)] {
		return 0xfff, true
	}
	mask := 0
	for _, part := range seasonSplit.Split(s, 13) {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		m, ok := seasonPart(part)
		if !ok {
			return 0, false
		}
		mask |= m
	}
	return mask, mask != 0
}

func seasonPart(part string) (int, bool) {
	if q, ok := quarters[strings.TrimSuffix(part, "季")]; ok {
		return q, true
	}
	m := seasonRange.FindStringSubmatch(part)
	if m == nil {
		return 0, false
	}
	from, ok := month(m[1])
	if !ok {
		return 0, false
	}
	to := from
	if m[2] != "" {
		if to, ok = month(m[2]); !ok {
			return 0, false
		}
	}
	mask := 0
	for i := from; ; i = (i + 1) % 12 {
		mask |= 1 << i
		if i == to {
			return mask, true
		}
	}
}

func month(s string) (int, bool) {
	if n, err := strconv.Atoi(s); err == nil {
		return n - 1, n >= 1 && n <= 12
	}
	for i, name := range monthNames {
		if strings.HasPrefix(s, name) {
			return i, true
		}
	}
	return 0, false
}
