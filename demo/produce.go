package demo

import (
	"context"
	"fmt"
	"time"

	"countyfair/catalog"
	"countyfair/internal/actor"
	"countyfair/sellers"
)

// importSheet sends the spreadsheet as an officer would, looks at what is wrong
// with it, starts it and waits for the job.
func (s Services) importSheet(ctx context.Context, officer actor.Actor, name string, sheet, pictures []byte, say say) (products int, err error) {
	im, err := s.Catalog.NewImport(ctx, officer, catalog.NewImport{FileName: name, Sheet: sheet, Album: pictures})
	if err != nil {
		return 0, err
	}
	bad, err := s.Catalog.ImportRows(ctx, officer, im.ID, true, 0, 20)
	if err != nil {
		return 0, err
	}
	for _, row := range bad {
		if row.Bad() {
			return 0, fmt.Errorf("%s, row %d: %s", name, row.Row, row.Problems[0].Message)
		}
	}
	if im, err = s.Catalog.StartImport(ctx, officer, im.ID); err != nil {
		return 0, err
	}
	for told := 0; im.State == catalog.Running; {
		if im.Done-told >= 40 {
			told = im.Done
			say("  %s: %d of %d rows", name, im.Done, im.Total)
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
		if im, err = s.Catalog.Import(ctx, officer, im.ID); err != nil {
			return 0, err
		}
	}
	if im.State != catalog.Done || im.Refused > 0 {
		return 0, fmt.Errorf("%s: the import ended as %q with %d rows refused", name, im.State, im.Refused)
	}
	all, err := s.Catalog.CountedCategories(ctx, officer)
	for _, k := range all {
		products += k.Products
	}
	return products, err
}

// sampleLicence is a licence number of the right form that no firm has: the
// demo's firms are made up. Households need none.
func sampleLicence(country, kind string, n int) string {
	switch {
	case kind == "household":
		return ""
	case country != "CN":
		return fmt.Sprintf("SAMPLE-%03d", n+1)
	}
	first := fmt.Sprintf("93000000MA00000%02d", n)
	check, ok := sellers.CreditCheck(first)
	if !ok {
		return ""
	}
	return first + string(check)
}
