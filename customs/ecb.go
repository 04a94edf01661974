package customs

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"

	"countyfair/internal/money"
)

// Limits of a file of reference rates; the real one has 2 kB and 30 currencies.
const (
	mostRateBytes = 256 << 10
	mostDepth     = 8
)

var codeForm = regexp.MustCompile(`^[A-Z]{3}$`)

var errNotRates = errors.New("customs: this is no file of reference rates")

// ParseECB reads the European Central Bank's eurofxref-daily.xml. The file
// comes from outside: a declaration of entities, a second day, a repeated
// currency, too much of anything and any rate that is not a plain
// positive number are refused, and with them the whole file.
func ParseECB(r io.Reader) (Snapshot, error) {
	d := xml.NewDecoder(&capped{r, mostRateBytes})
	s := Snapshot{Source: "European Central Bank, euro foreign exchange reference rates", PerEuro: map[string]int64{}}
	for depth := 0; ; {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Snapshot{}, fmt.Errorf("%w: %w", errNotRates, err)
		}
		switch e := t.(type) {
		case xml.Directive:
			return Snapshot{}, fmt.Errorf("%w: it declares types of its own", errNotRates)
		case xml.EndElement:
			depth--
		case xml.StartElement:
			if depth++; depth > mostDepth {
				return Snapshot{}, fmt.Errorf("%w: too deep", errNotRates)
			}
			if e.Name.Local == "Cube" {
				if err := s.cube(e.Attr); err != nil {
					return Snapshot{}, err
				}
			}
		}
	}
	if s.AsOf.IsZero() || len(s.PerEuro) == 0 {
		return Snapshot{}, fmt.Errorf("%w: no day or no rate", errNotRates)
	}
	return s, nil
}

// cube reads one Cube: the outer one says nothing, the middle one the day, the
// inner ones a rate each.
func (s *Snapshot) cube(attributes []xml.Attr) (err error) {
	var code, rate string
	for _, a := range attributes {
		switch a.Name.Local {
		case "time":
			if !s.AsOf.IsZero() {
				return fmt.Errorf("%w: more than one day", errNotRates)
			}
			if s.AsOf, err = time.Parse(time.DateOnly, a.Value); err != nil {
				return fmt.Errorf("%w: %w", errNotRates, err)
			}
		case "currency":
			code = a.Value
		case "rate":
			rate = a.Value
		}
	}
	if code == "" && rate == "" {
		return nil
	}
	n, err := parseRate(rate)
	if _, twice := s.PerEuro[code]; err != nil || twice || code == Euro || !codeForm.MatchString(code) {
		return fmt.Errorf("%w: %q at %q", errNotRates, code, rate)
	}
	if money.Known(code) { // a currency that is no more, or not yet, is nothing to us
		s.PerEuro[code] = n
	}
	return nil
}

// capped fails where more is read than a file may have.
type capped struct {
	r    io.Reader
	left int
}

func (c *capped) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, errors.New("customs: too long")
	}
	n, err := c.r.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}
