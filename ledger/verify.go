package ledger

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"countyfair/internal/actor"
	"countyfair/internal/money"
	"countyfair/internal/pg"
)

// Source retells facts from the tables in which they happened, so that the book
// can be held against them.
type Source interface {
	// Kinds are the sorts of entries that this source alone accounts for: each
	// entry of theirs must be one of its facts.
	Kinds() []Kind
	// Facts calls visit with every fact of the county, in pages.
	Facts(ctx context.Context, q pg.Querier, tenant uuid.UUID, visit func([]Fact) error) error
}

// Fact is something that happened, and what its entry must have done.
type Fact struct {
	Name    string
	Kind    Kind
	Account Account // the account that tells it apart from all others of its kind …
	Amount  money.Money
	Orders  map[uuid.UUID]int64 // … and for a sale, what each order came to
}

// Difference is the first thing that does not add up.
type Difference struct {
	Check   string `json:"check"` // "entries", "(a)" … "(e)", "facts"
	Subject string `json:"subject"`
	Want    string `json:"want"`
	Have    string `json:"have"`
}

func (d *Difference) String() string {
	return fmt.Sprintf("%s %s: want %s, have %s", d.Check, d.Subject, d.Want, d.Have)
}

// Report is what Verify found.
type Report struct {
	Entries    int64       `json:"entries"`
	Lines      int64       `json:"lines"`
	Facts      int64       `json:"facts"`
	Difference *Difference `json:"difference,omitempty"`
}

// Verify recomputes the county's book from one snapshot, and stops at the first
// difference: entries that do not balance, facts without an entry and entries
// without a fact, the identities of the package.
func (b *Book) Verify(ctx context.Context, who actor.Actor, sources ...Source) (Report, error) {
	if err := who.Need(actor.Officer, actor.Supervisor, actor.System); err != nil {
		return Report{}, err
	}
	var r Report
	err := b.db.Write(ctx, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`); err != nil {
			return err
		}
		v := verifier{tx: tx, tenant: who.Tenant, report: Report{}, told: map[sumKey]int64{}}
		err := v.run(ctx, sources)
		r = v.report
		return err
	})
	return r, err
}

// sumKey sums up what sources told of a kind in a currency.
type sumKey struct {
	kind     Kind
	account  Account
	currency string
}

type verifier struct {
	tx     *pg.Tx
	tenant uuid.UUID
	report Report
	told   map[sumKey]int64
	moved  []kindSum
}

// kindSum is what entries of a kind did to an account.
type kindSum struct {
	Kind     Kind
	Account  Account
	Party    string
	Currency string
	Amount   int64
}

func (v *verifier) run(ctx context.Context, sources []Source) error {
	steps := []func(context.Context) (*Difference, error){v.entries, v.load, v.kinds}
	for _, s := range sources {
		steps = append(steps, func(ctx context.Context) (*Difference, error) { return v.facts(ctx, s) })
	}
	steps = append(steps, v.claims, v.cash, v.payouts)
	for _, step := range steps {
		d, err := step(ctx)
		if err != nil || d != nil {
			v.report.Difference = d
			return err
		}
	}
	return nil
}

// entries is identity (b).
func (v *verifier) entries(ctx context.Context) (*Difference, error) {
	err := v.tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM ledger_entries WHERE tenant_id = $1), (SELECT count(*) FROM ledger_lines WHERE tenant_id = $1)`, v.tenant).
		Scan(&v.report.Entries, &v.report.Lines)
	if err != nil {
		return nil, err
	}
	var fact, sum string
	err = v.tx.QueryRow(ctx, `SELECT e.fact, coalesce(s.currency || ' ' || s.sum, 'no lines') FROM ledger_entries e
		LEFT JOIN (SELECT entry_id, currency, sum(amount) AS sum FROM ledger_lines WHERE tenant_id = $1 GROUP BY entry_id, currency) s ON s.entry_id = e.id
		WHERE e.tenant_id = $1 AND s.sum IS DISTINCT FROM 0 ORDER BY e.id LIMIT 1`, v.tenant).Scan(&fact, &sum)
	if pg.NoRows(err) {
		return nil, nil //nolint:nilnil // no difference is a good answer
	}
	return &Difference{"(b)", fact, "a sum of zero", sum}, err
}

func (v *verifier) load(ctx context.Context) (*Difference, error) {
	rows, err := v.tx.Query(ctx, `SELECT e.kind, l.account, CASE WHEN l.account = 'provider_clearing' THEN l.party ELSE '' END, l.currency, sum(l.amount)::bigint
		FROM ledger_lines l JOIN ledger_entries e ON e.tenant_id = l.tenant_id AND e.id = l.entry_id WHERE l.tenant_id = $1 GROUP BY 1, 2, 3, 4 ORDER BY 4, 3, 1, 2`, v.tenant)
	if err != nil {
		return nil, err
	}
	v.moved, err = pgx.CollectRows(rows, pgx.RowToStructByPos[kindSum])
	return nil, err
}

// kinds finds an entry that touched what its kind does not touch.
func (v *verifier) kinds(context.Context) (*Difference, error) {
	for _, m := range v.moved {
		info, ok := Kinds[m.Kind]
		if !ok || !slices.Contains(info.Touches, m.Account) {
			return &Difference{"kinds", string(m.Kind), fmt.Sprint(info.Touches), string(m.Account)}, nil
		}
	}
	return nil, nil //nolint:nilnil // as above
}

// claims is identity (c): what came in and stays is somebody's.
func (v *verifier) claims(context.Context) (*Difference, error) {
	in, owed := map[string]int64{}, map[string]int64{}
	for _, m := range v.moved {
		switch {
		case m.Account == ProviderClearing && (m.Kind == KindSale || m.Kind == KindLate || m.Kind == KindRefundDone),
			m.Account == DisputeHeld && m.Kind == KindDisputeLost,
			m.Kind == KindConversion && side(m.Account) == Cash:
			in[m.Currency] += m.Amount
		}
		if side(m.Account) == Claim {
			owed[m.Currency] -= m.Amount
		}
	}
	for code, n := range owed {
		if n != in[code] {
			return &Difference{"(c)", code, money.Of(in[code], code).String(), money.Of(n, code).String()}, nil
		}
	}
	return nil, nil //nolint:nilnil // as above
}

// cash is identity (d), provider by provider: the balance is what the facts of
// the sources make it, and what the kinds that no source tells add.
func (v *verifier) cash(context.Context) (*Difference, error) {
	have, want := map[[2]string]int64{}, map[[2]string]int64{}
	fromBook := map[sumKey]int64{}
	for _, m := range v.moved {
		if m.Account != ProviderClearing {
			continue
		}
		have[[2]string{m.Party, m.Currency}] += m.Amount
		want[[2]string{m.Party, m.Currency}] += directed(m.Kind, m.Amount)
		fromBook[sumKey{m.Kind, ProviderClearing, m.Currency}] += m.Amount
	}
	for at, n := range have {
		if want[at] != n {
			return &Difference{"(d)", at[0] + " " + at[1], money.Of(want[at], at[1]).String(), money.Of(n, at[1]).String()}, nil
		}
	}
	for key, told := range v.told {
		if key.account == ProviderClearing && fromBook[key] != told {
			return &Difference{"(d)", string(key.kind), money.Of(told, key.currency).String(), money.Of(fromBook[key], key.currency).String()}, nil
		}
	}
	return nil, nil //nolint:nilnil // as above
}

// directed is the amount with the sign that it must have at a provider, by its kind.
func directed(k Kind, amount int64) int64 {
	switch k {
	case KindSale, KindLate, KindDisputeWon, KindTransferBack:
		return abs(amount)
	case KindRefundDone, KindDisputeOpened, KindTransfer, KindProviderPayout:
		return -abs(amount)
	default:
		return amount // fees may be given back; an exchange goes either way
	}
}

func abs(n int64) int64 { return max(n, -n) }

// payouts is identity (e), where a source tells of payout lines: what they tell
// of each kind is what the book did.
func (v *verifier) payouts(context.Context) (*Difference, error) {
	sum := map[sumKey]int64{}
	for _, m := range v.moved {
		if m.Account == SellerPaidOut || m.Account == PayoutsMade {
			sum[sumKey{m.Kind, m.Account, m.Currency}] += m.Amount
		}
	}
	for key, told := range v.told {
		if (key.account == SellerPaidOut || key.account == PayoutsMade) && sum[key] != told {
			return &Difference{"(e)", string(key.kind), money.Of(told, key.currency).String(), money.Of(sum[key], key.currency).String()}, nil
		}
	}
	return nil, nil //nolint:nilnil // as above
}

func side(a Account) Side {
	for _, info := range Chart {
		if info.Account == a {
			return info.Side
		}
	}
	return 0
}
