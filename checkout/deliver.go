package checkout

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/notify"
	"countyfair/internal/pg"
)

// Ship hands an order over to a carrier; its own seller does so. Said twice
// with the same number it changes nothing.
func (s *Service) Ship(ctx context.Context, who actor.Actor, order uuid.UUID, carrier, tracking string) (Order, error) {
	if err := who.Need(actor.Seller); err != nil {
		return Order{}, err
	}
	carrier, tracking = strings.TrimSpace(carrier), strings.TrimSpace(tracking)
	if err := checkShipment(carrier, tracking); err != nil {
		return Order{}, err
	}
	seen, err := s.findOrder(ctx, who, orderByID, order, Credentials{})
	if err != nil {
		return Order{}, err
	}
	if !seen.view.Seller {
		return Order{}, errOrderNotFound
	}
	err = s.db.Write(ctx, func(tx *pg.Tx) error {
		g, err := lockGroup(ctx, tx, who.Tenant, seen.Group)
		if err != nil {
			return err
		}
		o := g.order(order)
		if o.State == Shipped {
			return sameShipment(ctx, tx, who.Tenant, order, carrier, tracking)
		}
		if !o.State.CanBecome(Shipped) {
			return errs.New(errs.Conflict, "cannot_ship", "This order cannot be shipped: it is not paid, or was cancelled or shipped already.")
		}
		now := s.clock.Now()
		if _, err := tx.Exec(ctx, `UPDATE orders SET state = 'shipped', carrier = $3, tracking_number = $4, updated_at = $5 WHERE tenant_id = $1 AND id = $2`,
			who.Tenant, order, carrier, tracking, now); err != nil {
			return err
		}
		if err := addEvent(ctx, tx, who.Tenant, order, Shipped, now, account(who), ""); err != nil {
			return err
		}
		m := s.toBuyerOf(who.Tenant, g, *o, tellShipped)
		m.Data["carrier"], m.Data["tracking_number"] = carrier, tracking
		return notify.Queue(ctx, tx, now, m)
	})
	if err != nil {
		return Order{}, err
	}
	return s.findOrder(ctx, who, orderByID, order, Credentials{})
}

func checkShipment(carrier, tracking string) error {
	var wrong errs.Fields
	for _, f := range []struct{ name, value, missing string }{
		{"carrier", carrier, "Say who carries the parcel."},
		{"tracking_number", tracking, "Enter the number on the parcel's label."},
	} {
		switch {
		case f.value == "":
			wrong.Add(f.name, "required", f.missing)
		case utf8.RuneCountInString(f.value) > 80:
			wrong.Add(f.name, "too_long", "Say it in 80 characters.")
		case !utf8.ValidString(f.value) || strings.ContainsFunc(f.value, unicode.IsControl):
			wrong.Add(f.name, "not_text", "This holds characters that cannot be printed.")
		}
	}
	return wrong.Err()
}

// sameShipment is nil where the order went out just as is said now.
func sameShipment(ctx context.Context, tx *pg.Tx, tenant, order uuid.UUID, carrier, tracking string) error {
	var same bool
	err := tx.QueryRow(ctx, `SELECT carrier = $3 AND tracking_number = $4 FROM orders WHERE tenant_id = $1 AND id = $2`, tenant, order, carrier, tracking).Scan(&same)
	if err == nil && !same {
		return errs.New(errs.Conflict, "cannot_ship", "This order was shipped already.")
	}
	return err
}

// ConfirmDelivery is the buyer's word that the parcel came. Said twice it
// changes nothing.
func (s *Service) ConfirmDelivery(ctx context.Context, who actor.Actor, order uuid.UUID, c Credentials) (Order, error) {
	seen, err := s.findOrder(ctx, who, orderByID, order, c)
	if err != nil {
		return Order{}, err
	}
	if !seen.view.Buyer {
		return Order{}, errs.NotAllowed()
	}
	err = s.db.Write(ctx, func(tx *pg.Tx) error {
		g, err := lockGroup(ctx, tx, who.Tenant, seen.Group)
		if err != nil {
			return err
		}
		o := g.order(order)
		if o.State == Delivered {
			return nil
		}
		if !o.State.CanBecome(Delivered) {
			return errs.New(errs.Conflict, "not_shipped", "This order is not on its way.")
		}
		now := s.clock.Now()
		if _, err := tx.Exec(ctx, `UPDATE orders SET state = 'delivered', updated_at = $3 WHERE tenant_id = $1 AND id = $2`, who.Tenant, order, now); err != nil {
			return err
		}
		if err := addEvent(ctx, tx, who.Tenant, order, Delivered, now, account(who), ""); err != nil {
			return err
		}
		if err := s.releaseLater(ctx, tx, who.Tenant, order, now); err != nil {
			return err
		}
		return notify.Queue(ctx, tx, now, toSeller(*o, tellDelivered))
	})
	if err != nil {
		return Order{}, err
	}
	return s.findOrder(ctx, who, orderByID, order, c)
}

// PackingSlip is what goes into the parcel: who gets it, and what is in it. It
// names no prices, for the receiver may have been given a present.
type PackingSlip struct {
	Number  string
	Seller  SellerRef
	Order   Order
	WeightG int64
	Pieces  int
}

// PackingSlip gives the seller what to pack.
func (s *Service) PackingSlip(ctx context.Context, who actor.Actor, order uuid.UUID) (PackingSlip, error) {
	if err := who.Need(actor.Seller); err != nil {
		return PackingSlip{}, err
	}
	o, err := s.findOrder(ctx, who, orderByID, order, Credentials{})
	if err != nil {
		return PackingSlip{}, err
	}
	if !o.view.Seller {
		return PackingSlip{}, errOrderNotFound
	}
	slip := PackingSlip{Number: o.Number, Seller: o.Seller, Order: o}
	for _, l := range o.Lines {
		slip.WeightG += int64(l.NetWeightG) * int64(l.Quantity)
		slip.Pieces += l.Quantity
	}
	return slip, nil
}
