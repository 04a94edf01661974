package shipping

import (
	"slices"
	"strings"
)

// area is one first-level division of a country, as ISO 3166-2 lists it.
type area struct {
	code  string   // "CN-62"-like, with the part after the dash as ISO writes it: "CN-GS"
	names []string // how people write it; the first is Chinese where the country is China
}

// areas are the divisions of the countries in which counties deliver by area.
// Source: ISO 3166-2 (CN, KE). China's stand in the order of its own division
// codes (GB/T 2260), in which every form there has them.
var areas = map[string][]area{
	"CN": {
		{"CN-BJ", []string{"北京", "Beijing"}},
		{"CN-TJ", []string{"天津", "Tianjin"}},
		{"CN-HE", []string{"河北", "Hebei"}},
		{"CN-SX", []string{"山西", "Shanxi"}},
		{"CN-NM", []string{"内蒙古", "Inner Mongolia", "Nei Mongol"}},
		{"CN-LN", []string{"辽宁", "Liaoning"}},
		{"CN-JL", []string{"吉林", "Jilin"}},
		{"CN-HL", []string{"黑龙江", "Heilongjiang"}},
		{"CN-SH", []string{"上海", "Shanghai"}},
		{"CN-JS", []string{"江苏", "Jiangsu"}},
		{"CN-ZJ", []string{"浙江", "Zhejiang"}},
		{"CN-AH", []string{"安徽", "Anhui"}},
		{"CN-FJ", []string{"福建", "Fujian"}},
		{"CN-JX", []string{"江西", "Jiangxi"}},
		{"CN-SD", []string{"山东", "Shandong"}},
		{"CN-HA", []string{"河南", "Henan"}},
		{"CN-HB", []string{"湖北", "Hubei"}},
		{"CN-HN", []string{"湖南", "Hunan"}},
		{"CN-GD", []string{"广东", "Guangdong"}},
		{"CN-GX", []string{"广西", "Guangxi", "广西壮族", "Guangxi Zhuang"}},
		{"CN-HI", []string{"海南", "Hainan"}},
		{"CN-CQ", []string{"重庆", "Chongqing"}},
		{"CN-SC", []string{"四川", "Sichuan"}},
		{"CN-GZ", []string{"贵州", "Guizhou"}},
		{"CN-YN", []string{"云南", "Yunnan"}},
		{"CN-XZ", []string{"西藏", "Xizang", "Tibet"}},
		{"CN-SN", []string{"陕西", "Shaanxi"}},
		{"CN-GS", []string{"甘肃", "Gansu"}},
		{"CN-QH", []string{"青海", "Qinghai"}},
		{"CN-NX", []string{"宁夏", "Ningxia", "宁夏回族", "Ningxia Hui"}},
		{"CN-XJ", []string{"新疆", "Xinjiang", "新疆维吾尔", "Xinjiang Uygur"}},
		{"CN-TW", []string{"台湾", "Taiwan"}},
		{"CN-HK", []string{"香港", "Hong Kong"}},
		{"CN-MO", []string{"澳门", "Macao", "Macau"}},
	},
	"KE": {
		{"KE-01", []string{"Baringo"}},
		{"KE-02", []string{"Bomet"}},
		{"KE-03", []string{"Bungoma"}},
		{"KE-04", []string{"Busia"}},
		{"KE-05", []string{"Elgeyo/Marakwet", "Elgeyo Marakwet", "Elgeyo-Marakwet"}},
		{"KE-06", []string{"Embu"}},
		{"KE-07", []string{"Garissa"}},
		{"KE-08", []string{"Homa Bay", "Homabay"}},
		{"KE-09", []string{"Isiolo"}},
		{"KE-10", []string{"Kajiado"}},
		{"KE-11", []string{"Kakamega"}},
		{"KE-12", []string{"Kericho"}},
		{"KE-13", []string{"Kiambu"}},
		{"KE-14", []string{"Kilifi"}},
		{"KE-15", []string{"Kirinyaga"}},
		{"KE-16", []string{"Kisii"}},
		{"KE-17", []string{"Kisumu"}},
		{"KE-18", []string{"Kitui"}},
		{"KE-19", []string{"Kwale"}},
		{"KE-20", []string{"Laikipia"}},
		{"KE-21", []string{"Lamu"}},
		{"KE-22", []string{"Machakos"}},
		{"KE-23", []string{"Makueni"}},
		{"KE-24", []string{"Mandera"}},
		{"KE-25", []string{"Marsabit"}},
		{"KE-26", []string{"Meru"}},
		{"KE-27", []string{"Migori"}},
		{"KE-28", []string{"Mombasa"}},
		{"KE-29", []string{"Murang'a", "Muranga", "Murang’a"}},
		{"KE-30", []string{"Nairobi", "Nairobi City"}},
		{"KE-31", []string{"Nakuru"}},
		{"KE-32", []string{"Nandi"}},
		{"KE-33", []string{"Narok"}},
		{"KE-34", []string{"Nyamira"}},
		{"KE-35", []string{"Nyandarua"}},
		{"KE-36", []string{"Nyeri"}},
		{"KE-37", []string{"Samburu"}},
		{"KE-38", []string{"Siaya"}},
		{"KE-39", []string{"Taita/Taveta", "Taita Taveta", "Taita-Taveta"}},
		{"KE-40", []string{"Tana River"}},
		{"KE-41", []string{"Tharaka-Nithi", "Tharaka Nithi"}},
		{"KE-42", []string{"Trans Nzoia", "Trans-Nzoia"}},
		{"KE-43", []string{"Turkana"}},
		{"KE-44", []string{"Uasin Gishu"}},
		{"KE-45", []string{"Vihiga"}},
		{"KE-46", []string{"Wajir"}},
		{"KE-47", []string{"West Pokot"}},
	},
}

// suffixes are what people add to the bare name of a division.
var suffixes = []string{"壮族自治区", "回族自治区", "维吾尔自治区", "特别行政区", "自治区", "省", "市", " autonomous region", " province", " municipality", " county", " sar"}

var areaCodes = indexAreas()

// indexAreas maps country + "/" + spelling to the code of each area.
func indexAreas() map[string]string {
	index := map[string]string{}
	for country, list := range areas {
		for _, a := range list {
			index[country+"/"+strings.ToLower(a.code)] = a.code
			index[country+"/"+strings.ToLower(strings.TrimPrefix(a.code, country+"-"))] = a.code
			for _, n := range a.names {
				index[country+"/"+strings.ToLower(n)] = a.code
			}
		}
	}
	return index
}

// AreaCode gives the ISO 3166-2 code of what a person wrote as province or
// county: the code itself, or a Chinese or English name with or without its
// 省, "Province" and the like. It is empty where the area is unknown, and the
// country's general zone serves.
func AreaCode(country, written string) string {
	s := strings.ToLower(strings.Join(strings.Fields(written), " "))
	if code := areaCodes[country+"/"+s]; code != "" {
		return code
	}
	for _, suffix := range suffixes {
		if bare, cut := strings.CutSuffix(s, suffix); cut {
			if code := areaCodes[country+"/"+strings.TrimSpace(bare)]; code != "" {
				return code
			}
		}
	}
	return ""
}

// Area is a division to choose from in a form.
type Area struct {
	Code string
	Name string
}

// Areas lists the divisions of a country. Where chinese is set they have their
// Chinese names, as far as known, in the order that Chinese forms have; otherwise
// they are in the order of their names. None are listed for a country without a
// table.
func Areas(country string, chinese bool) []Area {
	list := make([]Area, 0, len(areas[country]))
	for _, a := range areas[country] {
		name := a.names[0]
		if country == "CN" && !chinese {
			name = a.names[1]
		}
		list = append(list, Area{a.code, name})
	}
	if !chinese {
		slices.SortFunc(list, func(a, b Area) int { return strings.Compare(a.Name, b.Name) })
	}
	return list
}
