package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"countyfair/adapters/disk"
	"countyfair/internal/actor"
	"countyfair/internal/clock"
	"countyfair/internal/config"
	"countyfair/internal/lang"
	"countyfair/internal/pg"
	"countyfair/internal/pgembed"
	"countyfair/tenants"
	"countyfair/tenants/archive"
)

// shell is who acts at the command line: whoever may run it may do all.
var shell = actor.OfSystem(tenants.PlatformID)

// countyRow is a county as the command line shows it.
type countyRow struct {
	ID       uuid.UUID `json:"id"`
	Slug     string    `json:"slug"`
	Name     string    `json:"name"`
	State    string    `json:"state"`
	Country  string    `json:"country"`
	Currency string    `json:"currency"`
	Address  string    `json:"address"`
}

func tenantCommand(e env) *cobra.Command {
	cmd := &cobra.Command{Use: "tenant", Short: "Make, list, suspend, export and import counties"}
	cmd.AddCommand(tenantCreate(e), tenantList(e), tenantSuspend(e), tenantExport(e), tenantImport(e))
	return cmd
}

// withCounties runs fn with the installation's counties.
func withCounties(ctx context.Context, e env, fn func(ctx context.Context, in *installation) error) error {
	cfg, err := config.Read(e.getenv)
	if err != nil {
		return err
	}
	if len(cfg.Secret) < 32 {
		return errors.New("SECRET is not set or too short: give the same as for serve (`countyfair config` lists each variable)")
	}
	stop, err := readyDatabase(ctx, &cfg, pgembed.Join, nil)
	if err != nil {
		return err
	}
	defer stop()
	in, err := build(ctx, cfg, logger(e, cfg.LogLevel), options{})
	if err != nil {
		return err
	}
	defer in.close()
	return fn(ctx, in)
}

func tenantCreate(e env) *cobra.Command {
	var n tenants.New
	var name, chinese string
	var open bool
	cmd := &cobra.Command{Use: "create SLUG", Short: "Make a county, as a draft", Args: cobra.ExactArgs(1)}
	f := cmd.Flags()
	f.StringVar(&name, "name", "", "the market's name in English")
	f.StringVar(&chinese, "name-zh", "", "the market's name in Chinese")
	f.StringVar(&n.Country, "country", "CN", "ISO 3166-1 `code`")
	f.StringVar(&n.TimeZone, "time-zone", "Asia/Shanghai", "IANA time `zone`")
	f.StringVar(&n.Currency, "currency", "CNY", "ISO 4217 `code`")
	f.StringSliceVar(&n.Languages, "languages", []string{"zh-Hans", "en"}, "BCP 47 tags, the first one leading")
	f.StringVar(&n.DivisionCode, "division-code", "", "GB/T 2260, in China")
	f.BoolVar(&open, "open", false, "open it at once")
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		n.Slug, n.Names = args[0], lang.Text{"en": name, "zh-Hans": chinese}
		n.Policy.ReviewProducts = true
		return withCounties(cmd.Context(), e, func(ctx context.Context, in *installation) error {
			c, err := in.counties.Create(ctx, shell, n)
			if err == nil && open {
				c, err = in.counties.MoveTo(ctx, shell, c.ID, tenants.Open, "")
			}
			if err != nil {
				return err
			}
			return showCounties(e, in, *asJSON, c)
		})
	}
	return cmd
}

func showCounties(e env, in *installation, asJSON bool, all ...*tenants.County) error {
	rows := make([]countyRow, len(all))
	for i, c := range all {
		rows[i] = countyRow{c.ID, c.Slug, c.Names.In("en"), string(c.State), c.Country, c.Currency, in.cfg.Link(in.counties.Directory().Host(c), "/")}
	}
	return show(e, asJSON, rows, []string{"SLUG", "NAME", "STATE", "COUNTRY", "CURRENCY", "ADDRESS"}, func(r countyRow) []any {
		return []any{r.Slug, r.Name, r.State, r.Country, r.Currency, r.Address}
	})
}

func tenantList(e env) *cobra.Command {
	cmd := &cobra.Command{Use: "list", Short: "List the counties", Args: cobra.NoArgs}
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return withCounties(cmd.Context(), e, func(ctx context.Context, in *installation) error {
			all, err := in.counties.List(ctx, shell)
			if err != nil {
				return err
			}
			return showCounties(e, in, *asJSON, all...)
		})
	}
	return cmd
}

func tenantSuspend(e env) *cobra.Command {
	var reason string
	var lift bool
	cmd := &cobra.Command{Use: "suspend SLUG", Short: "Suspend a county, or open it again", Args: cobra.ExactArgs(1)}
	cmd.Flags().StringVar(&reason, "reason", "", "why; kept in the audit")
	cmd.Flags().BoolVar(&lift, "lift", false, "open it again")
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return withCounties(cmd.Context(), e, func(ctx context.Context, in *installation) error {
			c, err := in.counties.Directory().BySlug(args[0])
			if err != nil {
				return err
			}
			next := tenants.Suspended
			if lift {
				next = tenants.Open
			}
			if c, err = in.counties.MoveTo(ctx, shell, c.ID, next, reason); err != nil {
				return err
			}
			return showCounties(e, in, *asJSON, c)
		})
	}
	return cmd
}

// withArchive opens the database as the schema's owner, who alone may read all of a county.
func withArchive(ctx context.Context, e env, fn func(a *archive.Archiver) (archive.Summary, error)) error {
	return asOwner(ctx, e, func(cfg config.Config, url string) error {
		db, err := pg.Open(ctx, pg.Options{URL: url})
		if err != nil {
			return err
		}
		defer db.Close()
		files, err := disk.Open(filepath.Join(cfg.DataDir, "files"))
		if err != nil {
			return err
		}
		s, err := fn(&archive.Archiver{DB: db, Blobs: files, Clock: clock.System{}})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(e.stderr, "%s: %d rows, %d files\n", s.Slug, s.Rows, s.Files)
		return err
	})
}

func tenantExport(e env) *cobra.Command {
	var out string
	cmd := &cobra.Command{Use: "export SLUG", Short: "Write all of a county into one zip file", Args: cobra.ExactArgs(1)}
	cmd.Flags().StringVarP(&out, "output", "o", "", "the `file` to write; default standard output")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return withArchive(cmd.Context(), e, func(a *archive.Archiver) (s archive.Summary, err error) {
			if out == "" {
				return a.Export(cmd.Context(), shell, args[0], e.stdout)
			}
			f, err := os.OpenFile(out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the file the person named
			if err != nil {
				return s, err
			}
			s, err = a.Export(cmd.Context(), shell, args[0], f)
			if closeErr := f.Close(); err == nil {
				err = closeErr
			}
			if err != nil {
				_ = os.Remove(out)
			}
			return s, err
		})
	}
	return cmd
}

func tenantImport(e env) *cobra.Command {
	return &cobra.Command{Use: "import FILE", Short: "Bring a county in from its zip file", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		return withArchive(cmd.Context(), e, func(a *archive.Archiver) (s archive.Summary, err error) {
			f, err := os.Open(args[0])
			if err != nil {
				return s, err
			}
			defer f.Close() //nolint:errcheck // read only
			size, err := f.Seek(0, io.SeekEnd)
			if err != nil {
				return s, err
			}
			return a.Import(cmd.Context(), shell, f, size)
		})
	}}
}
