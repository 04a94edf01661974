package page

import (
	"context"
	"io"

	"github.com/a-h/templ"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// lower makes headings one level lower: the page has its own first one.
type lower struct{}

func (lower) Transform(doc *ast.Document, _ text.Reader, _ parser.Context) {
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if heading, ok := n.(*ast.Heading); ok && entering {
			heading.Level = min(heading.Level+1, 6)
		}
		return ast.WalkContinue, nil
	})
}

// markdown renders CommonMark. HTML in it is left out, and so are links that
// would run something: goldmark's own settings, which nothing here undoes.
var markdown = goldmark.New(goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(lower{}, 100))))

// Prose shows a county's text, written in CommonMark.
func Prose(body string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error { return markdown.Convert([]byte(body), w) })
}
