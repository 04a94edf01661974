package wechat_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"countyfair/adapters/wechat"
	"countyfair/checkout"
	"countyfair/checkout/paymenttest"
	"countyfair/internal/errs"
	"countyfair/internal/money"
)

func adapter(t *testing.T, f *fake, address string, trade wechat.Trade) *wechat.Provider {
	t.Helper()
	p, err := wechat.New(wechat.Options{
		Trade: trade, AppID: "wxd678efh567hg6787", MerchantID: "1900000001", Serial: serial, Key: f.ours, APIKey: apiKey, PublicKeyID: keyID, PublicKey: &f.theirs.PublicKey,
		NotifyURL: "https://fair.example/api/v1/webhooks/wechat", URL: address, Page: func(payment, back string) string { return "/pay/code/" + payment + "?to=" + back },
	})
	require.NoError(t, err)
	return p
}

func TestWeChatDoesWhatEveryProviderMust(t *testing.T) {
	for _, trade := range []wechat.Trade{wechat.Native, wechat.H5} {
		t.Run(string(trade), func(t *testing.T) {
			paymenttest.Exercise(t, func(t *testing.T) paymenttest.Provider {
				t.Helper()
				f, address := newFake(t)
				move := func(state string) func(*testing.T, string) {
					return func(_ *testing.T, ref string) { f.move(ref, state) }
				}
				return paymenttest.Provider{
					PaymentProvider: adapter(t, f, address, trade), Pay: move("SUCCESS"), Decline: move("PAYERROR"), Delay: move("USERPAYING"),
					Refunded:    func(_ *testing.T, ref string) int64 { f.mu.Lock(); defer f.mu.Unlock(); return f.orders[ref].refunded },
					SignedEvent: f.notify,
				}
			})
		})
	}
}

func TestABuyerIsShownACodeOrTakenToWeChat(t *testing.T) {
	f, address := newFake(t)
	n := checkout.NewPayment{ID: uuid.New(), Amount: money.Of(12880, "CNY"), Description: "LN-1", ReturnURL: "https://longnan.fair.example/orders/x?key=1", IP: "203.0.113.7"}
	got, err := adapter(t, f, address, wechat.Native).Create(t.Context(), n)
	require.NoError(t, err)
	require.Equal(t, "weixin://wxpay/bizpayurl?pr="+got.Ref, got.ClientSecret)
	require.Equal(t, "/pay/code/"+n.ID.String()+"?to=/orders/x?key=1", got.RedirectURL)

	n.ID = uuid.New()
	got, err = adapter(t, f, address, wechat.H5).Create(t.Context(), n)
	require.NoError(t, err)
	u, err := url.Parse(got.RedirectURL)
	require.NoError(t, err)
	require.Equal(t, "wx.tenpay.com", u.Host)
	require.Equal(t, n.ReturnURL, u.Query().Get("redirect_url"))
}

func TestWeChatTakesYuanOnly(t *testing.T) {
	f, address := newFake(t)
	_, err := adapter(t, f, address, wechat.Native).Create(t.Context(), checkout.NewPayment{ID: uuid.New(), Amount: money.Of(100, "EUR")})
	require.Equal(t, errs.Invalid, errs.CodeOf(err))
	require.Empty(t, f.orders)
}

func TestAnAnswerThatWeChatDidNotSignIsNotBelieved(t *testing.T) {
	f, address := newFake(t)
	p := adapter(t, f, address, wechat.Native)
	n := checkout.NewPayment{ID: uuid.New(), Amount: money.Of(12880, "CNY"), Description: "LN-1"}
	got, err := p.Create(t.Context(), n)
	require.NoError(t, err)
	stranger, _ := newFake(t)
	f.theirs = stranger.theirs
	_, err = p.Retrieve(t.Context(), got.Ref)
	require.Error(t, err)
	header, body := f.notify(t, "evt_1", got.Ref)
	_, err = p.ParseWebhook(header, body)
	require.ErrorIs(t, err, checkout.ErrForged)
}

func TestARefusedKeyIsToldWithoutSecrets(t *testing.T) {
	f, address := newFake(t)
	p := adapter(t, f, address, wechat.Native)
	f.ours = f.theirs // the fake now knows another merchant key
	_, err := p.Retrieve(t.Context(), "x")
	require.ErrorContains(t, err, "SIGN_ERROR")
	require.NotContains(t, err.Error(), "Wechatpay")
}

func TestAnOldNotificationIsRefused(t *testing.T) {
	f, address := newFake(t)
	p := adapter(t, f, address, wechat.Native)
	header, body := f.notify(t, "evt_1", "x")
	header.Set("Wechatpay-Timestamp", "1700000000")
	_, err := p.ParseWebhook(header, body)
	require.ErrorIs(t, err, checkout.ErrForged)
	_, err = p.ParseWebhook(http.Header{}, nil)
	require.ErrorIs(t, err, checkout.ErrForged)
}
