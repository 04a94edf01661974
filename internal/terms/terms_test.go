package terms

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"countyfair/internal/pg"
	"countyfair/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// match asks PostgreSQL itself.
func match(t testing.TB, q pg.Querier, doc *Document, query string) bool {
	t.Helper()
	var yes bool
	require.NoError(t, q.QueryRow(context.Background(), "SELECT $1::text::tsvector @@ $2::text::tsquery", doc.String(), query).Scan(&yes))
	return yes
}

func TestWhatIsFound(t *testing.T) {
	doc := NewDocument()
	doc.Add('A', "武都大红袍花椒", "Wudu Sichuan peppercorns")
	doc.Add('B', "马街镇椒农合作社", "音乐食品", "Majie Growers’ Co-op", "Café")
	doc.AddSilent('D', "晒干后去籽，麻香浓。")
	db := testkit.DB(t)
	require.NoError(t, db.Query(context.Background(), func(q pg.Querier) error {
		for query, want := range map[string]bool{
			"花椒": true, "椒": true, "武都": true, "大红袍花椒": true, "红袍花": true, "椒农": true,
			"都花": false, "苹果": false, "袍椒": false,
			"huajiao": true, "HuaJiao": true, "huaji": true, "huaj": true, "hua": true, "h": true,
			"wududahongpao": true, "wddhphj": true, "dhphj": true, "hj": true, "hjx": false,
			"yinyue": true, "yinle": true, "huajiaoguo": false,
			"pepper": true, "peppercorn": true, "peppercorns": true, "sichuan pepper": true, "PEPPERC": true,
			"pepper wudu": false, "wudu pepper": true, "growers": true, "grower": true, "cafe": true, "café": true,
			"麻香": true, "maxiang": false, "农晒": false, "籽麻": false,
			"ｗｕｄｕ": true, "花椒 wudu": true, "花椒 kenya": false,
		} {
			require.Equal(t, want, match(t, q, doc, Query(query).Strict), query)
		}
		loose := Query("武都花椒")
		require.False(t, match(t, q, doc, loose.Strict))
		require.True(t, match(t, q, doc, loose.Loose))
		return nil
	}))
}

func TestNothingToSearchFor(t *testing.T) {
	for _, q := range []string{"", "  ", "!!! & | <->", "'", "\\", "\x00"} {
		require.Empty(t, Query(q).Strict, q)
	}
}

func TestLatin(t *testing.T) {
	require.Equal(t, "wu du hua jiao no1", strings.Join(Latin("武都花椒 No1"), " "))
	require.Empty(t, Latin("!? жа"))
}

func TestALongTextStaysWithinWhatPostgreSQLKeeps(t *testing.T) {
	doc := NewDocument()
	doc.Add('A', strings.Repeat("花椒大红袍 pepper ", 20000), strings.Repeat("x", 5000))
	for r := '一'; r < '一'+15000; r++ {
		doc.Add('D', string([]rune{r, r + 1}))
	}
	db := testkit.DB(t)
	require.NoError(t, db.Query(context.Background(), func(q pg.Querier) error {
		require.True(t, match(t, q, doc, Query("花椒").Strict))
		return nil
	}))
}

// FuzzQuery asks PostgreSQL to read whatever people may type.
func FuzzQuery(f *testing.F) {
	for _, s := range []string{"花椒", "huajiao", "a'b\\c", "x:*&|!()<->", "\xff\xfe", strings.Repeat("xian", 60), "ｈ１２ é ß ﷽", "乐乐乐乐乐"} {
		f.Add(s)
	}
	db := testkit.DB(f)
	f.Fuzz(func(t *testing.T, s string) {
		doc := NewDocument()
		doc.Add('A', s)
		asked := Query(s)
		require.NoError(t, db.Query(context.Background(), func(q pg.Querier) error {
			if asked.Strict != "" && len([]rune(s)) <= mostRunes && len(pieces(s)) <= mostPieces {
				require.True(t, match(t, q, doc, asked.Strict), "a text is found by itself")
			}
			if asked.Loose != "" {
				match(t, q, doc, asked.Loose)
			}
			return nil
		}))
	})
}
