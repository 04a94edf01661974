// Package disk is a blob.Store in a folder.
package disk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"

	"countyfair/internal/blob"
)

// part numbers the unfinished files of this process; a leftover of a killed one is overwritten by none,
// so the process id keeps them apart.
var part = func() *atomic.Int64 { var n atomic.Int64; n.Store(int64(os.Getpid()) << 32); return &n }()

// Store keeps each file under its key in a folder.
type Store struct{ root *os.Root }

// Open uses the folder, made when absent. Keys cannot leave it, not by "..",
// nor through a link.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Store{root}, nil
}

// Put writes the file beside its place, syncs it, and renames it into place.
func (s *Store) Put(_ context.Context, key string, r io.Reader) error {
	if !fs.ValidPath(key) || key == "." {
		return fmt.Errorf("disk: bad key %q", key)
	}
	if err := s.root.MkdirAll(filepath.Dir(key), 0o750); err != nil {
		return err
	}
	side := fmt.Sprintf("%s.%d.part", key, part.Add(1))
	f, err := s.root.OpenFile(side, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = s.root.Rename(side, key)
	}
	if err != nil {
		_ = s.root.Remove(side)
	}
	return err
}

// Open reads a file.
func (s *Store) Open(_ context.Context, key string) (io.ReadCloser, error) {
	f, err := s.root.Open(key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, blob.ErrNotFound
	}
	return f, err
}

// Delete removes a file; removing what is not there is no error.
func (s *Store) Delete(_ context.Context, key string) error {
	if err := s.root.Remove(key); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Walk visits every file under a folder of keys, in the order of their names;
// unfinished ones are left out. A folder that is not there has none.
func (s *Store) Walk(ctx context.Context, prefix string, visit func(key string) error) error {
	err := fs.WalkDir(s.root.FS(), prefix, func(key string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case d.IsDir() || filepath.Ext(key) == ".part":
			return nil
		}
		return visit(key)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
