package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/spf13/cobra"

	"countyfair/internal/config"
	"countyfair/internal/observe"
	"countyfair/internal/pgembed"
	"countyfair/migrations"
)

func serveCommand(e env) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Run the production server",
		Long:  "Run the production server, configured by environment alone. `countyfair config` lists each variable.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, log, err := production(e)
			if err != nil {
				return err
			}
			pgLog, err := openLog(cfg, "postgres.log")
			if err != nil {
				return err
			}
			defer pgLog.Close() //nolint:errcheck // a log
			stop, err := readyDatabase(cmd.Context(), &cfg, pgembed.Start, pgLog)
			if err != nil {
				return err
			}
			defer stop()
			return serve(cmd.Context(), cfg, log, true)
		},
	}
}

func workerCommand(e env) *cobra.Command {
	return &cobra.Command{
		Use:   "worker",
		Short: "Run background jobs alone, for installations that split them from serve",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, log, err := production(e)
			if err != nil {
				return err
			}
			if cfg.DatabaseURL == "" {
				return errors.New("DATABASE_URL is not set: a worker shares its database with serve, and a private one serves one process (which does the jobs itself)")
			}
			cfg.Workers = max(cfg.Workers, 1)
			return serve(cmd.Context(), cfg, log, false)
		},
	}
}

// production reads settings that are fit for production.
func production(e env) (config.Config, *slog.Logger, error) {
	cfg, err := config.Read(e.getenv)
	if err != nil {
		return cfg, nil, err
	}
	if err := cfg.ReadyToServe(); err != nil {
		return cfg, nil, err
	}
	return cfg, logger(e, cfg.LogLevel), nil
}

// serve runs until ctx ends: requests where web is true, and jobs.
func serve(ctx context.Context, cfg config.Config, log *slog.Logger, web bool) error {
	in, err := build(ctx, cfg, log, options{ratesFor: ratesFor})
	if err != nil {
		return err
	}
	defer in.close()
	if err := in.fitForProduction(ctx); err != nil {
		return err
	}
	if err := in.customs.Seed(ctx); err != nil {
		return err
	}
	if !web {
		return in.work(ctx)
	}
	listener, err := net.Listen("tcp", cfg.Addr) //nolint:noctx // closed by the shutdown
	if err != nil {
		return fmt.Errorf("ADDR: %w", err)
	}
	admin := observe.NewAdmin(in.metrics, in.health)
	go func() {
		if err := admin.Listen(cfg.AdminAddr); err != nil {
			log.ErrorContext(ctx, "ADMIN_ADDR cannot be listened on", "error", err)
		}
	}()
	defer func() { _ = admin.Shutdown() }()
	log.InfoContext(ctx, "serving", "addr", listener.Addr().String(), "version", version)
	stopJobs, err := in.startJobs(ctx)
	if err != nil {
		return err
	}
	return in.run(ctx, listener, stopJobs)
}

// atThisSchema refuses a database that is not at this program's schema.
func (in *installation) atThisSchema(ctx context.Context) error {
	at, err := migrations.Current(ctx, in.db.Pool())
	if err == nil && at != migrations.Newest() {
		err = fmt.Errorf("the database is at schema %d, this program needs %d: run `countyfair migrate up` first", at, migrations.Newest())
	}
	return err
}

// fitForProduction refuses a database that holds the demo's well-known accounts.
func (in *installation) fitForProduction(ctx context.Context) error {
	demo, err := in.auth.DemoAccounts(ctx)
	if err != nil {
		return err
	}
	if demo {
		return errors.New("this database holds the demo's accounts, whose password everybody knows: serve from another (DATABASE_URL, or another DATA_DIR for a private one)")
	}
	return nil
}

// run answers on the listener until ctx ends; then it lets requests and jobs
// come to their end.
func (in *installation) run(ctx context.Context, listener net.Listener, stopJobs func(context.Context) error) error {
	failed := make(chan error, 1)
	go func() { failed <- in.app.Listener(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	in.log.InfoContext(ctx, "draining")
	in.health.Drain()
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), in.cfg.DrainTime)
	defer cancel()
	// Those who send requests here hear of it from /readyz, or with their next
	// answer, before the door closes.
	select {
	case <-time.After(in.cfg.DrainTime / 4):
	case err := <-failed:
		return err
	}
	return errors.Join(in.app.ShutdownWithContext(drain), stopJobs(drain))
}

// work does jobs alone until ctx ends.
func (in *installation) work(ctx context.Context) error {
	stop, err := in.startJobs(ctx)
	if err != nil {
		return err
	}
	<-ctx.Done()
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), in.cfg.DrainTime)
	defer cancel()
	return stop(drain)
}
