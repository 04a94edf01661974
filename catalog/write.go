package catalog

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/errs"
	"countyfair/internal/lang"
	"countyfair/internal/pg"
	"countyfair/internal/terms"
	"countyfair/tenants"
)

// writing is one product being written, in one transaction.
type writing struct {
	tx      *pg.Tx
	county  *tenants.County
	now     time.Time
	account *uuid.UUID // who writes, for the book of the stock
	reason  string     // why the stock changes
}

// ErrTraceTaken is the refusal of another product's trace code.
var ErrTraceTaken = errs.New(errs.Conflict, "trace_code_taken", "This trace code belongs to another product.")

// create writes a new product as a draft.
func (w *writing) create(ctx context.Context, seller uuid.UUID, d Draft) (*Product, error) {
	if err := d.check(w.county, w.now); err != nil {
		return nil, err
	}
	id := uuid.Must(uuid.NewV7())
	name := d.Title.In("en", w.county.DefaultLanguage())
	if strings.HasPrefix(w.county.DefaultLanguage(), "zh") {
		name = d.Title.In(w.county.DefaultLanguage(), "en")
	}
	p := &Product{TenantID: w.county.ID, ID: id, SellerID: seller, State: Drafted, Version: 1, CreatedAt: w.now, Slug: terms.Slug(name, id)}
	if d.Code == "" {
		d.Code = "P-" + id.String()[24:]
	}
	return p, w.put(ctx, p, d, true)
}

// update writes a product that is locked by the transaction.
func (w *writing) update(ctx context.Context, p *Product, d Draft) error {
	if err := d.check(w.county, w.now); err != nil {
		return err
	}
	if d.Code == "" {
		d.Code = p.Code
	}
	p.Version++
	return w.put(ctx, p, d, false)
}

func (w *writing) put(ctx context.Context, p *Product, d Draft, fresh bool) error {
	category, err := w.category(ctx, d.Category)
	if err != nil {
		return err
	}
	p.CategoryID, p.Code, p.Titles, p.Descriptions, p.Origin = category, d.Code, d.Title, d.Description, d.Origin
	p.Areas = areaOf(d.Origin, w.county.DivisionCode)
	p.Area = p.Areas.In(w.county.DefaultLanguage())
	p.Season, p.HarvestedOn, p.HSCode, p.OriginCountry, p.UpdatedAt = d.Season, d.HarvestedOn, d.HSCode, d.OriginCountry, w.now
	p.LowPrice = lowest(d.Variants)
	if fresh {
		err = w.tx.Gorm().Create(p).Error
	} else {
		err = w.tx.Gorm().Select("*").Omit("created_at", "sold", "slug", "seller_id").Updates(p).Error
	}
	if err != nil {
		return refused(err)
	}
	if err := w.variants(ctx, p.ID, d.Variants, fresh); err != nil {
		return err
	}
	if err := w.pictures(ctx, p.ID, d.Pictures, fresh); err != nil {
		return err
	}
	if err := w.batch(ctx, p.ID, d.Batch); err != nil {
		return err
	}
	return index(ctx, w.tx, p)
}

func refused(err error) error {
	if pg.Violates(err, "products_code") {
		var wrong errs.Fields
		wrong.Add("code", "taken", "Another of your products has this code.")
		return wrong.Err()
	}
	return err
}

func lowest(variants []VariantDraft) int64 {
	var low int64
	for _, v := range variants {
		if !v.Inactive && (low == 0 || v.Price.Amount < low) {
			low = v.Price.Amount
		}
	}
	return low
}

func (w *writing) category(ctx context.Context, codeOrID string) (uuid.UUID, error) {
	id, err := uuid.Parse(codeOrID)
	if err != nil {
		id = uuid.Nil
	}
	err = w.tx.QueryRow(ctx, `SELECT id FROM categories WHERE tenant_id = $1 AND (code = $2 OR id = $3)`, w.county.ID, codeOrID, id).Scan(&id)
	if pg.NoRows(err) {
		var wrong errs.Fields
		wrong.Add("category", "unknown_category", "There is no such category here.")
		return id, wrong.Err()
	}
	return id, err
}

// variants writes the sizes and their stock; sizes left out go off sale, since
// orders may name them.
func (w *writing) variants(ctx context.Context, product uuid.UUID, drafts []VariantDraft, fresh bool) error {
	old := map[uuid.UUID]Variant{}
	byCode := map[string]uuid.UUID{}
	if !fresh {
		var rows []Variant
		if err := w.tx.Gorm().Where("tenant_id = ? AND product_id = ?", w.county.ID, product).Find(&rows).Error; err != nil {
			return err
		}
		for _, v := range rows {
			old[v.ID], byCode[v.Code] = v, v.ID
		}
	}
	b := &pgx.Batch{}
	stock := map[uuid.UUID]int{}
	kept := map[uuid.UUID]bool{}
	codes := map[string]bool{}
	for i, d := range drafts {
		v, err := w.variant(product, i, d, old, byCode)
		if err != nil {
			return err
		}
		if kept[v.ID] || codes[v.Code] {
			var wrong errs.Fields
			wrong.Add("variants["+strconv.Itoa(i)+"]", "repeated", "This size is there twice.")
			return wrong.Err()
		}
		kept[v.ID], codes[v.Code] = true, true
		b.Queue(putVariant, v.TenantID, v.ID, v.ProductID, v.Code, v.Titles, v.Grade, v.Packing, v.Unit, v.NetWeightG, v.Price, v.Currency, v.Position, v.Active, v.GrossWeightG)
		_, was := old[v.ID]
		switch {
		case d.Stock != nil:
			stock[v.ID] = *d.Stock
		case !was:
			stock[v.ID] = 0
		}
	}
	var gone []uuid.UUID
	for id := range old {
		if !kept[id] {
			gone = append(gone, id)
		}
	}
	if len(gone) > 0 {
		b.Queue(`UPDATE variants SET active = false WHERE tenant_id = $1 AND id = ANY ($2)`, w.county.ID, gone)
	}
	w.queueStock(b, stock)
	return w.tx.SendBatch(ctx, b).Close()
}

const putVariant = `INSERT INTO variants (tenant_id, id, product_id, code, titles, grade, packing, unit, net_weight_g, price, currency, position, active, gross_weight_g)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
	ON CONFLICT (tenant_id, id) DO UPDATE SET titles = excluded.titles, grade = excluded.grade, packing = excluded.packing, unit = excluded.unit,
	net_weight_g = excluded.net_weight_g, price = excluded.price, currency = excluded.currency, position = excluded.position, active = excluded.active, gross_weight_g = excluded.gross_weight_g`

// variant makes the row of a draft, the known one or a new one.
func (w *writing) variant(product uuid.UUID, place int, d VariantDraft, old map[uuid.UUID]Variant, byCode map[string]uuid.UUID) (Variant, error) {
	v := Variant{TenantID: w.county.ID, ProductID: product, Code: d.Code}
	if v.Code == "" {
		v.Code = codeFrom(d.Title.In(w.county.DefaultLanguage()))
	}
	if d.ID != uuid.Nil {
		was, ok := old[d.ID]
		if !ok {
			var wrong errs.Fields
			wrong.Add("variants["+strconv.Itoa(place)+"].id", "unknown", "This size is not one of the product's.")
			return v, wrong.Err()
		}
		v.ID, v.Code = was.ID, was.Code
	} else if id, ok := byCode[v.Code]; ok {
		v.ID = id
	} else {
		v.ID = uuid.Must(uuid.NewV7())
	}
	v.Titles, v.Grade, v.Packing, v.Unit, v.NetWeightG = d.Title, d.Grade, d.Packing, d.Unit, d.NetWeightG
	v.GrossWeightG = d.GrossWeightG
	v.Price, v.Currency, v.Position, v.Active = d.Price.Amount, d.Price.Currency, place, !d.Inactive
	return v, nil
}

// codeFrom makes a size's code of what it is called, as the import does.
func codeFrom(title string) string {
	r := []rune(strings.ToLower(strings.Join(strings.Fields(title), " ")))
	return strings.TrimSpace(string(r[:min(len(r), 80)]))
}

// queueStock sets how many pieces there are, never below what is promised, and
// notes the change in the stock's book. Rows are taken in the order of their
// ids, as checkout does, so that the two cannot wait for each other.
func (w *writing) queueStock(b *pgx.Batch, stock map[uuid.UUID]int) {
	ids := slices.SortedFunc(maps.Keys(stock), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	for _, id := range ids {
		b.Queue(`WITH old AS (
			SELECT on_hand FROM stock WHERE tenant_id = $1 AND variant_id = $2 FOR UPDATE
		), new AS (
			INSERT INTO stock (tenant_id, variant_id, on_hand, updated_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (tenant_id, variant_id) DO UPDATE SET on_hand = greatest(excluded.on_hand, stock.reserved), updated_at = excluded.updated_at
			RETURNING on_hand
		)
		INSERT INTO stock_moves (tenant_id, id, variant_id, change, reason, account_id, at)
		SELECT $1, $5, $2, new.on_hand - coalesce((SELECT on_hand FROM old), 0), $6, $7, $4 FROM new
		WHERE new.on_hand <> coalesce((SELECT on_hand FROM old), 0)`,
			w.county.ID, id, stock[id], w.now, uuid.Must(uuid.NewV7()), w.reason, w.account)
	}
}

func (w *writing) pictures(ctx context.Context, product uuid.UUID, ids []uuid.UUID, fresh bool) error {
	if fresh && len(ids) == 0 {
		return nil
	}
	b := &pgx.Batch{}
	if !fresh {
		b.Queue(`DELETE FROM product_pictures WHERE tenant_id = $1 AND product_id = $2`, w.county.ID, product)
	}
	for i, id := range ids {
		b.Queue(`INSERT INTO product_pictures (tenant_id, product_id, picture_id, position) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, w.county.ID, product, id, i)
	}
	err := w.tx.SendBatch(ctx, b).Close()
	if pg.Violates(err, "product_pictures_tenant_id_picture_id_fkey") {
		return ErrPictureNotFound
	}
	return err
}

func (w *writing) batch(ctx context.Context, product uuid.UUID, d *BatchDraft) error {
	if d == nil {
		return nil
	}
	tag, err := w.tx.Exec(ctx, `INSERT INTO batches AS b (tenant_id, id, product_id, trace_code, harvested_on, certificate_no, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant_id, trace_code) DO UPDATE
		SET harvested_on = excluded.harvested_on, certificate_no = excluded.certificate_no WHERE b.product_id = excluded.product_id`,
		w.county.ID, uuid.Must(uuid.NewV7()), product, d.TraceCode, d.HarvestedOn, d.CertificateNo, w.now)
	if err == nil && tag.RowsAffected() == 0 {
		return ErrTraceTaken
	}
	return err
}

// index writes the product's search document, or takes it away where the
// public does not see the product.
func index(ctx context.Context, tx *pg.Tx, p *Product) error {
	if p.State != Published {
		_, err := tx.Exec(ctx, `SELECT search_drop($1)`, p.ID)
		return err
	}
	var seller, village, category lang.Text
	var sizes []string
	err := tx.QueryRow(ctx, `SELECT s.names, s.village, c.names, ARRAY (SELECT v.titles::text FROM variants v WHERE v.tenant_id = $1 AND v.product_id = $4 AND v.active)
		FROM sellers s, categories c WHERE s.tenant_id = $1 AND s.id = $2 AND c.tenant_id = $1 AND c.id = $3`,
		p.TenantID, p.SellerID, p.CategoryID, p.ID).Scan(&seller, &village, &category, &sizes)
	if err != nil {
		return errors.Join(errors.New("catalog: search document"), err)
	}
	doc := terms.NewDocument()
	doc.Add('A', words(p.Titles)...)
	doc.Add('B', append(append(words(seller), words(category)...), words(p.Origin)...)...)
	doc.Add('B', p.Code)
	doc.AddSilent('C', words(village)...)
	for _, s := range sizes {
		var t lang.Text
		if t.Scan(s) == nil {
			doc.AddSilent('C', words(t)...)
		}
	}
	doc.AddSilent('D', words(p.Descriptions)...)
	_, err = tx.Exec(ctx, `SELECT search_put($1, $2::text::tsvector)`, p.ID, doc.String())
	return err
}

// words are a text's languages in a fixed order, so that equal products make
// equal documents.
func words(t lang.Text) []string {
	out := make([]string, 0, len(t))
	for _, tag := range slices.Sorted(maps.Keys(t)) {
		out = append(out, t[tag])
	}
	return out
}
