package checkout

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/actor"
	"countyfair/internal/money"
	"countyfair/internal/pg"
)

// Sales is what a seller wants to know at a glance.
type Sales struct {
	ToShip int         // paid orders that wait to be sent
	Oldest time.Time   // when the longest waiting of them was placed; zero where none waits
	Count  int         // orders that were paid since the moment asked for
	Sum    money.Money // what they came to
}

// Sales sums up the orders of the actor's own seller. What was cancelled since
// is not counted.
func (s *Service) Sales(ctx context.Context, who actor.Actor, since time.Time) (out Sales, err error) {
	if err := who.Need(actor.Seller); err != nil {
		return out, err
	}
	county, err := s.counties.ByID(who.Tenant)
	if err != nil {
		return out, err
	}
	out.Sum = money.Of(0, county.Currency)
	var oldest *time.Time
	err = s.db.Query(ctx, func(q pg.Querier) error {
		return q.QueryRow(ctx, `SELECT count(*) FILTER (WHERE state = 'paid'), min(created_at) FILTER (WHERE state = 'paid'),
			count(*) FILTER (WHERE created_at >= $3), coalesce(sum(total) FILTER (WHERE created_at >= $3), 0)::bigint
			FROM orders WHERE tenant_id = $1 AND seller_id = $2 AND (state = 'paid' OR (state IN ('shipped', 'delivered') AND created_at >= $3))`,
			who.Tenant, who.Seller, since).Scan(&out.ToShip, &oldest, &out.Count, &out.Sum.Amount)
	})
	if oldest != nil {
		out.Oldest = *oldest
	}
	return out, err
}

// mostShipped is how many parcels of a day are looked at at once.
const mostShipped = 500

// ShippedAbroad lists the orders that were sent to another country in a time,
// the first first, for the papers of a day.
func (s *Service) ShippedAbroad(ctx context.Context, who actor.Actor, from, to time.Time) (ids []uuid.UUID, err error) {
	if err := who.Need(actor.Officer, actor.System); err != nil {
		return nil, err
	}
	county, err := s.counties.ByID(who.Tenant)
	if err != nil {
		return nil, err
	}
	err = s.db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, `SELECT o.id FROM orders o JOIN order_groups g ON g.tenant_id = o.tenant_id AND g.id = o.group_id
			JOIN order_events e ON e.tenant_id = o.tenant_id AND e.order_id = o.id AND e.state = 'shipped' AND e.note = ''
			WHERE o.tenant_id = $1 AND e.at >= $2 AND e.at < $3 AND g.address ->> 'country' <> $4 ORDER BY e.at, o.id LIMIT $5`, who.Tenant, from, to, county.Country, mostShipped)
		if err != nil {
			return err
		}
		ids, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		return err
	})
	return ids, err
}
