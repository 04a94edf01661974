package stripe_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// fake is a small Stripe that remembers: intents, refunds, idempotency keys.
type fake struct {
	mu      sync.Mutex
	intents map[string]map[string]any
	answers map[string]kept // by idempotency key
	refunds map[string]int64
	n       int
	drop    int // answers to lose after the work is done
}

type kept struct {
	form   string
	status int
	body   map[string]any
}

func newFake(t *testing.T) (*fake, string) {
	t.Helper()
	f := &fake{intents: map[string]map[string]any{}, answers: map[string]kept{}, refunds: map[string]int64{}}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	return f, server.URL
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	_ = r.ParseForm()
	if user, _, _ := r.BasicAuth(); user == "" && !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer sk_test_") {
		write(w, 401, fault("invalid_request_error", "", "no key"))
		return
	}
	key, form := r.Header.Get("Idempotency-Key"), r.Method+r.URL.Path+r.PostForm.Encode()
	if before, ok := f.answers[key]; ok && key != "" {
		if before.form != form {
			write(w, 400, fault("idempotency_error", "idempotency_key_in_use", "another request had this key"))
			return
		}
		write(w, before.status, before.body)
		return
	}
	status, body := f.do(r)
	if key != "" {
		f.answers[key] = kept{form, status, body}
	}
	if f.drop > 0 { // the work is done, the answer is lost
		f.drop--
		write(w, 500, fault("api_error", "", "something broke"))
		return
	}
	write(w, status, body)
}

func (f *fake) do(r *http.Request) (int, map[string]any) {
	path := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	switch {
	case r.Method == http.MethodPost && r.URL.Path == "/v1/payment_intents":
		f.n++
		amount, _ := strconv.ParseInt(r.PostForm.Get("amount"), 10, 64)
		id := fmt.Sprintf("pi_%d", f.n)
		f.intents[id] = map[string]any{"id": id, "object": "payment_intent", "amount": amount, "currency": r.PostForm.Get("currency"), "status": "requires_payment_method", "client_secret": id + "_secret"}
		return 200, f.intents[id]
	case r.URL.Path == "/v1/refunds":
		return f.refund(r)
	case len(path) >= 3 && path[1] == "payment_intents":
		intent, ok := f.intents[path[2]]
		if !ok {
			return 404, fault("invalid_request_error", "resource_missing", "No such payment_intent")
		}
		if len(path) == 4 && path[3] == "cancel" {
			if s := intent["status"]; s == "succeeded" || s == "processing" {
				return 400, fault("invalid_request_error", "payment_intent_unexpected_state", "cannot be canceled")
			}
			intent["status"] = "canceled"
		}
		return 200, intent
	}
	return 404, fault("invalid_request_error", "", "no such address: "+r.URL.Path)
}

func (f *fake) refund(r *http.Request) (int, map[string]any) {
	ref := r.PostForm.Get("payment_intent")
	amount, _ := strconv.ParseInt(r.PostForm.Get("amount"), 10, 64)
	intent, ok := f.intents[ref]
	switch {
	case !ok:
		return 404, fault("invalid_request_error", "resource_missing", "No such payment_intent")
	case intent["status"] != "succeeded", f.refunds[ref]+amount > intent["amount"].(int64):
		return 400, fault("invalid_request_error", "charge_already_refunded", "more than was paid")
	}
	f.refunds[ref] += amount
	f.n++
	return 200, map[string]any{"id": fmt.Sprintf("re_%d", f.n), "object": "refund", "amount": amount, "payment_intent": ref, "status": "succeeded"}
}

// move is what the buyer does on Stripe's side.
func (f *fake) move(ref, status string, lastError map[string]any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if i := f.intents[ref]; i["status"] != "canceled" {
		i["status"], i["last_payment_error"] = status, lastError
	}
}

func fault(kind, code, message string) map[string]any {
	return map[string]any{"error": map[string]any{"type": kind, "code": code, "message": message}}
}

func write(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
