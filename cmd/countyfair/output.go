package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"countyfair/internal/errs"
)

// jsonFlag adds --json to a command.
func jsonFlag(cmd *cobra.Command) *bool {
	return cmd.Flags().Bool("json", false, "print JSON, for programs")
}

// show prints rows as a table for people, or as JSON for programs.
func show[T any](e env, asJSON bool, rows []T, head []string, line func(T) []any) error {
	if asJSON {
		if rows == nil {
			rows = []T{}
		}
		out := json.NewEncoder(e.stdout)
		out.SetIndent("", "  ")
		return out.Encode(rows)
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, strings.Join(head, "\t"))
	for _, r := range rows {
		cells := line(r)
		for i, c := range cells {
			if i > 0 {
				_, _ = fmt.Fprint(w, "\t")
			}
			_, _ = fmt.Fprint(w, c)
		}
		_, _ = fmt.Fprintln(w)
	}
	return w.Flush()
}

// plain says an error as a person at a terminal reads it: the sentence of a
// refusal without its codes, each wrong input and the cause on a line of its own.
func plain(err error) string {
	var refusal *errs.Error
	if !errors.As(err, &refusal) {
		return err.Error()
	}
	lines := []string{refusal.Message}
	for _, f := range refusal.Fields {
		lines = append(lines, f.Name+": "+f.Message)
	}
	if cause := refusal.Unwrap(); cause != nil {
		lines = append(lines, cause.Error())
	}
	return strings.Replace(err.Error(), refusal.Error(), strings.Join(lines, "\n  "), 1)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
