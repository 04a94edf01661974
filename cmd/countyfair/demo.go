package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/spf13/cobra"

	"countyfair/demo"
	"countyfair/internal/config"
	"countyfair/internal/pgembed"
	"countyfair/migrations"
	"countyfair/web/pages/page"
)

func demoCommand(e env) *cobra.Command {
	var addr, dir string
	var seed int64
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Three counties on this machine, with nothing to configure",
		Long: "Bring up the whole market on this machine: a private PostgreSQL, three counties with their produce, and a sandbox for payments.\n" +
			"A second start on the same folder keeps its data. Ctrl-C stops everything it started.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runDemo(cmd.Context(), e, addr, dir, seed)
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:8080", "where to listen, `HOST:PORT`")
	cmd.Flags().StringVar(&dir, "data", "./data", "the `folder` that keeps the demo's data")
	cmd.Flags().Int64Var(&seed, "seed", 1, "which sample orders the counties begin with")
	return cmd
}

func runDemo(ctx context.Context, e env, addr, dir string, seed int64) error {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(e.stdout, format+"\n", args...) }
	listener, err := net.Listen("tcp", addr) //nolint:noctx // closed by the shutdown
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w (choose another with --addr)", addr, err)
	}
	defer listener.Close() //nolint:errcheck // the app closes it first
	cfg, err := demoConfig(dir, listener.Addr().String())
	if err != nil {
		return err
	}
	logFile, err := openLog(cfg, "countyfair.log")
	if err != nil {
		return err
	}
	defer logFile.Close() //nolint:errcheck // a log
	say("PostgreSQL: a private server in %s, its schema at version %d", filepath.Join(dir, "postgres"), migrations.Newest())
	stop, err := readyDatabase(ctx, &cfg, pgembed.Start, logFile)
	if err != nil {
		return err
	}
	defer stop()
	in, err := build(ctx, cfg, logger(env{stderr: logFile}, slog.LevelInfo), options{showMessages: true, healthInside: true})
	if err != nil {
		return err
	}
	defer in.close()
	if err := in.customs.Seed(ctx); err != nil {
		return err
	}
	stopJobs, err := in.startJobs(ctx)
	if err != nil {
		return err
	}
	if err := demo.Seed(ctx, in.demo(seed), say); err != nil {
		return errors.Join(err, stopJobs(ctx))
	}
	announce(e, cfg, filepath.Join(dir, "countyfair.log"))
	err = in.run(ctx, listener, stopJobs)
	say("Stopped. Start again on the same folder to go on.")
	return err
}

// demoConfig needs nothing from the environment: a fixed secret would be
// everybody's, so each folder gets its own.
func demoConfig(dir, addr string) (config.Config, error) {
	secret, err := demoSecret(filepath.Join(dir, "secret"))
	if err != nil {
		return config.Config{}, err
	}
	settings := map[string]string{
		"ADDR": addr, "BASE_DOMAIN": "localhost", "SECRET": secret, "DATA_DIR": dir, "PAYMENT_PROVIDER": "sandbox",
	}
	cfg, err := config.Read(func(name string) string { return settings[name] })
	cfg.DrainTime = 3 * time.Second
	return cfg, err
}

func demoSecret(path string) (string, error) {
	raw, err := os.ReadFile(path) //nolint:gosec // in the folder the person named
	if err == nil {
		return string(raw), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return "", err
	}
	fresh := make([]byte, 32)
	_, _ = rand.Read(fresh) // never fails: crypto/rand ends the program instead
	secret := hex.EncodeToString(fresh)
	return secret, os.WriteFile(path, []byte(secret), 0o600)
}

// demoHint tells on the sign-in page whom one may sign in as.
func demoHint(c *fiber.Ctx) string {
	login := "operator@demo"
	if county := page.County(c); !county.Platform {
		login = "buyer@" + county.Slug + ".demo"
	}
	return page.Words(c).T("sign_in.demo", "Login", login, "Password", demo.Password)
}

// announce prints where everything is and who may sign in; then `ready`.
func announce(e env, cfg config.Config, log string) {
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w)
	for _, slug := range demo.Slugs {
		_, _ = fmt.Fprintf(w, "%s\t%s\n", slug, cfg.Link(slug+".localhost", "/"))
	}
	_, _ = fmt.Fprintf(w, "all counties\t%s\n", cfg.Link("localhost", "/"))
	_, _ = fmt.Fprintf(w, "API\t%s\n\n", cfg.Link("longnan.localhost", "/api/docs"))
	_, _ = fmt.Fprintf(w, "who\tsign in as\twhere\n")
	for _, row := range demo.Logins() {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", row.Who, row.Login, cfg.Link(row.Host, row.Path))
	}
	_, _ = fmt.Fprintf(w, "\nEvery password is %s (a demonstration: everybody knows it). Messages to people are in %s.\nCtrl-C stops everything.\n\nready\n", demo.Password, log)
	_ = w.Flush()
}
