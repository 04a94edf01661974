package sheet

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Column is what a column of the sheet means.
type Column string

// The columns.
const (
	Code          Column = "code"
	Name          Column = "name" // in the language it is written in
	NameZh        Column = "name_zh"
	NameEn        Column = "name_en"
	Category      Column = "category"
	Seller        Column = "seller"
	VariantCode   Column = "variant_code"
	Variant       Column = "variant"
	VariantZh     Column = "variant_zh"
	VariantEn     Column = "variant_en"
	Grade         Column = "grade"
	Packing       Column = "packing"
	Weight        Column = "net_weight"
	Unit          Column = "unit"
	Price         Column = "price"
	Stock         Column = "stock"
	Origin        Column = "origin"
	OriginZh      Column = "origin_zh"
	OriginEn      Column = "origin_en"
	Season        Column = "season"
	Harvested     Column = "harvested"
	TraceCode     Column = "trace_code"
	Certificate   Column = "certificate"
	Description   Column = "description"
	DescriptionZh Column = "description_zh"
	DescriptionEn Column = "description_en"
	Pictures      Column = "pictures"
	HSCode        Column = "hs_code"
)

// synonyms are the headings that mean a column, as bare writes them.
var synonyms = map[Column]string{
	Code:          "商品编号 商品编码 产品编号 产品编码 货号 编号 编码 商品代码 产品代码 款号 code productcode productno itemcode itemno itemnumber id",
	Name:          "商品名称 产品名称 品名 名称 商品 产品 商品名 产品名 农产品名称 农产品 货品名称 标题 name productname product title item itemname goods",
	NameZh:        "中文名 中文名称 商品中文名 名称zh 品名中文 namezh nameinchinese chinesename zhname productnamezh titlezh",
	NameEn:        "英文名 英文名称 英文品名 商品英文名 产品英文名 名称en 英文标题 nameen englishname nameinenglish productnameen titleen",
	Category:      "品类 类别 分类 类目 商品分类 产品分类 商品类别 产品类别 种类 category type kind group productcategory categorycode",
	Seller:        "卖家 商家 店铺 供应商 农户 合作社 生产者 生产主体 经营主体 供货单位 企业名称 卖家编号 seller vendor supplier shop store farm farmer producer cooperative grower sellercode sellername",
	VariantCode:   "规格编号 规格编码 规格代码 sku sku编号 sku编码 skucode variantcode variantid variantno",
	Variant:       "规格 规格名称 商品规格 产品规格 规格型号 包装规格 款式 variant variantname option size specification spec pack packsize",
	VariantZh:     "中文规格 规格中文 variantzh variantinchinese sizezh",
	VariantEn:     "英文规格 规格英文 varianten variantinenglish sizeen",
	Grade:         "等级 级别 品级 质量等级 产品等级 grade quality class",
	Packing:       "包装 包装方式 包装形式 包装材料 packing packaging package",
	Weight:        "净重 净含量 重量 单件净重 单件重量 规格重量 毛重 净含量规格 netweight weight net netcontent netwt contents",
	Unit:          "单位 计量单位 销售单位 计价单位 unit unitofsale uom soldby",
	Price:         "价格 单价 售价 销售价 零售价 销售价格 价钱 定价 统一售价 price unitprice retailprice saleprice sellingprice cost",
	Stock:         "库存 库存数量 数量 现货 存货 库存量 可售数量 可售库存 stock quantity qty instock onhand inventory available",
	Origin:        "产地 原产地 产区 来源 产地详情 种植地 origin placeoforigin producedin region place village",
	OriginZh:      "中文产地 产地中文 originzh origininchinese",
	OriginEn:      "英文产地 产地英文 originen origininenglish",
	Season:        "采收季 采收季节 采收期 收获季节 收获期 上市季节 上市期 产季 季节 当季月份 上市时间 season harvestseason months harvestmonths availability",
	Harvested:     "采收日期 收获日期 采摘日期 生产日期 采收时间 采摘时间 harvested harvestedon harvestdate dateofharvest productiondate picked",
	TraceCode:     "追溯码 溯源码 追溯编码 溯源编码 追溯号 批次码 批次号 批号 tracecode traceabilitycode trace traceability batch batchno batchcode lot lotno",
	Certificate:   "合格证 合格证号 合格证编号 承诺达标合格证 承诺达标合格证编号 达标合格证 检测证书 证书 证书编号 certificate certificateno certificatenumber cert compliancecertificate",
	Description:   "说明 描述 商品描述 产品描述 介绍 商品介绍 产品介绍 简介 详情 商品详情 备注 description details about text notes story",
	DescriptionZh: "中文说明 中文描述 说明中文 descriptionzh descriptioninchinese",
	DescriptionEn: "英文说明 英文描述 英文介绍 说明英文 descriptionen descriptioninenglish",
	Pictures:      "图片 照片 图片文件 图片名 图片文件名 商品图片 产品图片 主图 图片名称 picture pictures photo photos image images picturefiles imagefile filename",
	HSCode:        "hs编码 hs码 海关编码 税则号 海关税则号 商品hs编码 hs hscode tariffcode customscode",
}

var columnOf = func() map[string]Column {
	out := map[string]Column{}
	for column, words := range synonyms {
		for w := range strings.FieldsSeq(words) {
			out[w] = column
		}
	}
	return out
}()

// bare is a heading without case, spaces and punctuation, full-width forms plain.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(s))
}

// heading is a column and the unit that its heading gives to bare numbers.
type heading struct {
	column Column
	unit   string
}

// headingOf knows a heading: as written, then without the note in brackets or
// behind a slash, such as "净重（克）", "Price (KES)" or "重量/kg".
func headingOf(cell string) (heading, bool) {
	if len(cell) > 120 {
		return heading{}, false
	}
	folded := norm.NFKC.String(cell)
	if c, ok := columnOf[bare(folded)]; ok {
		return heading{column: c}, true
	}
	at := strings.IndexAny(folded, "([【/{*:,")
	if at < 0 {
		return heading{}, false
	}
	head, note := folded[:at], folded[at+1:]
	if strings.TrimSpace(head) == "" { // "*商品名称": starred headings must be filled in
		return headingOf(note)
	}
	c, ok := columnOf[bare(head)]
	if !ok {
		return heading{}, false
	}
	h := heading{column: languageOf(c, bare(note))}
	if _, known := gramsOf[bare(note)]; known && c == Weight {
		h.unit = bare(note)
	}
	return h, true
}

// languageOf gives the column of a language that the note behind a heading names.
func languageOf(c Column, note string) Column {
	zh := note == "zh" || note == "zhhans" || note == "cn" || note == "中文" || note == "chinese"
	en := note == "en" || note == "英文" || note == "english"
	for _, p := range []struct{ plain, zh, en Column }{
		{Name, NameZh, NameEn}, {Variant, VariantZh, VariantEn}, {Origin, OriginZh, OriginEn}, {Description, DescriptionZh, DescriptionEn},
	} {
		switch {
		case c == p.plain && zh:
			return p.zh
		case c == p.plain && en:
			return p.en
		}
	}
	return c
}

const headingRows = 40 // how far down the headings may stand

// findHeadings gives the row that knows the most columns, and what each cell of
// it means. A name and a price are the least.
func findHeadings(t table) (at int, columns map[int]heading) {
	best := 0
	for i, row := range t[:min(len(t), headingRows)] {
		found, seen := map[int]heading{}, map[Column]bool{}
		for j, cell := range row {
			if h, ok := headingOf(cell); ok && !seen[h.column] {
				found[j], seen[h.column] = h, true
			}
		}
		named := seen[Name] || seen[NameZh] || seen[NameEn]
		if named && seen[Price] && len(found) > best {
			best, at, columns = len(found), i, found
		}
	}
	return at, columns
}
