// Command countyfair is the whole program: the server, its background worker,
// the demo, and the tools of the people who run it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // counties have time zones also where the machine has no list of them

	"github.com/spf13/cobra"
)

// version is set by the build (-ldflags "-X main.version=v1.2.3").
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr)
	interrupted := ctx.Err() != nil && errors.Is(err, context.Canceled)
	stop()
	switch {
	case interrupted: // Ctrl-C in the middle of work: nothing to explain
		fmt.Fprintln(os.Stderr, "countyfair: stopped")
		os.Exit(130)
	case err != nil:
		fmt.Fprintln(os.Stderr, "countyfair:", plain(err))
		os.Exit(1)
	}
}

// env is what a subcommand may touch of the world.
type env struct {
	getenv func(string) string
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

// run is the program without the process around it.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) error {
	e := env{getenv, stdin, stdout, stderr}
	root := &cobra.Command{
		Use:           "countyfair",
		Short:         "A county's own market: its farmers sell, people near and far buy",
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(serveCommand(e), workerCommand(e), demoCommand(e), migrateCommand(e), tenantCommand(e), userCommand(e), doctorCommand(e), configCommand(e), ledgerCommand(e))
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return root.ExecuteContext(ctx)
}
