package payout

import (
	"context"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"countyfair/internal/actor"
	"countyfair/internal/audit"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
)

// BankAccount is where money goes, or comes from. Number is in clear only on
// its way in; on its way out it is masked.
type BankAccount struct {
	Holder   string
	Bank     string
	BankCode string // BIC or CNAPS; may be empty
	Number   string
}

var (
	numberForm = regexp.MustCompile(`^[A-Z0-9]{6,34}$`)
	codeForm   = regexp.MustCompile(`^([A-Z0-9]{8}|[A-Z0-9]{11}|[0-9]{12})?$`)
)

// clean takes out spaces and dashes, and says what is wrong.
func (a BankAccount) clean() (BankAccount, error) {
	squeeze := strings.NewReplacer(" ", "", "-", "", "\u00a0", "")
	a.Holder, a.Bank = strings.TrimSpace(a.Holder), strings.TrimSpace(a.Bank)
	a.Number, a.BankCode = strings.ToUpper(squeeze.Replace(a.Number)), strings.ToUpper(squeeze.Replace(a.BankCode))
	var wrong errs.Fields
	for _, f := range []struct{ name, value string }{{"holder", a.Holder}, {"bank", a.Bank}} {
		switch {
		case f.value == "":
			wrong.Add(f.name, "required", "Enter this as it stands on the bank card.")
		case utf8.RuneCountInString(f.value) > 140 || !utf8.ValidString(f.value) || strings.ContainsFunc(f.value, unicode.IsControl):
			wrong.Add(f.name, "too_long", "Say it in 140 characters.")
		}
	}
	if !numberForm.MatchString(a.Number) {
		wrong.Add("number", "bank_number", "Enter the account number: 6 to 34 digits and letters.")
	}
	if !codeForm.MatchString(a.BankCode) {
		wrong.Add("bank_code", "bank_code", "Enter the bank's BIC or its 12-digit CNAPS number, or leave it empty.")
	}
	return a, wrong.Err()
}

// owner is whose account the actor may look after: a seller's own, or for an
// officer the county's.
func owner(who actor.Actor) (uuid.UUID, error) {
	if who.Is(actor.Officer) {
		return who.Tenant, nil
	}
	return who.Seller, who.Need(actor.Seller)
}

// SetBankAccount keeps where the actor's seller is paid, or, for an officer,
// which account the county pays from. It is audited, without the number.
func (s *Service) SetBankAccount(ctx context.Context, who actor.Actor, a BankAccount) error {
	of, err := owner(who)
	if err != nil {
		return err
	}
	if a, err = a.clean(); err != nil {
		return err
	}
	now, tail := s.clock.Now(), a.Number[len(a.Number)-4:]
	return s.db.Write(ctx, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO bank_accounts (tenant_id, owner_id, holder, bank, bank_code, sealed, tail, updated_at, updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (tenant_id, owner_id) DO UPDATE SET holder = excluded.holder, bank = excluded.bank, bank_code = excluded.bank_code, sealed = excluded.sealed,
				tail = excluded.tail, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
			who.Tenant, of, a.Holder, a.Bank, a.BankCode, s.box.Seal([]byte(a.Number), place(who.Tenant, of)), tail, now, who.Account)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, now, who, audit.Act{Action: "bank_account.set", Subject: "bank_account", ID: of.String(), Detail: map[string]any{"tail": tail}})
	})
}

// GetBankAccount shows the account that SetBankAccount would change, masked.
func (s *Service) GetBankAccount(ctx context.Context, who actor.Actor) (a BankAccount, err error) {
	of, err := owner(who)
	if err != nil {
		return a, err
	}
	err = s.db.Query(ctx, func(q pg.Querier) error {
		return q.QueryRow(ctx, `SELECT holder, bank, bank_code, tail FROM bank_accounts WHERE tenant_id = $1 AND owner_id = $2`, who.Tenant, of).Scan(&a.Holder, &a.Bank, &a.BankCode, &a.Number)
	})
	if pg.NoRows(err) {
		return a, errs.NotFoundOf("bank_account")
	}
	a.Number = masked(a.Number)
	return a, err
}

// place binds a sealed number to its owner, so that it opens for nobody else.
func place(tenant, owner uuid.UUID) string { return tenant.String() + "/" + owner.String() }

func masked(tail string) string { return "···· " + tail }
