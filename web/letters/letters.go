// Package letters writes the messages of notify: which words each fact gets in
// which language, with the county's name, prices as the language writes them
// and links that lead back to the county's own pages.
package letters

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"countyfair/internal/money"
	"countyfair/internal/pg"
	"countyfair/tenants"
	"countyfair/web/words"
)

// Writer writes messages.
type Writer struct {
	counties *tenants.Directory
	link     func(host, path string) string
}

// New makes a writer. link gives the address of a path on a host.
func New(counties *tenants.Directory, link func(host, path string) string) *Writer {
	return &Writer{counties, link}
}

// Render writes one message for the county of ctx. In data, "total" (money)
// becomes the words' price, and "path" a link to the county's page.
func (w *Writer) Render(ctx context.Context, kind, language string, data map[string]any) (subject, text string, err error) {
	county, err := w.counties.ByID(pg.Tenant(ctx))
	if err != nil {
		return "", "", err
	}
	if language == "" {
		language = county.DefaultLanguage()
	}
	say := words.For(language)
	if !say.Has("notify." + kind + ".subject") {
		return "", "", fmt.Errorf("letters: no words for %q", kind)
	}
	pairs := []any{"county", county.Names.In(language, county.DefaultLanguage())}
	for _, key := range sorted(data) {
		pairs = append(pairs, key, data[key])
	}
	if m, ok := total(data); ok {
		pairs = append(pairs, "price", say.Money(m))
	}
	if path, ok := data["path"].(string); ok {
		pairs = append(pairs, "link", w.link(w.counties.Host(county), path))
	}
	text = say.T("notify."+kind+".text", pairs...)
	if reason, ok := data["reason"].(string); ok && reason != "" && !strings.Contains(text, reason) {
		text += "\n\n" + say.T("notify.reason", "reason", reason)
	}
	return say.T("notify."+kind+".subject", pairs...), text + "\n\n" + say.T("notify.sign", pairs...), nil
}

// total reads the price from data that went through JSON, where numbers are
// floats that hold any sum of money exactly up to 2^53 minor units.
func total(data map[string]any) (money.Money, bool) {
	t, ok := data["total"].(map[string]any)
	if !ok {
		return money.Money{}, false
	}
	code, _ := t["currency"].(string)
	n, ok := t["amount"].(float64)
	return money.Of(int64(n), code), ok && code != ""
}

func sorted(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
