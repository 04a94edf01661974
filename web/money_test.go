package web_test

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// A seller sees what was sold and gives a part of it back; the office the rest.
func TestIncomeAndRefundsByTheAPI(t *testing.T) {
	a := newAttacked(t)
	call := func(as, method, path string, body any) (int, map[string]any) {
		status, _, answer := a.ask(method, "/api/v1"+path, raw(body), "Content-Type", "application/json", "Idempotency-Key", uuid.NewString(), "Authorization", "Bearer "+a.tokens[as])
		out := map[string]any{}
		require.NoError(t, json.Unmarshal(answer, &out), string(answer))
		return status, out
	}
	fen := func(v any) int64 { return int64(v.(map[string]any)["amount"].(float64)) }
	refunds := "/orders/" + a.known["order"].(string) + "/refunds"

	status, income := call("seller", "GET", "/seller/income", nil)
	require.Equal(t, 200, status)
	require.Zero(t, fen(income["sold"]), "nothing is paid yet")
	status, _ = call("officer", "POST", refunds, map[string]any{"reason": "broken"})
	require.Equal(t, 409, status, "nothing is paid yet")

	status, _ = call("signed_in", "POST", "/payments/"+a.known["payment_id"].(string)+"/sandbox", map[string]any{"outcome": "succeed"})
	require.Equal(t, 200, status)
	_, income = call("seller", "GET", "/seller/income", nil)
	total := fen(income["sold"]) + fen(income["shipping"])
	require.Equal(t, int64(13_600), fen(income["sold"]))
	require.Equal(t, total, fen(income["balance"].(map[string]any)["pending"]))
	require.Equal(t, []any{}, income["others"])
	require.Equal(t, "2026-11-01", income["from"])
	_, income = call("seller", "GET", "/seller/income?from=2026-10-01&to=2026-10-31", nil)
	require.Zero(t, fen(income["sold"]), "another month")

	for _, c := range []struct {
		as     string
		body   map[string]any
		status int
		code   string
	}{
		{"seller", map[string]any{"amount": map[string]any{"amount": 1_000, "currency": "CNY"}, "reason": "one was bruised"}, 201, ""},
		{"seller", map[string]any{"amount": map[string]any{"amount": 1_000, "currency": "EUR"}, "reason": "one was bruised"}, 422, "invalid"},
		{"seller", map[string]any{"amount": map[string]any{"amount": 1_000_000, "currency": "CNY"}, "reason": "all and more"}, 409, "refund_too_much"},
		{"seller", map[string]any{}, 422, "invalid"},
		{"signed_in", map[string]any{"reason": "I want it"}, 404, "order_not_found"},
		{"officer", map[string]any{"reason": "the parcel is lost"}, 201, ""},
		{"officer", map[string]any{"reason": "again"}, 409, "refund_too_much"},
	} {
		status, answer := call(c.as, "POST", refunds, c.body)
		require.Equal(t, c.status, status, "%v: %v", c, answer)
		if c.code != "" {
			require.Equal(t, c.code, answer["code"])
		} else {
			require.Equal(t, "waiting", answer["status"])
		}
	}
	_, income = call("seller", "GET", "/seller/income", nil)
	require.Equal(t, total, fen(income["refunded"]))
	require.Zero(t, fen(income["earned"]))
	require.Zero(t, fen(income["balance"].(map[string]any)["pending"]))
}
