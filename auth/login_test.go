package auth

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"countyfair/internal/errs"
)

func TestLoginsAreReadAsPeopleTypeThem(t *testing.T) {
	for _, row := range []struct{ typed, country, want string }{
		{"farmer@longnan.demo", "", "farmer@longnan.demo"},
		{"  Farmer.Li+fair@LongNan.Demo. ", "", "farmer.li+fair@longnan.demo"},
		{"operator@demo", "", "operator@demo"},
		{"ｆａｒｍｅｒ＠ｌｏｎｇｎａｎ．ｄｅｍｏ", "CN", "farmer@longnan.demo"},
		{"li@陇南.cn", "", "li@xn--6krr17m.cn"},
		{"li@XN--6KRR17M.cn", "", "li@xn--6krr17m.cn"},
		{"anna@Bücher.example", "", "anna@xn--bcher-kva.example"},
		{"+86 138 0013 8000", "", "+8613800138000"},
		{"138-0013-8000", "CN", "+8613800138000"},
		{"１３８００１３８０００", "CN", "+8613800138000"},
		{"0086 13800138000", "CN", "+8613800138000"},
		{"0712 345678", "KE", "+254712345678"},
		{"+254 (712) 345.678", "CN", "+254712345678"},
		{"(0939) 821 3456", "CN", "+869398213456"},
	} {
		l, err := ParseLogin(row.typed, row.country)
		require.NoError(t, err, row.typed)
		require.Equal(t, row.want, l.String(), row.typed)
		again, err := ParseLogin(l.String(), "")
		require.NoError(t, err, row.want)
		require.Equal(t, l, again)
	}
}

func TestWhatIsNoLogin(t *testing.T) {
	for _, typed := range []string{
		"", " ", "@", "a@", "@b", "a b@c.d", "a@b c", "a..b@c.d", ".a@c.d", "a.@c.d", "a@-c.d", "a@c-.d", "a@c..d", "\"a b\"@c.d", "a@[127.0.0.1]",
		"a@b@c.d", "a\n@c.d", "a@c.d\r\nBcc: x@y.z", "李@longnan.demo", "K@\x00", "a@" + strings.Repeat("b", 64) + ".d",
		strings.Repeat("a", 65) + "@c.d", "a@" + strings.Repeat("b.", 130) + "d", "\u212aim@c.d",
		"farmer", "12345", "+1", "++8613800138000", "138 0013 8000 ext. 7", "1-800-FLOWERS", "tel:+8613800138000", "+8613800138000;ext=1",
		strings.Repeat("1", 100), "+1 900 234 5678",
	} {
		_, err := ParseLogin(typed, "CN")
		require.Equal(t, errs.Invalid, errs.CodeOf(err), "%q", typed)
	}
	_, err := ParseLogin("13800138000", "") // whose country?
	require.Error(t, err)
}

func FuzzParseLogin(f *testing.F) {
	for _, s := range []string{"farmer@longnan.demo", "li@陇南.cn", "+86 138 0013 8000", "１３８００１３８０００", "a@b@c", "\u212a@x", "a@ﷺ.x"} {
		f.Add(s, "CN")
	}
	f.Fuzz(func(t *testing.T, typed, country string) {
		l, err := ParseLogin(typed, country)
		if err != nil {
			if errs.CodeOf(err) != errs.Invalid {
				t.Fatal(err)
			}
			return
		}
		s := l.String()
		if s != strings.ToLower(s) || !ascii(s) || strings.ContainsAny(s, " \r\n\t\x00<>\",;:") || len(s) > maxEmail || (l.Email == "") == (l.Phone == "") {
			t.Fatalf("%q became %q", typed, s)
		}
		again, err := ParseLogin(s, "")
		if err != nil || again != l {
			t.Fatalf("%q became %q and then %q (%v)", typed, s, again, err)
		}
	})
}
