package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"countyfair/internal/actor"
	"countyfair/internal/pg"
	"countyfair/ledger"
)

// verified is what was found in one county's book.
type verified struct {
	County string `json:"county"`
	ledger.Report
}

func ledgerCommand(e env) *cobra.Command {
	cmd := &cobra.Command{Use: "ledger", Short: "The counties' books of money"}
	verify := &cobra.Command{
		Use: "verify", Short: "Recompute every county's book, and tell the first difference", Args: cobra.NoArgs,
		Long: "Recomputes each county's book from one snapshot: that every entry sums to zero, that every payment, refund and payout has its entry and every entry its fact, " +
			"and that cash and claims agree. One line a county; exit code 1 where something differs. It may run while the market is open.",
	}
	asJSON := jsonFlag(verify)
	verify.RunE = func(cmd *cobra.Command, _ []string) error {
		return withCounties(cmd.Context(), e, func(ctx context.Context, in *installation) error {
			found, err := in.verifyBooks(ctx)
			if err != nil {
				return err
			}
			if err := show(e, *asJSON, found, []string{"COUNTY", "ENTRIES", "LINES", "FACTS", "DIFFERENCE"}, verified.row); err != nil {
				return err
			}
			return firstDifference(found)
		})
	}
	cmd.AddCommand(verify)
	return cmd
}

func (in *installation) verifyBooks(ctx context.Context) ([]verified, error) {
	counties, err := in.counties.List(ctx, shell)
	if err != nil {
		return nil, err
	}
	out := make([]verified, len(counties))
	for i, c := range counties {
		r, err := in.book.Verify(pg.WithTenant(ctx, c.ID), actor.OfSystem(c.ID), in.checkout, in.payouts)
		if err != nil {
			return nil, fmt.Errorf("county %s: %w", c.Slug, err)
		}
		out[i] = verified{c.Slug, r}
	}
	return out, nil
}

func (v verified) row() []any {
	difference := "none"
	if v.Difference != nil {
		difference = v.Difference.String()
	}
	return []any{v.County, v.Entries, v.Lines, v.Facts, difference}
}

func firstDifference(found []verified) error {
	for _, v := range found {
		if v.Difference != nil {
			return fmt.Errorf("the book of %s differs: %s", v.County, v.Difference)
		}
	}
	return nil
}
