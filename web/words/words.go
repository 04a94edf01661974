// Package words is everything the product says, in each of its languages.
//
// The messages stand in files named <area>.<language>.toml beside this one;
// adding a language is adding its files. Ids are dotted: cart.title. A message
// may hold values ({{.Name}}) and plural forms; the value named Count picks the
// form. Dates, months and weights are written by patterns that are messages too,
// so that a new language needs no code.
//
//	w := words.For("zh-Hans")
//	w.T("cart.count", "Count", 3)   // "3 件在篮子里"
//	w.Money(money.Of(6800, "CNY"))  // "¥68.00"
//
// Pages find the reader's Words in their context: words.T(ctx, "cart.title").
package words

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed *.toml
var files embed.FS

// Default is the language of last resort: programs and unknown readers get it.
const Default = "en"

// Words speaks one language. It is safe for concurrent use.
type Words struct {
	tag      string
	tags     language.Tag
	plain    map[string]string // messages without values or plural forms
	plural   map[string]bool   // messages with plural forms
	localize *i18n.Localizer
	next     *Words // asked for what this language lacks
}

type book struct {
	byTag   map[string]*Words
	tags    []string
	matcher language.Matcher
}

var load = sync.OnceValue(func() *book {
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	plain, plural := map[string]map[string]string{}, map[string]map[string]bool{}
	names, err := fs.Glob(files, "*.toml")
	if err != nil {
		panic("words: " + err.Error())
	}
	for _, name := range names {
		buf, err := files.ReadFile(name)
		if err != nil {
			panic("words: " + err.Error())
		}
		f, err := bundle.ParseMessageFileBytes(buf, name)
		if err != nil {
			panic(fmt.Sprintf("words: %s: %v", name, err))
		}
		if plain[f.Tag.String()] == nil {
			plain[f.Tag.String()], plural[f.Tag.String()] = map[string]string{}, map[string]bool{}
		}
		for _, m := range f.Messages {
			switch {
			case m.Zero+m.One+m.Two+m.Few+m.Many != "":
				plural[f.Tag.String()][m.ID] = true
			case !strings.Contains(m.Other, "{{"):
				plain[f.Tag.String()][m.ID] = m.Other
			}
		}
	}
	return bind(bundle, plain, plural)
})

func bind(bundle *i18n.Bundle, plain map[string]map[string]string, plural map[string]map[string]bool) *book {
	b := &book{byTag: map[string]*Words{}}
	b.tags = slices.Sorted(maps.Keys(plain))
	// The default stands first: the matcher falls back to its first tag.
	b.tags = slices.DeleteFunc(b.tags, func(t string) bool { return t == Default })
	b.tags = append([]string{Default}, b.tags...)
	var tags []language.Tag
	for _, t := range b.tags {
		tag := language.MustParse(t)
		tags = append(tags, tag)
		w := &Words{tag: t, tags: tag, plain: plain[t], plural: plural[t], localize: i18n.NewLocalizer(bundle, t)}
		if t != Default {
			w.next = b.byTag[Default]
		}
		b.byTag[t] = w
	}
	b.matcher = language.NewMatcher(tags)
	return b
}

// Languages gives the tags that have words, the default first.
func Languages() []string { return slices.Clone(load().tags) }

// For gives the words of a language, or of the nearest one there is:
// zh-CN and zh read zh-Hans.
func For(tag string) *Words {
	b := load()
	if w, ok := b.byTag[tag]; ok {
		return w
	}
	return b.byTag[b.match(tag)]
}

// Match picks a language for a reader from an Accept-Language header (or a
// plain tag), among those offered; with none offered, among all there are.
func Match(accept string, offered ...string) string {
	b := load()
	if len(offered) == 0 {
		return b.match(accept)
	}
	tags := make([]language.Tag, 0, len(offered))
	for _, o := range offered {
		tags = append(tags, language.Make(o))
	}
	_, i := language.MatchStrings(language.NewMatcher(tags), accept)
	return offered[i]
}

func (b *book) match(accept string) string {
	_, i := language.MatchStrings(b.matcher, accept)
	return b.tags[i]
}

// Lang gives the BCP 47 tag.
func (w *Words) Lang() string { return w.tag }

// Name gives the language's own name: "English", "简体中文".
func (w *Words) Name() string { return w.T("lang.name") }

// T gives the message, with values as pairs: T("cart.count", "Count", 3). The
// value named Count picks the plural form. An id that no language has is given
// back as it is, so that a page shows it rather than nothing.
func (w *Words) T(id string, pairs ...any) string {
	if s, ok := w.plain[id]; ok {
		return s
	}
	if s, ok := w.fill(id, pairs); ok {
		return s
	}
	if w.next != nil {
		return w.next.T(id, pairs...)
	}
	return id
}

// Has reports whether this language has the message itself.
func (w *Words) Has(id string) bool {
	if _, ok := w.plain[id]; ok {
		return true
	}
	_, ok := w.fill(id, []any{"Count", 1})
	return ok
}

// Try gives the first of the messages that there is, and whether one was there:
// for ids made of a code, such as error.out_of_stock.
func (w *Words) Try(ids ...string) (string, bool) {
	for _, id := range ids {
		if w.Has(id) || (w.next != nil && w.next.Has(id)) {
			return w.T(id), true
		}
	}
	return "", false
}

func (w *Words) fill(id string, pairs []any) (string, bool) {
	data := make(map[string]any, len(pairs)/2)
	cfg := &i18n.LocalizeConfig{MessageID: id, TemplateData: data}
	for i := 0; i+1 < len(pairs); i += 2 {
		key, ok := pairs[i].(string)
		if !ok {
			key = fmt.Sprint(pairs[i])
		}
		data[key] = pairs[i+1]
		if key == "Count" {
			if w.plural[id] {
				cfg.PluralCount = pairs[i+1]
			}
			if n, ok := asInt(pairs[i+1]); ok {
				data[key] = w.Number(n)
			}
		}
	}
	s, tag, err := w.localize.LocalizeWithTag(cfg)
	if err != nil || (tag != w.tags && s == "") {
		return "", false
	}
	return s, tag == w.tags
}

func asInt(v any) (int64, bool) {
	switch n := v.(type) {
	case int:
		return int64(n), true
	case int32:
		return int64(n), true
	case int64:
		return n, true
	}
	return 0, false
}

type key struct{}

// With puts the reader's words into the context.
func With(ctx context.Context, w *Words) context.Context {
	return context.WithValue(ctx, key{}, w)
}

// From takes the reader's words from the context; without any it is the default.
func From(ctx context.Context) *Words {
	if w, ok := ctx.Value(key{}).(*Words); ok {
		return w
	}
	return For(Default)
}

// T gives a message in the context's language.
func T(ctx context.Context, id string, pairs ...any) string {
	return From(ctx).T(id, pairs...)
}
