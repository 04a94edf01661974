package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// errFound ends a source's telling: a difference was found.
var errFound = errors.New("ledger: difference found")

// facts holds the book against one source, both ways: each fact has its entry,
// and each entry of the source's kinds is one of its facts.
func (v *verifier) facts(ctx context.Context, s Source) (*Difference, error) {
	var found *Difference
	count := map[Kind]int64{}
	err := s.Facts(ctx, v.tx, v.tenant, func(page []Fact) error {
		v.report.Facts += int64(len(page))
		d, err := v.page(ctx, page)
		for _, f := range page {
			count[f.Kind]++
			v.told[sumKey{f.Kind, f.Account, f.Amount.Currency}] += f.Amount.Amount
		}
		if err == nil && d != nil {
			found, err = d, errFound
		}
		return err
	})
	if found != nil {
		return found, nil
	}
	if err != nil {
		return nil, err
	}
	return v.strangers(ctx, s, count)
}

// page compares some facts with their entries.
func (v *verifier) page(ctx context.Context, page []Fact) (*Difference, error) {
	names, accounts, currencies := make([]string, len(page)), make([]string, len(page)), make([]string, len(page))
	for i, f := range page {
		names[i], accounts[i], currencies[i] = f.Name, string(f.Account), f.Amount.Currency
	}
	rows, err := v.tx.Query(ctx, `SELECT coalesce(e.kind, ''), coalesce((SELECT sum(l.amount) FROM ledger_lines l
			WHERE l.tenant_id = $1 AND l.entry_id = e.id AND l.account = u.account AND l.currency = u.currency), 0)::bigint
		FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS u (fact, account, currency, i)
		LEFT JOIN ledger_entries e ON e.tenant_id = $1 AND e.fact = u.fact ORDER BY u.i`, v.tenant, names, accounts, currencies)
	if err != nil {
		return nil, err
	}
	type booked struct {
		Kind   Kind
		Amount int64
	}
	have, err := pgx.CollectRows(rows, pgx.RowToStructByPos[booked])
	if err != nil {
		return nil, err
	}
	for i, f := range page {
		want := fmt.Sprintf("%s of %s on %s", f.Kind, f.Amount, f.Account)
		if have[i].Kind == "" {
			return &Difference{"facts", f.Name, want, "no entry"}, nil
		}
		if have[i].Kind != f.Kind || have[i].Amount != f.Amount.Amount {
			return &Difference{"facts", f.Name, want, fmt.Sprintf("%s of %d", have[i].Kind, have[i].Amount)}, nil
		}
	}
	return v.orders(ctx, page)
}

// orders is identity (a): the shares of each order come to what its buyer paid.
func (v *verifier) orders(ctx context.Context, page []Fact) (*Difference, error) {
	var names, currencies []string
	want := map[[2]string]int64{}
	for _, f := range page {
		if len(f.Orders) == 0 {
			continue
		}
		names, currencies = append(names, f.Name), append(currencies, f.Amount.Currency)
		var sum int64
		for order, n := range f.Orders {
			sum += n
			if n != 0 {
				want[[2]string{f.Name, order.String()}] = n
			}
		}
		if sum != f.Amount.Amount {
			return &Difference{"(a)", f.Name, f.Amount.String(), fmt.Sprint(sum)}, nil
		}
	}
	if len(names) == 0 {
		return nil, nil //nolint:nilnil // no difference is a good answer
	}
	have, err := v.shares(ctx, names, currencies)
	if err != nil {
		return nil, err
	}
	for key, n := range want {
		if have[key] != n {
			return &Difference{"(a)", key[0] + " order " + key[1], fmt.Sprint(n), fmt.Sprint(have[key])}, nil
		}
	}
	return nil, nil //nolint:nilnil // as above
}

// shares is what the entries credit of each order, in the currency charged.
func (v *verifier) shares(ctx context.Context, names, currencies []string) (map[[2]string]int64, error) {
	rows, err := v.tx.Query(ctx, `SELECT u.fact, l.order_id, -sum(l.amount)::bigint FROM unnest($2::text[], $3::text[]) AS u (fact, currency)
		JOIN ledger_entries e ON e.tenant_id = $1 AND e.fact = u.fact JOIN ledger_lines l ON l.tenant_id = $1 AND l.entry_id = e.id AND l.currency = u.currency
		WHERE l.order_id IS NOT NULL GROUP BY u.fact, l.order_id`, v.tenant, names, currencies)
	if err != nil {
		return nil, err
	}
	out := map[[2]string]int64{}
	var fact string
	var order uuid.UUID
	var sum int64
	_, err = pgx.ForEachRow(rows, []any{&fact, &order, &sum}, func() error {
		out[[2]string{fact, order.String()}] = sum
		return nil
	})
	return out, err
}

// strangers finds an entry of the source's kinds that is none of its facts. It
// looks for it only where the numbers differ.
func (v *verifier) strangers(ctx context.Context, s Source, count map[Kind]int64) (*Difference, error) {
	for _, kind := range s.Kinds() {
		var n int64
		if err := v.tx.QueryRow(ctx, `SELECT count(*) FROM ledger_entries WHERE tenant_id = $1 AND kind = $2`, v.tenant, kind).Scan(&n); err != nil {
			return nil, err
		}
		if n == count[kind] {
			continue
		}
		name, err := v.stranger(ctx, s, kind)
		if err != nil {
			return nil, err
		}
		return &Difference{"facts", name, fmt.Sprintf("%d entries of %s", count[kind], kind), fmt.Sprint(n)}, nil
	}
	return nil, nil //nolint:nilnil // as above
}

func (v *verifier) stranger(ctx context.Context, s Source, kind Kind) (name string, err error) {
	rows, err := v.tx.Query(ctx, `SELECT fact FROM ledger_entries WHERE tenant_id = $1 AND kind = $2 ORDER BY id`, v.tenant, kind)
	if err != nil {
		return "", err
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return "", err
	}
	known := map[string]bool{}
	err = s.Facts(ctx, v.tx, v.tenant, func(page []Fact) error {
		for _, f := range page {
			known[f.Name] = true
		}
		return nil
	})
	if i := slices.IndexFunc(all, func(f string) bool { return !known[f] }); i >= 0 {
		return all[i], err
	}
	return string(kind), err
}
