package sellers

import "strings"

// creditLetters are the digits of a unified social credit code in the order of
// their values (GB 32100-2015): no I, O, S, V, Z.
const creditLetters = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// ValidCreditCode reports whether s is a Chinese unified social credit code:
// 18 characters, the last of which is the check character of GB 32100-2015.
func ValidCreditCode(s string) bool {
	if len(s) != 18 {
		return false
	}
	c, ok := CreditCheck(s[:17])
	return ok && s[17] == c
}

// CreditCheck gives the check character for the first 17 characters of a
// unified social credit code, and false where they hold another character.
func CreditCheck(first string) (byte, bool) {
	if len(first) != 17 {
		return 0, false
	}
	sum, weight := 0, 1 // the weights are the powers of 3 modulo 31
	for i := range len(first) {
		v := strings.IndexByte(creditLetters, first[i])
		if v < 0 {
			return 0, false
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	return creditLetters[(31-sum%31)%31], true
}
