package wechat

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"

	"github.com/wechatpay-apiv3/wechatpay-go/core"

	"countyfair/checkout"
)

// elsewhere sends requests to another address than the one written in the SDK.
type elsewhere struct{ to *url.URL }

func (e elsewhere) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host, r.Host = e.to.Scheme, e.to.Host, ""
	return http.DefaultTransport.RoundTrip(r)
}

func redirected(to string) (http.RoundTripper, error) {
	if to == "" {
		return http.DefaultTransport, nil
	}
	u, err := url.Parse(to)
	if err != nil {
		return nil, fmt.Errorf("wechat: %w", err)
	}
	return elsewhere{u}, nil
}

// asRequest is the request that a notification came in, as the SDK reads it.
func asRequest(header http.Header, body []byte) (*http.Request, error) {
	return &http.Request{Method: http.MethodPost, Header: header, Body: io.NopCloser(bytes.NewReader(body)), URL: &url.URL{Path: "/"}}, nil
}

// is reports whether WeChat refused with one of these codes.
func is(err error, codes ...string) bool {
	var e *core.APIError
	return errors.As(err, &e) && slices.Contains(codes, e.Code)
}

// refusal keeps of WeChat's answer what may stand in a log: not its headers.
func refusal(err error) error {
	var e *core.APIError
	switch {
	case !errors.As(err, &e):
		return fmt.Errorf("wechat: %w", err)
	case e.StatusCode == http.StatusNotFound:
		return checkout.ErrUnknownPayment.Because(fmt.Errorf("wechat: %s", e.Code))
	}
	return fmt.Errorf("wechat: %s: %s", e.Code, e.Message)
}

// back is the path and query of an address of ours.
func back(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.RequestURI()
}

// orLocal is the buyer's address, or our own where the order is opened later
// and nobody is there.
func orLocal(ip string) string {
	if ip == "" {
		return "127.0.0.1"
	}
	return ip
}
