// Package apidocs is the readable page of the API, made from the very document
// that programs read.
package apidocs

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"countyfair/web/pages/page"
	"countyfair/web/ui"
)

// Path of the page.
const Path = "/api/docs"

// View is the whole page.
type View struct {
	Frame  ui.Frame
	About  string
	Groups []Group
}

// Group is the operations of one part of the market.
type Group struct {
	Name       string
	Operations []Operation
}

// Operation is one operation.
type Operation struct {
	ID, Method, Path, Summary, Detail, Access string
	Inputs                                    []Input
	Body, Answer                              string // as JSON with types for values
}

// Input is a parameter.
type Input struct{ Name, In, Type, About string }

// Register adds the page for the document.
func Register(r fiber.Router, kit page.Kit, doc func() *huma.OpenAPI) {
	groups := sync.OnceValue(func() []Group { return read(doc()) })
	r.Get(Path, func(c *fiber.Ctx) error {
		f := kit.Frame(c, "API")
		f.Links = nil
		return page.Render(c, fiber.StatusOK, Page(View{Frame: f, About: doc().Info.Description, Groups: groups()}))
	})
}

// order is the order in which a newcomer meets the parts.
var order = []string{"county", "catalog", "cart", "checkout", "payments", "auth", "account", "seller", "admin", "platform"}

func read(doc *huma.OpenAPI) []Group {
	prefix := doc.Servers[0].URL
	byTag := map[string][]Operation{}
	for path, item := range doc.Paths {
		for method, op := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete} {
			if op != nil {
				tag := strings.Join(op.Tags, "")
				byTag[tag] = append(byTag[tag], operation(doc, method, prefix+path, op))
			}
		}
	}
	var out []Group
	for _, tag := range slices.SortedFunc(maps.Keys(byTag), func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a, b))
	}) {
		ops := byTag[tag]
		slices.SortFunc(ops, func(a, b Operation) int {
			return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Method, b.Method))
		})
		out = append(out, Group{tag, ops})
	}
	return out
}

func rank(tag string) int {
	if i := slices.Index(order, tag); i >= 0 {
		return i
	}
	return len(order)
}

func operation(doc *huma.OpenAPI, method, path string, op *huma.Operation) Operation {
	o := Operation{ID: op.OperationID, Method: method, Path: path, Summary: op.Summary, Detail: op.Description}
	if access, ok := op.Metadata["access"].(string); ok {
		o.Access = access
	}
	for _, p := range op.Parameters {
		o.Inputs = append(o.Inputs, Input{p.Name, p.In, kind(p.Schema), p.Description})
	}
	if op.RequestBody != nil {
		o.Body = sample(doc, op.RequestBody.Content)
	}
	for status, r := range op.Responses {
		if strings.HasPrefix(status, "2") {
			o.Answer = strings.TrimSpace(status + "\n" + sample(doc, r.Content))
		}
	}
	return o
}

func kind(s *huma.Schema) string {
	switch {
	case s == nil:
		return ""
	case len(s.Enum) > 0:
		raw, err := json.Marshal(s.Enum)
		if err == nil {
			return strings.Trim(string(raw), "[]")
		}
	case s.Format != "":
		return s.Type + " (" + s.Format + ")"
	}
	return s.Type
}

// sample writes a body as JSON with types in the place of values.
func sample(doc *huma.OpenAPI, content map[string]*huma.MediaType) string {
	for name, media := range content {
		if !strings.Contains(name, "json") {
			return name
		}
		raw, err := json.MarshalIndent(shape(doc, media.Schema, 0), "", "  ")
		if err == nil {
			return string(raw)
		}
	}
	return ""
}

// deepest is how far a sample goes into things inside things.
const deepest = 5

func shape(doc *huma.OpenAPI, s *huma.Schema, depth int) any {
	if s != nil && s.Ref != "" {
		s = doc.Components.Schemas.SchemaFromRef(s.Ref)
	}
	switch {
	case s == nil || depth > deepest:
		return "…"
	case len(s.OneOf) > 0:
		return shape(doc, s.OneOf[0], depth+1)
	case s.Type == huma.TypeArray:
		return []any{shape(doc, s.Items, depth+1)}
	case s.Type == huma.TypeObject && len(s.Properties) > 0:
		out := map[string]any{}
		for name, p := range s.Properties {
			if !slices.Contains(s.Required, name) {
				name += "?"
			}
			out[name] = shape(doc, p, depth+1)
		}
		return out
	}
	return kind(s)
}
