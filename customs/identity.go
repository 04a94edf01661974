package customs

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"countyfair/customs/papers"
	"countyfair/internal/actor"
	"countyfair/internal/audit"
	"countyfair/internal/errs"
	"countyfair/internal/pg"
)

// Identity is who the county is at a border.
type Identity struct {
	papers.Registration
	Sender Sender `json:"sender,omitzero"`
	IOSS   string `json:"ioss,omitempty"` // numbers abroad, where the county has them
	VAT    string `json:"vat,omitempty"`
	EORI   string `json:"eori,omitempty"`
}

// Sender is who stands on the papers as sender.
type Sender struct {
	Name     string `json:"name,omitempty"`
	Address  string `json:"address,omitempty"`
	City     string `json:"city,omitempty"`
	Postcode string `json:"postcode,omitempty"`
	Phone    string `json:"phone,omitempty"`
}

// Identity tells who the county is; a county that has said nothing is nobody yet.
func (s *Service) Identity(ctx context.Context, who actor.Actor) (Identity, error) {
	if err := who.Need(actor.Officer, actor.System); err != nil {
		return Identity{}, err
	}
	return s.IdentityOf(ctx, who.Tenant)
}

// IdentityOf is the same for papers that somebody else may print: only a
// use-case that has authorised them asks for it.
func (s *Service) IdentityOf(ctx context.Context, tenant uuid.UUID) (out Identity, err error) {
	err = s.db.Query(ctx, func(q pg.Querier) error {
		return q.QueryRow(ctx, `SELECT identity FROM county_export_identity WHERE tenant_id = $1`, tenant).Scan(&out)
	})
	if pg.NoRows(err) {
		return Identity{}, nil
	}
	return out, err
}

// SetIdentity changes who the county is. Part of it may be left empty; the
// papers that need the rest then say what is missing.
func (s *Service) SetIdentity(ctx context.Context, who actor.Actor, i Identity) error {
	if err := who.Need(actor.Officer, actor.System); err != nil {
		return err
	}
	if err := i.check(); err != nil {
		return err
	}
	now := s.clock.Now()
	return s.db.Write(ctx, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO county_export_identity (tenant_id, identity, updated_at) VALUES ($1, $2, $3)
			ON CONFLICT (tenant_id) DO UPDATE SET identity = excluded.identity, updated_at = excluded.updated_at`, who.Tenant, i, now); err != nil {
			return err
		}
		return audit.Record(ctx, tx, now, who, audit.Act{Action: "export.identity", Subject: "county", ID: who.Tenant.String(), Detail: map[string]any{
			"mode": i.Mode, "ebp_code": i.EbpCode, "ebc_code": i.EbcCode, "cop_code": i.CopCode, "ioss": i.IOSS, "vat": i.VAT, "eori": i.EORI,
		}})
	})
}

var (
	iossForm = regexp.MustCompile(`^(IM[0-9]{10})?$`)
	eoriForm = regexp.MustCompile(`^([A-Z]{2}[A-Z0-9]{1,15})?$`)
	vatForm  = regexp.MustCompile(`^([A-Z0-9 .-]{4,20})?$`)
)

func (i *Identity) check() error {
	var wrong errs.Fields
	for _, field := range i.TooLong() {
		wrong.Add(snake(field), "too_long", "This is longer than the customs take.")
	}
	if i.Mode != "" && !slices.Contains(papers.Modes, i.Mode) {
		wrong.Add("mode", "bad_mode", "Choose 9610, 9710, 9810 or 1210.")
	}
	for field, c := range map[string]struct {
		form *regexp.Regexp
		text string
	}{"ioss": {iossForm, i.IOSS}, "eori": {eoriForm, i.EORI}, "vat": {vatForm, i.VAT}} {
		if !c.form.MatchString(c.text) {
			wrong.Add(field, "bad_number", "This number has another form: IM and ten digits for IOSS, the country and up to 15 characters for EORI.")
		}
	}
	for field, text := range map[string]string{"sender.name": i.Sender.Name, "sender.address": i.Sender.Address, "sender.city": i.Sender.City, "sender.postcode": i.Sender.Postcode, "sender.phone": i.Sender.Phone} {
		if utf8.RuneCountInString(text) > 120 {
			wrong.Add(field, "too_long", "This is longer than the customs take.")
		}
	}
	return wrong.Err()
}

// snake writes a customs' field as ours are: ebpCode is ebp_code.
func snake(field string) string {
	var b strings.Builder
	for _, r := range field {
		if unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
