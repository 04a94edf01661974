package admin

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"countyfair/internal/actor"
	"countyfair/internal/pg"
)

// Kind is a kind of thing that waits.
type Kind string

// The kinds, in the order in which an office looks at them.
const (
	Applications Kind = "applications" // sellers who wait to be let in
	Review       Kind = "review"       // products that wait to be looked at
	ToShip       Kind = "to_ship"      // paid orders that their sellers have not sent
)

// Late is how long a thing may wait before the office ought to worry.
const Late = 72 * time.Hour

// Queue is what waits, of one kind.
type Queue struct {
	Kind    Kind
	Waiting int       // all of it: Today + Days + Late
	Today   int       // came within the last 24 hours
	Days    int       // waits longer, but not too long
	Late    int       // waits for more than three days
	Oldest  time.Time // since when the longest waiting does; zero where none waits
}

// Desk is everything that waits in the office.
type Desk []Queue

// Of finds a queue.
func (d Desk) Of(k Kind) Queue {
	for _, q := range d {
		if q.Kind == k {
			return q
		}
	}
	return Queue{Kind: k}
}

// selectDesk counts all queues in one look, by age.
const selectDesk = `SELECT k.kind, count(w.at), count(*) FILTER (WHERE w.at > $2), count(*) FILTER (WHERE w.at <= $2 AND w.at > $3), count(*) FILTER (WHERE w.at <= $3), min(w.at)
FROM unnest($4::text[]) WITH ORDINALITY AS k (kind, place) LEFT JOIN (
	SELECT 'applications' AS kind, applied_at AS at FROM sellers WHERE tenant_id = $1 AND state = 'applied'
	UNION ALL SELECT 'review', updated_at FROM products WHERE tenant_id = $1 AND state = 'in_review'
	UNION ALL SELECT 'to_ship', updated_at FROM orders WHERE tenant_id = $1 AND state = 'paid'
) w USING (kind) GROUP BY k.kind, k.place ORDER BY k.place`

// Desk tells what waits in the actor's own county, for those who work there.
func (s *Service) Desk(ctx context.Context, who actor.Actor) (desk Desk, err error) {
	if err := who.Need(actor.Officer, actor.Supervisor); err != nil {
		return nil, err
	}
	now := s.clock.Now()
	err = s.db.Query(ctx, func(q pg.Querier) error {
		rows, err := q.Query(ctx, selectDesk, who.Tenant, now.Add(-24*time.Hour), now.Add(-Late), []Kind{Applications, Review, ToShip})
		if err != nil {
			return err
		}
		desk, err = pgx.CollectRows(rows, scanQueue)
		return err
	})
	return desk, err
}

func scanQueue(row pgx.CollectableRow) (q Queue, err error) {
	var oldest *time.Time
	err = row.Scan(&q.Kind, &q.Waiting, &q.Today, &q.Days, &q.Late, &oldest)
	if oldest != nil {
		q.Oldest = oldest.UTC()
	}
	return q, err
}
