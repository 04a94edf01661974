package catalog

import (
	"context"
	"regexp"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/actor"
	"countyfair/internal/audit"
	"countyfair/internal/errs"
	"countyfair/internal/jobs"
	"countyfair/internal/lang"
	"countyfair/internal/pg"
)

// Category is a kind of produce, as a county sorts it.
type Category struct {
	ID        uuid.UUID
	Code      string // stable, for links and spreadsheets
	Names     lang.Text
	Hue       int // of its tile, 0 to 359
	PictureID *uuid.UUID
	Position  int
	OnSale    bool // something is
	Products  int  // on sale; only from CountedCategories
}

// Categories lists all categories in their order, for anybody, and whether
// anything is on sale in them.
func (s *Service) Categories(ctx context.Context, who actor.Actor) ([]Category, error) {
	// LIMIT, not EXISTS, for which the planner may hash all products of the county.
	return s.categories(ctx, `SELECT c.id, c.code, c.names, c.hue, c.picture_id, c.position, (SELECT true FROM products p
			JOIN sellers s ON s.tenant_id = p.tenant_id AND s.id = p.seller_id AND s.state = 'approved' WHERE p.tenant_id = $1 AND p.category_id = c.id AND p.state = 'published' LIMIT 1) IS NOT NULL, 0
		FROM categories c WHERE c.tenant_id = $1 ORDER BY c.position, c.code`, who.Tenant)
}

// CountedCategories is Categories with how many products are on sale in each,
// for which the whole county is read.
func (s *Service) CountedCategories(ctx context.Context, who actor.Actor) ([]Category, error) {
	return s.categories(ctx, `SELECT c.id, c.code, c.names, c.hue, c.picture_id, c.position, n.n IS NOT NULL, coalesce(n.n, 0)
		FROM categories c LEFT JOIN (SELECT p.category_id, count(*) AS n FROM products p JOIN sellers s ON s.tenant_id = p.tenant_id AND s.id = p.seller_id AND s.state = 'approved'
			WHERE p.tenant_id = $1 AND p.state = 'published' GROUP BY p.category_id) n ON n.category_id = c.id
		WHERE c.tenant_id = $1 ORDER BY c.position, c.code`, who.Tenant)
}

func (s *Service) categories(ctx context.Context, sql string, tenant uuid.UUID) (out []Category, err error) {
	err = s.db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, sql, tenant)
		if err != nil {
			return err
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Category])
		return err
	})
	return out, err
}

var codeForm = regexp.MustCompile(`^[a-z0-9-]{2,40}$`)

// SaveCategory makes a category, or changes the one of that code.
func (s *Service) SaveCategory(ctx context.Context, who actor.Actor, c Category) (*Category, error) {
	if err := who.Need(actor.Officer, actor.Operator, actor.System); err != nil {
		return nil, err
	}
	var wrong errs.Fields
	c.Names = c.Names.Trimmed()
	c.Names.Check(&wrong, "names", 60, true)
	if !codeForm.MatchString(c.Code) {
		wrong.Add("code", "bad_code", "A code has 2 to 40 small letters, digits and dashes.")
	}
	if c.Hue < 0 || c.Hue > 359 {
		wrong.Add("hue", "out_of_range", "The hue is a number from 0 to 359.")
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	err := s.db.Write(ctx, func(tx *pg.Tx) error {
		err := tx.QueryRow(ctx, `INSERT INTO categories (tenant_id, id, code, names, hue, picture_id, position) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (tenant_id, code) DO UPDATE SET names = excluded.names, hue = excluded.hue, picture_id = coalesce(excluded.picture_id, categories.picture_id), position = excluded.position
			RETURNING id`, who.Tenant, uuid.Must(uuid.NewV7()), c.Code, c.Names, c.Hue, c.PictureID, c.Position).Scan(&c.ID)
		if pg.Violates(err, "categories_tenant_id_picture_id_fkey") {
			return ErrPictureNotFound
		}
		if err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, s.clock.Now(), who, audit.Act{Action: "category.save", Subject: "category", ID: c.ID.String(), Detail: map[string]any{"code": c.Code, "names": c.Names}}); err != nil {
			return err
		}
		return jobs.Insert(ctx, tx, reindexArgs{Of: jobs.Of{Tenant: who.Tenant}, Category: c.ID}, jobs.Once())
	})
	return &c, err
}
