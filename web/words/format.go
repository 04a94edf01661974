package words

import (
	"strconv"
	"strings"
	"sync"
	"time"

	"countyfair/internal/money"
)

// Money writes an amount as the language writes it: ¥68.00, KSh 450.00.
func (w *Words) Money(m money.Money) string { return m.Format(w.tag) }

// Number groups the digits: 14,206.
func (w *Words) Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	sep := w.T("format.group")
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	return sign + s
}

// Percent writes basis points: 250 is 2.5%.
func (w *Words) Percent(bp int64) string {
	return w.decimal(bp, 100) + "%"
}

// decimal writes n/den (den a power of ten) without trailing zeros.
func (w *Words) decimal(n, den int64) string {
	whole, rest := n/den, n%den
	if rest == 0 {
		return w.Number(whole)
	}
	sign := ""
	if rest < 0 {
		rest = -rest
		if whole == 0 {
			sign = "-"
		}
	}
	digits := len(strconv.FormatInt(den, 10)) - 1
	frac := strconv.FormatInt(rest, 10)
	frac = strings.Repeat("0", digits-len(frac)) + frac
	return sign + w.Number(whole) + w.T("format.point") + strings.TrimRight(frac, "0")
}

// Weight writes grams as people say them: 500 g, 2.5 kg.
func (w *Words) Weight(grams int64) string {
	if grams >= 1000 && grams%10 == 0 {
		return w.decimal(grams, 1000) + "\u00a0kg"
	}
	return w.Number(grams) + "\u00a0g"
}

// Date writes the day without its year: "20 Nov", "11 月 20 日". tz is an IANA
// zone; an unknown one is UTC.
func (w *Words) Date(t time.Time, tz string) string {
	return w.pattern("format.date", in(t, tz))
}

// DateLong writes the day with its year.
func (w *Words) DateLong(t time.Time, tz string) string {
	return w.pattern("format.date_long", in(t, tz))
}

// DateTime writes the day and the time.
func (w *Words) DateTime(t time.Time, tz string) string {
	return w.pattern("format.date_time", in(t, tz))
}

// Exact writes the whole moment, for a title on hover.
func (w *Words) Exact(t time.Time, tz string) string {
	l := in(t, tz)
	return w.pattern("format.date_long", l) + " " + l.Format("15:04:05 MST")
}

// MonthName gives the month in full: "November", "十一月".
func (w *Words) MonthName(m time.Month) string {
	return w.T("month.long." + strconv.Itoa(int(m)))
}

// MonthShort gives the month's short name: "Nov", "11 月".
func (w *Words) MonthShort(m time.Month) string {
	return w.T("month.short." + strconv.Itoa(int(m)))
}

// Months writes a set of months, bit 0 being January: "Sep–Nov", "9–11 月". A
// run may pass over the year's end. All or none of them have words of their own.
func (w *Words) Months(mask int) string {
	mask &= 0xfff
	switch mask {
	case 0:
		return ""
	case 0xfff:
		return w.T("format.all_year")
	}
	var parts []string
	for _, r := range runs(mask) {
		from, to := time.Month(r[0]+1), time.Month(r[1]+1)
		pattern := "format.months"
		if from == to {
			pattern = "format.month"
		}
		parts = append(parts, strings.NewReplacer(
			"{from}", strconv.Itoa(int(from)), "{to}", strconv.Itoa(int(to)),
			"{From}", w.MonthShort(from), "{To}", w.MonthShort(to),
		).Replace(w.T(pattern)))
	}
	return strings.Join(parts, w.T("format.list"))
}

// runs finds the unbroken runs of set months, as first and last index; a run
// that holds December and January is one.
func runs(mask int) [][2]int {
	on := func(i int) bool { return mask&(1<<((i+12)%12)) != 0 }
	var out [][2]int
	for i := range 12 {
		if !on(i) || on(i-1) {
			continue
		}
		end := i
		for on(end + 1) {
			end++
		}
		out = append(out, [2]int{i, end % 12})
	}
	return out
}

// Ago says how long before now it was: "just now", "3 hours ago", then the day.
func (w *Words) Ago(t, now time.Time, tz string) string {
	d := now.Sub(t)
	switch {
	case d < 0:
		return w.DateTime(t, tz)
	case d < time.Minute:
		return w.T("ago.now")
	case d < time.Hour:
		return w.T("ago.minutes", "Count", int(d/time.Minute))
	case d < 24*time.Hour:
		return w.T("ago.hours", "Count", int(d/time.Hour))
	case d < 7*24*time.Hour:
		return w.T("ago.days", "Count", int(d/(24*time.Hour)))
	}
	if in(t, tz).Year() != in(now, tz).Year() {
		return w.DateLong(t, tz)
	}
	return w.Date(t, tz)
}

// List joins names as the language does: "a, b", "甲、乙".
func (w *Words) List(items []string) string {
	return strings.Join(items, w.T("format.list"))
}

func (w *Words) pattern(id string, t time.Time) string {
	return strings.NewReplacer(
		"{d}", strconv.Itoa(t.Day()), "{m}", strconv.Itoa(int(t.Month())),
		"{M}", w.MonthShort(t.Month()), "{y}", strconv.Itoa(t.Year()),
		"{h}", t.Format("15:04"), "{w}", w.T("day."+strconv.Itoa(int(t.Weekday()))),
	).Replace(w.T(id))
}

var zones sync.Map // IANA name → *time.Location; loading one reads a file

func in(t time.Time, tz string) time.Time {
	if tz == "" {
		return t.UTC()
	}
	if loc, ok := zones.Load(tz); ok {
		return t.In(loc.(*time.Location))
	}
	loc, err := time.LoadLocation(tz)
	if err != nil {
		return t.UTC()
	}
	zones.Store(tz, loc)
	return t.In(loc)
}
