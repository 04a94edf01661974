package words_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/language"

	"countyfair/internal/money"
	"countyfair/web/words"
)

func TestSpeaks(t *testing.T) {
	en, zh := words.For("en"), words.For("zh-Hans")
	require.Equal(t, "Search", en.T("nav.search"))
	require.Equal(t, "找", zh.T("nav.search"))
	require.Equal(t, "1 thing in your basket", en.T("nav.cart", "Count", 1))
	require.Equal(t, "1,204 things in your basket", en.T("nav.cart", "Count", 1204))
	require.Equal(t, "篮子里有 3 件", zh.T("nav.cart", "Count", 3))
	require.Equal(t, "One less: Walnuts & <b>", en.T("cart.less", "Of", "Walnuts & <b>"))
	require.Equal(t, "no.such.id", zh.T("no.such.id"))
	_, ok := zh.Try("no.such", "nor.this")
	require.False(t, ok)
	s, ok := zh.Try("no.such", "stock.out")
	require.True(t, ok)
	require.Equal(t, "卖完了", s)
}

func TestNothingIsSaidTwice(t *testing.T) {
	where := map[string]string{}
	names, err := filepath.Glob("*.toml")
	require.NoError(t, err)
	for _, name := range names {
		raw, err := os.ReadFile(name)
		require.NoError(t, err)
		bundle := i18n.NewBundle(language.English)
		bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
		f, err := bundle.ParseMessageFileBytes(raw, name)
		require.NoError(t, err)
		for _, m := range f.Messages {
			key := f.Tag.String() + " " + m.ID
			require.Empty(t, where[key], "%s of %s has another meaning elsewhere: one of them would never be read", m.ID, name)
			where[key] = name
		}
	}
}

func TestPicksALanguage(t *testing.T) {
	require.Equal(t, "zh-Hans", words.For("zh-CN").Lang())
	require.Equal(t, "zh-Hans", words.For("zh").Lang())
	require.Equal(t, "en", words.For("en-KE").Lang())
	require.Equal(t, "en", words.For("").Lang())
	require.Equal(t, "zh-Hans", words.Match("fr;q=0.9, zh-CN;q=0.8, en;q=0.5", "en", "zh-Hans"))
	require.Equal(t, "en", words.Match("de", "en", "zh-Hans"), "a stranger gets the county's first language")
	ctx := words.With(context.Background(), words.For("zh-Hans"))
	require.Equal(t, "找", words.T(ctx, "nav.search"))
	require.Equal(t, "Search", words.T(context.Background(), "nav.search"))
}

func TestFormats(t *testing.T) {
	en, zh := words.For("en"), words.For("zh-Hans")
	at := time.Date(2026, 11, 20, 22, 5, 0, 0, time.UTC)
	for _, row := range []struct{ got, want string }{
		{en.Date(at, "UTC"), "20 Nov"},
		{zh.Date(at, "Asia/Shanghai"), "11 月 21 日"},
		{en.DateLong(at, "Nowhere/Else"), "20 Nov 2026"},
		{zh.DateTime(at, "Asia/Shanghai"), "11 月 21 日 06:05"},
		{en.Months(0b0111_0000_0000), "Sep–Nov"},
		{zh.Months(0b0111_0000_0000), "9–11 月"},
		{zh.Months(0b1100_0000_0001), "11–1 月"},
		{en.Months(1<<6 | 1<<2), "Mar, Jul"},
		{zh.Months(0xfff), "全年"},
		{en.Months(0), ""},
		{en.Weight(500), "500\u00a0g"},
		{en.Weight(2500), "2.5\u00a0kg"},
		{en.Weight(1005), "1,005\u00a0g"},
		{en.Percent(250), "2.5%"},
		{en.Percent(-5), "-0.05%"},
		{en.Number(-14206), "-14,206"},
		{zh.Money(money.Of(6800, "CNY")), "¥68.00"},
		{en.Money(money.Of(45000, "KES")), "KSh\u00a0450.00"},
		{en.Ago(at, at.Add(30*time.Second), "UTC"), "just now"},
		{en.Ago(at, at.Add(90*time.Minute), "UTC"), "1 hour ago"},
		{zh.Ago(at, at.Add(50*time.Hour), "UTC"), "2 天前"},
		{en.Ago(at, at.AddDate(0, 0, 9), "UTC"), "20 Nov"},
		{en.Ago(at, at.AddDate(0, 3, 0), "UTC"), "20 Nov 2026"},
	} {
		require.Equal(t, row.want, row.got)
	}
}

func BenchmarkPlain(b *testing.B) {
	w := words.For("zh-Hans")
	for b.Loop() {
		_ = w.T("nav.search")
	}
}

func BenchmarkPlural(b *testing.B) {
	w := words.For("zh-Hans")
	for b.Loop() {
		_ = w.T("nav.cart", "Count", 3)
	}
}
