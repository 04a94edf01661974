package seller

import (
	"io"
	"mime/multipart"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"countyfair/catalog/picture"
	"countyfair/internal/errs"
	"countyfair/web/pages/page"
)

// mostPictures is how many pictures a product may have.
const mostPictures = 12

// takePictures takes in the pictures of an input and gives their ids. What is
// wrong with one is said beside the input, by the file's name.
func (h handlers) takePictures(c *fiber.Ctx, in *page.Input, name string) []uuid.UUID {
	var out []uuid.UUID
	for i, f := range in.Files(name) {
		if i == mostPictures {
			in.Fail(name, "error.field_too_many_pictures", "Most", mostPictures)
			break
		}
		data, err := contents(f, picture.MostBytes)
		if err == nil {
			info, bad := h.Catalog.Upload(c.UserContext(), page.Who(c), data)
			if err = bad; err == nil {
				out = append(out, info.ID)
			}
		}
		if err != nil {
			in.Fail(name, "error.picture_of", "File", f.Filename, "Why", reason(c, err))
		}
	}
	return out
}

// reason says a refusal in the reader's language; of our own faults only that
// it did not work.
func reason(c *fiber.Ctx, err error) string {
	w := page.Words(c)
	if e := asRefusal(err); e != nil {
		return page.Message(w, e)
	}
	return w.T("error.internal")
}

// contents reads an uploaded file of at most so many bytes, and one more, by
// which the use-case knows that it is too large.
func contents(f *multipart.FileHeader, most int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, errs.New(errs.Invalid, "bad_form", "The form did not arrive whole. Please send it again.").Because(err)
	}
	defer r.Close() //nolint:errcheck // only read
	return io.ReadAll(io.LimitReader(r, most+1))
}
