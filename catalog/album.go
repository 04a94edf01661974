package catalog

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"countyfair/catalog/picture"
	"countyfair/catalog/sheet"
	"countyfair/internal/errs"
)

// The bounds of a zip of pictures.
const (
	MostAlbumBytes = 256 << 20
	mostEntries    = 4000
	mostUnpacked   = 1 << 30
)

// Refusals of a zip of pictures.
var (
	ErrAlbumTooLarge = errs.New(errs.Invalid, "zip_too_large", "This zip is too large. Please send the pictures in several.")
	ErrAlbumBroken   = errs.New(errs.Invalid, "zip_broken", "This file cannot be read as a zip.")
	ErrAlbumUnsafe   = errs.New(errs.Invalid, "zip_unsafe", "This zip holds names that lead out of it, or links. Please pack the pictures again.")
)

// album is a zip of pictures, by their names as sheet.PictureKey compares them.
type album struct {
	files map[string]*zip.File
}

// openAlbum looks at a zip's table of contents and unpacks nothing.
func openAlbum(r io.ReaderAt, size int64) (*album, error) {
	if size > MostAlbumBytes {
		return nil, ErrAlbumTooLarge
	}
	z, err := zip.NewReader(r, size)
	if errors.Is(err, zip.ErrInsecurePath) {
		return nil, ErrAlbumUnsafe
	}
	if err != nil {
		return nil, ErrAlbumBroken.Because(err)
	}
	if len(z.File) > mostEntries {
		return nil, ErrAlbumTooLarge
	}
	a := &album{files: map[string]*zip.File{}}
	var unpacked uint64
	for _, f := range z.File {
		name := entryName(f)
		if f.FileInfo().IsDir() || strings.HasPrefix(name, "__MACOSX/") || strings.HasPrefix(path.Base(name), ".") {
			continue
		}
		if !fs.ValidPath(name) || !f.Mode().IsRegular() {
			return nil, ErrAlbumUnsafe
		}
		if unpacked += f.UncompressedSize64; f.UncompressedSize64 > mostUnpacked || unpacked > mostUnpacked {
			return nil, ErrAlbumTooLarge
		}
		key := sheet.PictureKey(name)
		if _, taken := a.files[key]; !taken {
			a.files[key] = f
		}
	}
	return a, nil
}

// entryName is a file's name in the zip. Programs in China write it in GBK
// without saying so.
func entryName(f *zip.File) string {
	name := f.Name
	if f.NonUTF8 && !utf8.ValidString(name) {
		if s, err := simplifiedchinese.GB18030.NewDecoder().String(name); err == nil {
			name = s
		}
	}
	return strings.ReplaceAll(name, "\\", "/")
}

// has reports whether a picture of that name is there.
func (a *album) has(name string) bool {
	if a == nil {
		return false
	}
	_, ok := a.files[sheet.PictureKey(name)]
	return ok
}

// read unpacks one picture, and no more of it than a picture may have,
// whatever the table of contents claims.
func (a *album) read(name string) ([]byte, error) {
	f, ok := a.files[sheet.PictureKey(name)]
	if !ok {
		return nil, fs.ErrNotExist
	}
	if f.UncompressedSize64 > picture.MostBytes {
		return nil, picture.ErrTooLarge
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAlbumBroken, err)
	}
	defer r.Close() //nolint:errcheck // only read
	data, err := io.ReadAll(io.LimitReader(r, picture.MostBytes+1))
	if err != nil {
		return nil, ErrAlbumBroken.Because(err)
	}
	return data, nil
}
