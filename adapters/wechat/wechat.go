// Package wechat is a checkout.PaymentProvider by WeChat Pay's API version 3,
// for merchants in mainland China: native payments (the buyer scans a code) and
// H5 payments (the buyer's phone is taken to WeChat), refunds, and signed and
// sealed notifications. It takes CNY and nothing else.
//
// A payment's reference is our own id of it without dashes, which WeChat calls
// out_trade_no: a call that was not answered is simply made again.
package wechat

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rsa"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/verifiers"
	"github.com/wechatpay-apiv3/wechatpay-go/core/notify"
	"github.com/wechatpay-apiv3/wechatpay-go/core/option"
	"github.com/wechatpay-apiv3/wechatpay-go/services/payments"
	"github.com/wechatpay-apiv3/wechatpay-go/services/payments/h5"
	"github.com/wechatpay-apiv3/wechatpay-go/services/payments/native"
	"github.com/wechatpay-apiv3/wechatpay-go/services/refunddomestic"

	"countyfair/checkout"
	"countyfair/internal/errs"
	"countyfair/internal/money"
)

// Trade is how the buyer comes to WeChat.
type Trade string

// The trades.
const (
	Native Trade = "wechat"    // by a code to scan
	H5     Trade = "wechat_h5" // from a phone's browser
)

// Options of the adapter. WeChat calls them so too.
type Options struct {
	Trade       Trade
	AppID       string
	MerchantID  string
	Serial      string          // of the merchant's certificate
	Key         *rsa.PrivateKey // the merchant's
	APIKey      string          // APIv3 key, 32 bytes: opens notifications
	PublicKeyID string          // PUB_KEY_ID_…
	PublicKey   *rsa.PublicKey  // WeChat's
	NotifyURL   string          // where WeChat sends notifications
	URL         string          // another address of the API, for tests; empty: WeChat's own
	// Page is our page that shows the code, by our id of the payment and the
	// path to come back to; nil: there is none.
	Page func(payment, back string) string
}

// Provider is WeChat Pay in one trade.
type Provider struct {
	o       Options
	native  native.NativeApiService
	h5      h5.H5ApiService
	refunds refunddomestic.RefundsApiService
	handler *notify.Handler
}

// patience is how long one call may take.
const patience = 20 * time.Second

// New makes the adapter; it asks nobody.
func New(o Options) (*Provider, error) {
	sealed, err := aes.NewCipher([]byte(o.APIKey))
	if err != nil || len(o.APIKey) != 32 {
		return nil, errors.New("wechat: the APIv3 key is not 32 bytes long")
	}
	open, err := cipher.NewGCM(sealed)
	if err != nil {
		return nil, err
	}
	if o.Key == nil || o.PublicKey == nil {
		return nil, errors.New("wechat: a key is missing")
	}
	verifier := verifiers.NewSHA256WithRSAPubkeyVerifier(o.PublicKeyID, *o.PublicKey)
	transport, err := redirected(o.URL)
	if err != nil {
		return nil, err
	}
	client, err := core.NewClient(context.Background(), option.WithMerchantCredential(o.MerchantID, o.Serial, o.Key), option.WithVerifier(verifier),
		option.WithHTTPClient(&http.Client{Timeout: patience, Transport: transport}))
	if err != nil {
		return nil, fmt.Errorf("wechat: %w", err)
	}
	return &Provider{
		o: o, native: native.NativeApiService{Client: client}, h5: h5.H5ApiService{Client: client}, refunds: refunddomestic.RefundsApiService{Client: client},
		handler: notify.NewEmptyHandler().AddRSAWithAESGCM(verifier, open),
	}, nil
}

// Name is the trade.
func (p *Provider) Name() string { return string(p.o.Trade) }

// Create places the order at WeChat. Our payment's id is the order's number,
// and WeChat refuses the same number with another content.
func (p *Provider) Create(ctx context.Context, n checkout.NewPayment) (checkout.ProviderPayment, error) {
	if n.Amount.Currency != "CNY" {
		return checkout.ProviderPayment{}, errs.New(errs.Invalid, "currency_not_taken", "WeChat Pay takes yuan only.")
	}
	got := checkout.ProviderPayment{Ref: ref(n.ID), State: checkout.PaymentNeedsAction, Amount: n.Amount}
	var err error
	if p.o.Trade == H5 {
		got.RedirectURL, err = p.onPhone(ctx, n)
	} else {
		got.ClientSecret, err = p.byCode(ctx, n)
		if p.o.Page != nil {
			got.RedirectURL = p.o.Page(n.ID.String(), back(n.ReturnURL))
		}
	}
	if is(err, "ORDERPAID", "ORDER_PAID", "ORDER_CLOSED", "ORDERCLOSED") {
		return p.Retrieve(ctx, got.Ref)
	}
	if err != nil {
		return checkout.ProviderPayment{}, refusal(err)
	}
	return got, nil
}

// byCode gives the address that the code on our page holds.
func (p *Provider) byCode(ctx context.Context, n checkout.NewPayment) (string, error) {
	resp, _, err := p.native.Prepay(ctx, native.PrepayRequest{
		Appid: &p.o.AppID, Mchid: &p.o.MerchantID, Description: &n.Description, OutTradeNo: new(ref(n.ID)), NotifyUrl: &p.o.NotifyURL,
		Amount: &native.Amount{Total: &n.Amount.Amount, Currency: new("CNY")},
	})
	if err != nil {
		return "", err
	}
	return *resp.CodeUrl, nil
}

// onPhone gives the address that opens WeChat and leads back to us after.
func (p *Provider) onPhone(ctx context.Context, n checkout.NewPayment) (string, error) {
	resp, _, err := p.h5.Prepay(ctx, h5.PrepayRequest{
		Appid: &p.o.AppID, Mchid: &p.o.MerchantID, Description: &n.Description, OutTradeNo: new(ref(n.ID)), NotifyUrl: &p.o.NotifyURL,
		Amount:    &h5.Amount{Total: &n.Amount.Amount, Currency: new("CNY")},
		SceneInfo: &h5.SceneInfo{PayerClientIp: new(orLocal(n.IP)), H5Info: &h5.H5Info{Type: new("Wap")}},
	})
	if err != nil {
		return "", err
	}
	u, err := url.Parse(*resp.H5Url)
	if err != nil {
		return "", err
	}
	q := u.Query()
	q.Set("redirect_url", n.ReturnURL)
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// Retrieve asks where the order stands.
func (p *Provider) Retrieve(ctx context.Context, ref string) (checkout.ProviderPayment, error) {
	t, _, err := p.native.QueryOrderByOutTradeNo(ctx, native.QueryOrderByOutTradeNoRequest{OutTradeNo: &ref, Mchid: &p.o.MerchantID})
	if err != nil {
		return checkout.ProviderPayment{}, refusal(err)
	}
	return payment(ref, t)
}

// Cancel closes the order; one that cannot be closed any more is told as it stands.
func (p *Provider) Cancel(ctx context.Context, ref string) (checkout.ProviderPayment, error) {
	_, err := p.native.CloseOrder(ctx, native.CloseOrderRequest{OutTradeNo: &ref, Mchid: &p.o.MerchantID})
	var e *core.APIError
	if err != nil && (!errors.As(err, &e) || e.StatusCode >= http.StatusInternalServerError) {
		return checkout.ProviderPayment{}, refusal(err)
	}
	return p.Retrieve(ctx, ref)
}

// Refund gives money back. Our refund's id is the refund's number at WeChat.
func (p *Provider) Refund(ctx context.Context, r checkout.NewRefund) (checkout.ProviderRefund, error) {
	paid, err := p.Retrieve(ctx, r.Ref)
	if err != nil {
		return checkout.ProviderRefund{}, err
	}
	got, _, err := p.refunds.Create(ctx, refunddomestic.CreateRequest{
		OutTradeNo: &r.Ref, OutRefundNo: new(ref(r.ID)), NotifyUrl: &p.o.NotifyURL,
		Amount: &refunddomestic.AmountReq{Refund: &r.Amount.Amount, Total: &paid.Amount.Amount, Currency: new("CNY")},
	})
	if err != nil {
		return checkout.ProviderRefund{}, refusal(err)
	}
	if s := *got.Status; s != refunddomestic.STATUS_SUCCESS && s != refunddomestic.STATUS_PROCESSING {
		return checkout.ProviderRefund{}, fmt.Errorf("wechat: the refund is %s: see to it in the merchant's own pages at WeChat", s)
	}
	return checkout.ProviderRefund{Ref: *got.RefundId}, nil
}

// notice is what a notification holds of what we look for; the one about a
// refund names its payment too.
type notice struct {
	OutTradeNo string `json:"out_trade_no"`
}

// ParseWebhook checks a notification's signature and age, and opens it.
func (p *Provider) ParseWebhook(header http.Header, body []byte) (checkout.Event, error) {
	r, err := asRequest(header, body)
	if err != nil {
		return checkout.Event{}, err
	}
	var n notice
	got, err := p.handler.ParseNotifyRequest(context.Background(), r, &n)
	if err != nil || got.ID == "" {
		return checkout.Event{}, checkout.ErrForged // the cause quotes the request, sealed and signed
	}
	return checkout.Event{ID: got.ID, Kind: got.EventType, Ref: n.OutTradeNo}, nil
}

func payment(ref string, t *payments.Transaction) (checkout.ProviderPayment, error) {
	if t.TradeState == nil || t.Amount == nil || t.Amount.Total == nil {
		return checkout.ProviderPayment{}, errors.New("wechat: the answer tells no state or no amount")
	}
	out := checkout.ProviderPayment{Ref: ref, Amount: money.Of(*t.Amount.Total, "CNY")}
	switch *t.TradeState {
	case "SUCCESS", "REFUND":
		out.State = checkout.PaymentSucceeded
	case "USERPAYING", "ACCEPT":
		out.State = checkout.PaymentProcessing
	case "CLOSED", "REVOKED":
		out.State = checkout.PaymentCancelled
	case "PAYERROR":
		out.State, out.Failure = checkout.PaymentFailed, "payment_error"
	default: // NOTPAY
		out.State = checkout.PaymentNeedsAction
	}
	return out, nil
}

// ref is an id of ours as WeChat takes it: 32 letters and digits.
func ref(id uuid.UUID) string { return hex.EncodeToString(id[:]) }
