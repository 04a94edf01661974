package main

import (
	"github.com/spf13/cobra"

	"countyfair/internal/config"
)

func configCommand(e env) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "List each environment variable, its default and its meaning", Args: cobra.NoArgs}
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		return show(e, *asJSON, config.Variables(), []string{"VARIABLE", "DEFAULT", "MEANING"}, func(v config.Variable) []any {
			return []any{v.Name, v.Default, v.Meaning}
		})
	}
	return cmd
}
