// Package clock is the only place that asks what time it is.
package clock

import "time"

// Clock tells the time, in UTC.
type Clock interface{ Now() time.Time }

// System is the machine's clock, cut to the microseconds PostgreSQL keeps.
type System struct{}

// Now gives the present moment in UTC.
func (System) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) } //nolint:forbidigo // the one clock

// Fixed is a clock for tests and samples that stands still until moved.
type Fixed struct{ At time.Time }

// Now gives the moment it stands at.
func (f *Fixed) Now() time.Time { return f.At }

// Advance moves the clock on.
func (f *Fixed) Advance(d time.Duration) { f.At = f.At.Add(d) }
