package hs_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"countyfair/customs/hs"
)

func codes(found []hs.Code) []string {
	out := make([]string, len(found))
	for i, c := range found {
		out[i] = c.Code
	}
	return out
}

func TestSearch(t *testing.T) {
	for _, c := range []struct{ query, first string }{
		{"walnuts", "080231"},
		{"walnuts shelled", "080232"},
		{"sichuan pepper", "091099"},
		{"花椒", "091099"},
		{"huajiao", "091099"},
		{"hj", "091099"},
		{"木耳", "071232"},
		{"muer", "071232"},
		{"green tea", "090210"},
		{"绿茶", "090210"},
		{"honey", "040900"},
		{"oranges", "080510"},
		{"脐橙", "080510"},
		{"qicheng", "080510"},
		{"08.05", "0805"},
		{"080510", "080510"},
		{"chest", "080241"},
		{"coffee roasted", "090121"},
		{"当归", "121190"},
		{"olive oil", "150920"},
		{"竹编", "460211"},
	} {
		found := hs.Search(c.query, 5)
		require.NotEmpty(t, found, c.query)
		require.Equal(t, c.first, found[0].Code, "%s: %v", c.query, codes(found))
	}
	require.Empty(t, hs.Search("spaceship", 5))
	require.Empty(t, hs.Search("  ", 5))
	require.Len(t, hs.Search("dried", 3), 3)
}

func TestSuggest(t *testing.T) {
	for _, c := range []struct {
		want  string
		names []string
	}{
		{"091099", []string{"武都花椒 梅花椒", "Spices"}},
		{"080231", []string{"Walnuts from Cheng county, in shell", "坚果"}},
		{"071232", []string{"康县黑木耳", "菌菇山珍"}},
		{"090121", []string{"Karima AA washed coffee, roasted whole bean", "Coffee"}},
		{"080510", []string{"安西脐橙", "脐橙柑桔"}},
		{"040900", []string{"土蜂蜜", "蜂蜜糖酱"}},
	} {
		require.Contains(t, codes(hs.Suggest(3, c.names...)), c.want, c.names)
	}
	require.Empty(t, hs.Suggest(3, "something else entirely"))
}

func TestCheck(t *testing.T) {
	for code, want := range map[string]hs.Existence{
		"080231": hs.Exists, "0802319000": hs.Exists, "080239": hs.Absent, "071235": hs.Absent, "230990": hs.Unchecked, "640399": hs.Unchecked, "770110": hs.Absent, "990110": hs.Absent,
		"000000": hs.Absent, "050300": hs.Absent, "08023": hs.Absent, "08023100000": hs.Absent, "08O231": hs.Absent, "": hs.Absent,
	} {
		require.Equal(t, want, hs.Check(code), code)
	}
	c, ok := hs.Describe("0802319000")
	require.True(t, ok)
	require.Equal(t, "Walnuts in shell", c.English)
	c, ok = hs.Describe("230990")
	require.True(t, ok)
	require.Equal(t, "2309", c.Code)
	_, ok = hs.Describe("640399")
	require.False(t, ok)
}

// The produce of the demo's counties, so that each has an entry of its own.
func TestTheCodesOfTheDemoAreListed(t *testing.T) {
	for _, code := range []string{
		"021012", "021099", "030543", "040690", "040721", "040900", "060110", "070190", "070310", "070320", "070490", "070610", "070810", "070820", "070951", "070959", "070960", "070999",
		"071232", "071234", "071239", "071290", "071333", "071390", "071420", "071440", "080231", "080232", "080241", "080262", "080299", "080390", "080440", "080450", "080510", "080521", "080540",
		"080590", "080810", "080830", "080940", "081010", "081050", "081090", "081190", "081330", "081340", "081400", "090121", "090210", "090230", "090421", "091011", "091030", "091099", "100590",
		"100620", "100630", "110313", "110429", "110819", "120190", "120241", "120799", "121190", "121299", "150920", "151211", "151411", "151590", "170113", "190219", "190230", "190590", "200599",
		"200600", "200791", "200799", "200819", "200899", "200989", "210390", "210690",
	} {
		require.Equal(t, hs.Exists, hs.Check(code), code)
	}
}
