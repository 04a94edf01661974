package catalog

import (
	"context"
	"maps"

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
	known := map[string]bool{} // the sizes it had before
	err := tx.Gorm().Session(&gorm.Session{}).Clauses(clause.Locking{Strength: "UPDATE"}).
		Where("tenant_id = ? AND seller_id = ? AND code = ?", r.county.ID, seller, values[0].Code).Take(&found).Error
	switch {
	case pg.NoRows(err):
		var d Draft
		lay(&d, values, pictures, r.register)
		p, err = w.create(ctx, seller, d)
	case err == nil:
		p = &found
		known, err = r.revise(ctx, w, p, values, pictures)
	}
	if err != nil {
		return err
	}
	if err := r.publish(ctx, tx, p); err != nil {
		return err
	}
	outcomes := append([]ImportRow(nil), rows...) // a transaction may run again: the rows themselves stay
	updated := 0
	for i := range outcomes {
		outcomes[i].Outcome = "created"
		if known[values[i].VariantCode] {
			outcomes[i].Outcome = "updated"
			updated++
		}
	}
	if err := r.note(ctx, tx, outcomes, "", 0); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE imports SET created = created + $3, updated = updated + $4 WHERE tenant_id = $1 AND id = $2`, r.county.ID, r.im.ID, len(rows)-updated, updated)
	return err
}

// revise lays the rows over a product that is there, and gives the codes of the
// sizes that it had.
func (r *running) revise(ctx context.Context, w *writing, p *Product, values []sheet.Values, pictures []uuid.UUID) (map[string]bool, error) {
	was, err := loadOwn(w.tx.Gorm(), r.county.ID, p)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, v := range was.Variants {
		known[v.Code] = true
	}
	before, d := was.Draft(), was.Draft()
	lay(&d, values, pictures, r.register)
	if p.State == Published && r.county.Policy.ReviewProducts && !r.office && reworded(before, d) {
		p.State = InReview
	}
	return known, w.update(ctx, p, d)
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
	maps.Copy(out, old)
	maps.Copy(out, words)
	return out
}
