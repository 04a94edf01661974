package papers

import "regexp"

var s10Form = regexp.MustCompile(`^[A-Z]{2}[0-9]{9}[A-Z]{2}$`)

// IsS10 reports whether a number is an item number of the post (UPU S10) with
// a right check digit: RR473124829CN is.
func IsS10(number string) bool {
	if !s10Form.MatchString(number) {
		return false
	}
	return s10Check(number[2:10]) == number[10]
}

// s10Check is the check digit of eight digits.
func s10Check(digits string) byte {
	sum := 0
	for i, weight := range [8]int{8, 6, 4, 2, 3, 5, 9, 7} {
		sum += weight * int(digits[i]-'0')
	}
	switch c := 11 - sum%11; c {
	case 10:
		return '0'
	case 11:
		return '5'
	default:
		return byte('0' + c)
	}
}

// LooksS10 reports whether a number has the form of one, right or wrong.
func LooksS10(number string) bool { return s10Form.MatchString(number) }
