package checkout

import (
	"bytes"
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
)

const addLine = `WITH c AS (
	UPDATE carts c SET updated_at = $5 WHERE c.tenant_id = $1 AND c.id = $2 AND ` + holds + ` RETURNING c.id
), v AS (
	SELECT v.id FROM variants v JOIN products p ON p.tenant_id = v.tenant_id AND p.id = v.product_id
	JOIN sellers s ON s.tenant_id = p.tenant_id AND s.id = p.seller_id
	WHERE v.tenant_id = $1 AND v.id = $6 AND v.active AND p.state = 'published' AND s.state = 'approved'
), room AS (
	SELECT count(*) < 100 OR bool_or(variant_id = $6) AS yes FROM cart_lines WHERE tenant_id = $1 AND cart_id = $2
), i AS (
	INSERT INTO cart_lines AS l (tenant_id, id, cart_id, variant_id, quantity, added_at)
	SELECT $1, $8, c.id, v.id, $7, $5 FROM c, v, room WHERE room.yes
	ON CONFLICT (tenant_id, cart_id, variant_id) DO UPDATE SET quantity = least(l.quantity + excluded.quantity, 9999)
)
SELECT EXISTS (SELECT FROM c), EXISTS (SELECT FROM v), (SELECT yes FROM room)`

// AddLine puts so many pieces of a variant into a cart, on top of those already
// in it, and shows the cart. More than there is may be put in: the line says so.
func (s *Service) AddLine(ctx context.Context, who actor.Actor, id uuid.UUID, token string, variant uuid.UUID, quantity int) (c Cart, err error) {
	if _, err := s.open(who.Tenant); err != nil {
		return Cart{}, err
	}
	if err := pieces(quantity, 1); err != nil {
		return Cart{}, err
	}
	b := &pgx.Batch{}
	hash, mine := tokenHash(token), account(who)
	b.Queue(addLine, who.Tenant, id, hash, mine, s.clock.Now(), variant, quantity, newID())
	b.Queue(cartByID, who.Tenant, id, hash, mine)
	err = s.atomic(ctx, b, func(r pgx.BatchResults) error {
		var held, sold, room bool
		if err := r.QueryRow().Scan(&held, &sold, &room); err != nil {
			return err
		}
		switch {
		case !held:
			return errCartNotFound
		case !sold:
			return errs.NotFoundOf("variant")
		case !room:
			return errs.New(errs.Conflict, "cart_full", "A cart holds a hundred different things at most.")
		}
		rows, err := r.Query()
		if err != nil {
			return err
		}
		c, err = scanCart(rows)
		return err
	})
	return c, err
}

func pieces(n, least int) error {
	if n >= least && n <= MostPieces {
		return nil
	}
	var wrong errs.Fields
	wrong.Add("quantity", "out_of_range", "Choose between 1 and 9999 pieces.")
	return wrong.Err()
}

// UpdateLine sets how many pieces a line has, none takes it out, and shows the cart.
func (s *Service) UpdateLine(ctx context.Context, who actor.Actor, id uuid.UUID, token string, line uuid.UUID, quantity int) (Cart, error) {
	if err := pieces(quantity, 0); err != nil {
		return Cart{}, err
	}
	if quantity == 0 {
		return s.RemoveLine(ctx, who, id, token, line)
	}
	return s.changeLine(ctx, who, id, token, `UPDATE cart_lines l SET quantity = $6::int FROM c WHERE l.tenant_id = $1 AND l.cart_id = c.id AND l.id = $7 RETURNING l.id`, line, quantity)
}

// RemoveLine takes a line out of a cart, and shows the cart.
func (s *Service) RemoveLine(ctx context.Context, who actor.Actor, id uuid.UUID, token string, line uuid.UUID) (Cart, error) {
	return s.changeLine(ctx, who, id, token, `DELETE FROM cart_lines l USING c WHERE l.tenant_id = $1 AND l.cart_id = c.id AND l.id = $7 AND $6::int = 0 RETURNING l.id`, line, 0)
}

func (s *Service) changeLine(ctx context.Context, who actor.Actor, id uuid.UUID, token, change string, line uuid.UUID, quantity int) (c Cart, err error) {
	b := &pgx.Batch{}
	hash, mine := tokenHash(token), account(who)
	b.Queue(`WITH c AS (UPDATE carts c SET updated_at = $5 WHERE c.tenant_id = $1 AND c.id = $2 AND `+holds+` RETURNING c.id), l AS (`+change+`)
		SELECT EXISTS (SELECT FROM c), EXISTS (SELECT FROM l)`, who.Tenant, id, hash, mine, s.clock.Now(), quantity, line)
	b.Queue(cartByID, who.Tenant, id, hash, mine)
	err = s.atomic(ctx, b, func(r pgx.BatchResults) error {
		var held, found bool
		if err := r.QueryRow().Scan(&held, &found); err != nil {
			return err
		}
		switch {
		case !held:
			return errCartNotFound
		case !found:
			return errs.NotFoundOf("cart_line")
		}
		rows, err := r.Query()
		if err != nil {
			return err
		}
		c, err = scanCart(rows)
		return err
	})
	return c, err
}

// AdoptCart makes a guest's cart the account's when somebody signs in. What the
// account had in its cart before comes along, quantities added and capped. The
// guest's cart is the one that stays: a quote made a moment ago still stands.
// Without such a cart nothing happens.
func (s *Service) AdoptCart(ctx context.Context, who actor.Actor, token string) error {
	if err := who.NeedAccount(); err != nil || token == "" {
		return err
	}
	now := s.clock.Now()
	return s.db.Write(ctx, func(tx *pg.Tx) error {
		guest, before, err := lockCarts(ctx, tx, who, token)
		if err != nil || guest == uuid.Nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE carts SET account_id = $3, updated_at = $4 WHERE tenant_id = $1 AND id = $2`, who.Tenant, guest, who.Account, now); err != nil {
			return err
		}
		if before == uuid.Nil {
			return nil
		}
		return pour(ctx, tx, who.Tenant, before, guest, now)
	})
}

// lockCarts locks the guest's cart and the account's current one, in the order
// of their ids.
func lockCarts(ctx context.Context, tx *pg.Tx, who actor.Actor, token string) (guest, mine uuid.UUID, err error) {
	rows, err := tx.Query(ctx, `SELECT id, account_id IS NULL FROM carts WHERE tenant_id = $1 AND (
			(account_id IS NULL AND token_hash = $2)
			OR id = (SELECT id FROM carts c WHERE tenant_id = $1 AND account_id = $3
				ORDER BY EXISTS (SELECT FROM cart_lines l WHERE l.tenant_id = $1 AND l.cart_id = c.id) DESC, updated_at DESC LIMIT 1))
		ORDER BY id FOR UPDATE`, who.Tenant, tokenHash(token), who.Account)
	if err != nil {
		return guest, mine, err
	}
	defer rows.Close()
	for rows.Next() {
		var id uuid.UUID
		var nobodys bool
		if err := rows.Scan(&id, &nobodys); err != nil {
			return guest, mine, err
		}
		if nobodys {
			guest = id
		} else {
			mine = id
		}
	}
	return guest, mine, rows.Err()
}

// pour moves all lines of one cart into another.
func pour(ctx context.Context, tx *pg.Tx, tenant, from, to uuid.UUID, now time.Time) error {
	rows, err := tx.Query(ctx, `DELETE FROM cart_lines WHERE tenant_id = $1 AND cart_id = $2 RETURNING variant_id, quantity`, tenant, from)
	if err != nil {
		return err
	}
	type part struct {
		Variant  uuid.UUID
		Quantity int
	}
	parts, err := pgx.CollectRows(rows, pgx.RowToStructByPos[part])
	if err != nil || len(parts) == 0 {
		return err
	}
	b := &pgx.Batch{}
	for _, p := range parts {
		b.Queue(`INSERT INTO cart_lines AS l (tenant_id, id, cart_id, variant_id, quantity, added_at)
			SELECT $1, $2, $3, $4, $5, $6 WHERE (SELECT count(*) < 100 OR bool_or(variant_id = $4) FROM cart_lines WHERE tenant_id = $1 AND cart_id = $3)
			ON CONFLICT (tenant_id, cart_id, variant_id) DO UPDATE SET quantity = least(l.quantity + excluded.quantity, 9999)`,
			tenant, newID(), to, p.Variant, p.Quantity, now)
	}
	return tx.SendBatch(ctx, b).Close()
}

// sameID reports whether two optional ids are one and the same.
func sameID(a *uuid.UUID, b uuid.UUID) bool { return a != nil && bytes.Equal(a[:], b[:]) }
