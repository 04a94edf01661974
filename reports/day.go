package reports

import (
	"context"
	"time"

	"countyfair/customs/papers"
	"countyfair/internal/actor"
	"countyfair/internal/audit"
)

// Day packs the papers of everything that was sent abroad on a day, for the
// county's broker.
func (s *Service) Day(ctx context.Context, who actor.Actor, day time.Time) (papers.File, error) {
	if err := who.Need(actor.Officer, actor.System); err != nil {
		return papers.File{}, err
	}
	county, err := s.Counties.ByID(who.Tenant)
	if err != nil {
		return papers.File{}, err
	}
	from := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, county.Location())
	ids, err := s.Orders.ShippedAbroad(ctx, who, from, from.AddDate(0, 0, 1))
	if err != nil {
		return papers.File{}, err
	}
	if len(ids) == 0 {
		return papers.File{}, errNoParcel
	}
	font, err := s.font(ctx)
	if err != nil {
		return papers.File{}, err
	}
	var all []papers.Bundled
	for _, id := range ids {
		d, err := s.open(ctx, who, id)
		if err != nil {
			return papers.File{}, err
		}
		order, err := d.whole(font)
		if err != nil {
			return papers.File{}, err
		}
		all = append(all, order)
	}
	data, err := papers.Bundle(s.Clock.Now(), all...)
	if err != nil {
		return papers.File{}, err
	}
	name := from.Format(time.DateOnly)
	err = s.taken(ctx, who, audit.Act{Action: "papers.day", Subject: "county", ID: who.Tenant.String(), Detail: map[string]any{"day": name, "orders": len(all)}})
	return papers.File{Name: "papers_" + name + ".zip", Kind: Everything, Data: data}, err
}
