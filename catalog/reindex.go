package catalog

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"countyfair/internal/jobs"
	"countyfair/internal/pg"
	"countyfair/sellers"
)

// reindexArgs asks for the search documents of a category's products anew,
// after its name changed.
type reindexArgs struct {
	jobs.Of
	Category uuid.UUID `json:"category"`
}

// Kind names the job.
func (reindexArgs) Kind() string { return "catalog.reindex" }

func (s *Service) reindex(ctx context.Context, a reindexArgs) error {
	return s.reindexWhere(ctx, a.Tenant, "category_id = ?", a.Category)
}

func (s *Service) reindexSeller(ctx context.Context, a sellers.ChangedArgs) error {
	return s.reindexWhere(ctx, a.Tenant, "seller_id = ?", a.Seller)
}

// reindexWhere writes the documents again, a few in each transaction.
func (s *Service) reindexWhere(ctx context.Context, tenant uuid.UUID, where string, arg any) error {
	for last := uuid.Nil; ; {
		var rows []Product
		err := s.db.Write(ctx, func(tx *pg.Tx) error {
			rows = nil
			q := tx.Gorm().Session(&gorm.Session{}).Where("tenant_id = ? AND state = 'published' AND id > ?", tenant, last).Where(where, arg)
			if err := q.Order("id").Limit(50).Find(&rows).Error; err != nil {
				return err
			}
			for i := range rows {
				if err := index(ctx, tx, &rows[i]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(rows) == 0 {
			return err
		}
		last = rows[len(rows)-1].ID
	}
}
