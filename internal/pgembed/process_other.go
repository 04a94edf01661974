//go:build !linux

package pgembed

import "syscall"

// attributes of a server process. There is no parent-death signal here: after a
// kill the next start waits for the old server to be stopped.
func attributes(bool) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: credential()}
}
