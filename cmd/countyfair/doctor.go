package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"countyfair/adapters/disk"
	"countyfair/customs/papers"
	"countyfair/internal/config"
	"countyfair/internal/pgembed"
	"countyfair/migrations"
)

// finding is what the doctor says of one thing.
type finding struct {
	Part   string `json:"part"`
	State  string `json:"state"` // ok, note, failed
	Detail string `json:"detail"`
}

func doctorCommand(e env) *cobra.Command {
	cmd := &cobra.Command{
		Use: "doctor", Short: "Check the database, the files, payment keys, the clock and the ports", Args: cobra.NoArgs,
		Long: "Checks what serve needs, with the same environment. One line each; exit code 1 where one fails.",
	}
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		found := examine(cmd.Context(), e)
		if err := show(e, *asJSON, found, []string{"PART", "STATE", "DETAIL"}, func(f finding) []any { return []any{f.Part, f.State, f.Detail} }); err != nil {
			return err
		}
		for _, f := range found {
			if f.State == "failed" {
				return errors.New("something needs mending, see above")
			}
		}
		return nil
	}
	return cmd
}

func examine(ctx context.Context, e env) []finding {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	cfg, err := config.Read(e.getenv)
	if err != nil {
		return []finding{{"settings", "failed", strings.ReplaceAll(err.Error(), "\n", "; ")}}
	}
	out := []finding{verdict("settings", "ready for serve", cfg.ReadyToServe())}
	out = append(out, examineDatabase(ctx, cfg)...)
	return append(out, verdict("files", "can be written and read in "+filepath.Join(cfg.DataDir, "files"), tryFiles(ctx, cfg)),
		payments(cfg), tryPort(ctx, cfg, cfg.Addr), tryPort(ctx, cfg, cfg.AdminAddr), paperFont(cfg), ffmpeg())
}

func verdict(part, good string, err error) finding {
	if err != nil {
		return finding{part, "failed", err.Error()}
	}
	return finding{part, "ok", good}
}

func examineDatabase(ctx context.Context, cfg config.Config) []finding {
	stop, err := readyDatabase(ctx, &cfg, pgembed.Join, nil)
	if err != nil {
		return []finding{verdict("database", "", err)}
	}
	defer stop()
	conn, err := pgx.Connect(ctx, cfg.DatabaseURL)
	if err != nil {
		return []finding{{"database", "failed", "cannot connect: " + strings.TrimSpace(lastLine(err.Error()))}}
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing to do about it
	var server string
	var number, owns int
	var super, bypass bool
	var now time.Time
	if err := conn.QueryRow(ctx, `SELECT current_setting('server_version'), current_setting('server_version_num')::int, r.rolsuper, r.rolbypassrls, clock_timestamp(),
		(SELECT count(*) FROM pg_class c WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p')) FROM pg_roles r WHERE r.rolname = current_user`).
		Scan(&server, &number, &super, &bypass, &now, &owns); err != nil {
		return []finding{verdict("database", "", err)}
	}
	out := []finding{verdict("database", "PostgreSQL "+server, when(number < 150000, "PostgreSQL "+server+" is too old: 15 or later is needed"))}
	out = append(out, verdict("database role", "owns nothing, bypasses nothing", errors.Join(
		when(super, "the program's role is a superuser: counties would not be sealed"),
		when(bypass, "the program's role bypasses row-level security"), when(owns > 0, fmt.Sprintf("the program's role owns %d tables", owns)))))
	skew := time.Since(now).Abs().Round(time.Millisecond)
	out = append(out, verdict("clock", fmt.Sprintf("within %s of the database's", skew), when(skew > 2*time.Second, fmt.Sprintf("%s off the database's clock: set the time by NTP", skew))))
	at, err := migrations.Current(ctx, conn)
	if err == nil {
		err = when(at != migrations.Newest(), fmt.Sprintf("at version %d, this program needs %d: run `countyfair migrate up`", at, migrations.Newest()))
	}
	return append(out, verdict("schema", fmt.Sprintf("version %d", at), err))
}

func when(bad bool, text string) error {
	if bad {
		return errors.New(text)
	}
	return nil
}

// lastLine keeps a connection string, which may stand in the first lines, out of the answer.
func lastLine(s string) string { return s[strings.LastIndexByte(s, ':')+1:] }

func tryFiles(ctx context.Context, cfg config.Config) error {
	files, err := disk.Open(filepath.Join(cfg.DataDir, "files"))
	if err != nil {
		return err
	}
	key, want := "doctor/"+uuid.NewString(), []byte("countyfair")
	if err := files.Put(ctx, key, bytes.NewReader(want)); err != nil {
		return err
	}
	defer files.Delete(ctx, key) //nolint:errcheck // a small file of ours
	r, err := files.Open(ctx, key)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // read only
	got, err := io.ReadAll(r)
	if err == nil && !bytes.Equal(got, want) {
		err = errors.New("what was read is not what was written")
	}
	return err
}

func payments(cfg config.Config) finding {
	switch {
	case cfg.PaymentProvider == "sandbox":
		return finding{"payments", "note", "sandbox: no money moves"}
	case strings.HasPrefix(cfg.StripeKey, "sk_test_"):
		return finding{"payments", "note", "Stripe in test mode; its webhook endpoint must be at API version 2024-06-20"}
	case strings.HasPrefix(cfg.StripeKey, "sk_live_"), strings.HasPrefix(cfg.StripeKey, "rk_live_"):
		return finding{"payments", "ok", "Stripe; its webhook endpoint must be at API version 2024-06-20"}
	}
	return finding{"payments", "failed", "STRIPE_SECRET_KEY is not a secret key (sk_live_… or sk_test_…)"}
}

// tryPort: a port that serve holds already is as good as a free one.
func tryPort(ctx context.Context, cfg config.Config, addr string) finding {
	l, err := net.Listen("tcp", addr) //nolint:noctx // closed at once
	if err == nil {
		err = l.Close()
	} else if serving(ctx, cfg.AdminAddr) {
		return finding{"port " + addr, "ok", "held by serve, which is running"}
	}
	return verdict("port "+addr, "free", err)
}

func serving(ctx context.Context, admin string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+admin+"/livez", http.NoBody)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// paperFont: without it everything works but the papers of orders abroad.
func paperFont(cfg config.Config) finding {
	path, err := papers.FindFont(cfg.PaperFont)
	if err == nil {
		_, err = papers.LoadFont(path)
	}
	switch {
	case err == nil:
		return finding{"paper font", "ok", path}
	case cfg.PaperFont == "":
		return finding{"paper font", "note", err.Error()}
	}
	return finding{"paper font", "failed", err.Error()}
}

func ffmpeg() finding {
	if path, err := exec.LookPath("ffmpeg"); err == nil {
		return finding{"ffmpeg", "ok", path}
	}
	return finding{"ffmpeg", "note", "not installed; nothing needs it yet"}
}
