package checkout_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/adapters/sandboxpay"
	"countyfair/checkout"
	"countyfair/customs"
	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/jobs"
	"countyfair/internal/money"
	"countyfair/shipping"
	"countyfair/tenants"
)

// abroad is a market that sells to the world. Euro are 8.25 yuan.
type abroad struct {
	*market
	customs  *customs.Service
	operator actor.Actor
}

type dayRates struct{ customs.Snapshot }

func (d dayRates) Fetch(context.Context) (customs.Snapshot, error) { return d.Snapshot, nil }

func openAbroad(t *testing.T) *abroad {
	t.Helper()
	m := openMarket(t)
	m.clock.at = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	m.exec(`UPDATE tenants SET export_enabled = true WHERE id = $1`, m.tenant)
	m.zone("Europe", "{DE,FR,GB}", "{}", true, 8250, 1650, 4)
	for variant, hs := range map[uuid.UUID]string{m.pear: "200840", m.plum: "200899", m.tea: "090210"} {
		m.exec(`UPDATE products SET hs_code = $2, origin_country = 'CN' WHERE tenant_id = $1 AND id = (SELECT product_id FROM variants WHERE tenant_id = $1 AND id = $3)`, m.tenant, hs, variant)
	}
	a := &abroad{market: m, operator: actor.Actor{Tenant: tenants.PlatformID, Account: uuid.Must(uuid.NewV7()), Roles: []actor.Role{actor.Operator}}}
	a.customs = customs.NewService(m.db, m.clock, dayRates{customs.Snapshot{
		AsOf: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), Source: "a test", PerEuro: map[string]int64{"CNY": 8_25000000, "USD": 1_16000000, "GBP": 86000000, "JPY": 180_50000000},
	}}, silent())
	require.NoError(t, a.customs.Seed(m.ctx))
	require.NoError(t, a.customs.RefreshFX(m.ctx))
	for _, prefix := range []string{"2008", "0902"} {
		for _, country := range []string{"DE", "GB"} {
			a.decide(customs.Decision{Destination: country, HSPrefix: prefix, Outcome: customs.Allow, Note: "asked, in a test"})
		}
	}
	m.borders = a.customs
	a.again()
	return a
}

// again makes the use-cases anew, as a start of the program does.
func (a *abroad) again() {
	a.t.Helper()
	a.jobs = jobs.NewRegistry()
	require.NoError(a.t, a.assemble(a.t.Context()))
}

func (a *abroad) decide(d customs.Decision) {
	a.t.Helper()
	_, err := a.customs.Decide(a.ctx, a.officer, d)
	require.NoError(a.t, err)
}

func hamburg() shipping.Address {
	return shipping.Address{Name: "Anna Petersen", Phone: "+49 40 1234567", Country: "DE", PostalCode: "20095", City: "Hamburg", Line1: "Mönckebergstraße 1"}
}

func (a *abroad) ask(to shipping.Address, currency string, wants ...want) (checkout.Cart, checkout.Quote, error) {
	a.t.Helper()
	cart := a.fill(a.guest(), wants...)
	q, err := a.Quote(a.ctx, a.guest(), checkout.QuoteRequest{Cart: cart.ID, Token: cart.Token, Address: to, Currency: currency})
	return cart, q, err
}

func eur(n int64) money.Money { return money.Of(n, "EUR") }

func TestABuyerInHamburgPaysOnePriceThatHoldsEverything(t *testing.T) {
	a := openAbroad(t)
	// Pears 12.50 → 1.52 € × 4 = 6.08; tea 60.00 → 7.27 €. Sending 82.50 and 16.50 for each
	// further kilogram: pears 4.8 kg 148.50 → 18.00 €; tea 0.25 kg 82.50 → 10.00 €. Each parcel has one HS6.
	// VAT on food is 7 %: (6.08 + 18.00 + 3.00) × 7 % = 1.90; (7.27 + 10.00 + 3.00) × 7 % = 1.42.
	cart, q, err := a.ask(hamburg(), "EUR", want{a.pear, 4}, want{a.tea, 1})
	require.NoError(t, err)
	require.Empty(t, q.Restrictions)
	require.Equal(t, customs.DDP, q.Incoterm)
	require.Equal(t, checkout.Amounts{
		Goods: eur(13_35), Shipping: eur(28_00), Insurance: eur(0), Handling: eur(0), Duty: eur(6_00), Tax: eur(3_32), Discount: eur(0), Total: eur(50_67),
	}, q.Amounts)
	require.Equal(t, eur(1_52), q.Lines[0].Price)
	require.Equal(t, "IOSS", q.Lines[0].Landed.Scheme)
	require.Equal(t, int64(70_000), *q.Lines[0].Landed.Charges[1].RatePPM)
	require.Contains(t, q.Lines[0].Landed.Charges[1].Source, "Umsatzsteuergesetz")
	require.Equal(t, &customs.Exchange{From: "CNY", To: "EUR", FromPerEuro: "8.25", ToPerEuro: "1", AsOf: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), Source: "a test"}, q.Exchange)
	require.Equal(t, eur(28_00), q.ShippingOptions[0].Price)

	p, err := a.Place(a.ctx, a.guest(), checkout.PlaceRequest{Quote: q.ID, Token: cart.Token})
	require.NoError(t, err)
	require.Equal(t, q.Amounts.Total, p.Total)
	require.Equal(t, checkout.PaymentSucceeded, a.decideOn(p))
	order, err := a.GetOrder(a.ctx, a.guest(), p.Orders[1].ID, by(cart))
	require.NoError(t, err)
	require.Equal(t, q.Consignments[1].Amounts, order.Amounts)
	require.Equal(t, customs.DDP, order.Incoterm)
	require.Equal(t, q.Exchange, order.Terms.Exchange)
	require.Equal(t, *q.Lines[1].Landed, order.Terms.Lines[0].LandedLine)
	a.sound()
}

func (a *abroad) decideOn(p checkout.Placed) checkout.PaymentState {
	return a.market.decide(p, sandboxpay.Succeed).State
}

func TestEditingATableChangesNoPlacedOrder(t *testing.T) {
	a := openAbroad(t)
	cart, q, err := a.ask(hamburg(), "EUR", want{a.pear, 4})
	require.NoError(t, err)
	p, err := a.Place(a.ctx, a.guest(), checkout.PlaceRequest{Quote: q.ID, Token: cart.Token})
	require.NoError(t, err)
	before, err := a.GetOrder(a.ctx, a.guest(), p.Orders[0].ID, by(cart))
	require.NoError(t, err)

	rows, err := customs.ReadCSV(customs.Rates, strings.NewReader("destination,kind,hs_prefix,origin,measure,rate_percent,valid_from,valid_to,source,checked_at\nDE,tax,20,,VAT,19,2026-11-25,,a law of tomorrow,2026-11-25\n"))
	require.NoError(t, err)
	_, err = a.customs.Import(a.ctx, a.operator, customs.Rates, rows)
	require.NoError(t, err)
	after, err := a.GetOrder(a.ctx, a.guest(), p.Orders[0].ID, by(cart))
	require.NoError(t, err)
	require.Equal(t, before, after)
	_, again, err := a.ask(hamburg(), "EUR", want{a.pear, 4})
	require.NoError(t, err)
	require.Greater(t, again.Amounts.Tax.Amount, q.Amounts.Tax.Amount, "a new quote is by the new rate")
}

func TestAnExpiredQuoteAbroadIsNeverCharged(t *testing.T) {
	a := openAbroad(t)
	cart, q, err := a.ask(hamburg(), "EUR", want{a.pear, 1})
	require.NoError(t, err)
	a.clock.Advance(31 * time.Minute)
	_, err = a.Place(a.ctx, a.guest(), checkout.PlaceRequest{Quote: q.ID, Token: cart.Token})
	require.ErrorIs(t, err, checkout.ErrQuoteExpired)
	require.Zero(t, one[int](a.market, `SELECT count(*) FROM payments`))
}

func TestUnderDAPDutyIsForetoldAndNotCharged(t *testing.T) {
	a := openAbroad(t)
	require.NoError(t, a.customs.SetPolicy(a.ctx, a.officer, customs.Policy{Incoterm: customs.DAP, InsuranceBP: 200, Handling: 8_25}))
	_, q, err := a.ask(hamburg(), "EUR", want{a.pear, 4})
	require.NoError(t, err)
	// Insurance 2 % of 6.08 is 0.12, handling 1.00. VAT (6.08 + 18.00 + 0.12 + 3.00) × 7 % = 1.90.
	require.Equal(t, checkout.Amounts{Goods: eur(6_08), Shipping: eur(18_00), Insurance: eur(12), Handling: eur(1_00), Duty: eur(0), Tax: eur(0), Discount: eur(0), Total: eur(25_20)}, q.Amounts)
	require.Equal(t, &checkout.Estimate{Duty: eur(3_00), Tax: eur(1_90), Known: true}, q.Estimate)
	require.Equal(t, customs.DAP, q.Incoterm)
}

func TestWhatMayNotGoOrNobodyKnowsIsRefusedWithTheReason(t *testing.T) {
	a := openAbroad(t)
	codes := func(q checkout.Quote) (out []string) {
		for _, r := range q.Restrictions {
			out = append(out, r.Code+" "+r.Reason)
		}
		return out
	}
	hs := func(code string) {
		a.exec(`UPDATE products SET hs_code = $2 WHERE tenant_id = $1 AND id = (SELECT product_id FROM variants WHERE tenant_id = $1 AND id = $3)`, a.tenant, code, a.plum)
	}
	for _, c := range []struct{ hs, want, refusal string }{
		{"021099", "export_prohibited meat_and_dairy", checkout.ExportProhibited},
		{"090421", "export_unknown export_unknown", checkout.ExportUnknown},
		{"", "export_unknown export_no_code", checkout.ExportUnknown},
	} {
		hs(c.hs)
		cart, q, err := a.ask(hamburg(), "EUR", want{a.plum, 1}, want{a.tea, 1})
		require.NoError(t, err)
		require.Equal(t, c.want, codes(q)[0])
		_, err = a.Place(a.ctx, a.guest(), checkout.PlaceRequest{Quote: q.ID, Token: cart.Token})
		require.ErrorIs(t, err, errs.New(errs.Conflict, c.refusal, ""))
	}
	hs("080510")
	_, q, err := a.ask(hamburg(), "EUR", want{a.plum, 1})
	require.NoError(t, err)
	require.Empty(t, q.Restrictions)
	require.Equal(t, []string{"phytosanitary_certificate"}, q.Papers[0].Documents)
	// Above 150 euro the tariff is asked, which does not know preserved plums.
	hs("200899")
	_, q, err = a.ask(hamburg(), "EUR", want{a.plum, 20}, want{a.pear, 20}, want{a.tea, 20})
	require.NoError(t, err)
	require.Empty(t, q.Restrictions, "goods of 19.40 and 30.40 in one parcel stay below")
	a.exec(`UPDATE variants SET price = 100000 WHERE tenant_id = $1 AND id = $2`, a.tenant, a.plum)
	cart, q, err := a.ask(hamburg(), "EUR", want{a.plum, 2})
	require.NoError(t, err)
	require.Equal(t, []string{"duty_unknown duty"}, codes(q))
	_, err = a.Place(a.ctx, a.guest(), checkout.PlaceRequest{Quote: q.ID, Token: cart.Token})
	require.ErrorIs(t, err, errs.New(errs.Conflict, checkout.DutyUnknown, ""))
	require.NoError(t, a.customs.SetPolicy(a.ctx, a.officer, customs.Policy{Incoterm: customs.DAP}))
	_, q, err = a.ask(hamburg(), "EUR", want{a.plum, 2})
	require.NoError(t, err)
	require.Empty(t, q.Restrictions, "under DAP the buyer pays what it turns out to be")
	require.False(t, q.Estimate.Known)
}

func TestOnlyACountyThatExportsAndAZoneSendAbroad(t *testing.T) {
	a := openAbroad(t)
	tokyo := shipping.Address{Name: "A", Phone: "+81312345678", Country: "JP", Line1: "1"}
	_, q, err := a.ask(tokyo, "JPY", want{a.tea, 1})
	require.NoError(t, err)
	require.Equal(t, checkout.NotDelivered, q.Restrictions[0].Code, "no zone covers Japan")
	a.exec(`UPDATE tenants SET export_enabled = false WHERE id = $1`, a.tenant)
	a.again()
	_, q, err = a.ask(hamburg(), "", want{a.tea, 1})
	require.NoError(t, err)
	require.Equal(t, checkout.NotDelivered, q.Restrictions[0].Code)
}

func TestPricesInAnotherCurrencyAtHome(t *testing.T) {
	a := openAbroad(t)
	_, q, err := a.ask(home(), "USD", want{a.pear, 3})
	require.NoError(t, err)
	// 12.50 → 1.76 $ × 3; freight 5.00 + 3 × 1.00 → 1.12 $.
	require.Equal(t, money.Of(5_28, "USD"), q.Amounts.Goods)
	require.Equal(t, money.Of(1_12, "USD"), q.Amounts.Shipping)
	require.Equal(t, money.Of(6_40, "USD"), q.Amounts.Total)
	require.Empty(t, q.Incoterm)
	_, q, err = a.ask(home(), "JPY", want{a.pear, 3})
	require.NoError(t, err)
	require.Equal(t, money.Of(273*3+175, "JPY"), q.Amounts.Total)
	_, _, err = a.ask(home(), "KES", want{a.pear, 1})
	require.Equal(t, errs.Invalid, errs.CodeOf(err), "nobody knows a rate for it")
}
