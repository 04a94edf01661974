package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"countyfair/auth"
	"countyfair/internal/actor"
	"countyfair/internal/pg"
	"countyfair/internal/testkit"
	"countyfair/tenants"
)

// attacked is a market with one of everything, and who may do what in it.
type attacked struct {
	*shop
	doc    document
	super  *pgx.Conn
	tokens map[string]string // by access
	stray  string            // an officer's of another county
	known  map[string]any    // values that get a request past the first checks
}

func newAttacked(t *testing.T) *attacked {
	t.Helper()
	a := &attacked{shop: newShop(t), tokens: map[string]string{}, known: map[string]any{"origin_country": "CN"}}
	a.open()
	var name string
	require.NoError(t, a.db.Pool().QueryRow(a.ctx, "SELECT current_database()").Scan(&name))
	var err error
	a.super, err = pgx.Connect(t.Context(), testkit.Server(t).URL("postgres", name))
	require.NoError(t, err)
	t.Cleanup(func() { _ = a.super.Close(context.Background()) })

	farm := a.farm("farm@example.org", "王家", "Wang family")
	other := a.farm("other@example.org", "李家", "Li family")
	good, theirs := a.grow(farm, "花椒", "Pepper", 6800, 50), a.grow(other, "核桃", "Walnuts", 3000, 50)
	_, err = a.auth.CreateUser(a.ctx, actor.OfSystem(a.other), a.other, auth.NewUser{Login: "officer@nyeri.example", Password: usualPassword, Role: actor.Officer})
	require.NoError(t, err)
	_, err = a.auth.CreateUser(a.ctx, actor.OfSystem(tenants.PlatformID), tenants.PlatformID, auth.NewUser{Login: "operator@example.org", Password: usualPassword, Role: actor.Operator})
	require.NoError(t, err)
	a.user("buyer@example.org", actor.Buyer)
	a.user("boss@example.org", actor.Officer)

	a.tokens = map[string]string{
		"signed_in": a.token("longnan", "buyer@example.org"), "seller": a.token("longnan", "farm@example.org"),
		"officer": a.token("longnan", "boss@example.org"), "operator": a.token("", "operator@example.org"),
	}
	a.stray = a.token("nyeri", "officer@nyeri.example")

	_, _, raw := a.ask("GET", "/api/v1/openapi.json", nil)
	a.doc = readDocument(t, raw)
	a.stock(good.ID, good.Variants[0].ID, theirs.ID)
	return a
}

// stock makes a cart, a quote and an order to name in requests.
func (a *attacked) stock(product, variant, theirs uuid.UUID) {
	a.t.Helper()
	do := func(method, path string, body any, head ...string) map[string]any {
		raw, _ := json.Marshal(body)
		status, _, answer := a.ask(method, path, raw, append(head, "Content-Type", "application/json")...)
		require.Less(a.t, status, 300, "%s: %s", path, answer)
		out := map[string]any{}
		require.NoError(a.t, json.Unmarshal(answer, &out))
		return out
	}
	address := map[string]any{"name": "李雷", "phone": "13800138000", "country": "CN", "admin_area": "上海市", "city": "上海市", "district": "徐汇区", "line1": "漕溪路 1 号"}
	cart := do("POST", "/api/v1/carts", map[string]any{})
	head := []string{"X-Cart-Token", cart["token"].(string)}
	var quotes []any
	for range 2 {
		cart = do("POST", "/api/v1/carts/"+cart["id"].(string)+"/lines", map[string]any{"variant_id": variant, "quantity": 2}, head...)
		quotes = append(quotes, do("POST", "/api/v1/checkout/quotes", map[string]any{"cart_id": cart["id"], "address": address}, head...)["id"])
	}
	placed := do("POST", "/api/v1/checkout/orders", map[string]any{"quote_id": quotes[0]}, head...)
	cart = do("POST", "/api/v1/carts/"+cart["id"].(string)+"/lines", map[string]any{"variant_id": variant, "quantity": 2}, head...)
	quote := do("POST", "/api/v1/checkout/quotes", map[string]any{"cart_id": cart["id"], "address": address}, head...)
	maps.Copy(a.known, map[string]any{
		"token": head[1], "cart_id": cart["id"], "variant_id": variant.String(), "quote_id": quote["id"], "address": address, "category": "spice", "currency": "CNY", "country": "CN",
		"product": product.String(), "other_product": theirs.String(), "line_id": cart["lines"].([]any)[0].(map[string]any)["id"],
		"order_token": placed["order_token"], "order": placed["orders"].([]any)[0].(map[string]any)["id"], "payment_id": placed["payment"].(map[string]any)["id"],
		"season": []any{7}, "hs_code": "091099", "payment_method": "sandbox", "shipping_option": "", "language": "en", "languages": []any{"en"}, "time_zone": "Asia/Shanghai",
		"pictures": []any{}, "since_year": 1990, "altitude_m": 900, "households": 3, "login": "new@example.org", "email": "guest@example.org", "phone": "+8613800138000",
		"slug": "newplace", "password": usualPassword, "current_password": usualPassword, "price": map[string]any{"amount": 1250, "currency": "CNY"}, "colour": "#963a2f",
		"state": "open", "change": 1, "reason": "broken", "unit": "bag", "division_code": "", "licence_no": "", "kind": "household", "trace_code": "T-1001", "role": "seller", "grant": "password",
	})
}

func (a *attacked) token(slug, login string) string {
	a.t.Helper()
	raw, _ := json.Marshal(map[string]string{"grant": "password", "login": login, "password": usualPassword})
	status, _, answer := a.ask("POST", "/api/v1/auth/token", raw, "Content-Type", "application/json", "X-County", slug)
	require.Equal(a.t, 200, status, string(answer))
	var out struct {
		Access string `json:"access_token"`
	}
	require.NoError(a.t, json.Unmarshal(answer, &out))
	return out.Access
}

// ask sends bytes as they are to the platform's host, for the county of longnan
// where the headers name no other.
func (a *attacked) ask(method, target string, body []byte, head ...string) (status int, contentType string, answer []byte) {
	a.t.Helper()
	r := httptest.NewRequestWithContext(a.t.Context(), method, "http://localhost"+target, bytes.NewReader(body))
	r.Header.Set("X-County", "longnan")
	for i := 0; i+1 < len(head); i += 2 {
		switch {
		case head[i+1] == "" && head[i] == "X-County":
			r.Header.Del(head[i])
		case head[i] == "Host":
			r.Host, r.RequestURI = head[i+1], target
		case head[i] == "+Idempotency-Key":
			r.Header.Add("Idempotency-Key", head[i+1])
		default:
			r.Header.Set(head[i], head[i+1])
		}
	}
	res, err := a.app.Test(r, -1)
	require.NoError(a.t, err, "%s %s", method, target)
	answer, err = io.ReadAll(res.Body)
	require.NoError(a.t, err)
	require.NoError(a.t, res.Body.Close())
	return res.StatusCode, res.Header.Get("Content-Type"), answer
}

// transient tables count tries and remember answers; what stands in them is no
// act of anybody's.
var transient = []string{"rate_counts", "idempotency_keys", "signing_keys", "goose_db_version", "river_leader", "river_queue", "river_client", "river_client_queue", "river_migration"}

// fingerprint is of every row of every table.
func (a *attacked) fingerprint() map[string]string {
	a.t.Helper()
	rows, err := a.super.Query(context.Background(), `SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace`)
	require.NoError(a.t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(a.t, err)
	out := map[string]string{}
	for _, name := range tables {
		if slices.Contains(transient, name) {
			continue
		}
		var sum string
		require.NoError(a.t, a.super.QueryRow(context.Background(), `SELECT count(*) || ' ' || coalesce(sum(hashtextextended(x::text, 0)::numeric), 0) FROM `+pgx.Identifier{name}.Sanitize()+` x`).Scan(&sum))
		out[name] = sum
	}
	return out
}

// refused holds an answer to what every refusal is.
func (a *attacked) refused(what string, status int, contentType string, answer []byte) {
	a.t.Helper()
	var d struct {
		Type, Title, Code, Detail string
		Status                    int
		RequestID                 string `json:"request_id"`
	}
	if status < 400 || status >= 500 {
		a.t.Errorf("%s: %d %s", what, status, answer)
		return
	}
	if contentType != "application/problem+json" || json.Unmarshal(answer, &d) != nil || d.Code == "" || d.Detail == "" || d.Title == "" || d.Status != status {
		a.t.Errorf("%s: no problem document: %d %s %s", what, status, contentType, answer)
	}
}

func (a *attacked) account(login string) (id uuid.UUID) {
	a.t.Helper()
	require.NoError(a.t, a.super.QueryRow(context.Background(), `SELECT id FROM accounts WHERE email = $1`, login).Scan(&id))
	return id
}

// operations of the document, in order.
func (a *attacked) operations() []*described {
	var out []*described
	for _, path := range slices.Sorted(maps.Keys(a.doc.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(a.doc.Paths[path])) {
			out = append(out, a.doc.Paths[path][method])
		}
	}
	return out
}

// path fills an operation's parameters with this id, or with the known ones.
func (a *attacked) path(op *described, id string) string {
	path := op.path
	for _, p := range op.Parameters {
		if p.In != "path" {
			continue
		}
		to := id
		if uuid.Validate(id) == nil && !strings.HasSuffix(p.Name, "id") || id == "" {
			to = a.rightID(op, p.Name)
		}
		path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(to))
	}
	return path
}

// needs is the query that the operation cannot do without.
func (op *described) needs() string {
	for _, p := range op.Parameters {
		if p.In == "query" && p.Required && p.Name == "country" {
			return "?country=DE"
		}
	}
	return ""
}

func (a *attacked) rightID(op *described, name string) string {
	switch {
	case name == "role":
		return "seller"
	case name == "table":
		return "rates"
	case name == "paper":
		return "invoice"
	case name != "id":
		return a.known[name].(string)
	case strings.Contains(op.path, "/carts/"):
		return a.known["cart_id"].(string)
	case strings.Contains(op.path, "/products/"):
		return a.known["product"].(string)
	case strings.Contains(op.path, "/orders/"):
		return a.known["order"].(string)
	case strings.Contains(op.path, "/accounts/"):
		return a.account("other@example.org").String()
	case strings.Contains(op.path, "/counties/"):
		return a.other.String()
	}
	return uuid.NewString()
}

// right is who may call the operation.
func (a *attacked) right(op *described) []string {
	head := []string{"X-Cart-Token", a.known["token"].(string)}
	if op.Access == "operator" {
		head = append(head, "X-County", "")
	}
	if token := a.tokens[op.Access]; token != "" {
		return append(head, "Authorization", "Bearer "+token)
	}
	return head
}

func (op *described) takesJSON() bool {
	if op.RequestBody == nil {
		return false
	}
	_, ok := op.RequestBody.Content["application/json"]
	return ok
}

func (a *attacked) body(op *described) any {
	if !op.takesJSON() {
		return nil
	}
	return a.doc.sample(op.RequestBody.Content["application/json"].Schema, "", a.known)
}

func raw(v any) []byte {
	if v == nil {
		return nil
	}
	out, _ := json.Marshal(v)
	return out
}

func TestNobodyGetsPastAnyOperationWithoutTheRight(t *testing.T) {
	a := newAttacked(t)
	before := a.fingerprint()
	expired := a.tokens["signed_in"]
	for _, op := range a.operations() {
		body, path := raw(a.body(op)), a.path(op, "")
		try := func(what string, want []int, head ...string) {
			head = append([]string{"Content-Type", "application/json", "Idempotency-Key", uuid.NewString()}, head...)
			status, kind, answer := a.ask(op.method, path, body, head...)
			a.refused(op.ID+", "+what, status, kind, answer)
			if want != nil && !slices.Contains(want, status) {
				t.Errorf("%s, %s: %d %s", op.ID, what, status, answer)
			}
		}
		home := "longnan"
		if op.Access == "operator" {
			home = ""
		}
		try("garbled token", []int{401}, "Authorization", "Bearer "+expired[:len(expired)-4]+"AAAA", "X-County", home)
		try("no JWT", []int{401}, "Authorization", "Bearer \xff\xfe", "X-County", home)
		try("other scheme", []int{401}, "Authorization", "Basic b3BlcmF0b3I6eA==", "X-County", home)
		try("another county's token", []int{401}, "Authorization", "Bearer "+a.stray, "X-County", home)
		try("unknown county", []int{404}, "X-County", "nowhere")
		try("bytes for a county", []int{404}, "X-County", "\xff\xfe")
		try("host and header disagree", []int{400}, "X-County", "longnan", "Host", "nyeri.localhost")
		if op.Access == "anyone" || op.Access == "provider" {
			continue
		}
		try("nobody", []int{401}, "X-County", home)
		for access, token := range a.tokens {
			if op.Access == "signed_in" || access == op.Access || (access == "operator") != (op.Access == "operator") {
				continue
			}
			try("as "+access, []int{403}, "Authorization", "Bearer "+token, "X-County", home)
		}
		if op.Access == "operator" {
			try("as a county's officer", []int{401, 403}, "Authorization", "Bearer "+a.tokens["officer"], "X-County", "longnan")
		}
	}
	require.Equal(t, before, a.fingerprint())
	a.clock.Advance(auth.AccessLife + 1)
	for _, op := range a.operations() {
		if token := a.tokens[op.Access]; token != "" {
			status, kind, answer := a.ask(op.method, a.path(op, ""), raw(a.body(op)), append(a.right(op), "Content-Type", "application/json")...)
			a.refused(op.ID+", expired token", status, kind, answer)
			require.Equal(t, 401, status, op.ID)
			require.Contains(t, string(answer), "token_expired")
		}
	}
	require.Equal(t, before, a.fingerprint())
}

func TestNothingUnreadableIsTakenByAnyOperation(t *testing.T) {
	a := newAttacked(t)
	before := a.fingerprint()
	for _, op := range a.operations() {
		right := a.right(op)
		try := func(what, path string, body []byte, head ...string) (int, []byte) {
			head = append(append(append([]string{}, "Content-Type", "application/json"), right...), head...)
			status, kind, answer := a.ask(op.method, path, body, head...)
			a.refused(op.ID+", "+what, status, kind, answer)
			return status, answer
		}
		path := a.path(op, "")
		if op.method != "GET" && !strings.Contains(op.path, "webhooks") {
			long := strings.Repeat("k", 201)
			if !strings.Contains(op.path, "/auth/") && !strings.Contains(op.path, "/me") {
				try("long key", path, raw(a.body(op)), "Idempotency-Key", long)
				try("key of bytes", path, raw(a.body(op)), "Idempotency-Key", "\xff\xfe\x80")
				try("two keys", path, raw(a.body(op)), "Idempotency-Key", "one", "+Idempotency-Key", "two")
			}
		}
		for _, p := range op.Parameters {
			if p.In != "path" {
				continue
			}
			for _, id := range []string{"x", "\x00", "\xff", strings.Repeat("9", 300), "' OR 1=1 --", "00000000-0000-0000-0000-00000000000g"} {
				try("id "+url.PathEscape(id), a.path(op, id), raw(a.body(op)))
			}
			break
		}
		if !op.takesJSON() {
			continue
		}
		sample := a.body(op)
		whole := raw(sample)
		try("no body", path, nil)
		try("half a body", path, whole[:len(whole)-1])
		try("two bodies", path, append(append([]byte{}, whole...), whole...))
		try("a list", path, []byte("[]"))
		try("null", path, []byte("null"))
		try("a word", path, []byte(`"words"`))
		try("deep", path, []byte(strings.Repeat("[", 100_000)))
		try("not UTF-8", path, []byte("{\"\xff\":\"\xff\"}"))
		try("XML", path, []byte("<a/>"), "Content-Type", "application/xml")
		try("a form", path, []byte("a=b"), "Content-Type", "application/x-www-form-urlencoded")
		status, _ := try("too much", path, []byte(`{"x":"`+strings.Repeat("x", 1<<20)+`"}`))
		require.Equal(t, 413, status, op.ID)
		if m, ok := sample.(map[string]any); ok {
			more := maps.Clone(m)
			more["surprise"] = 1
			status, answer := try("unknown field", path, raw(more))
			require.Contains(t, []int{400, 422}, status, "%s %s", op.ID, answer)
		}
		for at, bodies := range wrongly(sample, func(leaf any) []any {
			switch leaf.(type) {
			case string:
				return []any{7, true, []any{}}
			case int, float64:
				return []any{"words", 1.5, true, map[string]any{}}
			case bool:
				return []any{"yes", 1}
			}
			return []any{7}
		}) {
			for _, b := range bodies {
				if op.ID == "create-county" || op.ID == "update-county" || at != "" {
					try(fmt.Sprintf("wrong type at %s: %s", at, raw(b)), path, raw(b))
				}
			}
		}
	}
	require.Equal(t, before, a.fingerprint())
}

func TestNoValueBreaksAnyOperation(t *testing.T) {
	a := newAttacked(t)
	values := []any{
		"\x00", "a\x00b", "\xff\xfe", "", " ", "\u202e\u200f", strings.Repeat("多", 30_000), "'; DROP TABLE orders; --", "{{7*7}}", "../../etc/passwd", "9223372036854775808",
		0, -1, -9223372036854775808, 9223372036854775807, 2147483648, json.RawMessage("1e400"), json.RawMessage("99999999999999999999999"), nil, uuid.Nil.String(), uuid.NewString(),
	}
	for _, op := range a.operations() {
		right := a.right(op)
		try := func(what, path string, body []byte, head ...string) int {
			status, kind, answer := a.ask(op.method, path, body, append(append([]string{"Content-Type", "application/json"}, right...), head...)...)
			if status >= 400 {
				a.refused(op.ID+", "+what, status, kind, answer)
			}
			return status
		}
		path := a.path(op, "")
		for _, p := range op.Parameters {
			for _, v := range []string{"\x00", "%00", "\xff", "-1", "0", "999999999999999999999", strings.Repeat("多", 1500), "' OR 1=1 --", "zh-Hans;q=\x01", "😀", "*:*", "\\", "\"", "(", "a & | !"} {
				switch p.In {
				case "query":
					try("query "+p.Name, path+"?"+p.Name+"="+url.QueryEscape(v), raw(a.body(op)))
				case "header":
					if !strings.ContainsAny(v, "\x00\x01") {
						try("header "+p.Name, path, raw(a.body(op)), p.Name, v[:min(len(v), 4000)])
					}
				}
			}
		}
		if op.takesJSON() {
			for at, bodies := range wrongly(a.body(op), func(leaf any) []any {
				switch leaf.(type) {
				case map[string]any, []any:
					return []any{nil, map[string]any{}, []any{}, map[string]any{"\x00": "\x00"}, map[string]any{"xx": strings.Repeat("x", 100_000)}}
				}
				return values
			}) {
				for i, b := range bodies {
					try(fmt.Sprintf("value %d at %s", i, at), path, raw(b))
				}
			}
		}
		try("as it should be", path, raw(a.body(op)))
	}
}

// ids of every row of another county, and of another seller's produce.
func (a *attacked) foreign() []string {
	a.t.Helper()
	ctx := pg.WithTenant(context.Background(), a.other)
	farm, _ := testkit.Seller(a.t, ctx, a.db, "far")
	testkit.Variant(a.t, ctx, a.db, farm, testkit.Goods{Price: 100, Grams: 100, OnHand: 5})
	cart, err := a.check.CreateCart(ctx, actor.Guest(a.other), "CNY")
	require.NoError(a.t, err)
	out := []string{cart.ID.String(), a.other.String(), uuid.Nil.String()}
	rows, err := a.super.Query(ctx, `SELECT id FROM accounts WHERE tenant_id = $1 UNION ALL SELECT id FROM sessions WHERE tenant_id = $1 UNION ALL SELECT id FROM sellers WHERE tenant_id = $1
		UNION ALL SELECT id FROM products WHERE tenant_id = $1 UNION ALL SELECT id FROM variants WHERE tenant_id = $1`, a.other)
	require.NoError(a.t, err)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	require.NoError(a.t, err)
	require.Greater(a.t, len(ids), 5)
	for _, id := range ids {
		out = append(out, id.String())
	}
	return out
}

func TestOtherPeoplesIdsAreNotFound(t *testing.T) {
	a := newAttacked(t)
	foreign := a.foreign()
	before := a.fingerprint()
	for _, op := range a.operations() {
		ids := foreign
		if op.Access == "seller" {
			ids = append(slices.Clone(ids), a.known["other_product"].(string))
		}
		if !strings.Contains(op.path, "{") || op.Access == "operator" {
			continue
		}
		for _, id := range ids {
			status, kind, answer := a.ask(op.method, a.path(op, id)+op.needs(), raw(a.body(op)), append(a.right(op), "Content-Type", "application/json")...)
			a.refused(op.ID+" of "+id, status, kind, answer)
			require.Equal(t, 404, status, "%s of %s: %s", op.ID, id, answer)
		}
	}
	// A guest without the key, and another buyer, see neither the cart nor the order.
	for _, head := range [][]string{nil, {"X-Cart-Token", "guessed"}, {"X-Order-Token", "guessed"}, {"Authorization", "Bearer " + a.tokens["signed_in"]}} {
		for _, op := range a.operations() {
			if op.Access == "signed_in" && (len(head) == 0 || head[0] != "Authorization") {
				continue // nobody gets past that, known or not: 401
			}
			if strings.Contains(op.path, "/carts/") || strings.HasPrefix(op.path, "/api/v1/orders/") || strings.HasPrefix(op.path, "/api/v1/checkout/") {
				status, kind, answer := a.ask(op.method, a.path(op, ""), raw(a.body(op)), append(slices.Clone(head), "Content-Type", "application/json")...)
				a.refused(op.ID, status, kind, answer)
				require.Equal(t, 404, status, "%s: %s", op.ID, answer)
			}
		}
	}
	require.Equal(t, before, a.fingerprint())
}

func TestASuspendedCountyAnswersNoOperation(t *testing.T) {
	a := newAttacked(t)
	_, err := a.owners.MoveTo(a.ctx, actor.Actor{Tenant: tenants.PlatformID, Account: a.account("operator@example.org"), Roles: []actor.Role{actor.Operator}}, a.county, tenants.Suspended, "unpaid")
	require.NoError(t, err)
	before := a.fingerprint()
	for _, op := range a.operations() {
		status, kind, answer := a.ask(op.method, a.path(op, ""), raw(a.body(op)), append(a.right(op), "Content-Type", "application/json", "X-County", "longnan")...)
		require.Equal(t, 503, status, "%s: %s", op.ID, answer)
		require.Equal(t, "application/problem+json", kind)
		require.Contains(t, string(answer), `"county_suspended"`)
	}
	require.Equal(t, before, a.fingerprint())
}

func TestPathsAndMethodsThatAreNotThere(t *testing.T) {
	a := newAttacked(t)
	before := a.fingerprint()
	for path, methods := range a.doc.Paths {
		var op *described
		for _, op = range methods {
			break
		}
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND"} {
			if methods[strings.ToLower(method)] != nil {
				continue
			}
			status, kind, answer := a.ask(method, a.path(op, ""), []byte("{}"), "Content-Type", "application/json", "Authorization", "Bearer "+a.tokens["officer"])
			a.refused(method+" "+path, status, kind, answer)
			require.Contains(t, []int{404, 405}, status, "%s %s: %s", method, path, answer)
		}
		status, kind, answer := a.ask("GET", a.path(op, "")+"/nothing/here", nil)
		a.refused(path+"/nothing", status, kind, answer)
		require.Equal(t, 404, status)
	}
	for _, path := range []string{"/api", "/api/v2/products", "/api/v1/../v1/products/..%2f", "/api/v1/%00", "/api/v1/%ff", "/api/v1//", "/api/v1/products/" + strings.Repeat("a", 8000)} {
		status, kind, answer := a.ask("GET", path, nil)
		a.refused(path, status, kind, answer)
	}
	require.Equal(t, before, a.fingerprint())
}

func TestAnAnswerIsReplayedOnlyToWhoeverAskedFirst(t *testing.T) {
	a := newAttacked(t)
	cancel := func(head ...string) (int, []byte) {
		status, _, answer := a.ask("POST", "/api/v1/orders/"+a.known["order"].(string)+"/cancel", []byte(`{}`), append(head, "Content-Type", "application/json", "Idempotency-Key", "guessed")...)
		return status, answer
	}
	status, answer := cancel("X-Order-Token", a.known["order_token"].(string))
	require.Equal(t, 200, status, string(answer))
	for _, head := range [][]string{nil, {"X-Order-Token", "x"}, {"X-Cart-Token", "x"}, {"Authorization", "Bearer " + a.tokens["signed_in"]}} {
		status, answer := cancel(head...)
		require.Equal(t, 404, status, "%v: %s", head, answer)
	}
}

func TestTheSameFilesSentAgainAreTheSameRequest(t *testing.T) {
	a := newAttacked(t)
	send := func(boundary string) (int, []byte) {
		body := "--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n\u540d\u79f0,\u4ef7\u683c\r\n--" + boundary + "--\r\n"
		status, _, answer := a.ask("POST", "/api/v1/imports", []byte(body), "Authorization", "Bearer "+a.tokens["seller"], "Content-Type", "multipart/form-data; boundary="+boundary, "Idempotency-Key", "k")
		return status, answer
	}
	status, first := send("one")
	require.Less(t, status, 500)
	again, second := send("another")
	require.Equal(t, status, again)
	require.Equal(t, string(first), string(second))
}
