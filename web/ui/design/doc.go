// Package design is the living page of all components, and sample pages of each
// face, with data that strains them: long names, missing pictures, errors,
// nothing at all. Its tests look at each page in a browser.
package design

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/a-h/templ"

	"countyfair/internal/money"
	"countyfair/web/static"
	"countyfair/web/ui"
	"countyfair/web/words"
)

// Pages gives the names of the sample pages.
func Pages() []string { return slices.Sorted(maps.Keys(pages)) }

// Page renders a sample page, or the page of all components for the name "".
func Page(ctx context.Context, name string) (templ.Component, bool) {
	if name == "" {
		return components(), true
	}
	build, ok := pages[name]
	if !ok {
		return nil, false
	}
	return build(ctx), true
}

// pages are filled by the sample files, a face each.
var pages = map[string]func(context.Context) templ.Component{}

func register(name string, page func(context.Context) templ.Component) struct{} {
	pages[name] = page
	return struct{}{}
}

// now is the moment that all samples are seen at.
var now = time.Date(2026, 11, 24, 2, 42, 0, 0, time.UTC)

const zone = "Asia/Shanghai"

// pick says it in the reader's language.
func pick(ctx context.Context, zh, en string) string {
	if words.From(ctx).Lang() == "zh-Hans" {
		return zh
	}
	return en
}

func cny(fen int64) money.Money { return money.Of(fen, "CNY") }

func art(name string, hue int) ui.Picture {
	return ui.Picture{Src: static.URL("art/" + name + ".svg"), Width: 240, Height: 240, Cutout: true, Hue: hue}
}

func frame(ctx context.Context, zh, en string) ui.Frame {
	lang := words.From(ctx).Lang()
	var langs []ui.Language
	for _, t := range words.Languages() {
		langs = append(langs, ui.Language{Tag: t, Name: words.For(t).Name(), URL: "?lang=" + t, Current: t == lang})
	}
	return ui.Frame{
		Title: pick(ctx, zh, en), Description: pick(ctx, "陇南山里的村子自己卖。", "The villages of Longnan sell for themselves."),
		Canonical: "http://longnan.localhost:8080/", Alternates: langs, TimeTZ: zone, Now: now,
		County:  ui.County{Name: pick(ctx, "陇南集", "Longnan Fair"), Tagline: pick(ctx, "陇南自己的集市", "Gansu, China")},
		Account: ui.Account{}, Cart: 2, Place: pick(ctx, "上海", "Shanghai"),
		Links: []ui.Link{
			{Label: pick(ctx, "服务条款", "Terms"), URL: "#terms"},
			{Label: pick(ctx, "我的信息", "Privacy"), URL: "#privacy"},
			{Label: pick(ctx, "联系我们", "Contact"), URL: "#contact"},
		},
	}
}
