// Package blob is where files live: pictures and uploads, by key.
package blob

import (
	"context"
	"errors"
	"io"
)

// ErrNotFound says that there is no file of that key.
var ErrNotFound = errors.New("blob: not found")

// Store keeps files by key ("<county>/pictures/<id>/640.webp"). Put replaces a
// file in one step: a reader sees the old one or the new one, never half.
type Store interface {
	Put(ctx context.Context, key string, r io.Reader) error
	Open(ctx context.Context, key string) (io.ReadCloser, error)
	Delete(ctx context.Context, key string) error
}
