package customs_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/customs"
	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
	"countyfair/internal/testkit"
	"countyfair/tenants"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// office is a county with the tables of customs in their shipped state.
type office struct {
	*customs.Service
	db       *pg.DB
	ctx      context.Context //nolint:containedctx // a test's county
	tenant   uuid.UUID
	clock    *clockAt
	officer  actor.Actor
	buyer    actor.Actor
	operator actor.Actor
}

type clockAt struct{ at time.Time }

func (c *clockAt) Now() time.Time { return c.at }

var november = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

func open(t *testing.T, source customs.RateSource) *office {
	t.Helper()
	o := &office{db: testkit.DB(t), clock: &clockAt{november}}
	o.ctx, o.tenant = testkit.County(t, o.db, "longnan")
	o.Service = customs.NewService(o.db, o.clock, source, slog.New(slog.DiscardHandler))
	require.NoError(t, o.Seed(o.ctx))
	o.officer = actor.Actor{Tenant: o.tenant, Account: testkit.Account(t, o.ctx, o.db, "officer@office.example", "officer"), Roles: []actor.Role{actor.Officer}}
	o.buyer = actor.Actor{Tenant: o.tenant, Account: testkit.Account(t, o.ctx, o.db, "buyer@home.example")}
	o.operator = actor.Actor{Tenant: tenants.PlatformID, Account: uuid.Must(uuid.NewV7()), Roles: []actor.Role{actor.Operator}}
	return o
}

func (o *office) abroad(t *testing.T, country string) *customs.Abroad {
	t.Helper()
	a, err := o.Abroad(o.ctx, o.tenant, country, o.clock.at)
	require.NoError(t, err)
	return a
}

func TestTheShippedRowsSayWhatTheyAreFrom(t *testing.T) {
	o := open(t, nil)
	require.NoError(t, o.Seed(o.ctx), "a second start adds nothing")
	for table, least := range map[customs.Table]int{customs.Rates: 500, customs.Bands: 20, customs.Restrictions: 100} {
		rows, err := o.Rows(o.ctx, o.operator, table, customs.Filter{Past: true})
		require.NoError(t, err)
		require.GreaterOrEqual(t, len(rows), least)
		shipped, err := customs.Shipped(table)
		require.NoError(t, err)
		require.Len(t, rows, len(shipped))
		for _, r := range rows {
			require.NotEmpty(t, r["source"])
		}
	}
	for country := range strings.FieldsSeq("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK GB US CA AU NZ SG JP HK KR CH MY TH") {
		require.NotEmpty(t, o.abroad(t, country).Tables.Bands, country)
	}
	fx, err := o.FX(o.ctx)
	require.NoError(t, err)
	require.Equal(t, "2024-06-28", fx.AsOf.Format(time.DateOnly))
	require.True(t, fx.Knows("CNY") && fx.Knows("JPY"))
}

func TestAParcelToHamburgByTheShippedTables(t *testing.T) {
	o := open(t, nil)
	a := o.abroad(t, "DE")
	got, err := customs.Landed(&a.Tables, &a.FX, "EUR", customs.DDP, customs.Parcel{Lines: []customs.Line{line("090210", 40_00), line("200899", 20_00)}, Freight: 15_00})
	require.NoError(t, err)
	require.Empty(t, got.Unknown)
	require.Equal(t, int64(86_67), got.Sums.Total)
	require.Equal(t, "IOSS", got.Lines[0].Scheme)
	require.Equal(t, "border_low_value_flat", got.Lines[0].Reason)
	// Above 150 the tariff decides, and where it is not known, the office.
	got, err = customs.Landed(&a.Tables, &a.FX, "EUR", customs.DDP, customs.Parcel{Lines: []customs.Line{line("090210", 200_00), line("200899", 20_00)}})
	require.NoError(t, err)
	require.Equal(t, []customs.Unknown{{Line: 1, What: customs.UnknownDuty}}, got.Unknown)
	require.Equal(t, int64(6_40), got.Lines[0].Duty)
	// The flat duty is in euro whatever is charged.
	got, err = customs.Landed(&a.Tables, &a.FX, "CNY", customs.DDP, customs.Parcel{Lines: []customs.Line{line("090210", 400_00)}})
	require.NoError(t, err)
	require.Equal(t, int64(23_32), got.Sums.Duty)
}

func TestWhatMayGoWhere(t *testing.T) {
	o := open(t, nil)
	product := uuid.Must(uuid.NewV7())
	for _, c := range []struct {
		country, hs string
		want        customs.Verdict
	}{
		{"DE", "080510", customs.WithDocument},
		{"FR", "080390", customs.Yes},
		{"DE", "021099", customs.No},
		{"DE", "090421", customs.AskOffice},
		{"AU", "080231", customs.No},
		{"AU", "090111", customs.No},
		{"AU", "090121", customs.AskOffice},
		{"US", "090210", customs.WithDocument},
		{"US", "080510", customs.WithDocument},
		{"US", "020329", customs.AskOffice},
		{"BR", "090210", customs.AskOffice},
		{"DE", "", customs.AskOffice},
	} {
		got := o.abroad(t, c.country).Outlook(customs.Goods{Product: product, HSCode: c.hs, Origin: "CN"})
		require.Equal(t, c.want, got.Verdict, c)
	}
	got := o.abroad(t, "DE").Outlook(customs.Goods{HSCode: "080510"})
	require.Equal(t, []string{"phytosanitary_certificate"}, got.Documents)
	require.Contains(t, got.Source, "2016/2031")
}

func TestTheOfficeSettlesWhatNobodyKnew(t *testing.T) {
	o := open(t, nil)
	pepper := customs.Goods{Product: uuid.Must(uuid.NewV7()), HSCode: "090421"}
	d := customs.Decision{Destination: "DE", HSPrefix: "0904", Outcome: customs.Certificate, Documents: []string{"phytosanitary_certificate"}, Note: "asked the plant quarantine on 2026-11-20"}
	_, err := o.Decide(o.ctx, o.buyer, d)
	require.Equal(t, errs.Forbidden, errs.CodeOf(err))
	_, err = o.Decide(o.ctx, actor.Guest(o.tenant), d)
	require.Equal(t, errs.Unauthenticated, errs.CodeOf(err))
	_, err = o.Decide(o.ctx, o.officer, d)
	require.NoError(t, err)
	got := o.abroad(t, "DE").Outlook(pepper)
	require.Equal(t, customs.WithDocument, got.Verdict)
	require.True(t, got.ByOffice)
	require.Equal(t, customs.AskOffice, o.abroad(t, "FR").Outlook(pepper).Verdict, "for Germany, not for France")

	d.Outcome, d.Documents = customs.Allow, nil
	made, err := o.Decide(o.ctx, o.officer, d)
	require.NoError(t, err, "the same prefix again replaces it")
	require.Equal(t, customs.Yes, o.abroad(t, "DE").Outlook(pepper).Verdict)
	ham := customs.Goods{HSCode: "021099"}
	_, err = o.Decide(o.ctx, o.officer, customs.Decision{Destination: "DE", HSPrefix: "02", Outcome: customs.Allow, Note: "wishful"})
	require.NoError(t, err)
	require.Equal(t, customs.No, o.abroad(t, "DE").Outlook(ham).Verdict, "what the tables say, no office overrules")

	elsewhere, other := testkit.County(t, o.db, "xinfeng")
	there, err := o.Abroad(elsewhere, other, "DE", november)
	require.NoError(t, err)
	require.Equal(t, customs.AskOffice, there.Outlook(pepper).Verdict, "another county decides for itself")
	stranger := actor.Actor{Tenant: other, Account: uuid.Must(uuid.NewV7()), Roles: []actor.Role{actor.Officer}}
	require.Equal(t, errs.NotFound, errs.CodeOf(o.Withdraw(elsewhere, stranger, made.ID)))
	require.NoError(t, o.Withdraw(o.ctx, o.officer, made.ID))
	require.Equal(t, customs.AskOffice, o.abroad(t, "DE").Outlook(pepper).Verdict)

	for _, bad := range []customs.Decision{
		{Destination: "Germany", HSPrefix: "09", Outcome: customs.Allow, Note: "x"},
		{Destination: "DE", Outcome: customs.Allow, Note: "x"},
		{Destination: "DE", HSPrefix: "09", Outcome: customs.Allow},
		{Destination: "DE", HSPrefix: "09", Outcome: customs.Permit, Note: "x"},
		{Destination: "DE", HSPrefix: "09", Outcome: customs.Permit, Documents: []string{"a letter"}, Note: "x"},
		{Destination: "DE", HSPrefix: "09", Outcome: "maybe", Note: "x"},
	} {
		_, err := o.Decide(o.ctx, o.officer, bad)
		require.Equal(t, errs.Invalid, errs.CodeOf(err), bad)
	}
}

func TestAnExportedTableComesBackUnchanged(t *testing.T) {
	o := open(t, nil)
	for _, table := range []customs.Table{customs.Rates, customs.Bands, customs.Restrictions} {
		var file bytes.Buffer
		require.NoError(t, o.Export(o.ctx, o.operator, table, &file))
		rows, err := customs.ReadCSV(table, bytes.NewReader(file.Bytes()))
		require.NoError(t, err)
		p, err := o.Import(o.ctx, o.operator, table, rows)
		require.NoError(t, err)
		require.Equal(t, map[customs.Effect]int{customs.Unchanged: len(rows)}, p.Count, table)
		_, err = o.Rows(o.ctx, o.officer, table, customs.Filter{})
		require.Equal(t, errs.Forbidden, errs.CodeOf(err), "an officer of a county keeps no table of all")
		_, err = o.Import(o.ctx, o.officer, table, rows)
		require.Equal(t, errs.Forbidden, errs.CodeOf(err))
	}
}

const heading = "destination,kind,hs_prefix,origin,measure,rate_percent,valid_from,valid_to,source,checked_at\n"

func (o *office) put(t *testing.T, rows string) (customs.Preview, error) {
	t.Helper()
	cells, err := customs.ReadCSV(customs.Rates, strings.NewReader("\ufeff"+heading+rows))
	require.NoError(t, err)
	before, err := o.Preview(o.ctx, o.operator, customs.Rates, cells)
	require.NoError(t, err)
	p, err := o.Import(o.ctx, o.operator, customs.Rates, cells)
	require.Equal(t, before, p, "the preview says what happens")
	return p, err
}

func TestANewRateFollowsTheOldOneFromItsDay(t *testing.T) {
	o := open(t, nil)
	tax := func(at time.Time) *int64 {
		a, err := o.Abroad(o.ctx, o.tenant, "NZ", at)
		require.NoError(t, err)
		got, err := customs.Landed(&a.Tables, &a.FX, "NZD", customs.DDP, customs.Parcel{Lines: []customs.Line{line("090210", 100_00)}})
		require.NoError(t, err)
		return got.Lines[0].Charges[0].RatePPM
	}
	p, err := o.put(t, "NZ,tax,,,GST,16,2027-04-01,,a bill of 2026,2026-11-25\n")
	require.NoError(t, err)
	require.Equal(t, 1, p.Count[customs.Changed])
	require.Equal(t, int64(150_000), *tax(november))
	require.Equal(t, int64(150_000), *tax(time.Date(2027, 3, 31, 23, 0, 0, 0, time.UTC)))
	require.Equal(t, int64(160_000), *tax(time.Date(2027, 4, 1, 0, 0, 0, 0, time.UTC)))

	_, err = o.put(t, "NZ,tax,,,GST,16.25,2027-04-01,,the act itself,2026-11-25\n")
	require.NoError(t, err, "a correction from the same day takes the place of the row")
	require.Equal(t, int64(162_500), *tax(time.Date(2027, 4, 1, 0, 0, 0, 0, time.UTC)))
	_, err = o.put(t, "NZ,tax,,,GST,16.25,2027-04-01,2028-01-01,the act itself,2026-11-26\n")
	require.NoError(t, err, "a row can be given an end")
	rows, err := o.Rows(o.ctx, o.operator, customs.Rates, customs.Filter{Destination: "NZ", Past: true})
	require.NoError(t, err)
	require.Len(t, rows, 2)
	require.Equal(t, []string{"2027-04-01", "2028-01-01"}, []string{rows[0]["valid_to"], rows[1]["valid_to"]})
	var file bytes.Buffer
	require.NoError(t, o.Export(o.ctx, o.operator, customs.Rates, &file))
	all, err := customs.ReadCSV(customs.Rates, &file)
	require.NoError(t, err)
	p, err = o.Preview(o.ctx, o.operator, customs.Rates, all)
	require.NoError(t, err)
	require.Equal(t, map[customs.Effect]int{customs.Unchanged: len(all)}, p.Count, "what has an end comes back unchanged too")
	var audited int
	require.NoError(t, o.db.Query(pg.WithTenant(o.ctx, tenants.PlatformID), func(q pg.Querier) error {
		return q.QueryRow(o.ctx, `SELECT count(*) FROM audit_events WHERE tenant_id = $1 AND action = 'customs.row'`, tenants.PlatformID).Scan(&audited)
	}))
	require.Equal(t, 5, audited)
}

func TestAFileWithAWrongRowChangesNothing(t *testing.T) {
	o := open(t, nil)
	p, err := o.put(t, strings.Join([]string{
		"NZ,duty,0902,,,0,2026-01-01,,Working Tariff Document,",
		"Zealand,duty,0902,,,0,2026-01-01,,Working Tariff Document,",
		"NZ,levy,09.02,,,12.34567,2026-13-01,2026-01-01,x,soon",
		"NZ,additional,0902,CN,,5,2026-01-01,,Working Tariff Document,",
		"NZ,duty,0902,,,0,2026-01-01,,Working Tariff Document,",
		"NZ,tax,,,GST,12.5,2000-01-01,,before the present one,",
		"NZ,tax,,,GST,12.5,2000-01-01,2010-10-01,before the present one,",
		"NZ,duty,0903,,,5,2026-01-01,2025-01-01,Working Tariff Document,",
	}, "\n"))
	require.ErrorIs(t, err, customs.ErrRowsRefused)
	reasons := make([]string, len(p.Rows))
	for i, r := range p.Rows {
		for _, f := range r.Problems {
			reasons[i] += f.Name + ":" + f.Reason + " "
			require.NotEmpty(t, f.Message)
		}
	}
	require.Equal(t, []string{
		"", "destination:bad_country ", "kind:bad_kind hs_prefix:bad_hs_prefix rate_percent:bad_rate valid_from:bad_date source:no_source checked_at:bad_date ",
		"measure:no_measure ", "valid_from:twice ", "valid_to:overlaps_later ", "", "valid_to:ends_before ",
	}, reasons)
	rows, err := o.Rows(o.ctx, o.operator, customs.Rates, customs.Filter{Destination: "NZ", Past: true})
	require.NoError(t, err)
	require.Len(t, rows, 1)
	for name, file := range map[string]string{
		"a column is missing": "destination,kind\nNZ,tax\n", "a column is not known": strings.TrimSuffix(heading, "\n") + ",colour\n", "a column comes twice": strings.TrimSuffix(heading, "\n") + ",kind\n",
		"a row is short": heading + "NZ,tax\n", "it is empty": "", "a quote is left open": heading + "\"NZ",
	} {
		_, err := customs.ReadCSV(customs.Rates, strings.NewReader(file))
		require.Equal(t, errs.Invalid, errs.CodeOf(err), name)
	}
}

func TestHowACountySellsAbroad(t *testing.T) {
	o := open(t, nil)
	require.Equal(t, customs.Policy{Incoterm: customs.DDP}, o.abroad(t, "DE").Policy)
	want := customs.Policy{Incoterm: customs.DAP, InsuranceBP: 150, Handling: 8_00}
	require.Equal(t, errs.Forbidden, errs.CodeOf(o.SetPolicy(o.ctx, o.buyer, want)))
	require.Equal(t, errs.Invalid, errs.CodeOf(o.SetPolicy(o.ctx, o.officer, customs.Policy{Incoterm: "EXW", InsuranceBP: 9999, Handling: -1})))
	require.NoError(t, o.SetPolicy(o.ctx, o.officer, want))
	require.Equal(t, want, o.abroad(t, "DE").Policy)
	got, err := o.Policy(o.ctx, o.officer)
	require.NoError(t, err)
	require.Equal(t, want, got)
	elsewhere, other := testkit.County(t, o.db, "xinfeng")
	there, err := o.Abroad(elsewhere, other, "DE", november)
	require.NoError(t, err)
	require.Equal(t, customs.Policy{Incoterm: customs.DDP}, there.Policy, "another county's policy is its own")
}

type source struct {
	snapshot customs.Snapshot
	err      error
}

func (s *source) Fetch(context.Context) (customs.Snapshot, error) { return s.snapshot, s.err }

func TestFreshRatesAreKeptByTheirDay(t *testing.T) {
	src := &source{snapshot: customs.Snapshot{AsOf: november.Truncate(24 * time.Hour), Source: "a test", PerEuro: map[string]int64{"CNY": 8_25000000}}}
	o := open(t, src)
	require.NoError(t, o.RefreshFX(o.ctx))
	src.snapshot.PerEuro = map[string]int64{"CNY": 9_00000000, "USD": 1_16000000}
	require.NoError(t, o.RefreshFX(o.ctx), "a day that is there stays as it is")
	fx, err := o.FX(o.ctx)
	require.NoError(t, err)
	require.Equal(t, map[string]int64{"CNY": 8_25000000}, fx.PerEuro)
	src.snapshot.AsOf = november.Add(72 * time.Hour)
	require.ErrorIs(t, o.RefreshFX(o.ctx), customs.ErrFutureRates)
	o.clock.at = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	fx, err = o.FX(o.ctx)
	require.NoError(t, err)
	require.Equal(t, "2024-06-28", fx.AsOf.Format(time.DateOnly), "what was known then")
}
