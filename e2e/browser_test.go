package e2e_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"countyfair/internal/testkit/chrome"
)

// artefacts is where screenshots are kept.
const artefacts = "../artefacts"

// browser is a person's own browser: nobody else's cookies are in it.
type browser struct {
	t    *testing.T
	ctx  context.Context //nolint:containedctx // a tab is a context to chromedp
	name string
}

// open starts a browser of that width for a person who reads the language.
func open(t *testing.T, name, language string, width int) *browser {
	t.Helper()
	require.NoError(t, os.MkdirAll(artefacts, 0o750))
	ctx := chrome.Open(t, chromedp.Flag("lang", language), chromedp.Flag("accept-lang", language), chromedp.WindowSize(width, 900))
	b := &browser{t: t, ctx: ctx, name: name}
	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(int64(width), 900)))
	return b
}

// within bounds what a browser is asked to do.
const within = 20 * time.Second

// do does something in a bounded time.
func (b *browser) do(action chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, within)
	defer cancel()
	if err := chromedp.Do(ctx, action); err != nil {
		b.fail(err.Error())
	}
}

// fail keeps a picture of where it went wrong.
func (b *browser) fail(why string) {
	b.t.Helper()
	b.shot("failed")
	text, _ := ask[string](b, `location.href + "\n" + document.body.innerText.slice(0, 800)`)
	b.t.Fatalf("%s: %s\n%s", b.name, why, text)
}

// ask evaluates an expression in the page.
func ask[T any](b *browser, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(b.ctx, within)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression))
}

// run runs a script; "false" as its value says that what it needs is not there.
func (b *browser) run(script string) {
	b.t.Helper()
	if ok, err := ask[bool](b, `(() => { `+script+`; return true })()`); err != nil || !ok {
		b.fail(script)
	}
}

// await waits until the expression is true, over any change of pages.
func (b *browser) await(expression string) {
	b.t.Helper()
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(40 * time.Millisecond) { //nolint:forbidigo // waits on the outside world
		if ok, err := ask[bool](b, expression); err == nil && ok {
			return
		}
	}
	b.fail("never: " + expression)
}

// visit opens a page.
func (b *browser) visit(url string) {
	b.t.Helper()
	b.do(chromedp.Navigate(url))
	b.await(`document.readyState === "complete" && !!document.querySelector("main")`)
}

func named(name string) string { return `document.querySelector(` + quote(`[name="`+name+`"]`) + `)` }

// fill puts text into an input, in place of what was there.
func (b *browser) fill(name, text string) {
	b.t.Helper()
	b.run(`const e = ` + named(name) + `; if (!e) return false; e.value = ` + quote(text) + `; e.dispatchEvent(new Event("change", {bubbles: true}))`)
}

// press clicks something and waits for the page that follows.
func (b *browser) press(sel string) {
	b.t.Helper()
	b.run(`const e = document.querySelector(` + quote(sel) + `); if (!e) return false; window.__old = true; e.click()`)
	b.await(`!window.__old && document.readyState === "complete" && !!document.querySelector("main, body")`)
}

// send submits the form that holds the input, by its first button.
func (b *browser) send(name string) {
	b.t.Helper()
	b.run(`const e = ` + named(name) + `; if (!e) return false; window.__old = true; const s = e.form.querySelector("button:not([type=button])"); e.form.requestSubmit(s && s.form === e.form ? s : undefined)`)
	b.await(`!window.__old && document.readyState === "complete"`)
}

// choose ticks a radio or a box.
func (b *browser) choose(name, value string) {
	b.t.Helper()
	b.run(`const e = document.querySelector(` + quote(`[name="`+name+`"][value="`+value+`"]`) + `); if (!e) return false; e.checked = true; e.dispatchEvent(new Event("change", {bubbles: true}))`)
}

// upload chooses a file.
func (b *browser) upload(name, path string) {
	b.t.Helper()
	abs, err := filepath.Abs(path)
	require.NoError(b.t, err)
	b.do(chromedp.SetUploadFiles(chromedp.CSS(`[name="`+name+`"]`), []string{abs}))
}

// sees waits until the page says the text.
func (b *browser) sees(text string) {
	b.t.Helper()
	b.await(`document.body.innerText.includes(` + quote(text) + `)`)
}

// says reports whether the page says the text.
func (b *browser) says(text string) bool {
	ok, err := ask[bool](b, `document.body.innerText.includes(`+quote(text)+`)`)
	return err == nil && ok
}

// shot keeps a picture of the whole page.
func (b *browser) shot(name string) {
	ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
	defer cancel()
	if png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100)); err == nil {
		_ = os.WriteFile(filepath.Join(artefacts, b.name+"-"+name+".png"), png, 0o600)
	}
}

func quote(s string) string {
	out := []byte{'"'}
	for _, c := range []byte(s) {
		if c == '"' || c == '\\' {
			out = append(out, '\\')
		}
		out = append(out, c)
	}
	return string(append(out, '"'))
}

// untick clears a box.
func (b *browser) untick(name string) {
	b.t.Helper()
	b.run(`const e = ` + named(name) + `; if (!e) return false; e.checked = false`)
}

// at is the address of the page.
func (b *browser) at() string {
	url, err := ask[string](b, `location.href`)
	require.NoError(b.t, err)
	return url
}

// chooseCarrier takes the first carrier that is offered.
func (b *browser) chooseCarrier() {
	b.t.Helper()
	b.run(`const e = ` + named("carrier") + `; if (!e) return false; if (e.tagName === "SELECT") { e.selectedIndex = e.options.length > 1 ? 1 : 0 } else if (e.type === "radio") { e.checked = true } else { e.value = "顺丰" }`)
}

// tick ticks a box.
func (b *browser) tick(name string) {
	b.t.Helper()
	b.run(`const e = ` + named(name) + `; if (!e) return false; e.checked = true`)
}

// pick chooses from a list what reads so.
func (b *browser) pick(name, text string) {
	b.t.Helper()
	b.run(`const e = ` + named(name) + `; const o = e && [...e.options].find(o => o.text.trim() === ` + quote(text) + `); if (!o) return false; e.value = o.value`)
}
