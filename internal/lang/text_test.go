package lang

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is read the short way is read as JSON would be, and all else goes the long way.
func TestScanReadsWhatJSONReads(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		`{}`, `{"en": "Walnuts"}`, `{"en": "Walnuts", "zh-Hans": "核桃"}`, `{"en":"tight","zh":"x"}`, ` {"en": "x"}`, `{"en": "say \"yes\""}`, `{"en": "", "de": ", "}`,
		`{"en": "a: b", "zh": "}{"}`, `{"en": null}`, `null`, `{"en": 1}`, `{"en": "x",}`, `{"en": "x", }`, `{"en"`, `{"en": "x" "zh": "y"}`, `{"en": "x"}}`, `{`, ``, `[]`, `"x"`,
	} {
		var want Text
		bad := json.Unmarshal([]byte(s), &want)
		var got Text
		err := got.Scan(s)
		require.Equal(t, bad != nil, err != nil, s)
		if bad == nil {
			require.Equal(t, want, got, s)
		}
	}
}

func FuzzScan(f *testing.F) {
	f.Add(`{"en": "Walnuts", "zh-Hans": "核桃"}`)
	f.Add(`{"en": "x",}`)
	f.Fuzz(func(t *testing.T, s string) {
		short, ok := plain(s)
		if !ok {
			return
		}
		var want Text
		if err := json.Unmarshal([]byte(s), &want); err == nil && json.Valid([]byte(s)) {
			again, _ := json.Marshal(short)
			should, _ := json.Marshal(want)
			require.JSONEq(t, string(should), string(again))
		}
	})
}

func BenchmarkScan(b *testing.B) {
	for b.Loop() {
		var t Text
		_ = t.Scan(`{"en": "Good 12", "zh-Hans": "武都花椒 特级 12 号"}`)
	}
}
