package customs_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"countyfair/customs"
	"countyfair/internal/money"
)

func ppm(percent float64) *int64 { n := int64(percent*10_000 + 0.5); return &n }

var held = customs.Held{ValidFrom: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), Source: "a test"}

func rate(kind customs.Kind, destination, prefix string, share *int64) customs.Rate {
	return customs.Rate{ID: uuid.New(), Kind: kind, Destination: destination, HSPrefix: prefix, PPM: share, Held: held}
}

// Bands as the facts of each place have them.
func euBands() []customs.Band {
	return []customs.Band{
		{Destination: "EU", Currency: "EUR", UpTo: new(int64(150_00)), Per: customs.PerConsignment, Basis: customs.CIF, ValuePPM: customs.Whole, Duty: customs.DutyFlat, FlatDuty: 3_00, Tax: customs.TaxSale, TaxBase: customs.BaseLanded, TaxName: "VAT", Scheme: "IOSS", Held: held},
		{Destination: "EU", Currency: "EUR", Per: customs.PerConsignment, Basis: customs.CIF, ValuePPM: customs.Whole, Duty: customs.DutyRate, Tax: customs.TaxImport, TaxBase: customs.BaseLanded, TaxName: "VAT", Held: held},
	}
}

func bands(destination, currency, basis string, upTo int64, per customs.Per, above string) []customs.Band {
	return []customs.Band{
		{Destination: destination, Currency: currency, UpTo: new(upTo), Per: per, Basis: basis, ValuePPM: customs.Whole, Duty: customs.DutyNone, Tax: customs.TaxSale, TaxBase: customs.BaseLanded, TaxName: "GST", Scheme: destination, Held: held},
		{Destination: destination, Currency: currency, Per: per, Basis: basis, ValuePPM: customs.Whole, Duty: customs.DutyRate, Tax: customs.TaxImport, TaxBase: above, TaxName: "GST", Held: held},
	}
}

func caBands() []customs.Band {
	free := bands("CA", "CAD", customs.FOB, 20_00, customs.PerConsignment, customs.BaseCustoms)
	free[0].Tax = customs.TaxNone
	return free
}

func jpBands() []customs.Band {
	free := bands("JP", "JPY", customs.CIF, 16_666, customs.PerConsignment, customs.BaseCustoms)
	free[0].Tax, free[1].ValuePPM = customs.TaxNone, 600_000
	return free
}

func line(hs string, goods int64) customs.Line {
	return customs.Line{HSCode: hs, Origin: "CN", Quantity: 1, Goods: goods}
}

// worked are the examples that were worked out by hand.
var worked = []struct {
	name     string
	currency string
	tables   customs.Tables
	parcel   customs.Parcel
	duty     int64
	tax      int64
	total    int64
}{
	{
		"EU to 150: a flat duty for each HS6 inside the VAT base, 86.67", "EUR",
		customs.Tables{Country: "DE", Bands: euBands(), Rates: []customs.Rate{rate(customs.Tax, "DE", "", ppm(19)), rate(customs.Tax, "DE", "09", ppm(7)), rate(customs.Tax, "DE", "20", ppm(7))}},
		customs.Parcel{Lines: []customs.Line{line("090230", 40_00), line("200899", 20_00)}, Freight: 15_00},
		6_00, 5_67, 86_67,
	},
	{
		"EU above: duty on CIF, VAT on CIF and duty, 296.22", "EUR",
		customs.Tables{Country: "FR", Bands: euBands(), Rates: []customs.Rate{rate(customs.Duty, "EU", "2008", ppm(6.4)), rate(customs.Tax, "FR", "", ppm(20))}},
		customs.Parcel{Lines: []customs.Line{line("200899", 200_00)}, Freight: 30_00, Insurance: 2_00},
		14_85, 49_37, 296_22,
	},
	{
		"UK at 135: VAT at sale on goods and freight, no duty, 174.00", "GBP",
		customs.Tables{Country: "GB", Bands: bands("GB", "GBP", customs.CIF, 135_00, customs.PerConsignment, customs.BaseLanded), Rates: []customs.Rate{rate(customs.Tax, "GB", "", ppm(20))}},
		customs.Parcel{Lines: []customs.Line{line("200899", 135_00)}, Freight: 10_00},
		0, 29_00, 174_00,
	},
	{
		"AU above: duty on FOB, GST on FOB, duty, freight and insurance, 1,551.00", "AUD",
		customs.Tables{Country: "AU", Bands: bands("AU", "AUD", customs.FOB, 1000_00, customs.PerConsignment, customs.BaseLanded), Rates: []customs.Rate{rate(customs.Duty, "AU", "20", ppm(5)), rate(customs.Tax, "AU", "", ppm(10))}},
		customs.Parcel{Lines: []customs.Line{line("200899", 1200_00)}, Freight: 140_00, Insurance: 10_00},
		60_00, 141_00, 1551_00,
	},
	{
		"CA just above 20: tax alone, half up, 21.01", "CAD",
		customs.Tables{Country: "CA", Bands: caBands(), Rates: []customs.Rate{rate(customs.Duty, "CA", "", ppm(0)), rate(customs.Tax, "CA", "", ppm(5))}},
		customs.Parcel{Lines: []customs.Line{line("200899", 20_01)}},
		0, 1_00, 21_01,
	},
	{
		"CA at 20: nothing", "CAD",
		customs.Tables{Country: "CA", Bands: caBands()},
		customs.Parcel{Lines: []customs.Line{line("200899", 20_00)}},
		0, 0, 20_00,
	},
	{
		"JP at 16,666 retail: exempt", "JPY",
		customs.Tables{Country: "JP", Bands: jpBands()},
		customs.Parcel{Lines: []customs.Line{line("090210", 16_666)}, Freight: 2000},
		0, 0, 18_666,
	},
	{
		"NZ by the piece: two of 600 are still low value", "NZD",
		customs.Tables{Country: "NZ", Bands: bands("NZ", "NZD", customs.FOB, 1000_00, customs.PerItem, customs.BaseLanded), Rates: []customs.Rate{rate(customs.Tax, "NZ", "", ppm(15))}},
		customs.Parcel{Lines: []customs.Line{{HSCode: "090210", Origin: "CN", Quantity: 2, Goods: 1200_00}}},
		0, 180_00, 1380_00,
	},
	{
		"US: additional duties by origin on top of the base duty, on FOB", "USD",
		customs.Tables{Country: "US", Bands: []customs.Band{{Destination: "US", Currency: "USD", Per: customs.PerConsignment, Basis: customs.FOB, ValuePPM: customs.Whole, Duty: customs.DutyRate, Tax: customs.TaxNone, TaxBase: customs.BaseCustoms, Held: held}}, Rates: []customs.Rate{
			rate(customs.Duty, "US", "090230", ppm(6.4)),
			{ID: uuid.New(), Kind: customs.Additional, Destination: "US", Origin: "CN", Measure: "first", PPM: ppm(10), Held: held},
			{ID: uuid.New(), Kind: customs.Additional, Destination: "US", Origin: "KE", Measure: "first", PPM: ppm(50), Held: held},
			{ID: uuid.New(), Kind: customs.Additional, Destination: "US", Origin: "CN", HSPrefix: "09", Measure: "second", PPM: ppm(7.5), Held: held},
		}},
		customs.Parcel{Lines: []customs.Line{line("090230", 100_00)}, Freight: 20_00},
		23_90, 0, 143_90,
	},
}

func TestWorkedExamples(t *testing.T) {
	for _, c := range worked {
		t.Run(c.name, func(t *testing.T) {
			got, err := customs.Landed(&c.tables, nil, c.currency, customs.DDP, c.parcel)
			require.NoError(t, err)
			require.Empty(t, got.Unknown)
			require.Equal(t, c.duty, got.Sums.Duty, "duty")
			require.Equal(t, c.tax, got.Sums.Tax, "tax")
			require.Equal(t, c.total, got.Sums.Total, "total")
			estimate, err := customs.Landed(&c.tables, nil, c.currency, customs.DAP, c.parcel)
			require.NoError(t, err)
			require.Equal(t, [2]int64{c.duty, c.tax}, [2]int64{estimate.Sums.Duty, estimate.Sums.Tax})
			require.Equal(t, c.total-c.duty-c.tax, estimate.Sums.Total, "under DAP duty and tax are not charged")
		})
	}
}

func TestMoneyIsChangedByWayOfTheEuroWithOneRounding(t *testing.T) {
	fx := &customs.Snapshot{PerEuro: map[string]int64{"USD": 1_16000000, "CNY": 8_25000000, "JPY": 180_50000000}}
	for _, c := range []struct {
		amount   int64
		from, to string
		want     int64
	}{
		{1000_00, "CNY", "USD", 140_61}, // 140.60 would have been rounded twice
		{128_80, "CNY", "USD", 18_11},
		{128_80, "CNY", "JPY", 2818},
		{2818, "JPY", "CNY", 128_80},
		{100_00, "EUR", "USD", 116_00},
		{116_00, "USD", "EUR", 100_00},
		{77, "CNY", "CNY", 77},
	} {
		got, err := fx.Convert(c.amount, c.from, c.to)
		require.NoError(t, err)
		require.Equal(t, c.want, got, c)
	}
	_, err := fx.Convert(1, "CNY", "KES")
	require.ErrorIs(t, err, customs.ErrNoRate)
	require.False(t, fx.Knows("KES"))
	require.Equal(t, "8.25", fx.Exchange("CNY", "USD").FromPerEuro)
}

func TestSeveralTaxRatesShareFreightInsuranceAndDuty(t *testing.T) {
	tables := customs.Tables{Country: "GB", Bands: bands("GB", "GBP", customs.CIF, 135_00, customs.PerConsignment, customs.BaseLanded), Rates: []customs.Rate{
		rate(customs.Tax, "GB", "", ppm(20)), rate(customs.Tax, "GB", "0902", ppm(0)),
	}}
	got, err := customs.Landed(&tables, nil, "GBP", customs.DDP, customs.Parcel{Lines: []customs.Line{line("090230", 60_00), line("210690", 40_00)}, Freight: 10_01, Insurance: 1})
	require.NoError(t, err)
	require.Equal(t, [2]int64{6_01, 4_00}, [2]int64{got.Lines[0].Freight, got.Lines[1].Freight})
	require.Equal(t, int64(0), got.Lines[0].Tax)
	require.Equal(t, int64(8_80), got.Lines[1].Tax, "20 % of 40.00 and its 4.00 of freight")
	require.Equal(t, "a test", got.Lines[0].Charges[0].Source, "a zero rate is shown with its source too")
}

func TestWhatTheTablesDoNotSayIsUnknownAndNeverGuessed(t *testing.T) {
	parcel := func(hs string) customs.Parcel { return customs.Parcel{Lines: []customs.Line{line(hs, 200_00)}} }
	known := customs.Tables{Country: "DE", Bands: euBands(), Rates: []customs.Rate{
		rate(customs.Duty, "EU", "0902", ppm(0)), rate(customs.Tax, "DE", "", ppm(19)), rate(customs.Tax, "DE", "08", nil), rate(customs.Duty, "EU", "08", ppm(2)), rate(customs.Duty, "EU", "0909", nil),
	}}
	for _, c := range []struct {
		name, hs, what string
		tables         customs.Tables
		currency       string
	}{
		{"no row for the duty", "100630", customs.UnknownDuty, known, "EUR"},
		{"a duty nobody settled", "090931", customs.UnknownDuty, known, "EUR"},
		{"a tax nobody settled", "080510", customs.UnknownTax, known, "EUR"},
		{"no HS code", "", customs.UnknownCode, known, "EUR"},
		{"a destination nobody knows", "090230", customs.UnknownBand, customs.Tables{Country: "BR"}, "EUR"},
		{"limits in a currency without a rate", "090230", customs.UnknownExchange, known, "KES"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := customs.Landed(&c.tables, nil, c.currency, customs.DDP, parcel(c.hs))
			require.NoError(t, err)
			require.Equal(t, []customs.Unknown{{Line: 0, What: c.what}}, got.Unknown)
			require.False(t, got.Known())
			require.Zero(t, got.Sums.Tax)
		})
	}
	_, err := customs.Landed(&known, nil, "EUR", customs.DDP, customs.Parcel{Lines: []customs.Line{line("090230", 1<<62)}})
	require.Error(t, err)
}

// anyCase draws a destination of random rates and a parcel in any exponent.
func anyCase(t *rapid.T) (customs.Tables, string, customs.Parcel) {
	currency := rapid.SampledFrom([]string{"EUR", "JPY", "KWD", "CNY", "CLP"}).Draw(t, "currency")
	codes := []string{"090230", "090210", "200899", "100630"}
	tables := customs.Tables{Country: "DE"}
	for _, code := range append([]string{""}, codes...) {
		tables.Rates = append(tables.Rates, rate(customs.Duty, "EU", code, new(rapid.Int64Range(0, 800_000).Draw(t, "duty"))), rate(customs.Tax, "DE", code, new(rapid.Int64Range(0, 300_000).Draw(t, "tax"))))
	}
	tables.Bands = []customs.Band{{
		Destination: "EU", Currency: currency, Per: customs.PerConsignment, Basis: rapid.SampledFrom([]string{customs.CIF, customs.FOB}).Draw(t, "basis"), ValuePPM: customs.Whole,
		Duty: rapid.SampledFrom([]string{customs.DutyNone, customs.DutyFlat, customs.DutyRate}).Draw(t, "duty by"), FlatDuty: 300,
		Tax: customs.TaxSale, TaxBase: rapid.SampledFrom([]string{customs.BaseGoods, customs.BaseCustoms, customs.BaseLanded}).Draw(t, "base"), Held: held,
	}}
	var p customs.Parcel
	goods := int64(0)
	for range rapid.IntRange(1, 6).Draw(t, "lines") {
		l := customs.Line{HSCode: rapid.SampledFrom(codes).Draw(t, "hs"), Origin: "CN", Quantity: rapid.IntRange(1, 9).Draw(t, "pieces"), Goods: rapid.Int64Range(0, 5_000_000).Draw(t, "goods")}
		goods += l.Goods
		p.Lines = append(p.Lines, l)
	}
	amount := rapid.Int64Range(0, 1_000_000)
	p.Freight, p.Insurance, p.Handling, p.Discount = amount.Draw(t, "freight"), amount.Draw(t, "insurance"), amount.Draw(t, "handling"), rapid.Int64Range(0, goods).Draw(t, "discount")
	return tables, currency, p
}

func TestTheLinesAreTheTotalAndNothingIsNegative(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tables, currency, p := anyCase(t)
		got, err := customs.Landed(&tables, nil, currency, customs.DDP, p)
		require.NoError(t, err)
		require.Empty(t, got.Unknown)
		var sum customs.Sums
		for _, l := range got.Lines {
			charged := int64(0)
			for _, c := range l.Charges {
				require.GreaterOrEqual(t, c.Amount, int64(0))
				charged += c.Amount
			}
			require.Equal(t, l.Duty+l.Tax, charged, "what a line pays is explained")
			for _, n := range []int64{l.Goods - l.Discount, l.Discount, l.Freight, l.Insurance, l.Duty, l.Tax, l.Total} {
				require.GreaterOrEqual(t, n, int64(0))
			}
			sum.Goods, sum.Discount, sum.Freight, sum.Insurance = sum.Goods+l.Goods, sum.Discount+l.Discount, sum.Freight+l.Freight, sum.Insurance+l.Insurance
			sum.Duty, sum.Tax, sum.Total = sum.Duty+l.Duty, sum.Tax+l.Tax, sum.Total+l.Total
		}
		sum.Handling = p.Handling
		sum.Total += p.Handling
		require.Equal(t, got.Sums, sum)
		require.Equal(t, sum.Goods-sum.Discount+sum.Freight+sum.Insurance+sum.Duty+sum.Tax+sum.Handling, got.Sums.Total)
		require.Equal(t, [4]int64{p.Freight, p.Insurance, p.Discount, p.Handling}, [4]int64{sum.Freight, sum.Insurance, sum.Discount, sum.Handling})
	})
}

func TestMoreFreightNeverCostsLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tables, currency, p := anyCase(t)
		p.Lines = p.Lines[:1] // with one line nothing is shared, and each base only grows
		p.Discount = min(p.Discount, p.Lines[0].Goods)
		before, err := customs.Landed(&tables, nil, currency, customs.DDP, p)
		require.NoError(t, err)
		more := p
		more.Freight += rapid.Int64Range(0, 100_000).Draw(t, "more freight")
		more.Insurance += rapid.Int64Range(0, 100_000).Draw(t, "more insurance")
		after, err := customs.Landed(&tables, nil, currency, customs.DDP, more)
		require.NoError(t, err)
		require.GreaterOrEqual(t, after.Sums.Total, before.Sums.Total)
		require.GreaterOrEqual(t, after.Sums.Tax, before.Sums.Tax)
		for i := range tables.Rates {
			raised := min(*tables.Rates[i].PPM*2, 3_000_000)
			tables.Rates[i].PPM = &raised
		}
		dearer, err := customs.Landed(&tables, nil, currency, customs.DDP, p)
		require.NoError(t, err)
		require.GreaterOrEqual(t, dearer.Sums.Total, before.Sums.Total)
	})
}

func TestConvertingThereAndBackLosesAtMostTheRounding(t *testing.T) {
	fx := &customs.Snapshot{PerEuro: map[string]int64{"USD": 1_07050000, "CNY": 7_77480000, "JPY": 171_94000000, "KWD": 32900000}}
	rapid.Check(t, func(t *rapid.T) {
		to := rapid.SampledFrom([]string{"USD", "KWD", "EUR"}).Draw(t, "to")
		n := rapid.Int64Range(0, 1_000_000_000).Draw(t, "jpy")
		there, err := fx.Convert(n, "JPY", to)
		require.NoError(t, err)
		back, err := fx.Convert(there, to, "JPY")
		require.NoError(t, err)
		require.InDelta(t, n, back, 2, money.Of(there, to))
	})
}
