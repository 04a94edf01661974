package customs

import (
	"cmp"
	"slices"

	"github.com/google/uuid"

	"countyfair/internal/errs"
)

// Effect is what a row of a file would do.
type Effect string

// The effects.
const (
	New       Effect = "new"
	Changed   Effect = "changed" // it follows or corrects another row
	Unchanged Effect = "unchanged"
	Refused   Effect = "refused"
)

// PreviewRow is what would become of one row of a file, and what is wrong with it.
type PreviewRow struct {
	Row      int // from 1, the heading not counted
	Cells    Cells
	Effect   Effect
	Problems errs.Fields
}

// Preview is what would become of a file.
type Preview struct {
	Rows  []PreviewRow
	Count map[Effect]int
}

// record is a row that is there, or is to be.
type record struct {
	id      uuid.UUID
	cells   Cells
	fresh   bool // to be inserted
	touched bool // valid_to or checked_at is to be written
}

// plan works out what rows do to those that are there: the file's rows by the
// day they begin, each ending the one it follows.
func (l *layout) plan(there []*record, rows []Cells) (Preview, []*record) {
	byKey := map[string][]*record{}
	for _, r := range there {
		byKey[l.keyOf(r.cells)] = append(byKey[l.keyOf(r.cells)], r)
	}
	p := Preview{Rows: make([]PreviewRow, len(rows)), Count: map[Effect]int{}}
	order := make([]int, len(rows))
	for i, c := range rows {
		order[i] = i
		clean, wrong := l.clean(c)
		p.Rows[i] = PreviewRow{Row: i + 1, Cells: clean, Problems: wrong, Effect: Refused}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p.Rows[a].Cells["valid_from"], p.Rows[b].Cells["valid_from"]) })
	var work []*record
	for _, i := range order {
		row := &p.Rows[i]
		if len(row.Problems) == 0 {
			key := l.keyOf(row.Cells)
			var made *record
			row.Effect, made = l.place(byKey[key], row)
			if made != nil {
				byKey[key] = append(byKey[key], made)
				work = append(work, made)
			}
		}
		p.Count[row.Effect]++
	}
	for _, r := range there {
		if r.touched {
			work = append(work, r)
		}
	}
	return p, work
}

// place fits a row among those of its key.
func (l *layout) place(there []*record, row *PreviewRow) (Effect, *record) {
	c := row.Cells
	if column, reason := l.clash(there, c); reason != "" {
		row.Problems.Add(column, reason, messages[reason])
		return Refused, nil
	}
	effect := New
	for _, r := range there {
		if r.overBy(c["valid_from"]) || r.cells["valid_from"] > c["valid_from"] {
			continue
		}
		if r.cells["valid_from"] == c["valid_from"] && l.same(r.cells, c) {
			if r.cells["valid_to"] == c["valid_to"] && r.cells["checked_at"] == c["checked_at"] {
				return Unchanged, nil
			}
			r.cells["valid_to"], r.cells["checked_at"], r.touched = c["valid_to"], c["checked_at"], true
			return Changed, nil
		}
		r.cells["valid_to"], r.touched = c["valid_from"], !r.fresh
		effect = Changed
	}
	return effect, &record{cells: c, fresh: true}
}

// clash says which column keeps a row from standing beside the others.
func (l *layout) clash(there []*record, c Cells) (column, reason string) {
	for _, r := range there {
		from := r.cells["valid_from"]
		switch {
		case from == c["valid_from"] && r.fresh:
			return "valid_from", "twice"
		case from > c["valid_from"] && !r.overBy(from) && (c["valid_to"] == "" || c["valid_to"] > from):
			return "valid_to", "overlaps_later"
		}
	}
	return "", ""
}

// overBy reports whether the record no longer holds on a day.
func (r *record) overBy(day string) bool {
	to := r.cells["valid_to"]
	return to != "" && to <= day
}
