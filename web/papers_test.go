package web_test

import (
	"io"
	"net/http/httptest"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/internal/actor"
	"countyfair/internal/pg"
	"countyfair/internal/testkit"
	"countyfair/tenants"
)

// sold is a paid order of tea to Hamburg.
func (s *shop) sold() string {
	s.t.Helper()
	require.NoError(s.t, s.customs.Seed(s.ctx))
	seller, _ := testkit.Seller(s.t, s.ctx, s.db, "teas")
	variant := testkit.Variant(s.t, s.ctx, s.db, seller, testkit.Goods{Price: 10000, Grams: 250, OnHand: 20})
	require.NoError(s.t, s.db.Write(s.ctx, func(tx *pg.Tx) error {
		if _, err := tx.Exec(s.ctx, `UPDATE products SET hs_code = '080390', origin_country = 'CN' WHERE tenant_id = $1`, s.county); err != nil {
			return err
		}
		_, err := tx.Exec(s.ctx, `INSERT INTO delivery_zones (tenant_id, id, names, countries, areas, delivers, currency, first_kg, next_kg, position)
			VALUES ($1, $2, '{"en":"Europe"}', '{DE}', '{}', true, 'CNY', 8250, 1650, 1)`, s.county, uuid.Must(uuid.NewV7()))
		return err
	}))
	_, err := s.owners.Change(s.ctx, actor.OfSystem(s.county), s.county, "county.test", func(c *tenants.County) error {
		c.Policy.ExportEnabled = true
		return nil
	})
	require.NoError(s.t, err)
	_, cart := s.api(atHome, "", "POST", "/carts", object{})
	guest := []string{"X-Cart-Token", cart["token"].(string)}
	send := func(path, body string) object {
		status, out := call(s.t, s.app, "POST", "http://"+atHome+"/api/v1"+path, body, append(guest, "Idempotency-Key", uuid.NewString())...)
		require.Less(s.t, status, 300, out)
		return out
	}
	send("/carts/"+cart["id"].(string)+"/lines", `{"variant_id":"`+variant.String()+`","quantity":2}`)
	quote := send("/checkout/quotes", `{"cart_id":"`+cart["id"].(string)+`","address":{"name":"Anna Petersen","phone":"+49401234567","country":"DE","postal_code":"20095","city":"Hamburg","line1":"Mönckebergstraße 1"}}`)
	placed := send("/checkout/orders", `{"quote_id":"`+quote["id"].(string)+`","email":"anna@home.example"}`)
	paid := send("/payments/"+placed["payment"].(object)["id"].(string)+"/sandbox", `{"outcome":"succeed"}`)
	require.Equal(s.t, "succeeded", paid["status"])
	return placed["orders"].([]any)[0].(object)["id"].(string)
}

// file fetches something to download.
func (s *shop) file(host, token, path string) (status int, kind, name string, data []byte) {
	s.t.Helper()
	r := httptest.NewRequestWithContext(s.t.Context(), "GET", "http://"+host+"/api/v1"+path, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	res, err := s.app.Test(r, -1)
	require.NoError(s.t, err)
	defer res.Body.Close() //nolint:errcheck // a test's
	data, err = io.ReadAll(res.Body)
	require.NoError(s.t, err)
	return res.StatusCode, res.Header.Get("Content-Type"), res.Header.Get("Content-Disposition"), data
}

func TestTheOfficePrintsAnOrdersPapers(t *testing.T) {
	s := newShop(t)
	order := s.sold()
	s.user("officer@office.example", actor.Officer)
	s.user("watch@office.example", actor.Supervisor)
	s.user("buyer@home.example", actor.Buyer)
	officer := s.token(atHome, "officer@office.example")
	status, out := s.api(atHome, officer, "GET", "/orders/"+order+"/papers", nil)
	require.Equal(t, 200, status, out)
	require.Equal(t, "CN22", out["items"].([]any)[0].(object)["form"])
	status, kind, name, pdf := s.file(atHome, officer, "/orders/"+order+"/papers/customs-declaration")
	require.Equal(t, 200, status, string(pdf))
	require.Equal(t, "application/pdf", kind)
	require.Regexp(t, `^attachment; filename="cn22_[A-Za-z0-9_-]+\.pdf"$`, name)
	require.Equal(t, "%PDF", string(pdf[:4]))
	for login, want := range map[string]int{"watch@office.example": 403, "buyer@home.example": 404} {
		status, _, _, _ := s.file(atHome, s.token(atHome, login), "/orders/"+order+"/papers/bundle")
		require.Equal(t, want, status, login)
	}
	status, _, _, _ = s.file(atHome, officer, "/orders/"+uuid.NewString()+"/papers/invoice")
	require.Equal(t, 404, status)

	status, out = s.api(atHome, officer, "PUT", "/admin/export-identity", object{"mode": "9610", "ebp_code": "6212345678", "sender": object{"name": "陇南电商中心"}})
	require.Equal(t, 200, status, out)
	status, out = s.api(atHome, officer, "GET", "/admin/export-identity", nil)
	require.Equal(t, 200, status, out)
	require.Equal(t, "6212345678", out["ebp_code"])
	status, kind, _, data := s.file(atHome, officer, "/admin/seller-income?year=2026&quarter=4&format=xml")
	require.Equal(t, 200, status, string(data))
	require.Equal(t, "application/xml", kind)
	status, _, _, data = s.file(atHome, officer, "/admin/papers?day=2026-11-24")
	require.Equal(t, 404, status, string(data))
}
