package reports_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/adapters/sandboxpay"
	"countyfair/checkout"
	"countyfair/customs"
	"countyfair/customs/papers"
	"countyfair/internal/actor"
	"countyfair/internal/clock"
	"countyfair/internal/errs"
	"countyfair/internal/jobs"
	"countyfair/internal/pg"
	"countyfair/internal/testkit"
	"countyfair/ledger"
	"countyfair/reports"
	"countyfair/sellers"
	"countyfair/shipping"
	"countyfair/tenants"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// desk is a county that has sold tea to Hamburg.
type desk struct {
	*reports.Service
	t       *testing.T
	db      *pg.DB
	ctx     context.Context //nolint:containedctx // a test's county
	tenant  uuid.UUID
	clock   *clock.Fixed
	customs *customs.Service
	check   *checkout.Service
	pays    *sandboxpay.Sandbox
	tea     uuid.UUID
	seller  actor.Actor
	other   actor.Actor // another seller
	officer actor.Actor
	guard   actor.Actor // a supervisor
	buyer   actor.Actor
	foreign actor.Actor // an officer of another county
	order   uuid.UUID
	font    func() ([]byte, error)
}

type rates struct{ customs.Snapshot }

func (r rates) Fetch(context.Context) (customs.Snapshot, error) { return r.Snapshot, nil }

func open(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, db: testkit.DB(t), clock: &clock.Fixed{At: time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)}, font: papers.FontLoader(os.Getenv("PAPER_FONT"))}
	_, foreign := testkit.County(t, d.db, "wudu")
	d.ctx, d.tenant = testkit.County(t, d.db, "longnan")
	someone := func(name string, roles ...string) actor.Actor {
		a := actor.Actor{Tenant: d.tenant, Account: testkit.Account(t, d.ctx, d.db, name+"@longnan.example", roles...)}
		for _, r := range roles {
			a.Roles = append(a.Roles, actor.Role(r))
		}
		return a
	}
	d.officer, d.guard, d.buyer = someone("officer", "officer"), someone("guard", "supervisor"), someone("buyer")
	d.foreign = actor.Actor{Tenant: foreign, Account: uuid.Must(uuid.NewV7()), Roles: []actor.Role{actor.Officer}}
	teas, account := testkit.Seller(t, d.ctx, d.db, "teas")
	pears, pearsAccount := testkit.Seller(t, d.ctx, d.db, "pears")
	d.seller = actor.Actor{Tenant: d.tenant, Account: account, Seller: teas, Roles: []actor.Role{actor.Seller}}
	d.other = actor.Actor{Tenant: d.tenant, Account: pearsAccount, Seller: pears, Roles: []actor.Role{actor.Seller}}
	d.tea = testkit.Variant(t, d.ctx, d.db, teas, testkit.Goods{Price: 6000, Grams: 250, OnHand: 200})
	d.exec(`UPDATE tenants SET export_enabled = true WHERE id = $1`, d.tenant)
	d.exec(`UPDATE products SET titles = '{"en":"Green tea","zh-Hans":"龙神翠竹"}', hs_code = '090210', origin_country = 'CN' WHERE tenant_id = $1`, d.tenant)
	d.exec(`UPDATE variants SET gross_weight_g = 300 WHERE tenant_id = $1`, d.tenant)
	d.exec(`UPDATE sellers SET contact = '王小芳', phone = '+8613800138000', licence_no = '92621202MA71234567' WHERE tenant_id = $1 AND id = $2`, d.tenant, teas)
	for name, countries := range map[string]string{"China": "{CN}", "Europe": "{DE}"} {
		d.exec(`INSERT INTO delivery_zones (tenant_id, id, names, countries, areas, delivers, currency, first_kg, next_kg, position)
			VALUES ($1, $2, jsonb_build_object('en', $3::text), $4, '{}', true, 'CNY', 8250, 1650, 1)`, d.tenant, uuid.Must(uuid.NewV7()), name, countries)
	}
	d.assemble()
	d.order = d.sell(hamburg(), 4)
	return d
}

func (d *desk) exec(sql string, args ...any) {
	d.t.Helper()
	require.NoError(d.t, d.db.Write(d.ctx, func(tx *pg.Tx) error {
		_, err := tx.Exec(d.ctx, sql, args...)
		return err
	}))
}

func (d *desk) assemble() {
	t, log := d.t, slog.New(slog.DiscardHandler)
	dir, err := tenants.OpenDirectory(t.Context(), d.db, "localhost", log)
	require.NoError(t, err)
	d.customs = customs.NewService(d.db, d.clock, rates{customs.Snapshot{
		AsOf: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), Source: "a test", PerEuro: map[string]int64{"CNY": 8_25000000, "USD": 1_16000000, "GBP": 86000000, "JPY": 180_50000000},
	}}, log)
	require.NoError(t, d.customs.Seed(d.ctx))
	require.NoError(t, d.customs.RefreshFX(d.ctx))
	_, err = d.customs.Decide(d.ctx, d.officer, customs.Decision{Destination: "DE", HSPrefix: "0902", Outcome: customs.Certificate, Documents: []string{"phytosanitary_certificate"}, Note: "asked, in a test"})
	require.NoError(t, err)
	registry := jobs.NewRegistry()
	d.pays = sandboxpay.New(d.db, d.clock, sandboxpay.Options{Secret: []byte("secret"), Page: func(ref string) string { return "/sandbox/" + ref }})
	d.check = checkout.NewService(d.db, d.clock, dir, registry, log, checkout.Config{Secret: []byte("secret"), Provider: sandboxpay.Name, Borders: d.customs}, d.pays)
	d.Service = reports.NewService(reports.Deps{
		DB: d.db, Clock: d.clock, Counties: dir, Orders: d.check, Customs: d.customs, Sellers: sellers.NewService(d.db, dir, d.clock), Book: ledger.NewBook(d.db, d.clock),
		Font: func() ([]byte, error) { return d.font() },
	})
}

func hamburg() shipping.Address {
	return shipping.Address{Name: "Anna Petersen", Phone: "+49 40 1234567", Country: "DE", PostalCode: "20095", City: "Hamburg", Line1: "Mönckebergstraße 1"}
}

// sell places, pays and sends an order of tea.
func (d *desk) sell(to shipping.Address, pieces int) uuid.UUID {
	d.t.Helper()
	id := d.place(to, pieces)
	_, err := d.check.Ship(d.ctx, d.seller, id, "China Post", "RR473124829CN")
	require.NoError(d.t, err)
	return id
}

func (d *desk) place(to shipping.Address, pieces int) uuid.UUID {
	d.t.Helper()
	guest := actor.Guest(d.tenant)
	cart, err := d.check.CreateCart(d.ctx, guest, "")
	require.NoError(d.t, err)
	_, err = d.check.AddLine(d.ctx, guest, cart.ID, cart.Token, d.tea, pieces)
	require.NoError(d.t, err)
	q, err := d.check.Quote(d.ctx, guest, checkout.QuoteRequest{Cart: cart.ID, Token: cart.Token, Address: to, Currency: map[bool]string{true: "EUR"}[to.Country == "DE"]})
	require.NoError(d.t, err)
	require.Empty(d.t, q.Restrictions)
	p, err := d.check.Place(d.ctx, guest, checkout.PlaceRequest{Quote: q.ID, Token: cart.Token})
	require.NoError(d.t, err)
	paid, err := d.check.ConfirmPayment(d.ctx, guest, p.Payment.ID, func(ctx context.Context, ref string) (checkout.ProviderPayment, error) {
		return d.pays.Decide(ctx, ref, sandboxpay.Succeed)
	})
	require.NoError(d.t, err)
	require.Equal(d.t, checkout.PaymentSucceeded, paid.State)
	return p.Orders[0].ID
}

func (d *desk) ids(p reports.Papers) (out []string) {
	for _, item := range p.Items {
		out = append(out, item.ID)
	}
	return out
}

func (d *desk) register() {
	d.t.Helper()
	require.NoError(d.t, d.customs.SetIdentity(d.ctx, d.officer, customs.Identity{
		Registration: papers.Registration{
			Mode: papers.B2C, EbpCode: "6212345678", EbpName: "陇南集市", EbcCode: "91621202MA71234567", EbcName: "陇南农产品有限公司", CopCode: "6212345678", CopName: "陇南集市",
			DxpID: "DXPENT0000012345", LogisticsCode: "1101980000", LogisticsName: "中国邮政", PayName: "Sandbox",
		},
		Sender: customs.Sender{Name: "陇南电商中心", Address: "东江新区 18 号", City: "陇南", Postcode: "746000"}, IOSS: "IM2760000000", EORI: "DE1234567890123",
	}))
}

func TestWhoMayHaveWhichPaper(t *testing.T) {
	d := open(t)
	seller := []string{reports.Declaration, reports.Label, reports.Invoice, reports.PackingList}
	office := append(slices.Clone(seller), reports.Checklist, reports.Order303, reports.Receipt403, reports.Waybill505, reports.Everything)
	for name, c := range map[string]struct {
		who  actor.Actor
		want []string
		code errs.Code
	}{
		"guest": {actor.Guest(d.tenant), nil, errs.Unauthenticated}, "buyer of nothing": {d.buyer, nil, errs.NotFound}, "supervisor": {d.guard, nil, errs.Forbidden},
		"another seller": {d.other, nil, errs.NotFound}, "another county": {d.foreign, nil, errs.NotFound},
		"its seller": {d.seller, seller, ""}, "officer": {d.officer, office, ""},
	} {
		ctx := pg.WithTenant(t.Context(), c.who.Tenant)
		got, err := d.List(ctx, c.who, d.order)
		if c.code != "" {
			require.Equal(t, c.code, errs.CodeOf(err), name)
			_, err = d.Download(ctx, c.who, d.order, reports.Invoice)
			require.Equal(t, c.code, errs.CodeOf(err), name)
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, c.want, d.ids(got), name)
	}
	for _, id := range []string{reports.Checklist, reports.Order303, reports.Everything, "nonsense"} {
		_, err := d.Download(d.ctx, d.seller, d.order, id)
		require.Equal(t, errs.NotFound, errs.CodeOf(err), id)
	}
	_, err := d.Day(d.ctx, d.seller, d.clock.At)
	require.Equal(t, errs.Forbidden, errs.CodeOf(err))
	_, err = d.SellerIncome(d.ctx, d.guard, reports.IncomeRequest{Year: 2026, Quarter: 4})
	require.Equal(t, errs.Forbidden, errs.CodeOf(err))
	require.Equal(t, errs.Forbidden, errs.CodeOf(d.customs.SetIdentity(d.ctx, d.seller, customs.Identity{})))
	_, err = d.customs.Identity(d.ctx, d.guard)
	require.Equal(t, errs.Forbidden, errs.CodeOf(err))
}

func TestTheInvoiceSaysWhatTheBuyerPaid(t *testing.T) {
	d := open(t)
	d.register()
	order, err := d.check.GetOrder(d.ctx, d.officer, d.order, checkout.Credentials{})
	require.NoError(t, err)
	f, err := d.Download(d.ctx, d.seller, d.order, reports.Invoice)
	require.NoError(t, err)
	text := words(t, f.Data)
	a := order.Amounts
	for _, sum := range []string{a.Goods.Decimal(), a.Shipping.Decimal(), a.Duty.Decimal(), a.Tax.Decimal(), "合计 EUR " + a.Total.Decimal()} {
		require.Contains(t, text, sum)
	}
	for _, fact := range []string{order.Number, "IOSS IM2760000000", "EORI DE1234567890123", "DDP Delivered Duty Paid", "Green tea Box 龙神翠竹 箱", "090210", "1 EUR = 8.25 CNY", "陇南电商中心", "1.000 kg", "1.200 kg"} {
		require.Contains(t, text, fact)
	}
	f, err = d.Download(d.ctx, d.officer, d.order, reports.Checklist)
	require.NoError(t, err)
	require.Contains(t, words(t, f.Data), "Phytosanitary certificate")
}

func TestTheFormFollowsTheParcel(t *testing.T) {
	d := open(t)
	p, err := d.List(d.ctx, d.officer, d.order)
	require.NoError(t, err)
	require.Equal(t, papers.CN22, p.Items[0].Form)
	require.Contains(t, p.Rates, "a test, 2026-11-24")
	heavy := d.sell(hamburg(), 7) // 2.1 kg
	p, err = d.List(d.ctx, d.officer, heavy)
	require.NoError(t, err)
	require.Equal(t, papers.CN23, p.Items[0].Form)
	require.NotContains(t, d.ids(p), reports.Label)
	home := d.sell(shipping.Address{Name: "王芳", Phone: "+8613800138000", Country: "CN", AdminArea: "CN-GS", City: "兰州市", Line1: "东岗西路 1 号"}, 1)
	p, err = d.List(d.ctx, d.officer, home)
	require.NoError(t, err)
	require.Equal(t, []string{reports.PackingList}, d.ids(p), "at home no border asks for more")
	d.exec(`UPDATE orders SET tracking_number = 'RR473124820CN' WHERE tenant_id = $1 AND id = $2`, d.tenant, heavy)
	p, err = d.List(d.ctx, d.officer, heavy)
	require.NoError(t, err)
	require.True(t, p.WrongItemNumber)
}

func TestTheBundleHoldsWhatIsThereAndNamesWhatIsNot(t *testing.T) {
	d := open(t)
	_, err := d.Download(d.ctx, d.officer, d.order, reports.Waybill505)
	require.ErrorIs(t, err, reports.ErrLacking)
	p, err := d.List(d.ctx, d.officer, d.order)
	require.NoError(t, err)
	require.Equal(t, "ebpCode is missing in the county's export registration", p.Items[5].Problems[1].String())

	f, err := d.Download(d.ctx, d.officer, d.order, reports.Everything)
	require.NoError(t, err)
	names, manifest := unzip(t, f.Data)
	require.Len(t, names, 6, "five PDFs and the manifest")
	require.Contains(t, manifest, "ebpCode is missing")

	d.register()
	second := d.sell(hamburg(), 1)
	f, err = d.Day(d.ctx, d.officer, d.clock.At)
	require.NoError(t, err)
	names, manifest = unzip(t, f.Data)
	require.Len(t, names, 2*8+1)
	require.NotContains(t, manifest, "missing")
	order, err := d.check.GetOrder(d.ctx, d.officer, second, checkout.Credentials{})
	require.NoError(t, err)
	require.Contains(t, names, order.Number+"/CEB303Message_"+order.Number+".xml")
	_, err = d.Day(d.ctx, d.officer, d.clock.At.AddDate(0, 0, -1))
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
	require.Equal(t, []string{"export.identity", "papers.bundle", "papers.day"}, d.audited("export.identity", "papers."))
}

func TestWithoutFontTheRestWorks(t *testing.T) {
	d := open(t)
	d.register()
	d.font = func() ([]byte, error) { return nil, papers.ErrNoFont }
	_, err := d.Download(d.ctx, d.officer, d.order, reports.Invoice)
	require.ErrorIs(t, err, reports.ErrNoFont)
	require.ErrorContains(t, err, "fonts-wqy-microhei")
	f, err := d.Download(d.ctx, d.officer, d.order, reports.Order303)
	require.NoError(t, err)
	require.Contains(t, string(f.Data), "<goodsValue>29.08</goodsValue>")
}

func TestPapersAreMadeOnceTheOrderIsPaid(t *testing.T) {
	d := open(t)
	d.exec(`UPDATE orders SET state = 'cancelled' WHERE tenant_id = $1 AND id = $2`, d.tenant, d.order)
	_, err := d.List(d.ctx, d.officer, d.order)
	require.ErrorIs(t, err, reports.ErrNotPaid)
	fresh := d.place(hamburg(), 1) // paid, not sent yet
	d.register()
	p, err := d.List(d.ctx, d.officer, fresh)
	require.NoError(t, err)
	require.Equal(t, "logisticsNo is missing in the order", p.Items[5].Problems[0].String())
	_, err = d.Download(d.ctx, d.seller, fresh, reports.Declaration)
	require.NoError(t, err, "the label may be printed before there is a number")
}

func TestSellersIncomeOfAQuarter(t *testing.T) {
	d := open(t)
	report := func(r reports.IncomeRequest) [][]string {
		f, err := d.SellerIncome(d.ctx, d.officer, r)
		require.NoError(t, err)
		rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(f.Data, []byte("\ufeff")))).ReadAll()
		require.NoError(t, err)
		return rows
	}
	rows := report(reports.IncomeRequest{Year: 2026, Quarter: 4, Personal: true})
	require.Len(t, rows, 3, "a heading, the seller who sold, and the one who did not")
	tea := rows[1+slices.IndexFunc(rows[1:], func(r []string) bool { return r[2] == d.seller.Seller.String() })]
	require.Equal(t, []string{"92621202MA71234567", "王小芳", "'+8613800138000", "approved", "EUR", "29.08"}, tea[5:11])
	rows = report(reports.IncomeRequest{Year: 2026, Quarter: 4})
	tea = rows[1+slices.IndexFunc(rows[1:], func(r []string) bool { return r[2] == d.seller.Seller.String() })]
	require.Equal(t, []string{"9***************67", "王**"}, tea[5:7])
	rows = report(reports.IncomeRequest{Year: 2026, Quarter: 3, Personal: true})
	require.Equal(t, "0.00", rows[1][10])
	_, err := d.SellerIncome(d.ctx, d.officer, reports.IncomeRequest{Year: 2026, Quarter: 5})
	require.Equal(t, errs.Invalid, errs.CodeOf(err))
	require.Len(t, d.audited("report."), 3)
}

func TestTheIdentityIsCheckedAndKept(t *testing.T) {
	d := open(t)
	d.register()
	i, err := d.customs.Identity(d.ctx, d.officer)
	require.NoError(t, err)
	require.Equal(t, "陇南集市", i.EbpName)
	require.Equal(t, "746000", i.Sender.Postcode)
	err = d.customs.SetIdentity(d.ctx, d.officer, customs.Identity{Registration: papers.Registration{Mode: "1234", EbcCode: strings.Repeat("9", 19)}, IOSS: "IM1", EORI: "x"})
	var wrong *errs.Error
	require.ErrorAs(t, err, &wrong)
	var fields []string
	for _, f := range wrong.Fields {
		fields = append(fields, f.Name)
	}
	require.ElementsMatch(t, []string{"mode", "ebc_code", "ioss", "eori"}, fields)
}

func (d *desk) audited(prefixes ...string) (out []string) {
	d.t.Helper()
	require.NoError(d.t, d.db.Query(d.ctx, func(q pg.Querier) error {
		rows, err := q.Query(d.ctx, `SELECT action FROM audit_events WHERE tenant_id = $1 AND action LIKE ANY ($2) ORDER BY id`, d.tenant, patterns(prefixes))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var action string
			if err := rows.Scan(&action); err != nil {
				return err
			}
			out = append(out, action)
		}
		return rows.Err()
	}))
	slices.Sort(out)
	return out
}

func patterns(prefixes []string) (out []string) {
	for _, p := range prefixes {
		out = append(out, p+"%")
	}
	return out
}

func unzip(t *testing.T, data []byte) (names []string, manifest string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	for _, f := range z.File {
		names = append(names, f.Name)
	}
	f, err := z.Open("manifest.csv")
	require.NoError(t, err)
	body, err := io.ReadAll(f)
	require.NoError(t, err)
	return names, string(body)
}

// words is the text of a PDF, with single spaces.
func words(t *testing.T, pdf []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a.pdf")
	require.NoError(t, os.WriteFile(file, pdf, 0o600))
	text, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", file, "-").Output()
	require.NoError(t, err, "pdftotext: `make test` installs it with poppler-utils")
	return strings.Join(strings.Fields(string(text)), " ")
}
