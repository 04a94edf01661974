package auth

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/net/idna"
	"golang.org/x/text/width"

	"countyfair/internal/errs"
)

// Login is what an account is known by: an e-mail address or a phone number,
// in the one form we store.
type Login struct {
	Email string // lower case, the host in ASCII
	Phone string // E.164
}

// String is the login as it is stored.
func (l Login) String() string {
	if l.Email != "" {
		return l.Email
	}
	return l.Phone
}

// column is the accounts column that holds this kind of login.
func (l Login) column() string {
	if l.Email != "" {
		return "email"
	}
	return "phone"
}

const (
	maxEmail = 254 // RFC 5321's path limit, which the accounts table repeats
	maxLocal = 64
	maxPhone = 40 // as typed, with spaces and brackets
)

var (
	dotAtom   = regexp.MustCompile("^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$")
	hostName  = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$`)
	phoneLike = regexp.MustCompile(`^\+?[0-9 ().\-]+$`)
	e164      = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	hosts     = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.Transitional(false), idna.StrictDomainName(false))
)

// ParseLogin reads what a person typed. Full-width characters, which Chinese
// keyboards give, count as the plain ones. A phone number without a country
// code is one of the country (ISO 3166, two letters).
func ParseLogin(typed, country string) (Login, error) {
	s := strings.TrimSpace(width.Fold.String(typed))
	if !utf8.ValidString(typed) {
		return Login{}, badLogin("bad_login", "This holds bytes that are no text.")
	}
	if strings.Contains(s, "@") {
		return parseEmail(s)
	}
	return parsePhone(s, country)
}

func badLogin(reason, message string) error {
	var f errs.Fields
	f.Add("login", reason, message)
	return f.Err()
}

func parseEmail(s string) (Login, error) {
	bad := badLogin("bad_email", "This is not an e-mail address. An example: name@example.org")
	at := strings.LastIndexByte(s, '@')
	// Lower-casing comes after a look at the bytes: some letters outside ASCII have an ASCII lower case.
	local := s[:at]
	if !ascii(local) || len(local) > maxLocal || len(s) > 4*maxEmail {
		return Login{}, bad
	}
	local = strings.ToLower(local)
	host, err := hosts.ToASCII(strings.TrimSuffix(s[at+1:], "."))
	// What we store must read as itself: some odd names come out as labels that are none.
	if again, err := hosts.ToASCII(host); err != nil || again != host {
		return Login{}, bad
	}
	if err != nil || !dotAtom.MatchString(local) || !hostName.MatchString(host) || len(local)+1+len(host) > maxEmail {
		return Login{}, bad
	}
	return Login{Email: local + "@" + host}, nil
}

func parsePhone(s, country string) (Login, error) {
	bad := badLogin("bad_login", "Enter an e-mail address, or a phone number such as +86 138 0013 8000.")
	if len(s) > maxPhone || !phoneLike.MatchString(s) {
		return Login{}, bad
	}
	n, err := phonenumbers.Parse(s, country)
	if err != nil || phonenumbers.IsPossibleNumberWithReason(n) != phonenumbers.IS_POSSIBLE {
		return Login{}, bad
	}
	if of := phonenumbers.GetNumberType(n); of == phonenumbers.PREMIUM_RATE || of == phonenumbers.SHARED_COST {
		return Login{}, bad // a code sent there costs us, or them
	}
	out := phonenumbers.Format(n, phonenumbers.E164)
	if !e164.MatchString(out) {
		return Login{}, bad
	}
	return Login{Phone: out}, nil
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
