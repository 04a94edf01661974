package customs_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"countyfair/customs"
)

func daily(inner string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><Cube>` + inner + `</Cube></gesmes:Envelope>`
}

func TestReferenceRatesAreReadExactly(t *testing.T) {
	s, err := customs.ParseECB(strings.NewReader(daily(`<Cube time="2026-11-24"><Cube currency="USD" rate="1.16"/><Cube currency='JPY' rate='180.50'/><Cube currency="GBP" rate="0.85656789"/></Cube>`)))
	require.NoError(t, err)
	require.Equal(t, "2026-11-24", s.AsOf.Format(time.DateOnly))
	require.Equal(t, map[string]int64{"USD": 1_16000000, "JPY": 180_50000000, "GBP": 85656789}, s.PerEuro)
	require.Contains(t, s.Source, "European Central Bank")
}

func TestAHostileFileOfRatesIsRefusedWhole(t *testing.T) {
	day := func(inner string) string { return daily(`<Cube time="2026-11-24">` + inner + `</Cube>`) }
	usd := `<Cube currency="USD" rate="1.16"/>`
	for name, file := range map[string]string{
		"empty": "", "not XML": "hello", "cut off": day(usd)[:200], "no rate": day(""), "no day": daily(usd), "two days": day(usd) + day(usd), "a day that is none": daily(`<Cube time="2026-13-99">` + usd + `</Cube>`),
		"two days inside":  daily(`<Cube time="2026-11-24">` + usd + `</Cube><Cube time="2026-11-23">` + usd + `</Cube>`),
		"entities":         `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>` + day(usd),
		"an entity's file": `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>`,
		"a currency twice": day(usd + usd), "the euro": day(`<Cube currency="EUR" rate="1"/>`), "no currency": day(`<Cube currency="???" rate="1"/>`),
		"zero": day(`<Cube currency="USD" rate="0"/>`), "negative": day(`<Cube currency="USD" rate="-1.2"/>`), "an exponent": day(`<Cube currency="USD" rate="1e9"/>`), "words": day(`<Cube currency="USD" rate="NaN"/>`),
		"too fine": day(`<Cube currency="USD" rate="1.123456789"/>`), "too big": day(`<Cube currency="USD" rate="99999999"/>`), "no rate attribute": day(`<Cube currency="USD"/>`),
		"too deep": strings.Repeat("<Cube>", 50) + strings.Repeat("</Cube>", 50), "too long": day(usd + strings.Repeat(" ", 300<<10)),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := customs.ParseECB(strings.NewReader(file))
			require.Error(t, err)
		})
	}
}

func FuzzParseECB(f *testing.F) {
	f.Add(daily(`<Cube time="2026-11-24"><Cube currency="USD" rate="1.16"/></Cube>`))
	f.Add(`<!DOCTYPE x><x/>`)
	f.Fuzz(func(t *testing.T, file string) {
		s, err := customs.ParseECB(strings.NewReader(file))
		if err != nil {
			return
		}
		require.False(t, s.AsOf.IsZero())
		for code, rate := range s.PerEuro {
			require.Positive(t, rate)
			_, err := s.Convert(1_000_000_00, "EUR", code)
			require.NoError(t, err)
		}
	})
}
