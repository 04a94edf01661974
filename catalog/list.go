package catalog

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/actor"
	"countyfair/internal/cursor"
	"countyfair/internal/lang"
	"countyfair/internal/pg"
	"countyfair/internal/terms"
	"countyfair/tenants"
)

// Sort is the order of a list.
type Sort string

// The orders.
const (
	ByFit       Sort = "best" // what fits the query best; without a query, what sold most
	ByNewest    Sort = "newest"
	ByPrice     Sort = "price"
	ByPriceDown Sort = "-price"
	BySold      Sort = "sold"
)

// Filter is which products are listed, and in which order.
type Filter struct {
	Query     string // in Chinese, pinyin, initials or English
	Category  string // code
	Seller    string // id or slug
	Area      string // key, as Card.Area
	PriceFrom int64  // of the cheapest size, in minor units; 0: any
	PriceTo   int64
	InStock   bool
	Certified bool // has a batch with a certificate
	Month     int  // 1 to 12: harvested in this month; 0: any
	Sort      Sort // empty: ByFit with a query, else ByNewest
	Limit     int
	After     string
	Facets    bool // count the categories and areas too
}

// Facet is how many products a choice of a filter would leave.
type Facet struct {
	Key   string
	Names lang.Text
	Count int
}

// Cards is a part of a list.
type Cards struct {
	Items      []Card
	Next       string // empty at the end
	Categories []Facet
	Areas      []Facet
	// Loose: nothing fitted the words as they stand, so their parts were looked for.
	Loose bool
}

type place struct {
	Sort Sort      `json:"s"`
	At   time.Time `json:"t,omitzero"`
	N    int64     `json:"n,omitempty"`
	Rank float32   `json:"r,omitempty"`
	ID   uuid.UUID `json:"i"`
	Part bool      `json:"p,omitempty"` // the list is of parts of the words
}

// List gives the products on sale, for anybody, in one round trip.
func (s *Service) List(ctx context.Context, who actor.Actor, f Filter) (*Cards, error) {
	county, err := s.counties.ByID(who.Tenant)
	if err != nil {
		return nil, err
	}
	f.Limit = cursor.Limit(f.Limit)
	var asked terms.Asked
	if f.Query != "" {
		if asked = terms.Query(f.Query); asked.Strict == "" {
			return &Cards{}, nil
		}
	}
	if f.Sort == "" {
		f.Sort = ByNewest
		if f.Query != "" {
			f.Sort = ByFit
		}
	}
	if f.Sort == ByFit && f.Query == "" {
		f.Sort = BySold
	}
	var from place
	more, err := cursor.Decode(f.After, &from)
	if err != nil || (more && from.Sort != f.Sort) || (from.Part && asked.Loose == "") {
		return nil, cursor.ErrBad
	}
	words := asked.Strict
	if from.Part {
		words = asked.Loose
	}
	out, err := s.list(ctx, county, f, words, more, from)
	if err == nil && len(out.Items) == 0 && !more && asked.Loose != "" {
		from.Part = true
		out, err = s.list(ctx, county, f, asked.Loose, more, from)
	}
	return out, err
}

func (s *Service) list(ctx context.Context, county *tenants.County, f Filter, words string, more bool, from place) (*Cards, error) {
	q := newListing(county.ID, f, words)
	sql, args := q.page(more, from)
	b := &pgx.Batch{}
	out := &Cards{Loose: from.Part}
	sc := newScanner(county)
	b.Queue(sql, args...).Query(func(rows pgx.Rows) (err error) {
		out.Items, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (Card, error) {
			var rank float32
			c, err := sc.card(row, &rank)
			c.rank = rank
			return c, err
		})
		return err
	})
	if f.Facets {
		sql, args := q.facets()
		b.Queue(sql, args...).Query(out.readFacets)
	}
	err := s.db.Query(ctx, func(q pg.Querier) error { return q.SendBatch(ctx, b).Close() })
	if err != nil {
		return nil, err
	}
	if len(out.Items) > f.Limit {
		out.Items = out.Items[:f.Limit]
		last := &out.Items[f.Limit-1]
		out.Next = cursor.Encode(place{Sort: f.Sort, At: last.PublishedAt, N: last.key(f.Sort), Rank: last.rank, ID: last.ID, Part: from.Part})
	}
	return out, nil
}

// key is the number a card is sorted by.
func (c *Card) key(s Sort) int64 {
	if s == BySold {
		return c.Sold
	}
	return c.LowPrice.Amount
}

func (out *Cards) readFacets(rows pgx.Rows) error {
	for rows.Next() {
		var ofCategory bool
		var f Facet
		if err := rows.Scan(&ofCategory, &f.Key, &f.Names, &f.Count); err != nil {
			return err
		}
		if ofCategory {
			out.Categories = append(out.Categories, f)
		} else {
			out.Areas = append(out.Areas, f)
		}
	}
	return rows.Err()
}
