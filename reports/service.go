// Package reports is what the office takes out of the market on paper or as a
// file: the papers of orders that leave the country, the broker's bundles, and
// the quarterly report of sellers' income. It reads what the domains keep and
// writes nothing but who took what.
package reports

import (
	"context"

	"github.com/google/uuid"

	"countyfair/checkout"
	"countyfair/customs"
	"countyfair/internal/clock"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
	"countyfair/ledger"
	"countyfair/sellers"
	"countyfair/tenants"
)

// Counties tells about a county; tenants.Directory does.
type Counties interface {
	ByID(id uuid.UUID) (*tenants.County, error)
}

// Deps is what the use-cases stand on.
type Deps struct {
	DB       *pg.DB
	Clock    clock.Clock
	Counties Counties
	Orders   *checkout.Service
	Customs  *customs.Service
	Sellers  *sellers.Service
	Book     *ledger.Book
	// Font reads the face that papers are printed in.
	Font func() ([]byte, error)
}

// Service is the use-cases.
type Service struct{ Deps }

// NewService makes them.
func NewService(d Deps) *Service { return &Service{d} }

// The refusals.
var (
	ErrNotPaid  = errs.New(errs.Conflict, "papers_not_paid", "Papers are made once the order is paid.")
	ErrNoFont   = errs.New(errs.Unavailable, "papers_no_font", "Papers cannot be printed here: the server lacks the font package fonts-wqy-microhei.")
	ErrLacking  = errs.New(errs.Conflict, "papers_lacking", "Something that the customs ask for is missing. Look at the list of the order's papers.")
	errNoPaper  = errs.NotFoundOf("paper")
	errNoParcel = errs.New(errs.NotFound, "papers_none_shipped", "Nothing was sent abroad on this day.")
)

func (s *Service) font(context.Context) ([]byte, error) {
	font, err := s.Font()
	if err != nil {
		return nil, ErrNoFont.Because(err)
	}
	return font, nil
}
