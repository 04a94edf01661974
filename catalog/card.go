package catalog

import (
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/lang"
	"countyfair/internal/money"
	"countyfair/tenants"
)

// Card is a product on sale, as lists show it.
type Card struct {
	ID           uuid.UUID
	Slug         string
	Titles       lang.Text
	Descriptions lang.Text
	Origin       lang.Text
	Area         string // key of the area filter
	Areas        lang.Text
	Season       int // a bit a month, January the lowest
	HarvestedOn  *time.Time
	PublishedAt  time.Time
	Sold         int64
	LowPrice     money.Money // of the cheapest size
	Seller       SellerRef
	Category     CategoryRef
	Picture      *PictureRef // the first; nil where there is none
	Offers       []Offer     // sizes on sale, in the seller's order
	Level        StockLevel  // the best of the sizes'

	rank float32
}

// SellerRef is who sells a product.
type SellerRef struct {
	ID      uuid.UUID
	Slug    string
	Names   lang.Text
	Village lang.Text
}

// CategoryRef is the category of a product.
type CategoryRef struct {
	Code  string
	Names lang.Text
	Hue   int
}

// PictureRef is a picture of a product.
type PictureRef struct {
	ID     uuid.UUID
	Cutout bool
}

// Offer is a size of a product that can be bought.
type Offer struct {
	ID         uuid.UUID
	Titles     lang.Text
	Grade      string
	Packing    string
	Unit       string
	NetWeightG int
	Price      money.Money
	UnitPrice  money.Money // what PerGrams would cost
	PerGrams   int
	Level      StockLevel
}

// Cheapest is the offer with the lowest price, or nil where there is none.
func (c *Card) Cheapest() *Offer {
	var best *Offer
	for i := range c.Offers {
		if best == nil || c.Offers[i].Price.Amount < best.Price.Amount {
			best = &c.Offers[i]
		}
	}
	return best
}

// cardColumns are read by scanCard, from p (the product), s (its seller), c
// (its category), pic (its first picture) and v (its sizes, as arrays).
const cardColumns = `p.id, p.slug, p.titles::text, p.descriptions::text, p.origin::text, p.area, p.areas::text, p.season, p.harvested_on, p.published_at, p.sold, p.low_price,
	s.id, s.slug, s.names::text, s.village::text, c.code, c.names::text, c.hue, pic.id, coalesce(pic.cutout, false),
	v.ids, v.titles, v.grades, v.packings, v.units, v.grams, v.prices, v.left`

const cardJoins = `
	JOIN categories c ON c.tenant_id = $1 AND c.id = p.category_id
	LEFT JOIN LATERAL (SELECT i.id, i.cutout FROM product_pictures pp JOIN pictures i ON i.tenant_id = $1 AND i.id = pp.picture_id
		WHERE pp.tenant_id = $1 AND pp.product_id = p.id ORDER BY pp.position LIMIT 1) pic ON true
	CROSS JOIN LATERAL (SELECT array_agg(o.id) AS ids, array_agg(o.titles) AS titles, array_agg(o.grade) AS grades, array_agg(o.packing) AS packings, array_agg(o.unit) AS units,
		array_agg(o.net_weight_g) AS grams, array_agg(o.price) AS prices, array_agg(o.left) AS left
		FROM (SELECT v.id, v.titles::text AS titles, v.grade, v.packing, v.unit, v.net_weight_g, v.price, coalesce(st.on_hand - st.reserved, 0) AS left
			FROM variants v LEFT JOIN stock st ON st.tenant_id = $1 AND st.variant_id = v.id
			WHERE v.tenant_id = $1 AND v.product_id = p.id AND v.active ORDER BY v.position, v.id) o) v`

// scanner reads cards of a county.
type scanner struct {
	currency string
	language string // the county's first, which decides how prices are compared
	texts    map[string]lang.Text
}

func newScanner(county *tenants.County) scanner {
	return scanner{county.Currency, county.DefaultLanguage(), map[string]lang.Text{}}
}

// shared reads a text into its place, once where several cards say the same: a
// seller's name, a category's, a size's. Nobody changes them.
type shared struct {
	sc   scanner
	into *lang.Text
}

// ScanBytes is how pgx hands over a value without copying it.
func (w shared) ScanBytes(raw []byte) (err error) {
	known := false
	if *w.into, known = w.sc.texts[string(raw)]; !known {
		*w.into, err = w.sc.text(string(raw))
	}
	return err
}

func (sc scanner) text(raw string) (lang.Text, error) {
	if t, ok := sc.texts[raw]; ok {
		return t, nil
	}
	var t lang.Text
	err := t.Scan(raw)
	sc.texts[raw] = t
	return t, err
}

// card reads one row: cardColumns, then more.
func (sc scanner) card(row pgx.CollectableRow, more ...any) (Card, error) {
	var c Card
	var published *time.Time
	var picture *uuid.UUID
	var cutout bool
	var low int64
	var o offers
	dest := []any{
		&c.ID, &c.Slug,
		shared{sc, &c.Titles},
		shared{sc, &c.Descriptions},
		shared{sc, &c.Origin},
		&c.Area,
		shared{sc, &c.Areas},
		&c.Season, &c.HarvestedOn, &published, &c.Sold, &low,
		&c.Seller.ID, &c.Seller.Slug,
		shared{sc, &c.Seller.Names},
		shared{sc, &c.Seller.Village},
		&c.Category.Code,
		shared{sc, &c.Category.Names},
		&c.Category.Hue, &picture, &cutout,
		&o.ids, &o.titles, &o.grades, &o.packings, &o.units, &o.grams, &o.prices, &o.left,
	}
	if err := row.Scan(append(dest, more...)...); err != nil {
		return c, err
	}
	if published != nil {
		c.PublishedAt = *published
	}
	if picture != nil {
		c.Picture = &PictureRef{*picture, cutout}
	}
	c.LowPrice = money.Of(low, sc.currency)
	return c, o.into(&c, sc)
}

// offers are a product's sizes, column by column.
type offers struct {
	ids                             []uuid.UUID
	titles, grades, packings, units []string
	grams                           []int
	prices                          []int64
	left                            []int
}

func (o *offers) into(c *Card, sc scanner) error {
	c.Level = Out
	c.Offers = make([]Offer, len(o.ids))
	for i := range o.ids {
		f := &c.Offers[i]
		f.ID, f.Grade, f.Packing, f.Unit, f.NetWeightG = o.ids[i], o.grades[i], o.packings[i], o.units[i], o.grams[i]
		var err error
		if f.Titles, err = sc.text(o.titles[i]); err != nil {
			return err
		}
		f.Price = money.Of(o.prices[i], sc.currency)
		f.PerGrams = Basis(sc.language, f.NetWeightG)
		f.UnitPrice = UnitPrice(f.Price, f.NetWeightG, f.PerGrams)
		f.Level = LevelOf(o.left[i])
		c.Level = better(c.Level, f.Level)
	}
	return nil
}

func better(a, b StockLevel) StockLevel {
	switch {
	case a == InStock || b == InStock:
		return InStock
	case a == Low || b == Low:
		return Low
	}
	return Out
}
