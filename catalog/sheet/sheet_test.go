package sheet

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

var china = Settings{Currency: "CNY", Language: "zh-Hans", Today: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)}

const chinese = "商品编号,商品名称,英文名,品类,卖家,规格,净重,单位,价格,库存,采收季,采收日期,图片\n" +
	"HJ-01,武都花椒,Wudu pepper,spice,马街坝,250 克袋,250 g,袋,38.00,126,7-9月,2026-07-28,pepper.webp;b.webp\n" +
	"HJ-01,,,,,500 克袋,500 g,袋,68.00,84,,,\n"

func TestOneSheetInManyForms(t *testing.T) {
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(chinese)
	require.NoError(t, err)
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.ReplaceAll(chinese, ",", "\t"))
	require.NoError(t, err)
	for name, data := range map[string]string{
		"UTF-8": chinese, "with a mark": "\ufeff" + chinese, "GBK": gbk, "UTF-16": wide,
		"semicolons":   strings.ReplaceAll(strings.ReplaceAll(chinese, ";", "|"), ",", ";"),
		"Windows ends": strings.ReplaceAll(chinese, "\n", "\r\n"),
		"titles above": "武都区农产品登记表（2026年）\n填表人：张三,,电话：0939\n\n" + chinese + "合计,,,,,,,,,210,,,\n",
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Parse([]byte(data))
			require.NoError(t, err)
			require.Len(t, f.Lines, 2)
			first, problems := f.Lines[0].Values(china)
			require.Empty(t, problems)
			require.Equal(t, "武都花椒", first.Title["zh-Hans"])
			require.Equal(t, "Wudu pepper", first.Title["en"])
			second, problems := f.Lines[1].Values(china)
			require.Empty(t, problems)
			require.Equal(t, first.Title, second.Title, "taken from the line above")
			require.Equal(t, "马街坝", second.Seller)
			require.Equal(t, 500, second.Grams)
			require.Equal(t, int64(6800), second.Price.Amount)
			require.Equal(t, 84, *second.Stock)
			require.Equal(t, []string{"pepper.webp", "b.webp"}, second.Pictures)
			require.Equal(t, 0b111000000, second.Season)
		})
	}
}

func TestAnXLSXWithTitlesNumbersAndDates(t *testing.T) {
	f := excelize.NewFile()
	for cell, value := range map[string]any{
		"A1": "Price list of the co-op", "B3": "Product name", "C3": "Price (KES)", "D3": "Net weight (kg)", "E3": "Qty", "F3": "Harvest date", "G3": "Category", "H3": "HS code", "I3": "Trace code",
		"B4": "Coffee AA", "C4": 1450.1, "D4": 0.5, "E4": 12, "F4": time.Date(2026, 10, 5, 0, 0, 0, 0, time.UTC), "G4": "coffee", "H4": 90111, "I4": 621207240387,
		"B5": "=1+1", "C5": "KSh 1,450.50", "D5": "2 kg", "E5": "3 bags", "F5": "next week", "G5": "tea",
	} {
		require.NoError(t, f.SetCellValue("Sheet1", cell, value))
	}
	_, err := f.NewSheet("empty")
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	got, err := Parse(b.Bytes())
	require.NoError(t, err)
	require.Len(t, got.Lines, 2)
	kenya := Settings{Currency: "KES", Language: "en", Today: china.Today}
	v, problems := got.Lines[0].Values(kenya)
	require.Empty(t, problems)
	require.Equal(t, 4, got.Lines[0].Row)
	require.Equal(t, int64(145010), v.Price.Amount)
	require.Equal(t, 500, v.Grams)
	require.Equal(t, "2026-10-05", v.Harvested.Format(time.DateOnly))
	require.Equal(t, "090111", v.HSCode)
	require.Equal(t, "621207240387", v.TraceCode)
	require.Equal(t, "Coffee AA", v.Title["en"])
	v, problems = got.Lines[1].Values(kenya)
	require.Equal(t, "=1+1", v.Title["en"], "text stays text")
	require.Equal(t, int64(145050), v.Price.Amount)
	require.Equal(t, []string{"bad_stock", "bad_date"}, reasons(problems))
}

func reasons(problems []Problem) (out []string) {
	for _, p := range problems {
		out = append(out, p.Reason)
	}
	return out
}

func TestEachProblemIsNamed(t *testing.T) {
	for row, want := range map[string]string{
		",,,,,,,":                                             "",
		"A,,spice,1,500 g,,,":                                 "missing_name",
		"A,花椒,,1,500 g,,,":                                    "missing_category",
		"A,花椒,spice,,500 g,,,":                                "missing_price",
		"A,花椒,spice,面议,500 g,,,":                              "bad_price",
		"A,花椒,spice,0,500 g,,,":                               "price_not_positive",
		"A,花椒,spice,-3,500 g,,,":                              "price_not_positive",
		"A,花椒,spice,1.005,500 g,,,":                           "bad_price",
		"A,花椒,spice,1,,,,":                                    "missing_weight",
		"A,花椒,spice,1,500,,,":                                 "weight_without_unit",
		"A,花椒,spice,1,一袋,,,":                                  "bad_weight",
		"A,花椒,spice,1,500 g,-1,,":                             "bad_stock",
		"A,花椒,spice,1,500 g,1.5,,":                            "bad_stock",
		"A,花椒,spice,1,500 g,,13月,":                            "bad_season",
		"A,花椒,spice,1,500 g,,,2027-01-01":                     "date_in_future",
		"A,花椒,spice,1,500 g,,,昨天":                             "bad_date",
		"A,花椒,spice,1,500 g,,,2026-02-31":                     "bad_date",
		"A," + strings.Repeat("花", 201) + ",spice,1,500 g,,,": "too_long",
	} {
		f, err := Parse([]byte("编号,名称,品类,价格,净重,库存,采收季,采收日期\n" + row))
		require.NoError(t, err)
		if want == "" {
			require.Empty(t, f.Lines)
			continue
		}
		_, problems := f.Lines[0].Values(china)
		require.Equal(t, []string{want}, reasons(problems), row)
		require.NotEmpty(t, problems[0].Message)
	}
	f, err := Parse([]byte("编号,名称,品类,规格,价格,净重\nA,花椒,spice,一 袋,1,1kg\nA,花椒,spice,一　袋,2,1kg\nA,花椒,spice,两袋,2,2kg"))
	require.NoError(t, err)
	_, problems := f.Lines[1].Values(china)
	require.Equal(t, []string{"repeated_line"}, reasons(problems))
	require.Equal(t, 2, problems[0].Data["row"])
}

func TestWeights(t *testing.T) {
	for text, want := range map[string]int{
		"500 g": 500, "500克": 500, "２．５ｋｇ": 2500, "5斤": 2500, "3斤2两": 1600, "1公斤": 1000, "6×250 g": 1500, "250g*4袋": 1000,
		"2袋x500g": 1000, "1 lb": 454, "0.25 KG": 250, "约2斤": 1000, "2,5 kg": 2500, "1 kg 500 g": 1500,
		"一斤": 500, "二斤半": 1250, "两公斤": 2000, "半斤": 250, "二两": 100, "三斤二两": 1600, "五千克": 5000, "一百克": 100, "两百五十克": 250, "十斤": 5000, "一点五公斤": 1500,
	} {
		n, fault := grams(text)
		require.Equal(t, weightFine, fault, text)
		require.Equal(t, want, n, text)
	}
	for _, text := range []string{"", "g", "斤", "5 apples", "0 g", "-5 g", "99999 t", "1 kg!", "0.2 g", "1 kg x 0", "一袋", "三五斤", "千克"} {
		_, fault := grams(text)
		require.Equal(t, weightUnclear, fault, text)
	}
}

func TestPricesAndPiecesAsTheyAreSpoken(t *testing.T) {
	for text, want := range map[string]int64{"三十五元": 3500, "三十五块五": 3550, "三块五毛": 350, "一百二十": 12000, "两百": 20000, "35块": 3500, "十二点五元": 1250, "68.00": 6800} {
		f, err := Parse([]byte("编号,名称,品类,价格,净重,库存\nA,花椒,spice," + text + ",500 g,一百二十袋"))
		require.NoError(t, err)
		v, problems := f.Lines[0].Values(china)
		require.Empty(t, problems, text)
		require.Equal(t, want, v.Price.Amount, text)
		require.Equal(t, 120, *v.Stock)
	}
}

func TestSeasons(t *testing.T) {
	for text, want := range map[string]int{
		"9-11月": 0b11100000000, "10-1月": 0b111000000001, "4-6月、9-11月": 0b11100111000, "Sep-Nov": 0b11100000000, "September to November": 0b11100000000,
		"全年": 0xfff, "all year": 0xfff, "9月": 0b100000000, "9月-11月": 0b11100000000, "9,10,11月": 0b11100000000, "Dec": 1 << 11, "秋季": 0b11100000000, "1-12月": 0xfff, "Mar–May, Oct": 0b1000011100,
	} {
		mask, ok := season(text)
		require.True(t, ok, text)
		require.Equal(t, want, mask, text)
	}
	for _, text := range []string{"", "soon", "0月", "13-14月", "9-", "、、"} {
		_, ok := season(text)
		require.False(t, ok, text)
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	for name, row := range map[string]struct {
		data []byte
		want error
	}{
		"nothing":       {nil, ErrNoHeadings},
		"a letter":      {[]byte("Dear Sir,\nplease find"), ErrNoHeadings},
		"a picture":     {[]byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01"), ErrUnreadable},
		"old Excel":     {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), ErrOldExcel},
		"half a zip":    {[]byte("PK\x03\x04 and no more"), ErrUnreadable},
		"too many rows": {[]byte("name,price\n" + strings.Repeat("a,1\n", mostRows+1)), ErrTooMany},
		"too large":     {make([]byte, MostBytes+1), ErrTooLarge},
	} {
		_, err := Parse(row.data)
		require.ErrorIs(t, err, row.want, name)
	}
}

func TestTheCountiesOwnFilesHaveNoProblem(t *testing.T) {
	files, err := filepath.Glob("../../demo/*/produce.csv")
	require.NoError(t, err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		f, err := Parse(data)
		require.NoError(t, err, file)
		require.Len(t, f.Columns, 23, file)
		set := china
		if strings.HasPrefix(string(data), "Code") {
			set = Settings{Currency: "KES", Language: "en", Today: china.Today}
		}
		for _, l := range f.Lines {
			_, problems := l.Values(set)
			require.Empty(t, problems, "%s row %d", file, l.Row)
		}
	}
}

func TestPictureNames(t *testing.T) {
	for _, name := range []string{"Pepper.WEBP", "ｐｅｐｐｅｒ.webp", "photos/pepper.jpg", `C:\photos\Pepper.jpeg`, " pepper "} {
		require.Equal(t, "pepper", PictureKey(name))
	}
}

// FuzzParse throws any file at the reader: it may refuse it, and every line it
// gives is either sound or has its problem.
func FuzzParse(f *testing.F) {
	f.Add([]byte(chinese))
	f.Add([]byte("Name;Price;Net weight (kg)\nx;1,5;9e99\n\"\n"))
	f.Add([]byte("名称\t价格\n=cmd|' /C calc'!A0\t-1\n"))
	x := excelize.NewFile()
	_ = x.SetSheetRow("Sheet1", "A1", &[]any{"Name", "Price", "Net weight"})
	_ = x.SetSheetRow("Sheet1", "A2", &[]any{"Tea", 12.5, "50 g"})
	var b bytes.Buffer
	_ = x.Write(&b)
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Parse(data)
		if err != nil {
			return
		}
		for i := range got.Lines {
			v, problems := got.Lines[i].Values(china)
			for _, p := range problems {
				require.NotEmpty(t, p.Reason)
			}
			if len(problems) == 0 {
				require.NotEmpty(t, v.Title)
				require.NotEmpty(t, v.Code)
				require.NotEmpty(t, v.VariantCode)
				require.Positive(t, v.Grams)
				require.Positive(t, v.Price.Amount)
			}
		}
	})
}
