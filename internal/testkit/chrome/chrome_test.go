package chrome_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"countyfair/internal/testkit/chrome"
)

// The checker that finds nothing everywhere would find nothing here either.
func TestAxeFindsFaults(t *testing.T) {
	ctx, axe := chrome.Open(t), chrome.Axe(t)
	page := `<!doctype html><title>x</title><main><h1>x</h1><input><div style="width:9000px">wide</div></main>`
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate("data:text/html,"+url.PathEscape(page))))
	faults, err := axe.Faults(ctx)
	require.NoError(t, err)
	all := strings.Join(faults, "\n")
	require.Contains(t, all, "runs off sideways")
	require.Contains(t, all, "html-has-lang")
	require.Contains(t, all, "label: <input>")
}
