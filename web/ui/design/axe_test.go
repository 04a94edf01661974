package design_test

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"countyfair/web/ui/design"
)

// axeScript is where `npm install --prefix .cache/axe axe-core` or the project's
// set-up leaves it; without it or a browser the test is skipped.
func axeScript(t *testing.T) string {
	t.Helper()
	for _, p := range []string{os.Getenv("AXE"), "../../../.cache/axe-core/axe.min.js", "../../../.cache/axe/node_modules/axe-core/axe.min.js"} {
		if b, err := os.ReadFile(filepath.Clean(p)); p != "" && err == nil {
			return string(b)
		}
	}
	t.Skip("axe-core is not installed")
	return ""
}

type fault struct {
	ID    string `json:"id"`
	Nodes []struct {
		HTML string `json:"html"`
		Why  string `json:"failureSummary"`
	} `json:"nodes"`
}

// TestAxe looks at every sample page in both schemes, on a phone and a desk:
// axe finds nothing, and nothing runs off sideways.
func TestAxe(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a browser")
	}
	axe := axeScript(t)
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium")
	}
	app := previewApp()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() { _ = app.Listener(ln) }()
	t.Cleanup(func() { _ = app.Shutdown() })

	alloc, cancel := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(browser), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()))...)
	defer cancel()
	ctx, cancel := chromedp.NewContext(alloc)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()

	for i, name := range append([]string{""}, design.Pages()...) {
		for _, v := range views {
			lang := []string{"zh-Hans", "en"}[(i+v.turn)%2]
			url := "http://" + ln.Addr().String() + "/design/" + name + "?bare=1&lang=" + lang
			found, wide := look(t, ctx, url, axe, v)
			for _, f := range found {
				t.Errorf("%s %s %s: %s: %s\n%s", name, lang, v.name, f.ID, f.Nodes[0].HTML, f.Nodes[0].Why)
			}
			if wide != "" {
				t.Errorf("%s %s %s: runs off sideways: %s", name, lang, v.name, wide)
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

func look(t *testing.T, ctx context.Context, url, axe string, v view) (found []fault, wide string) {
	t.Helper()
	scheme := "light"
	if v.dark {
		scheme = "dark"
	}
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	for _, step := range []chromedp.Action[chromedp.Void]{
		chromedp.EmulateViewport(v.width, 900),
		chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, media)
			return err
		}),
		chromedp.Navigate(url),
	} {
		_, err := chromedp.Run(ctx, step)
		require.NoError(t, err, url)
	}
	wide, err := chromedp.Run(ctx, chromedp.Evaluate[string](wideScript))
	require.NoError(t, err, url)
	out, err := chromedp.Run(ctx, chromedp.Evaluate[string](axe+`;axe.run(document, {runOnly: ["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"]}).then(r => JSON.stringify(r.violations))`, chromedp.EvalAwaitPromise))
	require.NoError(t, err, url)
	require.NoError(t, json.Unmarshal([]byte(out), &found))
	return found, wide
}

// wideScript names what makes the page wider than the window, if anything does.
const wideScript = `(() => {
  const w = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= w) return "";
  const out = [...document.querySelectorAll("body *")].filter((e) => {
    const r = e.getBoundingClientRect();
    if (r.right <= w + 1 && r.left >= -1) return false;
    for (let p = e.parentElement; p && p !== document.body; p = p.parentElement) if (getComputedStyle(p).overflowX !== "visible") return false;
    return true;
  });
  return out.slice(-3).map((e) => e.outerHTML.slice(0, 120)).join(" | ") || "unknown";
})()`
