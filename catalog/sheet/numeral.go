package sheet

import (
	"regexp"
	"strconv"
	"strings"
)

// Numbers as farmers write them in Chinese: 三十五, 一百二十, 二斤半, 三块五.
var (
	numeralRun  = regexp.MustCompile(`[零〇一二三四五六七八九十百千万两半点]+`)
	halfMore    = regexp.MustCompile(`^([0-9]+)(\p{Han}{1,2})0\.5$`)
	blocksTenth = regexp.MustCompile(`^([0-9]+)块([0-9])(?:毛|角)?$`)
)

var (
	digitOf = map[rune]int64{'零': 0, '〇': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9}
	powerOf = map[rune]int64{'十': 10, '百': 100, '千': 1000}
)

// plainNumbers writes Chinese numerals as digits, and leaves alone what is
// none. 两 is two before a unit and a unit after a number; 千克 is a unit.
func plainNumbers(s string) string {
	var out strings.Builder
	for s != "" {
		at := numeralRun.FindStringIndex(s)
		if at == nil {
			break
		}
		out.WriteString(s[:at[0]])
		run, rest := s[at[0]:at[1]], s[at[1]:]
		if strings.HasSuffix(run, "千") && strings.HasPrefix(rest, "克") {
			run, rest = strings.TrimSuffix(run, "千"), "千"+rest
		}
		unit := ""
		if strings.HasSuffix(run, "两") && (run != "两" || endsInDigit(out.String())) {
			run, unit = strings.TrimSuffix(run, "两"), "两"
		}
		if n, ok := numeral(run); ok && !endsInDigit(out.String()) {
			run = n
		}
		out.WriteString(run + unit)
		if strings.HasPrefix(rest, "千克") {
			out.WriteString("千克")
			rest = strings.TrimPrefix(rest, "千克")
		}
		s = rest
	}
	return out.String() + s
}

func endsInDigit(s string) bool {
	s = strings.TrimRight(s, " ")
	return s != "" && s[len(s)-1] >= '0' && s[len(s)-1] <= '9'
}

// numeral reads one Chinese numeral: 三十五 is 35, 半 is 0.5, 一点五 is 1.5.
func numeral(s string) (string, bool) {
	if s == "半" {
		return "0.5", true
	}
	whole, frac, point := strings.Cut(s, "点")
	n, ok := wholeNumeral(whole)
	if !ok || !point {
		return strconv.FormatInt(n, 10), ok
	}
	var digits []byte
	for _, c := range frac {
		d, known := digitOf[c]
		if !known {
			return "", false
		}
		digits = strconv.AppendInt(digits, d, 10)
	}
	return strconv.FormatInt(n, 10) + "." + string(digits), len(digits) > 0
}

func wholeNumeral(s string) (sum int64, ok bool) {
	var part, digit int64
	pending := false // a digit that waits for its power
	for _, c := range s {
		d, isDigit := digitOf[c]
		power := powerOf[c]
		switch {
		case isDigit && pending && digit != 0:
			return 0, false // 三五 is no number that anybody is sure of
		case isDigit:
			digit, pending = d, true
		case power > 0:
			if !pending {
				digit = 1 // 十五
			}
			part, digit, pending = part+digit*power, 0, false
		case c == '万' && (part > 0 || pending):
			sum, part, digit, pending = (part+digit)*10_000, 0, 0, false
		default:
			return 0, false
		}
	}
	return sum + part + digit, s != ""
}
