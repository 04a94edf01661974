package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"countyfair/internal/config"
	"countyfair/migrations"
)

func migrateCommand(e env) *cobra.Command {
	cmd := &cobra.Command{
		Use: "migrate", Short: "Bring the schema up, take a step back, or tell where it is",
		Long: "The schema belongs to its owner: set MIGRATE_DATABASE_URL to the owner's connection (a private server in DATA_DIR needs none). Run `migrate up` before the new program serves.",
	}
	run := func(use, short string, do func(ctx context.Context, url string) error) {
		cmd.AddCommand(&cobra.Command{Use: use, Short: short, Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
			return asOwner(cmd.Context(), e, func(_ config.Config, url string) error { return do(cmd.Context(), url) })
		}})
	}
	run("up", "Bring the schema to the newest version", func(ctx context.Context, url string) error {
		if err := migrations.Up(ctx, url); err != nil {
			return err
		}
		_, err := fmt.Fprintf(e.stdout, "The schema is at version %d.\n", migrations.Newest())
		return err
	})
	run("down", "Take the newest migration back", migrations.Down)
	status := &cobra.Command{Use: "status", Short: "Which migrations have run", Args: cobra.NoArgs}
	asJSON := jsonFlag(status)
	status.RunE = func(cmd *cobra.Command, _ []string) error {
		return asOwner(cmd.Context(), e, func(_ config.Config, url string) error {
			all, err := migrations.List(cmd.Context(), url)
			if err != nil {
				return err
			}
			return show(e, *asJSON, all, []string{"VERSION", "FILE", "APPLIED"}, func(m migrations.Status) []any { return []any{m.Version, m.Name, yesNo(m.Applied)} })
		})
	}
	cmd.AddCommand(status)
	return cmd
}
