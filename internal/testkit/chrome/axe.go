package chrome

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// axe is the checker's script; `make test` leaves it in the project's .cache.
func axe(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		require.NotEqual(t, dir, filepath.Dir(dir), "no go.mod above the test")
	}
	script, err := os.ReadFile(filepath.Join(dir, ".cache/axe-core/node_modules/axe-core/axe.min.js")) //nolint:gosec // a path of the project's own
	require.NoError(t, err, "axe-core is not installed: `sh scripts/need.sh axe` does it")
	return string(script)
}

const (
	axeRun = `;axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => JSON.stringify(r.violations))`

	// sideways names what makes the page wider than the window, if anything does.
	sideways = `(() => {
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
)

// Checker looks at the page that a browser shows.
type Checker struct{ script string }

// Axe is the checker that `make test` installed.
func Axe(t *testing.T) Checker { return Checker{axe(t) + axeRun} }

// Faults are what axe finds by WCAG 2.2 AA and its best practices, and what
// runs off sideways: a sentence each, none for a good page.
func (c Checker) Faults(ctx context.Context) ([]string, error) {
	wide, err := chromedp.Run(ctx, chromedp.Evaluate[string](sideways))
	if err != nil {
		return nil, err
	}
	answer, err := chromedp.Run(ctx, chromedp.Evaluate[string](c.script, chromedp.EvalAwaitPromise))
	if err != nil {
		return nil, err
	}
	var found []struct {
		ID    string `json:"id"`
		Nodes []struct {
			HTML string `json:"html"`
			Why  string `json:"failureSummary"`
		} `json:"nodes"`
	}
	if err := json.Unmarshal([]byte(answer), &found); err != nil {
		return nil, err
	}
	var faults []string
	if wide != "" {
		faults = append(faults, "runs off sideways: "+wide)
	}
	for _, f := range found {
		var nodes []string
		for _, n := range f.Nodes {
			nodes = append(nodes, n.HTML+"\n"+n.Why)
		}
		faults = append(faults, fmt.Sprintf("%s: %s", f.ID, strings.Join(nodes, "\n")))
	}
	return faults, nil
}
