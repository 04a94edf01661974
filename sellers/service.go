package sellers

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"countyfair/internal/actor"
	"countyfair/internal/clock"
	"countyfair/internal/errs"
	"countyfair/internal/jobs"
	"countyfair/internal/pg"
	"countyfair/internal/terms"
	"countyfair/tenants"
)

// Refusals of this package.
var (
	ErrNotFound      = errs.NotFoundOf("seller")
	ErrAlready       = errs.New(errs.Conflict, "already_applied", "You have applied already; the county office will answer you.")
	ErrAlreadySeller = errs.New(errs.Conflict, "already_seller", "This account sells here already.")
	ErrSuspended     = errs.New(errs.Conflict, "seller_suspended", "This seller is suspended. Please ask the county office.")
	ErrDecided       = errs.New(errs.Conflict, "already_decided", "This application has been decided already.")
	ErrPicture       = errs.NotFoundOf("picture")
)

// Counties tells what a county allows.
type Counties interface {
	ByID(id uuid.UUID) (*tenants.County, error)
}

// Service is the use-cases of sellers.
type Service struct {
	db       *pg.DB
	counties Counties
	clock    clock.Clock
}

// NewService makes the service.
func NewService(db *pg.DB, counties Counties, c clock.Clock) *Service {
	return &Service{db, counties, c}
}

// Apply registers the account of the actor as a seller, to be decided by an
// officer. After a rejection it applies again.
func (s *Service) Apply(ctx context.Context, who actor.Actor, p Profile) (*Seller, error) {
	if !who.SignedIn() {
		return nil, errs.SignIn()
	}
	county, err := s.counties.ByID(who.Tenant)
	if err != nil {
		return nil, err
	}
	now := s.clock.Now()
	if err := p.check(county.Country, now.Year()); err != nil {
		return nil, err
	}
	var out *Seller
	err = s.db.Write(ctx, func(tx *pg.Tx) error {
		old, err := find(tx.Gorm(), who.Tenant, "account_id = ?", who.Account)
		if err != nil && !pg.NoRows(err) {
			return err
		}
		if old != nil {
			out, err = applyAgain(tx, old, p, now)
			return err
		}
		id := uuid.Must(uuid.NewV7())
		out = &Seller{
			TenantID: who.Tenant, ID: id, AccountID: who.Account, State: Applied, AppliedAt: now, UpdatedAt: now,
			Slug: terms.Slug(p.Names.In(county.DefaultLanguage()), id),
		}
		p.into(out)
		return refused(tx.Gorm().Create(out).Error)
	})
	return out, err
}

func applyAgain(tx *pg.Tx, old *Seller, p Profile, now time.Time) (*Seller, error) {
	switch old.State {
	case Applied:
		return nil, ErrAlready
	case Approved:
		return nil, ErrAlreadySeller
	case Suspended:
		return nil, ErrSuspended
	case Rejected:
	}
	p.into(old)
	old.State, old.AppliedAt, old.UpdatedAt, old.DecidedAt, old.DecidedBy = Applied, now, now, nil, nil
	res := tx.Gorm().Where("state = ?", Rejected).Select("*").Updates(old)
	if res.Error == nil && res.RowsAffected == 0 {
		return nil, ErrAlready
	}
	return old, refused(res.Error)
}

// Mine is the seller of the actor's account, in whatever state.
func (s *Service) Mine(ctx context.Context, who actor.Actor) (*Seller, error) {
	if !who.SignedIn() {
		return nil, errs.SignIn()
	}
	return s.one(ctx, who.Tenant, "account_id = ?", who.Account)
}

// Edit changes what an approved seller says of itself. What the county checked
// (kind and licence) stays as it was decided.
func (s *Service) Edit(ctx context.Context, who actor.Actor, p Profile) (*Seller, error) {
	if !who.SignedIn() {
		return nil, errs.SignIn()
	}
	county, err := s.counties.ByID(who.Tenant)
	if err != nil {
		return nil, err
	}
	var out *Seller
	now := s.clock.Now()
	err = s.db.Write(ctx, func(tx *pg.Tx) error {
		old, err := find(tx.Gorm(), who.Tenant, "account_id = ?", who.Account)
		if err != nil {
			return absent(err)
		}
		if old.State == Approved {
			p.Kind, p.LicenceNo = old.Kind, old.LicenceNo
		}
		if err := p.check(county.Country, now.Year()); err != nil {
			return err
		}
		p.into(old)
		old.UpdatedAt = now
		out = old
		if err := tx.Gorm().Select("*").Omit("state", "reason", "decided_at", "decided_by", "applied_at").Updates(old).Error; err != nil {
			return refused(err)
		}
		return jobs.Insert(ctx, tx, ChangedArgs{Of: jobs.Of{Tenant: who.Tenant}, Seller: old.ID}, jobs.Once())
	})
	return out, err
}

// Get is an approved seller by id or slug, for anybody.
func (s *Service) Get(ctx context.Context, who actor.Actor, idOrSlug string) (*Seller, error) {
	if id, err := uuid.Parse(idOrSlug); err == nil {
		return s.one(ctx, who.Tenant, "id = ? AND state = 'approved'", id)
	}
	return s.one(ctx, who.Tenant, "slug = ? AND state = 'approved'", idOrSlug)
}

func (s *Service) one(ctx context.Context, tenant uuid.UUID, where string, args ...any) (*Seller, error) {
	var out *Seller
	err := s.db.Read(ctx, func(g *gorm.DB) (err error) {
		out, err = find(g, tenant, where, args...)
		return absent(err)
	})
	return out, err
}

func find(g *gorm.DB, tenant uuid.UUID, where string, args ...any) (*Seller, error) {
	var out Seller
	if err := g.Where("tenant_id = ?", tenant).Where(where, args...).Take(&out).Error; err != nil {
		return nil, err
	}
	return &out, nil
}

func absent(err error) error {
	if pg.NoRows(err) {
		return ErrNotFound
	}
	return err
}

// refused turns broken constraints into what the person can understand.
func refused(err error) error {
	switch {
	case pg.Violates(err, "sellers_account"):
		return ErrAlready
	case pg.Violates(err, "sellers_tenant_id_picture_id_fkey"):
		return ErrPicture
	}
	return err
}
