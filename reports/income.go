package reports

import (
	"context"
	"strings"
	"unicode/utf8"

	"countyfair/customs/papers"
	"countyfair/internal/actor"
	"countyfair/internal/audit"
	"countyfair/internal/errs"
	"countyfair/ledger"
	"countyfair/sellers"
)

// IncomeRequest asks for the sellers' income of a quarter.
type IncomeRequest struct {
	Year, Quarter int
	XML           bool // else CSV
	// Personal puts names of contacts, phones and licences in whole; else they
	// are masked. The tax office needs them, a look at the figures does not.
	Personal bool
}

// SellerIncome is the quarterly report of sellers' identity and income
// (State Council Order 810). Only officers take it, and that they did is kept.
func (s *Service) SellerIncome(ctx context.Context, who actor.Actor, r IncomeRequest) (papers.File, error) {
	if err := who.Need(actor.Officer); err != nil {
		return papers.File{}, err
	}
	if r.Year < 2020 || r.Year > 2100 || r.Quarter < 1 || r.Quarter > 4 {
		return papers.File{}, errs.New(errs.Invalid, "bad_quarter", "A quarter is 1 to 4 of a year from 2020.")
	}
	county, err := s.Counties.ByID(who.Tenant)
	if err != nil {
		return papers.File{}, err
	}
	quarter := papers.Quarter{Year: r.Year, Number: r.Quarter}
	from, to := quarter.Bounds(county.Location())
	all, err := s.incomes(ctx, who, ledger.Period{From: from, To: to}, county.Currency, r.Personal)
	if err != nil {
		return papers.File{}, err
	}
	write, ending := papers.IncomeCSV, ".csv"
	if r.XML {
		write, ending = papers.IncomeXML, ".xml"
	}
	data, err := write(quarter, bothNames(county.Names), all)
	if err != nil {
		return papers.File{}, err
	}
	err = s.taken(ctx, who, audit.Act{Action: "report.seller_income", Subject: "county", ID: who.Tenant.String(), Detail: map[string]any{
		"quarter": quarter.String(), "personal": r.Personal, "lines": len(all),
	}})
	return papers.File{Name: "seller-income_" + quarter.String() + ending, Kind: "seller-income", Data: data}, err
}

// incomes are the sellers in the order they came, each with its currencies.
func (s *Service) incomes(ctx context.Context, who actor.Actor, p ledger.Period, currency string, personal bool) ([]papers.SellerIncome, error) {
	var out []papers.SellerIncome
	for _, state := range []sellers.State{sellers.Approved, sellers.Suspended} {
		for next, more := "", true; more; more = next != "" {
			page, err := s.Sellers.Applications(ctx, who, state, 100, next)
			if err != nil {
				return nil, err
			}
			for i := range page.Items {
				lines, err := s.incomeOf(ctx, who, &page.Items[i], p, currency, personal)
				if err != nil {
					return nil, err
				}
				out = append(out, lines...)
			}
			next = page.Next
		}
	}
	return out, nil
}

func (s *Service) incomeOf(ctx context.Context, who actor.Actor, seller *sellers.Seller, p ledger.Period, currency string, personal bool) ([]papers.SellerIncome, error) {
	earned, err := s.Book.IncomeOf(ctx, who, seller.ID, p)
	if err != nil {
		return nil, err
	}
	if len(earned) == 0 { // sold nothing yet: reported as such
		earned = []ledger.Income{ledger.NoIncome(currency)}
	}
	line := papers.SellerIncome{
		ID: seller.ID.String(), Kind: string(seller.Kind), Name: seller.Names.In("zh-Hans", "en"), LicenceNo: seller.LicenceNo, Contact: seller.Contact, Phone: seller.Phone, State: string(seller.State),
	}
	if !personal {
		line.LicenceNo, line.Contact, line.Phone = masked(line.LicenceNo), masked(line.Contact), masked(line.Phone)
	}
	out := make([]papers.SellerIncome, len(earned))
	for i, e := range earned {
		line.Sold, line.Shipping, line.Refunded, line.Commission, line.Earned = e.Sold, e.Shipping, e.Refunded, e.Commission, e.Earned()
		out[i] = line
	}
	return out, nil
}

// masked keeps the first character, and the last two of a longer text.
func masked(s string) string {
	n := utf8.RuneCountInString(s)
	if n == 0 {
		return ""
	}
	r := []rune(s)
	if n < 6 {
		return string(r[0]) + strings.Repeat("*", n-1)
	}
	return string(r[0]) + strings.Repeat("*", n-3) + string(r[n-2:])
}
