package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"countyfair/internal/config"
	"countyfair/migrations"
)

func migrateCommand(e env) *cobra.Command {
	cmd := &cobra.Command{
		Use: "migrate", Short: "Bring the schema up, take a step back, or tell where it is",
		Long: "The schema belongs to its owner: set MIGRATE_DATABASE_URL to the owner's connection. Run `migrate up` before the new program serves.",
	}
	run := func(use, short string, do func(cmd *cobra.Command, url string) error) {
		cmd.AddCommand(&cobra.Command{Use: use, Short: short, Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
			url, err := ownerURL(e)
			if err != nil {
				return err
			}
			return do(cmd, url)
		}})
	}
	run("up", "Bring the schema to the newest version", func(cmd *cobra.Command, url string) error {
		if err := migrations.Up(cmd.Context(), url); err != nil {
			return err
		}
		_, err := fmt.Fprintf(e.stdout, "The schema is at version %d.\n", migrations.Newest())
		return err
	})
	run("down", "Take the newest migration back", func(cmd *cobra.Command, url string) error { return migrations.Down(cmd.Context(), url) })
	status := &cobra.Command{Use: "status", Short: "Which migrations have run", Args: cobra.NoArgs}
	asJSON := jsonFlag(status)
	status.RunE = func(cmd *cobra.Command, _ []string) error {
		url, err := ownerURL(e)
		if err != nil {
			return err
		}
		all, err := migrations.List(cmd.Context(), url)
		if err != nil {
			return err
		}
		return show(e, *asJSON, all, []string{"VERSION", "FILE", "APPLIED"}, func(m migrations.Status) []any { return []any{m.Version, m.Name, yesNo(m.Applied)} })
	}
	cmd.AddCommand(status)
	return cmd
}

func ownerURL(e env) (string, error) {
	cfg, err := config.Read(e.getenv)
	if err != nil {
		return "", err
	}
	if cfg.MigrateURL == "" {
		return "", errors.New("MIGRATE_DATABASE_URL is not set: give the connection of the schema's owner")
	}
	return cfg.MigrateURL, nil
}
