package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"countyfair/internal/config"
	"countyfair/internal/pgembed"
	"countyfair/migrations"
)

// A private server is started by what runs long (serve, demo), and joined by
// what runs beside it (the other commands).
type getServer func(context.Context, pgembed.Options) (*pgembed.Server, error)

// reachDatabase lets cfg name a database: the one of the environment, or else
// the private server in DATA_DIR.
func reachDatabase(ctx context.Context, cfg *config.Config, get getServer, log *os.File) (server *pgembed.Server, err error) {
	if cfg.DatabaseURL != "" {
		return nil, nil //nolint:nilnil // no server of ours is the plain case, and stop takes it
	}
	if err := os.MkdirAll(cfg.DataDir, 0o750); err != nil {
		return nil, err
	}
	if server, err = get(ctx, pgembed.Options{Dir: filepath.Join(cfg.DataDir, "postgres"), Log: log}); err != nil {
		return nil, err
	}
	cfg.DatabaseURL, cfg.MigrateURL = server.URL(pgembed.App, pgembed.Database), server.URL(pgembed.Owner, pgembed.Database)
	return server, nil
}

// readyDatabase is reachDatabase, with the schema of a private server brought
// up. Another's schema is brought up by `countyfair migrate`, and so is that
// of a server which serve is using.
func readyDatabase(ctx context.Context, cfg *config.Config, get getServer, log *os.File) (stop func(), err error) {
	server, err := reachDatabase(ctx, cfg, get, log)
	if err != nil {
		return nil, err
	}
	if server.Ours() {
		err = migrations.Up(ctx, cfg.MigrateURL)
	}
	if err != nil {
		server.Stop()
	}
	return server.Stop, err
}

// openLog opens a log in the data folder, to be added to.
func openLog(cfg config.Config, name string) (*os.File, error) {
	if err := os.MkdirAll(cfg.DataDir, 0o750); err != nil {
		return nil, err
	}
	return os.OpenFile(filepath.Join(cfg.DataDir, name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600) //nolint:gosec // the folder the person named
}

// asOwner runs fn with the connection of the schema's owner.
func asOwner(ctx context.Context, e env, fn func(cfg config.Config, url string) error) error {
	cfg, err := config.Read(e.getenv)
	if err != nil {
		return err
	}
	if cfg.MigrateURL == "" && cfg.DatabaseURL != "" {
		return errors.New("MIGRATE_DATABASE_URL is not set: give the connection of the schema's owner")
	}
	if cfg.MigrateURL == "" {
		server, err := reachDatabase(ctx, &cfg, pgembed.Join, nil)
		if err != nil {
			return err
		}
		defer server.Stop()
	}
	return fn(cfg, cfg.MigrateURL)
}
