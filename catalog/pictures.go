package catalog

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/google/uuid"

	"countyfair/catalog/picture"
	"countyfair/internal/actor"
	"countyfair/internal/blob"
	"countyfair/internal/errs"
	"countyfair/internal/jobs"
	"countyfair/internal/pg"
)

// PictureInfo is a picture that was taken in.
type PictureInfo struct {
	ID     uuid.UUID
	Width  int // of the kept original, in pixels
	Height int
	Cutout bool // parts of it are see-through: it stands on the page's own ground
}

// pictureArgs asks for the widths of a picture.
type pictureArgs struct {
	jobs.Of
	Picture uuid.UUID `json:"picture"`
}

// Kind names the job.
func (pictureArgs) Kind() string { return "catalog.picture" }

// PictureURL is where a picture is served in a width.
func PictureURL(id uuid.UUID, width int) string {
	return fmt.Sprintf("/pictures/%s/%d.webp", id, width)
}

// Upload takes in a picture from anybody signed in. The same content is kept
// once, however often it is sent.
func (s *Service) Upload(ctx context.Context, who actor.Actor, data []byte) (*PictureInfo, error) {
	if err := who.NeedAccount(); err != nil {
		return nil, err
	}
	if len(data) > picture.MostBytes {
		return nil, picture.ErrTooLarge
	}
	sum := sha256.Sum256(data)
	if known, err := s.knownPicture(ctx, who.Tenant, sum[:]); known != nil || err != nil {
		return known, err
	}
	if err := s.handling.Acquire(ctx, 1); err != nil {
		return nil, errs.New(errs.Unavailable, "busy", "Too many pictures are being sent. Please try again.").After(5).Because(err)
	}
	defer s.handling.Release(1)
	p, err := picture.Read(ctx, data)
	if err != nil {
		return nil, err
	}
	kept, err := picture.Original(p)
	if err != nil {
		return nil, err
	}
	size := p.Image.Bounds()
	if long := max(size.Dx(), size.Dy()); long > picture.Longest {
		size.Max.X, size.Max.Y = max(1, size.Dx()*picture.Longest/long), max(1, size.Dy()*picture.Longest/long)
	}
	info := &PictureInfo{ID: uuid.Must(uuid.NewV7()), Width: size.Dx(), Height: size.Dy(), Cutout: p.Cutout}
	// The file is there before the row that names it; a crash between leaves a file that nobody names.
	if err := s.files.Put(ctx, pictureKey(who.Tenant, info.ID, 0), bytes.NewReader(kept)); err != nil {
		return nil, err
	}
	return s.keepPicture(ctx, who, info, sum[:])
}

func (s *Service) keepPicture(ctx context.Context, who actor.Actor, info *PictureInfo, sum []byte) (*PictureInfo, error) {
	var owner *uuid.UUID
	if who.SignedIn() {
		owner = &who.Account
	}
	lost := false
	err := s.db.Write(ctx, func(tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, `INSERT INTO pictures (tenant_id, id, sha256, width, height, cutout, owner_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (tenant_id, sha256) DO NOTHING`, who.Tenant, info.ID, sum, info.Width, info.Height, info.Cutout, owner, s.clock.Now())
		if err != nil {
			return err
		}
		if lost = tag.RowsAffected() == 0; lost {
			return nil
		}
		return jobs.Insert(ctx, tx, pictureArgs{Of: jobs.Of{Tenant: who.Tenant}, Picture: info.ID}, jobs.Attempts(5), jobs.Behind())
	})
	if err != nil || !lost {
		return info, err
	}
	// Somebody else sent the same picture meanwhile: theirs stands.
	if err := s.files.Delete(ctx, pictureKey(who.Tenant, info.ID, 0)); err != nil {
		return nil, err
	}
	return s.knownPicture(ctx, who.Tenant, sum)
}

// knownPicture is the picture of that content, or nil.
func (s *Service) knownPicture(ctx context.Context, tenant uuid.UUID, sum []byte) (*PictureInfo, error) {
	var p PictureInfo
	err := s.db.Query(ctx, func(q pg.Querier) error {
		return q.QueryRow(ctx, `SELECT id, width, height, cutout FROM pictures WHERE tenant_id = $1 AND sha256 = $2`, tenant, sum).Scan(&p.ID, &p.Width, &p.Height, &p.Cutout)
	})
	if pg.NoRows(err) {
		return nil, nil //nolint:nilnil // not known is an answer here
	}
	return &p, err
}

// pictureKey is where a picture's file lives; width 0 is the kept original.
func pictureKey(tenant, id uuid.UUID, width int) string {
	if width == 0 {
		return fmt.Sprintf("%s/pictures/%s/original.webp", tenant, id)
	}
	return fmt.Sprintf("%s/pictures/%s/%d.webp", tenant, id, width)
}

// makeWidths makes the files that pages show. It may run again; the files come
// out the same.
func (s *Service) makeWidths(ctx context.Context, a pictureArgs) error {
	f, err := s.files.Open(ctx, pictureKey(a.Tenant, a.Picture, 0))
	if err != nil {
		if errors.Is(err, blob.ErrNotFound) {
			return jobs.Give(err)
		}
		return err
	}
	data, err := io.ReadAll(io.LimitReader(f, 4*picture.MostBytes))
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	p, err := picture.Read(ctx, data)
	if err != nil {
		return err
	}
	for _, w := range picture.Widths {
		out, err := picture.AtWidth(p.Image, w)
		if err != nil {
			return err
		}
		if err := s.files.Put(ctx, pictureKey(a.Tenant, a.Picture, w), bytes.NewReader(out)); err != nil {
			return err
		}
	}
	return s.db.Write(ctx, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE pictures SET widths = $3 WHERE tenant_id = $1 AND id = $2`, a.Tenant, a.Picture, picture.Widths)
		return err
	})
}

// OpenPicture opens a picture's file in a width. Where the width has not been
// made yet it is the original, and final is false: the answer must not be kept
// for long. The key holds the county: another county's picture is not found.
func (s *Service) OpenPicture(ctx context.Context, tenant, id uuid.UUID, width int) (file io.ReadCloser, final bool, err error) {
	if !slices.Contains(picture.Widths, width) {
		return nil, false, ErrPictureNotFound
	}
	if file, err = s.files.Open(ctx, pictureKey(tenant, id, width)); err == nil {
		return file, true, nil
	}
	if !errors.Is(err, blob.ErrNotFound) {
		return nil, false, err
	}
	if file, err = s.files.Open(ctx, pictureKey(tenant, id, 0)); errors.Is(err, blob.ErrNotFound) {
		err = ErrPictureNotFound
	}
	return file, false, err
}
