package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"countyfair/auth"
	"countyfair/internal/actor"
	"countyfair/tenants"
)

func userCommand(e env) *cobra.Command {
	var county, role, name, language string
	var withPassword bool
	create := &cobra.Command{
		Use: "create LOGIN", Short: "Make an account", Args: cobra.ExactArgs(1),
		Long: "Make an account for an e-mail address or a phone number. Without --password-stdin the person signs in by one-time code.",
	}
	f := create.Flags()
	f.StringVar(&county, "tenant", "", "the county's `slug`; operators belong to none")
	f.StringVar(&role, "role", "", "buyer, officer, supervisor or operator")
	f.StringVar(&name, "name", "", "the person's name")
	f.StringVar(&language, "language", "", "BCP 47")
	f.BoolVar(&withPassword, "password-stdin", false, "read the password from standard input")
	_ = create.MarkFlagRequired("role")
	create.RunE = func(cmd *cobra.Command, args []string) error {
		u := auth.NewUser{Login: args[0], Role: actor.Role(role), Name: name, Language: language}
		if withPassword {
			line, err := bufio.NewReader(e.stdin).ReadString('\n')
			if u.Password = strings.TrimRight(line, "\r\n"); u.Password == "" {
				return errors.Join(errors.New("no password on standard input"), err)
			}
		}
		return withCounties(cmd.Context(), e, func(ctx context.Context, in *installation) error {
			tenant := tenants.PlatformID
			if u.Role != actor.Operator {
				c, err := in.counties.Directory().BySlug(county)
				if err != nil {
					return fmt.Errorf("--tenant: %w", err)
				}
				tenant = c.ID
			}
			a, err := in.auth.CreateUser(ctx, shell, tenant, u)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(e.stdout, "%s  %s  %s\n", a.ID, args[0], role)
			return err
		})
	}
	cmd := &cobra.Command{Use: "user", Short: "Accounts"}
	cmd.AddCommand(create)
	return cmd
}
