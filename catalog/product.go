package catalog

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"countyfair/internal/lang"
	"countyfair/internal/money"
)

// State is where a product stands.
type State string

// The states of a product.
const (
	Drafted   State = "draft"
	InReview  State = "in_review"
	Published State = "published"
	Withdrawn State = "withdrawn"
)

// transitions is every step of a product: by its seller, and by the officer
// who publishes it or sends it back.
var transitions = map[State][]State{
	Drafted:   {InReview, Published},
	InReview:  {Published, Drafted, Withdrawn},
	Published: {Withdrawn, InReview},
	Withdrawn: {InReview, Published},
}

// CanBecome reports whether a product in this state may go to the next.
func (s State) CanBecome(next State) bool { return slices.Contains(transitions[s], next) }

// StockLevel is what the public learns of the stock.
type StockLevel string

// The levels. Low is five pieces or fewer: enough to hurry, too few to promise.
const (
	InStock StockLevel = "in_stock"
	Low     StockLevel = "low"
	Out     StockLevel = "out"
)

const lowFrom = 5

// LevelOf gives the level of so many pieces that can still be sold.
func LevelOf(available int) StockLevel {
	switch {
	case available <= 0:
		return Out
	case available <= lowFrom:
		return Low
	}
	return InStock
}

// Product is a product's row.
type Product struct {
	TenantID     uuid.UUID `gorm:"primaryKey"`
	ID           uuid.UUID `gorm:"primaryKey"`
	SellerID     uuid.UUID
	CategoryID   uuid.UUID
	Code         string // the seller's own number for it
	Slug         string
	Titles       lang.Text
	Descriptions lang.Text
	Origin       lang.Text
	Area         string    // part of the county, in its first language
	Areas        lang.Text // the same in all languages
	Season       int       // a bit a month, January the lowest
	HarvestedOn  *time.Time
	HSCode       string
	// OriginCountry is for customs, ISO 3166-1 alpha-2; empty: the county's own.
	OriginCountry string
	State         State
	Reason        string // why an officer sent it back
	LowPrice      int64  // of the cheapest size on sale, in minor units
	Sold          int64
	Version       int
	CreatedAt     time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt     time.Time `gorm:"autoUpdateTime:false"`
	PublishedAt   *time.Time
}

// TableName names the table for GORM.
func (Product) TableName() string { return "products" }

// Variant is one size, grade and packing of a product.
type Variant struct {
	TenantID   uuid.UUID `gorm:"primaryKey"`
	ID         uuid.UUID `gorm:"primaryKey"`
	ProductID  uuid.UUID
	Code       string
	Titles     lang.Text
	Grade      string
	Packing    string
	Unit       string // bag, box, 袋
	NetWeightG int
	// GrossWeightG is packed; nil where nobody weighed it.
	GrossWeightG *int
	Price        int64 // minor units
	Currency     string
	Position     int
	Active       bool
}

// TableName names the table for GORM.
func (Variant) TableName() string { return "variants" }

// Cost is the price as money.
func (v *Variant) Cost() money.Money { return money.Of(v.Price, v.Currency) }

// Batch is a harvest that was packed together.
type Batch struct {
	TraceCode     string     `json:"trace_code"`
	HarvestedOn   *time.Time `json:"harvested_on"`
	CertificateNo string     `json:"certificate_no"`
}

// Own is a product as its seller and the officer see it.
type Own struct {
	Product
	SellerNames   lang.Text
	CategoryCode  string
	CategoryNames lang.Text
	Variants      []OwnVariant
	Pictures      []uuid.UUID
	Batches       []Batch // the newest first
}

// OwnVariant is a variant with its exact stock.
type OwnVariant struct {
	Variant
	OnHand   int
	Reserved int
}
