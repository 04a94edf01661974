package checkout

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/catalog"
	"countyfair/internal/actor"
	"countyfair/internal/audit"
	"countyfair/internal/errs"
	"countyfair/internal/jobs"
	"countyfair/internal/notify"
	"countyfair/internal/pg"
)

// ending is how a pending group ends unpaid.
type ending struct {
	group   GroupState
	order   OrderState
	tell    string
	account *uuid.UUID
	note    string
}

// end ends a pending group, which the caller has locked: its stock can be sold
// again, its payment is to be closed at the provider, its buyer is told.
func (s *Service) end(ctx context.Context, tx *pg.Tx, tenant uuid.UUID, g *group, e ending) error {
	if !g.State.CanBecome(e.group) {
		return errs.New(errs.Conflict, "cannot_cancel", "This order can no longer be cancelled.")
	}
	now := s.clock.Now()
	b := &pgx.Batch{}
	b.Queue(`UPDATE order_groups SET state = $3 WHERE tenant_id = $1 AND id = $2`, tenant, g.ID, e.group)
	b.Queue(`UPDATE orders SET state = $3, updated_at = $4 WHERE tenant_id = $1 AND group_id = $2 AND state = 'pending'`, tenant, g.ID, e.order, now)
	b.Queue(`UPDATE payments SET state = 'cancelled', updated_at = $3 WHERE tenant_id = $1 AND id = $2 AND state <> 'succeeded'`, tenant, g.Payment.ID, now)
	message := s.toBuyer(tenant, g, e.tell)
	if e.note != "" {
		message.Data["reason"] = e.note
	}
	if err := notify.QueueBatch(b, tenant, now, message); err != nil {
		return err
	}
	catalog.QueueRelease(b, tenant, g.ID, now)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	for _, o := range g.Orders {
		if err := addEvent(ctx, tx, tenant, o.ID, e.order, now, e.account, e.note); err != nil {
			return err
		}
	}
	return jobs.Insert(ctx, tx, reconcileArgs{Of: jobs.Of{Tenant: tenant}, Payment: g.Payment.ID})
}

// expire ends a group that was not paid in time. A payment that succeeded just
// now is honoured, since the stock is still held; one that is on its way gets
// a while longer.
func (s *Service) expire(ctx context.Context, tenant, id uuid.UUID) error {
	g, err := s.groupByID(ctx, tenant, id)
	if err != nil || g.State != GroupPending {
		return err
	}
	late := s.clock.Now().Sub(g.Expires)
	if g.Payment.Ref != "" {
		if err := s.reconcile(ctx, tenant, g.Payment.ID); err != nil && late < s.cfg.SettleFor {
			return err // the provider is silent: ask again before giving up
		}
	}
	return s.db.Write(ctx, func(tx *pg.Tx) error {
		g, err := lockGroup(ctx, tx, tenant, id)
		if err != nil {
			return err
		}
		if g.State != GroupPending || g.Expires.After(s.clock.Now()) || (g.Payment.State == PaymentProcessing && late < s.cfg.SettleFor) {
			return nil
		}
		return s.end(ctx, tx, tenant, g, ending{group: GroupExpired, order: Expired, tell: tellExpired})
	})
}

// Cancel takes an order back. Before it is paid, that ends the whole basket,
// for there is one payment for it, and it is the buyer's or an officer's to
// do. After it is paid and until it is shipped, buyer, seller (who says why)
// and officer may; the money goes back and the goods into the store.
func (s *Service) Cancel(ctx context.Context, who actor.Actor, order uuid.UUID, c Credentials, reason string) (Order, error) {
	seen, err := s.findOrder(ctx, who, orderByID, order, c)
	if err != nil {
		return Order{}, err
	}
	reason = strings.TrimSpace(reason)
	if err := checkReason(reason, !seen.view.Buyer); err != nil {
		return Order{}, err
	}
	err = s.db.Write(ctx, func(tx *pg.Tx) error {
		g, err := lockGroup(ctx, tx, who.Tenant, seen.Group)
		if err != nil {
			return err
		}
		o := g.order(order)
		switch {
		case g.State == GroupPending && (seen.view.Buyer || seen.view.Officer):
			err = s.end(ctx, tx, who.Tenant, g, ending{GroupCancelled, Cancelled, tellCancelled, account(who), reason})
		case o.State == Cancelled && g.State != GroupPending:
			return nil // said twice
		case o.State == Paid:
			err = s.cancelPaid(ctx, tx, who, g, *o, reason)
		default:
			return errs.New(errs.Conflict, "cannot_cancel", "This order can no longer be cancelled.")
		}
		if err == nil && seen.view.Officer {
			err = audit.Record(ctx, tx, s.clock.Now(), who, audit.Act{Action: "order.cancel", Subject: "order", ID: order.String(), Detail: map[string]any{"reason": reason}})
		}
		return err
	})
	if err != nil {
		return Order{}, err
	}
	return s.GetOrder(ctx, who, order, c)
}

func checkReason(reason string, required bool) error {
	var wrong errs.Fields
	if reason == "" && required {
		wrong.Add("reason", "required", "Say why; the buyer reads it.")
	}
	if utf8.RuneCountInString(reason) > 200 || strings.ContainsRune(reason, 0) || !utf8.ValidString(reason) {
		wrong.Add("reason", "too_long", "Say it in 200 characters.")
	}
	return wrong.Err()
}

func (g *group) order(id uuid.UUID) *placedOrder {
	for i := range g.Orders {
		if g.Orders[i].ID == id {
			return &g.Orders[i]
		}
	}
	return nil
}

// cancelPaid takes one paid order out of its group, which is locked.
func (s *Service) cancelPaid(ctx context.Context, tx *pg.Tx, who actor.Actor, g *group, o placedOrder, reason string) error {
	now := s.clock.Now()
	if _, err := tx.Exec(ctx, `UPDATE orders SET state = 'cancelled', updated_at = $3 WHERE tenant_id = $1 AND id = $2`, who.Tenant, o.ID, now); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `SELECT variant_id FROM order_lines WHERE tenant_id = $1 AND order_id = $2`, who.Tenant, o.ID)
	if err != nil {
		return err
	}
	variants, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return err
	}
	if err := addEvent(ctx, tx, who.Tenant, o.ID, Cancelled, now, account(who), reason); err != nil {
		return err
	}
	left, err := s.left(ctx, tx, who.Tenant, g, o.ID) // a part may have gone back before
	if err != nil {
		return err
	}
	if left.Amount > 0 {
		if err := s.askRefund(ctx, tx, g, refund{Tenant: who.Tenant, Payment: g.Payment.ID, Order: &o.ID, Amount: left, Reason: "cancelled"}); err != nil {
			return err
		}
	}
	b := &pgx.Batch{}
	buyer, seller := s.toBuyerOf(who.Tenant, g, o, tellCancelled), toSeller(o, tellCancelled)
	buyer.Data["reason"], seller.Data["reason"] = reason, reason
	if err := notify.QueueBatch(b, who.Tenant, now, buyer, seller); err != nil {
		return err
	}
	catalog.QueueGiveBack(b, who.Tenant, g.ID, variants, now)
	return tx.SendBatch(ctx, b).Close()
}

// dueAt is how long ago a thing must have been touched before the sweeper looks at it.
func dueAt(now time.Time, patience time.Duration) time.Time { return now.Add(-patience) }
