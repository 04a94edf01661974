package checkout

import (
	"context"
	"time"

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
