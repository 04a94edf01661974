package catalog

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"countyfair/catalog/sheet"
	"countyfair/internal/lang"
	"countyfair/internal/pg"
	"countyfair/tenants"
)

// register is what the cells of a spreadsheet may name: the county's
// categories and sellers, by code and by name.
type register struct {
	settings   sheet.Settings
	only       uuid.UUID // the one seller of the import; zero: any
	categories map[string]string
	sellers    map[string]uuid.UUID
	approved   map[uuid.UUID]bool
}

// plain is a name as it is compared: letters and digits only, small.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(s))
}

func (s *Service) register(ctx context.Context, county *tenants.County, only uuid.UUID) (*register, error) {
	r := &register{settings: s.settings(county), only: only, categories: map[string]string{}, sellers: map[string]uuid.UUID{}, approved: map[uuid.UUID]bool{}}
	b := &pgx.Batch{}
	b.Queue(`SELECT code, names FROM categories WHERE tenant_id = $1`, county.ID).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var code string
			var names lang.Text
			if err := rows.Scan(&code, &names); err != nil {
				return err
			}
			for _, name := range append(words(names), code) {
				r.categories[plain(name)] = code
			}
		}
		return rows.Err()
	})
	b.Queue(`SELECT id, slug, names, state = 'approved' FROM sellers WHERE tenant_id = $1 ORDER BY state = 'approved', applied_at DESC`, county.ID).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var id uuid.UUID
			var slug string
			var names lang.Text
			var approved bool
			if err := rows.Scan(&id, &slug, &names, &approved); err != nil {
				return err
			}
			for _, name := range append(words(names), slug, id.String()) {
				r.sellers[plain(name)] = id
			}
			r.approved[id] = approved
		}
		return rows.Err()
	})
	err := s.db.Query(ctx, func(q pg.Querier) error { return q.SendBatch(ctx, b).Close() })
	if err == nil && only != uuid.Nil {
		if _, ok := r.approved[only]; !ok {
			return nil, ErrNotSeller
		}
	}
	return r, err
}

// preview reads each line and says what is wrong with it.
func (r *register) preview(file *sheet.File, pictures *album, im *Import) []ImportRow {
	rows := make([]ImportRow, len(file.Lines))
	missing := map[string]bool{}
	for i := range file.Lines {
		l := &file.Lines[i]
		v, problems := l.Values(r.settings)
		problems = append(problems, r.named(v)...)
		for _, name := range v.Pictures {
			if pictures != nil && !pictures.has(name) {
				problems = append(problems, sheet.Problem{
					Column: sheet.Pictures, Reason: "picture_missing", Warning: true,
					Message: fmt.Sprintf("The picture “%s” is not in the zip.", name), Data: map[string]any{"name": name},
				})
				if len(missing) < 200 {
					missing[name] = true
				}
			}
		}
		rows[i] = ImportRow{Row: l.Row, Cells: l.Cells, Problems: problems, Outcome: "waiting"}
		if rows[i].Bad() {
			im.Refused++
		}
	}
	for name := range missing {
		im.Missing = append(im.Missing, name)
	}
	slices.Sort(im.Missing)
	return rows
}

// named checks what a line's cells name.
func (r *register) named(v sheet.Values) []sheet.Problem {
	var out []sheet.Problem
	wrong := func(c sheet.Column, reason, message, text string) {
		out = append(out, sheet.Problem{Column: c, Reason: reason, Message: message, Data: map[string]any{"text": text}})
	}
	if _, ok := r.categories[plain(v.Category)]; !ok && v.Category != "" {
		wrong(sheet.Category, "unknown_category", fmt.Sprintf("There is no category “%s” here.", v.Category), v.Category)
	}
	id, known := r.sellers[plain(v.Seller)]
	switch {
	case v.Seller == "" && r.only == uuid.Nil:
		wrong(sheet.Seller, "missing_seller", "The seller is missing.", "")
	case v.Seller != "" && !known:
		wrong(sheet.Seller, "unknown_seller", fmt.Sprintf("There is no seller “%s” here.", v.Seller), v.Seller)
	case v.Seller != "" && r.only != uuid.Nil && id != r.only:
		wrong(sheet.Seller, "another_seller", fmt.Sprintf("These goods belong to another seller, “%s”.", v.Seller), v.Seller)
	case !r.approved[r.seller(v)]:
		wrong(sheet.Seller, "seller_not_approved", "This seller has not been approved.", v.Seller)
	}
	return out
}

// seller is whose goods a line is about.
func (r *register) seller(v sheet.Values) uuid.UUID {
	if r.only != uuid.Nil {
		return r.only
	}
	return r.sellers[plain(v.Seller)]
}
