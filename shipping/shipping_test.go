package shipping_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"countyfair/internal/errs"
	"countyfair/shipping"
	"countyfair/tenants"
)

func TestRateIsByStartedKilogram(t *testing.T) {
	free := int64(9900)
	z := &tenants.Zone{FirstKg: 800, NextKg: 200, FreeAbove: &free}
	for _, c := range []struct{ goods, grams, want int64 }{
		{1000, 1, 800},
		{1000, 999, 800},
		{1000, 1000, 800},
		{1000, 1001, 1000},
		{1000, 2000, 1000},
		{1000, 2001, 1200},
		{1000, 0, 800},
		{9899, 5000, 1600},
		{9900, 5000, 0},
		{20000, 90000, 0},
	} {
		got, err := shipping.Rate(z, shipping.Parcel{Goods: c.goods, Grams: c.grams})
		require.NoError(t, err)
		require.Equal(t, c.want, got, c)
	}
	_, err := shipping.Rate(&tenants.Zone{NextKg: math.MaxInt64}, shipping.Parcel{Grams: 9000})
	require.Error(t, err, "a sum that does not fit is said, not wrapped around")
}

func TestTheNarrowerZoneWins(t *testing.T) {
	zones := []tenants.Zone{
		{Countries: []string{"CN"}, FirstKg: 1},
		{Countries: []string{"CN"}, Areas: []string{"CN-GS", "CN-SN"}, FirstKg: 2},
		{Countries: []string{"CN"}, Areas: []string{"CN-XZ"}, Delivers: false, FirstKg: 3},
	}
	require.Equal(t, int64(2), shipping.ZoneFor(zones, "CN", "CN-GS").FirstKg)
	require.Equal(t, int64(3), shipping.ZoneFor(zones, "CN", "CN-XZ").FirstKg)
	require.Equal(t, int64(1), shipping.ZoneFor(zones, "CN", "CN-GD").FirstKg)
	require.Equal(t, int64(1), shipping.ZoneFor(zones, "CN", "").FirstKg, "an unknown area is the rest of the country")
	require.Nil(t, shipping.ZoneFor(zones, "DE", ""))
	require.Nil(t, shipping.ZoneFor(zones[1:], "CN", "CN-GD"))
}

func TestAreasAreFoundAsPeopleWriteThem(t *testing.T) {
	for written, want := range map[string]string{
		"CN-GS": "CN-GS", "gs": "CN-GS", "甘肃": "CN-GS", "甘肃省": "CN-GS", "Gansu": "CN-GS", "GANSU province": "CN-GS", " gansu  Province ": "CN-GS",
		"新疆维吾尔自治区": "CN-XJ", "广西壮族自治区": "CN-GX", "内蒙古自治区": "CN-NM", "北京市": "CN-BJ", "陕西": "CN-SN", "山西": "CN-SX", "香港特别行政区": "CN-HK",
		"": "", "Nowhere": "", "省": "",
	} {
		require.Equal(t, want, shipping.AreaCode("CN", written), written)
	}
	for written, want := range map[string]string{"KE-36": "KE-36", "36": "KE-36", "Nyeri": "KE-36", "nyeri county": "KE-36", "Nairobi": "KE-30", "Nairobi City County": "KE-30", "Murang’a": "KE-29", "Gansu": ""} {
		require.Equal(t, want, shipping.AreaCode("KE", written), written)
	}
	require.Len(t, shipping.Areas("CN", true), 34)
	require.Len(t, shipping.Areas("KE", false), 47)
	require.Equal(t, "Anhui", shipping.Areas("CN", false)[0].Name)
	require.Empty(t, shipping.Areas("DE", false))
}

func TestAnAddressIsCleanedOrEveryWrongFieldNamed(t *testing.T) {
	good := shipping.Address{Name: " 王芳 ", Phone: "138 0013 8000", Country: "cn", AdminArea: "甘肃省", Line1: "东岗西路 1 号"}
	a, err := good.Clean("address.")
	require.NoError(t, err)
	require.Equal(t, "王芳", a.Name)
	require.Equal(t, "+8613800138000", a.Phone)
	require.Equal(t, "CN", a.Country)
	require.Equal(t, "CN-GS", a.Area())
	kenya, err := shipping.Address{Name: "A", Phone: "0712 345678", Country: "KE", Line1: "x"}.Clean("")
	require.NoError(t, err)
	require.Equal(t, "+254712345678", kenya.Phone)

	_, err = shipping.Address{Country: "XX", Phone: "12", Line2: strings.Repeat("长", 201), City: "a\x00b"}.Clean("address.")
	var e *errs.Error
	require.ErrorAs(t, err, &e)
	reasons := map[string]string{}
	for _, f := range e.Fields {
		reasons[f.Name] = f.Reason
	}
	require.Equal(t, map[string]string{
		"address.country": "unknown_country", "address.name": "required", "address.line1": "required",
		"address.line2": "too_long", "address.city": "not_text", "address.phone": "not_a_phone",
	}, reasons)
	for _, code := range []string{"", "C", "CHN", "EU", "ZZ", "UK", "001"} {
		_, err := shipping.Address{Name: "A", Phone: "+8613800138000", Country: code, Line1: "x"}.Clean("")
		require.Error(t, err, code)
	}
}
