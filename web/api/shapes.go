package api

import (
	"strconv"
	"strings"
)

// Body wraps an answer.
type Body[T any] struct{ Body T }

// Answer makes an answer.
func Answer[T any](v T) *Body[T] { return &Body[T]{v} }

// List is one page of a list.
type List[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"next_cursor,omitempty" doc:"Give it as cursor to get the next page; absent on the last"`
}

// Page asks for one page of a list.
type Page struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"24" doc:"How many items at most"`
	Cursor string `query:"cursor" maxLength:"400" doc:"next_cursor of the page before"`
}

func itoa(n int) string { return strconv.Itoa(n) }

// fiberPath turns {id} into :id.
func fiberPath(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}
