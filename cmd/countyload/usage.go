package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// cpu is the processor time that each part has used so far.
type cpu struct{ server, postgres, driver time.Duration }

func (c cpu) since(before cpu) cpu {
	return cpu{c.server - before.server, c.postgres - before.postgres, c.driver - before.driver}
}

func (m *market) cpu() cpu {
	var own syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &own)
	c := cpu{driver: time.Duration(own.Utime.Nano() + own.Stime.Nano())}
	c.server, _ = used(m.server.Process.Pid)
	// Backends that have gone are counted with the postmaster, which waited for them.
	main, gone := used(m.postgres.Pid())
	c.postgres = main + gone
	for _, pid := range children(m.postgres.Pid()) {
		own, _ := used(pid)
		c.postgres += own
	}
	return c
}

// tick is the unit of /proc on Linux.
const tick = 10 * time.Millisecond

// used is the processor time of a process, and of its children that have ended.
func used(pid int) (own, gone time.Duration) {
	f := stat(pid)
	if len(f) < 15 {
		return 0, 0
	}
	at := func(i int) time.Duration {
		n, _ := strconv.ParseInt(f[i], 10, 64)
		return time.Duration(n) * tick
	}
	return at(11) + at(12), at(13) + at(14)
}

// stat gives what follows the name in /proc/PID/stat: the state, the parent and so on.
func stat(pid int) []string {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	return strings.Fields(string(raw[strings.LastIndexByte(string(raw), ')')+1:]))
}

func children(parent int) (out []int) {
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range all {
		pid, err := strconv.Atoi(filepath.Base(dir))
		if f := stat(pid); err == nil && len(f) > 1 && f[1] == strconv.Itoa(parent) {
			out = append(out, pid)
		}
	}
	return out
}

// memory is a figure of the server's process in MB: VmRSS now, VmHWM at most.
func (m *market) memory(figure string) int {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", m.server.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.SplitSeq(string(raw), "\n") {
		if rest, ok := strings.CutPrefix(line, figure+":"); ok {
			kb, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			return kb / 1024
		}
	}
	return 0
}

func (m *market) mostMemory() int { return max(m.most, m.memory("VmHWM")) }

// loadAverage tells whether the machine was busy with other work.
func loadAverage() string {
	raw, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	one, _, _ := strings.Cut(string(raw), " ")
	return one
}
