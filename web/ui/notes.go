package ui

import "countyfair/internal/money"

// notesOf splits whole yuan into notes, biggest first. More than a dozen say
// nothing to the eye any more, and other currencies have other notes: then none.
func notesOf(m money.Money) []int {
	if m.Currency != "CNY" || m.Amount <= 0 {
		return nil
	}
	var out []int
	rest := m.Amount / 100
	for _, n := range []int64{100, 50, 20, 10, 5, 1} {
		for rest >= n {
			if len(out) == 12 {
				return nil
			}
			out = append(out, int(n))
			rest -= n
		}
	}
	return out
}
