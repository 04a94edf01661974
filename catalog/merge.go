package catalog

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"countyfair/catalog/sheet"
	"countyfair/internal/lang"
	"countyfair/internal/pg"
)

// product writes the rows of one product and what became of them, in one
// transaction: a new product, or the one of that code with the rows laid over
// it. Sizes that the sheet does not name stay as they are.
func (r *running) product(ctx context.Context, tx *pg.Tx, rows []ImportRow, values []sheet.Values, pictures []uuid.UUID) error {
	w := &writing{tx: tx, county: r.county, now: r.s.clock.Now(), account: r.account, reason: "import"}
	seller := r.register.seller(values[0])
	var p *Product
	var found Product
	err := tx.Gorm().Session(&gorm.Session{}).Clauses(clause.Locking{Strength: "UPDATE"}).
		Where("tenant_id = ? AND seller_id = ? AND code = ?", r.county.ID, seller, values[0].Code).Take(&found).Error
	created, updated := 0, 0
	outcomes := append([]ImportRow(nil), rows...) // a transaction may run again: the rows themselves stay
	switch {
	case pg.NoRows(err):
		var d Draft
		lay(&d, values, pictures, r.register)
		if p, err = w.create(ctx, seller, d); err != nil {
			return err
		}
		created = len(rows)
		for i := range outcomes {
			outcomes[i].Outcome = "created"
		}
	case err != nil:
		return err
	default:
		p = &found
		was, err := loadOwn(tx.Gorm(), r.county.ID, p)
		if err != nil {
			return err
		}
		known := map[string]bool{}
		for _, v := range was.Variants {
			known[v.Code] = true
		}
		d := was.Draft()
		before := d
		lay(&d, values, pictures, r.register)
		if p.State == Published && r.county.Policy.ReviewProducts && !r.office && reworded(before, d) {
			p.State = InReview
		}
		if err := w.update(ctx, p, d); err != nil {
			return err
		}
		for i := range outcomes {
			outcomes[i].Outcome = "created"
			if known[values[i].VariantCode] {
				outcomes[i].Outcome = "updated"
				updated++
			}
		}
		created = len(rows) - updated
	}
	if err := r.publish(ctx, tx, p); err != nil {
		return err
	}
	if err := r.note(ctx, tx, outcomes, "", 0); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE imports SET created = created + $3, updated = updated + $4 WHERE tenant_id = $1 AND id = $2`, r.county.ID, r.im.ID, created, updated)
	return err
}

// publish puts a product that has not been shown yet on sale, where that was
// asked for. One that was withdrawn stays so.
func (r *running) publish(ctx context.Context, tx *pg.Tx, p *Product) error {
	if !r.im.Publish || p.State != Drafted || p.LowPrice == 0 {
		return nil
	}
	next := Published
	if r.county.Policy.ReviewProducts && !r.office {
		next = InReview
	}
	return move(ctx, tx, p, next, "", r.s.clock.Now())
}

// lay puts what the rows say over a draft. What they leave blank stays.
func lay(d *Draft, values []sheet.Values, pictures []uuid.UUID, r *register) {
	v := values[0]
	d.Code = v.Code
	d.Title, d.Description, d.Origin = over(d.Title, v.Title), over(d.Description, v.Description), over(d.Origin, v.Origin)
	d.Category = r.categories[plain(v.Category)]
	if v.Season != 0 {
		d.Season = v.Season
	}
	if v.Harvested != nil {
		d.HarvestedOn = v.Harvested
	}
	if v.HSCode != "" {
		d.HSCode = v.HSCode
	}
	if len(pictures) > 0 {
		d.Pictures = pictures
	}
	if v.TraceCode != "" {
		d.Batch = &BatchDraft{TraceCode: v.TraceCode, HarvestedOn: v.Harvested, CertificateNo: v.Certificate}
	}
	at := map[string]int{}
	for i := range d.Variants {
		at[d.Variants[i].Code] = i
	}
	for _, v := range values {
		n := VariantDraft{Code: v.VariantCode, Title: v.VariantTitle, Grade: v.Grade, Packing: v.Packing, Unit: v.Unit, NetWeightG: v.Grams, Price: v.Price, Stock: v.Stock}
		if i, ok := at[v.VariantCode]; ok {
			n.ID, n.Title = d.Variants[i].ID, over(d.Variants[i].Title, v.VariantTitle)
			n.GrossWeightG = StillPacked(d.Variants[i].GrossWeightG, n.NetWeightG)
			d.Variants[i] = n
			continue
		}
		d.Variants = append(d.Variants, n)
	}
}

func over(old, words lang.Text) lang.Text {
	out := lang.Text{}
	for tag, s := range old {
		out[tag] = s
	}
	for tag, s := range words {
		out[tag] = s
	}
	return out
}
