package web_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// document is the API as it describes itself.
type document struct {
	Paths      map[string]map[string]*described
	Components struct{ Schemas map[string]*schema }
}

// described is one operation of the document.
type described struct {
	ID         string `json:"operationId"`
	Access     string `json:"x-access"`
	Parameters []struct {
		Name, In string
		Required bool
		Schema   *schema
	}
	RequestBody *struct {
		Content map[string]struct{ Schema *schema }
	} `json:"requestBody"`
	method, path string
}

// schema is as much of JSON Schema as the document uses.
type schema struct {
	Ref        string             `json:"$ref"`
	Kind       any                `json:"type"`
	Properties map[string]*schema `json:"properties"`
	Items      *schema            `json:"items"`
	OneOf      []*schema          `json:"oneOf"`
	More       any                `json:"additionalProperties"`
	Enum       []any              `json:"enum"`
	Format     string             `json:"format"`
	Minimum    *float64           `json:"minimum"`
	Examples   []any              `json:"examples"`
}

func (s *schema) kind() string {
	switch k := s.Kind.(type) {
	case string:
		return k
	case []any:
		return k[0].(string)
	}
	return ""
}

func readDocument(t *testing.T, raw []byte) (d document) {
	t.Helper()
	require.NoError(t, json.Unmarshal(raw, &d))
	for path, methods := range d.Paths {
		for method, op := range methods {
			op.method, op.path = strings.ToUpper(method), "/api/v1"+path
		}
	}
	return d
}

// sample is a value that fits the schema; named values come first.
func (d *document) sample(s *schema, name string, known map[string]any) any {
	if v, ok := known[name]; ok {
		return v
	}
	switch {
	case s.Ref != "":
		return d.sample(d.Components.Schemas[s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]], name, known)
	case len(s.OneOf) > 0:
		return d.sample(s.OneOf[0], name, known)
	case len(s.Enum) > 0:
		return s.Enum[0]
	}
	switch s.kind() {
	case "object":
		out := map[string]any{}
		if s.Properties == nil && s.More != false {
			return map[string]any{"en": "Words"}
		}
		for k, p := range s.Properties {
			if k != "$schema" && (p.Format != "uuid" || known[k] != nil) { // ids of nothing lead nowhere
				out[k] = d.sample(p, k, known)
			}
		}
		return out
	case "array":
		return []any{d.sample(s.Items, name+"[]", known)}
	case "integer", "number":
		if s.Minimum != nil && *s.Minimum > 1 {
			return *s.Minimum
		}
		return 1
	case "boolean":
		return true
	}
	return sampleText(s)
}

func sampleText(s *schema) any {
	switch {
	case s.Format == "uuid":
		return uuid.NewString()
	case s.Format == "date":
		return "2026-08-01"
	case len(s.Examples) > 0:
		return s.Examples[0]
	}
	return "words"
}

// wrongly gives copies of a JSON value, each with one leaf replaced by what
// alter makes of it, and its place.
func wrongly(v any, alter func(leaf any) []any) map[string][]any {
	out := map[string][]any{}
	var walk func(v any, at string, put func(any) any)
	walk = func(v any, at string, put func(any) any) {
		switch x := v.(type) {
		case map[string]any:
			for k, child := range x {
				walk(child, at+"."+k, func(to any) any {
					m := map[string]any{}
					maps.Copy(m, x)
					m[k] = to
					return put(m)
				})
			}
		case []any:
			for i, child := range x {
				walk(child, at+"[]", func(to any) any {
					l := append([]any{}, x...)
					l[i] = to
					return put(l)
				})
			}
		}
		for _, to := range alter(v) {
			out[at] = append(out[at], put(to))
		}
	}
	walk(v, "", func(to any) any { return to })
	return out
}
