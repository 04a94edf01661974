package wechat_test

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"countyfair/internal/clock"
)

const (
	apiKey = "0123456789abcdef0123456789abcdef"
	keyID  = "PUB_KEY_ID_0114232134912410000000000000"
	serial = "3775B6A45ACD588826D15E583A95F5DD00000001"
)

// fake is a small WeChat Pay that remembers. It checks our signatures and signs
// its answers, as WeChat does.
type fake struct {
	t      *testing.T
	ours   *rsa.PrivateKey // the merchant's
	theirs *rsa.PrivateKey // WeChat's

	mu      sync.Mutex
	orders  map[string]*order
	refunds map[string]map[string]any
	n       int
}

type order struct {
	content  string // of the request that made it
	total    int64
	refunded int64
	state    string
}

func newFake(t *testing.T) (*fake, string) {
	t.Helper()
	f := &fake{t: t, orders: map[string]*order{}, refunds: map[string]map[string]any{}}
	var err error
	f.ours, err = rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	f.theirs, err = rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	return f, server.URL
}

var credential = regexp.MustCompile(`^WECHATPAY2-SHA256-RSA2048 mchid="1900000001",nonce_str="(\w+)",timestamp="(\d+)",serial_no="` + serial + `",signature="([^"]+)"$`)

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	if !f.signedByUs(r, body) {
		f.answer(w, 401, map[string]any{"code": "SIGN_ERROR", "message": "签名错误"})
		return
	}
	var in map[string]any
	_ = json.Unmarshal(body, &in)
	status, out := f.do(r, string(body), in)
	f.answer(w, status, out)
}

func (f *fake) signedByUs(r *http.Request, body []byte) bool {
	m := credential.FindStringSubmatch(r.Header.Get("Authorization"))
	if m == nil {
		return false
	}
	signature, err := base64.StdEncoding.DecodeString(m[3])
	sum := sha256.Sum256([]byte(r.Method + "\n" + r.URL.RequestURI() + "\n" + m[2] + "\n" + m[1] + "\n" + string(body) + "\n"))
	return err == nil && rsa.VerifyPKCS1v15(&f.ours.PublicKey, crypto.SHA256, sum[:], signature) == nil
}

func (f *fake) answer(w http.ResponseWriter, status int, out map[string]any) {
	var body []byte
	if out != nil {
		body, _ = json.Marshal(out)
	}
	maps.Copy(w.Header(), f.signature(string(body)))
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// signature is how WeChat marks an answer or a notification as its own.
func (f *fake) signature(body string) http.Header {
	at, nonce := strconv.FormatInt(clock.System{}.Now().Unix(), 10), rand.Text()
	sum := sha256.Sum256([]byte(at + "\n" + nonce + "\n" + body + "\n"))
	signed, err := rsa.SignPKCS1v15(rand.Reader, f.theirs, crypto.SHA256, sum[:])
	require.NoError(f.t, err)
	h := http.Header{}
	h.Set("Request-Id", rand.Text())
	h.Set("Wechatpay-Serial", keyID)
	h.Set("Wechatpay-Timestamp", at)
	h.Set("Wechatpay-Nonce", nonce)
	h.Set("Wechatpay-Signature", base64.StdEncoding.EncodeToString(signed))
	return h
}

func (f *fake) do(r *http.Request, content string, in map[string]any) (int, map[string]any) {
	path := strings.Split(strings.TrimPrefix(r.URL.Path, "/v3/"), "/")
	switch {
	case r.URL.Path == "/v3/pay/transactions/native":
		return f.prepay(content, in, map[string]any{"code_url": "weixin://wxpay/bizpayurl?pr=" + fmt.Sprint(in["out_trade_no"])})
	case r.URL.Path == "/v3/pay/transactions/h5":
		return f.prepay(content, in, map[string]any{"h5_url": "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx1&package=1"})
	case r.URL.Path == "/v3/refund/domestic/refunds":
		return f.refund(in)
	case len(path) >= 4 && path[2] == "out-trade-no":
		o, ok := f.orders[path[3]]
		if !ok {
			return 404, map[string]any{"code": "ORDER_NOT_EXIST", "message": "订单不存在"}
		}
		if len(path) == 5 && path[4] == "close" {
			return f.close(o)
		}
		return 200, map[string]any{"out_trade_no": path[3], "mchid": "1900000001", "trade_state": o.state, "amount": map[string]any{"total": o.total, "currency": "CNY"}}
	}
	return 404, map[string]any{"code": "NOT_FOUND", "message": r.URL.Path}
}

func (f *fake) prepay(content string, in, out map[string]any) (int, map[string]any) {
	no, amount := fmt.Sprint(in["out_trade_no"]), in["amount"].(map[string]any)
	before, ok := f.orders[no]
	switch {
	case !ok:
		f.orders[no] = &order{content: content, total: int64(amount["total"].(float64)), state: "NOTPAY"}
	case before.content != content:
		return 400, map[string]any{"code": "INVALID_REQUEST", "message": "201 商户订单号重复"}
	case before.state == "SUCCESS":
		return 400, map[string]any{"code": "ORDERPAID", "message": "订单已支付"}
	}
	return 200, out
}

func (f *fake) close(o *order) (int, map[string]any) {
	switch o.state {
	case "SUCCESS":
		return 400, map[string]any{"code": "ORDERPAID", "message": "订单已支付"}
	case "USERPAYING":
		return 400, map[string]any{"code": "USERPAYING", "message": "用户支付中"}
	}
	o.state = "CLOSED"
	return 204, nil
}

func (f *fake) refund(in map[string]any) (int, map[string]any) {
	no, amount := fmt.Sprint(in["out_refund_no"]), in["amount"].(map[string]any)
	if before, ok := f.refunds[no]; ok {
		return 200, before
	}
	o, ok := f.orders[fmt.Sprint(in["out_trade_no"])]
	sum := int64(amount["refund"].(float64))
	switch {
	case !ok:
		return 404, map[string]any{"code": "RESOURCE_NOT_EXISTS", "message": "订单不存在"}
	case o.state != "SUCCESS" && o.state != "REFUND", o.refunded+sum > o.total, int64(amount["total"].(float64)) != o.total:
		return 400, map[string]any{"code": "INVALID_REQUEST", "message": "退款金额大于支付金额"}
	}
	o.refunded, o.state = o.refunded+sum, "REFUND"
	f.n++
	f.refunds[no] = map[string]any{
		"refund_id": fmt.Sprintf("5030000%d", f.n), "out_refund_no": no, "transaction_id": "4200000", "out_trade_no": in["out_trade_no"], "channel": "ORIGINAL",
		"user_received_account": "支付用户零钱", "create_time": clock.System{}.Now().Format(time.RFC3339), "status": "PROCESSING",
		"amount": map[string]any{"total": o.total, "refund": sum, "payer_total": o.total, "payer_refund": sum, "settlement_refund": sum, "settlement_total": o.total, "discount_refund": 0, "currency": "CNY"},
	}
	return 200, f.refunds[no]
}

// move is what the buyer does in WeChat.
func (f *fake) move(ref, state string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if o := f.orders[ref]; o.state != "CLOSED" {
		o.state = state
	}
}

// notify makes a notification: sealed with the APIv3 key, signed by WeChat.
func (f *fake) notify(t *testing.T, id, ref string) (http.Header, []byte) {
	t.Helper()
	block, err := aes.NewCipher([]byte(apiKey))
	require.NoError(t, err)
	gcm, err := cipher.NewGCM(block)
	require.NoError(t, err)
	nonce := rand.Text()[:gcm.NonceSize()]
	sealed := gcm.Seal(nil, []byte(nonce), []byte(`{"out_trade_no":"`+ref+`","trade_state":"SUCCESS"}`), []byte("transaction"))
	body, err := json.Marshal(map[string]any{
		"id": id, "create_time": clock.System{}.Now().Format(time.RFC3339), "event_type": "TRANSACTION.SUCCESS", "resource_type": "encrypt-resource", "summary": "支付成功",
		"resource": map[string]any{"algorithm": "AEAD_AES_256_GCM", "ciphertext": base64.StdEncoding.EncodeToString(sealed), "associated_data": "transaction", "nonce": nonce, "original_type": "transaction"},
	})
	require.NoError(t, err)
	return f.signature(string(body)), body
}
