package pgembed

import "syscall"

// attributes of a server process: its own user when we are root, its own
// process group (Ctrl-C at the terminal is ours to pass on), and, for the
// server itself, a fast shutdown when this program dies.
func attributes(server bool) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true, Credential: credential()}
	if server {
		a.Pdeathsig = syscall.SIGINT
	}
	return a
}
