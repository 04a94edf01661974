package pgembed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"syscall"

	embedded "github.com/fergusstrange/embedded-postgres"
)

// binaries finds a PostgreSQL of 15 or later: on the PATH, where Debian or
// Homebrew put it, and otherwise one that is downloaded beside the data.
func binaries(ctx context.Context, dir string) (string, error) {
	if bin, err := Installed(ctx); err == nil {
		return bin, nil
	}
	return download(dir)
}

// Installed finds a PostgreSQL on this machine: the folder that holds initdb and postgres.
func Installed(ctx context.Context) (string, error) {
	candidates := []string{os.Getenv("PGBIN")}
	if p, err := exec.LookPath("initdb"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			candidates = append(candidates, filepath.Dir(p))
		}
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin", "/usr/pgsql-*/bin"} {
		found, _ := filepath.Glob(pattern)
		sort.Sort(sort.Reverse(sort.StringSlice(found)))
		candidates = append(candidates, found...)
	}
	for _, bin := range candidates {
		if bin != "" && recent(ctx, bin) {
			return bin, nil
		}
	}
	return "", errors.New("no PostgreSQL 15 or later is installed (Debian, Ubuntu: apt-get install postgresql; macOS: brew install postgresql@16)")
}

func recent(ctx context.Context, bin string) bool {
	out, err := exec.CommandContext(ctx, filepath.Join(bin, "postgres"), "--version").Output() //nolint:gosec // our own candidates
	if err != nil {
		return false
	}
	var major int
	_, err = fmt.Sscanf(string(out), "postgres (PostgreSQL) %d", &major)
	return err == nil && major >= 15
}

func download(dir string) (string, error) {
	into := filepath.Join(filepath.Dir(dir), "postgres-binaries")
	if _, err := os.Stat(filepath.Join(into, "bin", "initdb")); err == nil {
		return filepath.Join(into, "bin"), nil
	}
	server := embedded.NewDatabase(embedded.DefaultConfig().BinariesPath(into).RuntimePath(into + ".run").Version(embedded.V16))
	if err := server.Start(); err != nil {
		return "", fmt.Errorf("no PostgreSQL found here, and none could be downloaded (%w); install one: Debian, Ubuntu: apt-get install postgresql; macOS: brew install postgresql@16", err)
	}
	if err := server.Stop(); err != nil {
		return "", err
	}
	return filepath.Join(into, "bin"), nil
}

// credential is the user that runs the server when we are root, which
// PostgreSQL refuses to be.
func credential() *syscall.Credential {
	if os.Geteuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
			gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
			if err1 == nil && err2 == nil {
				return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
			}
		}
	}
	return nil
}

// giveTo makes the folder the server user's own, and lets that user pass
// through the folders above it that are ours.
func giveTo(dir string) error {
	c := credential()
	if c == nil {
		return nil
	}
	if err := os.Chown(dir, int(c.Uid), int(c.Gid)); err != nil {
		return err
	}
	for up := filepath.Dir(dir); up != "/" && up != "."; up = filepath.Dir(up) {
		info, err := os.Stat(up)
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o001 == 0 {
			if err := os.Chmod(up, info.Mode().Perm()|0o001); err != nil {
				return err
			}
		}
	}
	return nil
}
