package design_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"countyfair/internal/testkit/chrome"
	"countyfair/web/ui/design"
)

// TestAxe looks at every sample page in both schemes, on a phone and a desk:
// axe finds nothing, and nothing runs off sideways.
func TestAxe(t *testing.T) {
	app := samples()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() { _ = app.Listener(ln) }()
	t.Cleanup(func() { _ = app.Shutdown() })

	axe := chrome.Axe(t)
	ctx, cancel := context.WithTimeout(chrome.Open(t), 5*time.Minute)
	defer cancel()
	for i, name := range append([]string{""}, design.Pages()...) {
		for _, v := range views {
			lang := []string{"zh-Hans", "en"}[(i+v.turn)%2]
			require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(v.width, 900)))
			require.NoError(t, chromedp.Do(ctx, chrome.Scheme(v.dark)))
			require.NoError(t, chromedp.Do(ctx, chromedp.Navigate("http://"+ln.Addr().String()+"/design/"+name+"?lang="+lang)))
			faults, err := axe.Faults(ctx)
			require.NoError(t, err, name)
			for _, f := range faults {
				t.Errorf("%s %s %s: %s", name, lang, v.name, f)
			}
		}
	}
}

type view struct {
	name  string
	width int64
	dark  bool
	turn  int
}

var views = []view{{"phone, light", 390, false, 0}, {"phone, dark", 320, true, 1}, {"tablet, dark", 820, true, 0}, {"desk, light", 1280, false, 1}}
