package payout

import (
	"bytes"
	"context"
	"encoding/hex"

	"github.com/google/uuid"

	"countyfair/internal/actor"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
	"countyfair/ledger/bankfile"
)

// Rail is a way that money goes to sellers. Submit may be called again for the
// same batch, and then asks nobody to pay twice: the references are its keys.
type Rail interface {
	// Name is how runs of this rail are marked: "settlement".
	Name() string
	// Submit hands a batch over. A rail that knows at once what became of the
	// payments gives Results; one that needs a person gives Files.
	Submit(ctx context.Context, b bankfile.Batch) (Receipt, error)
}

// Receipt is what a rail answers.
type Receipt struct {
	Files   []File
	Results []bankfile.Result
}

// File is for a person to take to the bank.
type File struct {
	Name string
	Type string // media type
	Body []byte
}

// Settlement is the rail of files: the county's treasury, or a licensed payout
// firm, carries them out and sends back what became of them.
type Settlement struct{}

// Name of the rail.
func (Settlement) Name() string { return "settlement" }

// Submit writes the batch in both formats.
func (Settlement) Submit(_ context.Context, b bankfile.Batch) (Receipt, error) {
	var table, pain bytes.Buffer
	if err := bankfile.WriteCSV(&table, b); err != nil {
		return Receipt{}, err
	}
	if err := bankfile.WritePain(&pain, b); err != nil {
		return Receipt{}, err
	}
	return Receipt{Files: []File{{b.Number + ".csv", "text/csv; charset=utf-8", table.Bytes()}, {b.Number + ".xml", "application/xml", pain.Bytes()}}}, nil
}

// Reference is how the bank knows a line.
func Reference(line uuid.UUID) string { return hex.EncodeToString(line[:]) }

// errNoSource says that the county has not said which account it pays from.
var errNoSource = errs.New(errs.Conflict, "no_county_account", "Enter the bank account that the county pays from first.")

// Carry hands an approved run to its rail, and books what the rail knows at
// once. It may be done again: a lost file is made anew.
func (s *Service) Carry(ctx context.Context, who actor.Actor, id uuid.UUID) ([]File, error) {
	if err := who.Need(actor.Officer); err != nil {
		return nil, err
	}
	run, err := s.Get(ctx, who, id)
	if err != nil {
		return nil, err
	}
	rail, ok := s.rails[run.Rail]
	if !ok || (run.State != Approved && run.State != Settled) {
		return nil, errs.New(errs.Conflict, "payout_not_approved", "This payout run is not approved.")
	}
	batch, err := s.batch(ctx, who, run)
	if err != nil {
		return nil, err
	}
	// Noted first: what holds account numbers in clear is on record before it leaves.
	now := s.clock.Now()
	if err := s.db.Write(ctx, func(tx *pg.Tx) error { return s.record(ctx, tx, now, who, "payout.carry", run, nil) }); err != nil {
		return nil, err
	}
	receipt, err := rail.Submit(ctx, batch)
	if err != nil {
		return nil, err
	}
	if len(receipt.Results) > 0 {
		_, err = s.bookResults(ctx, who, receipt.Results, map[string]any{"rail": run.Rail})
	}
	return receipt.Files, err
}

// batch is the run with account numbers in clear.
func (s *Service) batch(ctx context.Context, who actor.Actor, run Run) (bankfile.Batch, error) {
	out := bankfile.Batch{Number: run.Number, At: *run.DecidedAt}
	var sealed []byte
	err := s.db.Query(ctx, func(q pg.Querier) error {
		return q.QueryRow(ctx, `SELECT holder, bank, bank_code, sealed FROM bank_accounts WHERE tenant_id = $1 AND owner_id = $1`, who.Tenant).
			Scan(&out.From.Holder, &out.From.Bank, &out.From.BankCode, &sealed)
	})
	if pg.NoRows(err) {
		return out, errNoSource
	}
	if err != nil {
		return out, err
	}
	if out.From.Account, err = s.open(sealed, who.Tenant, who.Tenant); err != nil {
		return out, err
	}
	for _, l := range run.Lines {
		if l.State == LineDropped {
			continue
		}
		number, err := s.open(l.sealed, who.Tenant, l.Seller)
		if err != nil {
			return out, err
		}
		out.Payments = append(out.Payments, bankfile.Payment{
			Reference: Reference(l.ID), Seller: l.Seller.String(), Amount: l.Amount, Text: run.Number,
			To: bankfile.Party{Holder: l.Holder, Bank: l.Bank, BankCode: l.code, Account: number},
		})
	}
	return out, nil
}

func (s *Service) open(sealed []byte, tenant, owner uuid.UUID) (string, error) {
	number, err := s.box.Open(sealed, place(tenant, owner))
	return string(number), err
}
