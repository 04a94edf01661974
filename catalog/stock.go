package catalog

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"countyfair/internal/actor"
	"countyfair/internal/clock"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
)

// Want is so many pieces of a variant.
type Want struct {
	Variant  uuid.UUID
	Quantity int
}

// Short is a variant of which more was wanted than there is.
type Short struct {
	Variant   uuid.UUID `json:"variant_id"`
	Wanted    int       `json:"wanted"`
	Available int       `json:"available"`
}

// Level is what there is of a variant (OnHand), what of it is promised to
// orders (Reserved), and what can still be sold (Available).
type Level struct {
	Variant   uuid.UUID
	OnHand    int
	Reserved  int
	Available int
}

// ErrOutOfStock says that there is not enough of something; Data "short" holds
// which, as []Short.
var ErrOutOfStock = errs.New(errs.Conflict, "out_of_stock", "Not enough of this is left.")

// shortCode is the SQLSTATE by which a reservation statement refuses.
const shortCode = "CF001"

// hold reserves one variant: a conditional update, so that the row is locked
// no longer than it takes.
const hold = `WITH u AS (
	UPDATE stock SET reserved = reserved + $3, updated_at = $6
	WHERE tenant_id = $1 AND variant_id = $2 AND on_hand - reserved >= $3 RETURNING variant_id
), r AS (
	INSERT INTO reservations (tenant_id, id, group_id, variant_id, quantity, expires_at)
	SELECT $1, $4, $5, variant_id, $3, $7 FROM u
)
SELECT refuse('CF001', json_build_array(json_build_object('variant_id', $2::uuid, 'wanted', $3::int, 'available',
	coalesce((SELECT on_hand - reserved FROM stock WHERE tenant_id = $1 AND variant_id = $2), 0)))::text)
WHERE NOT EXISTS (SELECT FROM u)`

// holdAll reserves several variants or none. Their rows are locked in the order
// of their ids first: two baskets with the same goods never wait for each other.
const holdAll = `WITH want AS (
	SELECT * FROM unnest($2::uuid[], $3::int[], $4::uuid[]) AS w (variant_id, quantity, id)
), locked AS (
	SELECT s.variant_id, s.on_hand - s.reserved AS available FROM stock s JOIN want w ON w.variant_id = s.variant_id
	WHERE s.tenant_id = $1 ORDER BY s.variant_id FOR UPDATE OF s
), short AS (
	SELECT w.variant_id, w.quantity AS wanted, coalesce(l.available, 0) AS available
	FROM want w LEFT JOIN locked l ON l.variant_id = w.variant_id WHERE coalesce(l.available, 0) < w.quantity
), u AS (
	UPDATE stock s SET reserved = s.reserved + w.quantity, updated_at = $6 FROM want w
	WHERE s.tenant_id = $1 AND s.variant_id = w.variant_id AND NOT EXISTS (SELECT FROM short)
), r AS (
	INSERT INTO reservations (tenant_id, id, group_id, variant_id, quantity, expires_at)
	SELECT $1, id, $5, variant_id, quantity, $7 FROM want WHERE NOT EXISTS (SELECT FROM short)
)
SELECT refuse('CF001', (SELECT json_agg(short ORDER BY variant_id)::text FROM short)) WHERE EXISTS (SELECT FROM short)`

// QueueReserve adds the reservation of all the wants for an order group to the
// batch, as one statement: all of them or none. Where something is short, the
// batch fails as a whole, and OutOfStock reads the refusal.
func QueueReserve(b *pgx.Batch, tenant, group uuid.UUID, wants []Want, now, until time.Time) {
	wants = gathered(wants)
	if len(wants) == 1 {
		b.Queue(hold, tenant, wants[0].Variant, wants[0].Quantity, uuid.Must(uuid.NewV7()), group, now, until)
		return
	}
	variants, quantities, ids := make([]uuid.UUID, len(wants)), make([]int, len(wants)), make([]uuid.UUID, len(wants))
	for i, w := range wants {
		variants[i], quantities[i], ids[i] = w.Variant, w.Quantity, uuid.Must(uuid.NewV7())
	}
	b.Queue(holdAll, tenant, variants, quantities, ids, group, now, until)
}

// gathered sums the wants of one variant and sorts them by id.
func gathered(wants []Want) []Want {
	sums := make(map[uuid.UUID]int, len(wants))
	for _, w := range wants {
		sums[w.Variant] += w.Quantity
	}
	out := make([]Want, 0, len(sums))
	for v, q := range sums {
		out = append(out, Want{v, q})
	}
	slices.SortFunc(out, func(a, b Want) int { return bytes.Compare(a.Variant[:], b.Variant[:]) })
	return out
}

// OutOfStock turns a reservation's refusal into ErrOutOfStock with what was
// short; any other error stays as it is.
func OutOfStock(err error) error {
	var e *pgconn.PgError
	if !errors.As(err, &e) || e.Code != shortCode {
		return err
	}
	var short []Short
	if bad := json.Unmarshal([]byte(e.Detail), &short); bad != nil {
		return errors.Join(err, bad)
	}
	return ErrOutOfStock.With("short", short)
}

// The statements that end a group's reservations. Stock rows are again locked
// in the order of their ids.
const (
	endHeld = `WITH r AS (
		UPDATE reservations SET state = '%state%' WHERE tenant_id = $1 AND group_id = $2 AND state = 'held'
		RETURNING variant_id, quantity
	), l AS (
		SELECT s.variant_id, r.quantity FROM stock s JOIN r ON r.variant_id = s.variant_id
		WHERE s.tenant_id = $1 ORDER BY s.variant_id FOR UPDATE OF s
	)
	UPDATE stock s SET %change%, updated_at = $3 FROM l WHERE s.tenant_id = $1 AND s.variant_id = l.variant_id`
	giveBack = `WITH r AS (
		UPDATE reservations SET state = 'released' WHERE tenant_id = $1 AND group_id = $2 AND state = 'taken' AND variant_id = ANY ($4)
		RETURNING variant_id, quantity
	), l AS (
		SELECT s.variant_id, r.quantity FROM stock s JOIN r ON r.variant_id = s.variant_id
		WHERE s.tenant_id = $1 ORDER BY s.variant_id FOR UPDATE OF s
	)
	UPDATE stock s SET on_hand = s.on_hand + l.quantity, updated_at = $3 FROM l WHERE s.tenant_id = $1 AND s.variant_id = l.variant_id`
)

var (
	take    = strings.NewReplacer("%state%", "taken", "%change%", "on_hand = s.on_hand - l.quantity, reserved = s.reserved - l.quantity").Replace(endHeld)
	release = strings.NewReplacer("%state%", "released", "%change%", "reserved = s.reserved - l.quantity").Replace(endHeld)
)

// QueueTake adds to the batch that what the group holds has been sold: it
// leaves the store. Repeating it changes nothing.
func QueueTake(b *pgx.Batch, tenant, group uuid.UUID, now time.Time) {
	b.Queue(take, tenant, group, now)
}

// QueueRelease adds to the batch that what the group holds can be sold to
// others again. Repeating it changes nothing.
func QueueRelease(b *pgx.Batch, tenant, group uuid.UUID, now time.Time) {
	b.Queue(release, tenant, group, now)
}

// QueueGiveBack adds to the batch that these variants, taken for the group,
// lie in the store again. Repeating it changes nothing.
func QueueGiveBack(b *pgx.Batch, tenant, group uuid.UUID, variants []uuid.UUID, now time.Time) {
	b.Queue(giveBack, tenant, group, now, variants)
}

// Stock is the use-cases around what is in the store.
type Stock struct {
	db    *pg.DB
	clock clock.Clock
}

// NewStock makes the use-cases of stock.
func NewStock(db *pg.DB, c clock.Clock) *Stock { return &Stock{db, c} }

// Adjustment is a change that a seller makes to its own stock.
type Adjustment struct {
	Variant uuid.UUID
	Change  int
	Reason  string
}

const adjust = `WITH mine AS (
	SELECT v.id FROM variants v JOIN products p ON p.tenant_id = v.tenant_id AND p.id = v.product_id
	WHERE v.tenant_id = $1 AND v.id = $2 AND p.seller_id = $3
), u AS (
	INSERT INTO stock AS s (tenant_id, variant_id, on_hand, updated_at) SELECT $1, id, greatest($4, 0), $5 FROM mine
	WHERE $4 >= 0 OR EXISTS (SELECT FROM stock WHERE tenant_id = $1 AND variant_id = $2)
	ON CONFLICT (tenant_id, variant_id) DO UPDATE SET on_hand = s.on_hand + $4, updated_at = $5 WHERE s.on_hand + $4 BETWEEN s.reserved AND 10000000
	RETURNING s.variant_id, s.on_hand, s.reserved
), m AS (
	INSERT INTO stock_moves (tenant_id, id, variant_id, change, reason, account_id, at) SELECT $1, $6, variant_id, $4, $7, $8, $5 FROM u
)
SELECT EXISTS (SELECT FROM mine), (SELECT on_hand FROM u), (SELECT reserved FROM u)`

// Adjust changes what is in the store of the seller's own variant and notes
// why. It never goes below what is promised to orders.
func (s *Stock) Adjust(ctx context.Context, who actor.Actor, a Adjustment) (Level, error) {
	if err := who.Need(actor.Seller); err != nil {
		return Level{}, err
	}
	if err := a.check(); err != nil {
		return Level{}, err
	}
	var mine bool
	var onHand, reserved *int
	err := s.db.Write(ctx, func(tx *pg.Tx) error {
		return tx.QueryRow(ctx, adjust, who.Tenant, a.Variant, who.Seller, a.Change, s.clock.Now(), uuid.Must(uuid.NewV7()), a.Reason, who.Account).
			Scan(&mine, &onHand, &reserved)
	})
	switch {
	case err != nil:
		return Level{}, err
	case !mine:
		return Level{}, errs.NotFoundOf("variant")
	case (onHand == nil || reserved == nil) && a.Change > 0:
		return Level{}, errs.New(errs.Conflict, "stock_full", "That is more than a store can hold here.")
	case onHand == nil || reserved == nil:
		return Level{}, errs.New(errs.Conflict, "stock_promised", "So much cannot be taken away: part of it is promised to orders.")
	}
	return Level{a.Variant, *onHand, *reserved, *onHand - *reserved}, nil
}

// mostStock is the most pieces of a variant that can be in a store.
const mostStock = 10_000_000

func (a *Adjustment) check() error {
	var wrong errs.Fields
	a.Reason = strings.TrimSpace(a.Reason)
	if a.Change == 0 || a.Change > mostStock || a.Change < -mostStock {
		wrong.Add("change", "out_of_range", "Enter how many pieces came in, or went out as a negative number.")
	}
	if n := utf8.RuneCountInString(a.Reason); n == 0 {
		wrong.Add("reason", "required", "Say why the stock changes.")
	} else if n > 200 || !utf8.ValidString(a.Reason) || strings.ContainsRune(a.Reason, 0) {
		wrong.Add("reason", "too_long", "Say it in 200 characters.")
	}
	return wrong.Err()
}
