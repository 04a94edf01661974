package web_test

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/auth"
	"countyfair/internal/actor"
	"countyfair/internal/pg"
	"countyfair/internal/testkit"
	"countyfair/tenants"
)

// token signs somebody in by the API, at a county's host or the platform's.
func (s *shop) token(host, login string) string {
	s.t.Helper()
	status, out := call(s.t, s.app, "POST", "http://"+host+"/api/v1/auth/token", `{"grant":"password","login":"`+login+`","password":"`+usualPassword+`"}`)
	require.Equal(s.t, 200, status, out)
	return out["access_token"].(string)
}

func (s *shop) api(host, token, method, path string, body any) (int, map[string]any) {
	s.t.Helper()
	raw := ""
	if body != nil {
		b, err := json.Marshal(body)
		require.NoError(s.t, err)
		raw = string(b)
	}
	headers := []string{"Accept-Language", "en"}
	if token != "" {
		headers = append(headers, "Authorization", "Bearer "+token)
	}
	if method != "GET" {
		headers = append(headers, "Idempotency-Key", uuid.NewString())
	}
	return call(s.t, s.app, method, "http://"+host+"/api/v1"+path, raw, headers...)
}

type object = map[string]any

const atHome, elsewhere, operators = "longnan.localhost", "nyeri.localhost", "localhost"

func TestAProductSaysWhereItShipsAndTheOfficeSettlesWhatNobodyKnows(t *testing.T) {
	s := newShop(t)
	require.NoError(t, s.customs.Seed(s.ctx))
	seller, _ := testkit.Seller(t, s.ctx, s.db, "pears")
	variant := testkit.Variant(t, s.ctx, s.db, seller, testkit.Goods{Price: 1250, Grams: 1200, OnHand: 20})
	var product uuid.UUID
	require.NoError(t, s.db.Write(s.ctx, func(tx *pg.Tx) error {
		return tx.QueryRow(s.ctx, `UPDATE products SET hs_code = '091099' WHERE tenant_id = $1 AND id = (SELECT product_id FROM variants WHERE tenant_id = $1 AND id = $2) RETURNING id`, s.county, variant).Scan(&product)
	}))
	s.user("officer@office.example", actor.Officer)
	s.user("buyer@home.example", actor.Buyer)
	officer, buyer := s.token(atHome, "officer@office.example"), s.token(atHome, "buyer@home.example")
	outlook := func(host string) []any {
		status, out := s.api(host, "", "GET", "/products/"+product.String()+"/outlook?country=DE,US", nil)
		require.Equal(t, 200, status, out)
		return out["items"].([]any)
	}
	require.Equal(t, "ask_office", outlook(atHome)[0].(object)["verdict"])
	require.Equal(t, "with_document", outlook(atHome)[1].(object)["verdict"])
	require.Equal(t, "FDA prior notice", outlook(atHome)[1].(object)["documents"].([]any)[0].(object)["name"])
	status, _ := s.api(elsewhere, "", "GET", "/products/"+product.String()+"/outlook?country=DE", nil)
	require.Equal(t, 404, status, "another county's product")

	decision := object{"destination": "de", "hs_prefix": "0910", "outcome": "certificate", "documents": []string{"phytosanitary_certificate"}, "note": "asked the plant quarantine"}
	for token, want := range map[string]int{"": 401, buyer: 403} {
		status, _ := s.api(atHome, token, "POST", "/admin/export-decisions", decision)
		require.Equal(t, want, status)
	}
	status, made := s.api(atHome, officer, "POST", "/admin/export-decisions", decision)
	require.Equal(t, 201, status, made)
	require.Equal(t, true, outlook(atHome)[0].(object)["by_office"])
	status, out := s.api(atHome, "", "GET", "/products/"+product.String()+"?currency=usd", nil)
	require.Equal(t, 200, status, out) // 12.50 ÷ 7.7748 × 1.0705
	require.Equal(t, object{"amount": 172.0, "currency": "USD", "as_of": "2024-06-28"}, out["approx_price"])
	status, _ = s.api(atHome, "", "GET", "/products?currency=KES", nil)
	require.Equal(t, 422, status)
	status, out = s.api(atHome, officer, "GET", "/admin/export-decisions", nil)
	require.Equal(t, 200, status)
	require.Len(t, out["items"], 1)
	status, _ = s.api(atHome, officer, "DELETE", "/admin/export-decisions/"+made["id"].(string), nil)
	require.Equal(t, 200, status)
	require.Equal(t, "ask_office", outlook(atHome)[0].(object)["verdict"])

	status, out = s.api(atHome, officer, "PUT", "/admin/export-policy", object{"incoterm": "DAP", "insurance_bp": 100, "handling": 500})
	require.Equal(t, 200, status, out)
	status, out = s.api(atHome, officer, "GET", "/admin/export-policy", nil)
	require.Equal(t, 200, status)
	require.Equal(t, "DAP", out["incoterm"])
	status, _ = s.api(atHome, buyer, "PUT", "/admin/export-policy", object{"incoterm": "DDP"})
	require.Equal(t, 403, status)

	status, out = s.api(atHome, "", "GET", "/hs-codes?q="+url.QueryEscape("花椒"), nil)
	require.Equal(t, 200, status)
	require.Equal(t, "091099", out["items"].([]any)[0].(object)["code"])
	status, out = s.api(atHome, "", "GET", "/hs-codes?suggest="+url.QueryEscape("walnuts in shell,nuts"), nil)
	require.Equal(t, 200, status)
	require.Equal(t, "080231", out["items"].([]any)[0].(object)["code"])
}

func TestAQuoteAcrossTheBorderByTheAPI(t *testing.T) {
	s := newShop(t)
	require.NoError(t, s.customs.Seed(s.ctx))
	seller, _ := testkit.Seller(t, s.ctx, s.db, "teas")
	variant := testkit.Variant(t, s.ctx, s.db, seller, testkit.Goods{Price: 10000, Grams: 250, OnHand: 20})
	require.NoError(t, s.db.Write(s.ctx, func(tx *pg.Tx) error {
		_, err := tx.Exec(s.ctx, `UPDATE products SET hs_code = '080390' WHERE tenant_id = $1`, s.county)
		return err
	}))
	_, err := s.owners.Change(context.Background(), actor.OfSystem(s.county), s.county, "county.test", func(c *tenants.County) error {
		c.Policy.ExportEnabled = true
		return nil
	})
	require.NoError(t, err)
	require.NoError(t, s.owners.SetZones(context.Background(), actor.OfSystem(s.county), s.county, []tenants.Zone{
		{Names: map[string]string{"en": "Europe"}, Countries: []string{"DE"}, Delivers: true, FirstKg: 8000, NextKg: 2000, DaysMin: 7, DaysMax: 14},
	}))
	_, cart := s.api(atHome, "", "POST", "/carts", object{})
	key := []string{"X-Cart-Token", cart["token"].(string), "Idempotency-Key", uuid.NewString()}
	raw := `{"variant_id":"` + variant.String() + `","quantity":1}`
	status, out := call(t, s.app, "POST", "http://"+atHome+"/api/v1/carts/"+cart["id"].(string)+"/lines", raw, key...)
	require.Equal(t, 200, status, out)
	quote := func(currency string) (int, object) {
		body := `{"cart_id":"` + cart["id"].(string) + `","currency":"` + currency + `","address":{"name":"Anna","phone":"+49401234567","country":"DE","line1":"Mönckebergstraße 1"}}`
		return call(t, s.app, "POST", "http://"+atHome+"/api/v1/checkout/quotes", body, "X-Cart-Token", cart["token"].(string), "Idempotency-Key", uuid.NewString(), "Accept-Language", "en")
	}
	status, out = quote("EUR")
	require.Equal(t, 200, status, out)
	// 100.00 ÷ 7.7748 is 12.86, 80.00 is 10.29; a flat duty of 3.00; 7 % of 26.15 is 1.83.
	amount := func(field string) float64 { return out[field].(object)["amount"].(float64) }
	require.InDeltaSlice(t, []float64{1286, 1029, 300, 183, 2798}, []float64{amount("goods"), amount("shipping"), amount("duty"), amount("tax"), amount("total")}, 0)
	require.Equal(t, "DDP", out["incoterm"])
	require.Equal(t, "7.7748", out["exchange"].(object)["from_per_euro"])
	line := out["landed"].([]any)[0].(object)
	require.Equal(t, "IOSS", line["scheme"])
	require.Contains(t, line["reason_text"], "flat duty")
	require.Contains(t, line["charges"].([]any)[1].(object)["source"], "Umsatzsteuergesetz")
	require.Empty(t, out["restrictions"])

	status, out = call(t, s.app, "POST", "http://"+atHome+"/api/v1/checkout/orders", `{"quote_id":"`+out["id"].(string)+`","email":"anna@home.example"}`, key[0], key[1], "Idempotency-Key", uuid.NewString())
	require.Equal(t, 201, status, out)
	require.InDelta(t, 2798, out["total"].(object)["amount"], 0)
	status, order := call(t, s.app, "GET", "http://"+atHome+"/api/v1/orders/"+out["orders"].([]any)[0].(object)["id"].(string), "", "X-Order-Token", out["order_token"].(string), "Accept-Language", "en")
	require.Equal(t, 200, status, order)
	require.Equal(t, "DDP", order["incoterm"])
	require.Equal(t, line, order["landed"].([]any)[0])
}

func TestOperatorsKeepTheTablesOfCustoms(t *testing.T) {
	s := newShop(t)
	require.NoError(t, s.customs.Seed(s.ctx))
	_, err := s.auth.CreateUser(context.Background(), actor.OfSystem(tenants.PlatformID), tenants.PlatformID, auth.NewUser{Login: "operator@fair.example", Password: usualPassword, Role: actor.Operator})
	require.NoError(t, err)
	s.user("officer@office.example", actor.Officer)
	operator, officer := s.token(operators, "operator@fair.example"), s.token(atHome, "officer@office.example")
	row := "destination,kind,hs_prefix,origin,measure,rate_percent,valid_from,valid_to,source,checked_at\nNZ,duty,0902,,,0,2026-01-01,,Working Tariff Document of New Zealand,2026-11-25\n"
	for _, c := range []struct {
		host, token string
		want        int
	}{{operators, "", 401}, {atHome, officer, 403}, {operators, operator, 200}} {
		for _, dry := range []bool{true, false} {
			status, out := s.api(c.host, c.token, "POST", "/platform/customs/rates/file", object{"csv": row, "dry_run": dry})
			require.Equal(t, c.want, status, out)
			if status == 200 {
				require.InDelta(t, 1, out["new"], 0)
			}
		}
		status, _ := s.api(c.host, c.token, "GET", "/platform/customs/rates?destination=NZ", nil)
		require.Equal(t, c.want, status)
	}
	status, out := s.api(operators, operator, "GET", "/platform/customs/rates?destination=nz", nil)
	require.Equal(t, 200, status)
	require.Len(t, out["items"], 2)
	status, out = s.api(operators, operator, "POST", "/platform/customs/rates/file", object{"csv": strings.Replace(row, ",0,2026", ",minus,2026", 1), "dry_run": true})
	require.Equal(t, 200, status)
	require.Equal(t, "bad_rate", out["rows"].([]any)[0].(object)["problems"].([]any)[0].(object)["code"])
	status, out = s.api(operators, operator, "POST", "/platform/customs/rates/file", object{"csv": strings.Replace(row, ",0,2026", ",minus,2026", 1)})
	require.Equal(t, 409, status, out)
	require.Equal(t, "rows_refused", out["code"])
}
