package ui

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"

	"countyfair/web/static"
)

// headline is what a page is called where its county is named beside it.
func headline(f Frame) string {
	if f.Title == "" {
		return f.County.Name
	}
	return f.Title
}

func pageTitle(f Frame) string {
	if h := headline(f); f.County.Name != "" && h != f.County.Name {
		return h + " · " + f.County.Name
	}
	return headline(f)
}

// description is the page's, or where it has none the market's own words.
func description(f Frame) string {
	if f.Description == "" {
		return f.County.Tagline
	}
	return f.Description
}

// firstClause is what stands before a text's first comma or stop.
func firstClause(text string) string {
	if i := strings.IndexAny(text, "，。；,;"); i > 0 {
		return text[:i]
	}
	return text
}

func icon(f Frame) string {
	if f.County.LogoURL != "" {
		return f.County.LogoURL
	}
	return static.URL("art/mark.svg")
}

// jsonLD writes a data block. It is no script to the browser, so the content
// policy lets it be; "<" is escaped so that no text can close the element.
func jsonLD(doc string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, `<script type="application/ld+json">`+strings.ReplaceAll(doc, "<", `\u003c`)+`</script>`)
		return err
	})
}

// current marks the link of the page itself.
func current(on bool) templ.Attributes {
	if !on {
		return nil
	}
	return templ.Attributes{"aria-current": "true"}
}

// step marks the step that is being taken.
func step(on bool) templ.Attributes {
	if !on {
		return nil
	}
	return templ.Attributes{"aria-current": "step"}
}

// swapping lets the script replace these ids instead of loading a page.
func swapping(ids string) templ.Attributes {
	if ids == "" {
		return nil
	}
	return templ.Attributes{"data-swap": ids}
}

// page marks the page that is being looked at.
func page(on bool) templ.Attributes {
	if !on {
		return nil
	}
	return templ.Attributes{"aria-current": "page"}
}

// sorted says to ears how a column is sorted.
func sorted(how string) templ.Attributes {
	if how == "" {
		return nil
	}
	return templ.Attributes{"aria-sort": how}
}

// formOf ties an input to a form that it does not stand in.
func formOf(id string) templ.Attributes {
	if id == "" {
		return nil
	}
	return templ.Attributes{"form": id}
}
