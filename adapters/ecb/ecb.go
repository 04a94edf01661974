// Package ecb is a customs.RateSource: the European Central Bank's daily
// reference rates, or a mirror of the same file.
package ecb

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"countyfair/customs"
)

// patience is how long the bank may take to answer.
const patience = 30 * time.Second

// Source fetches eurofxref-daily.xml from an address.
type Source struct {
	url    string
	client *http.Client
}

var _ customs.RateSource = (*Source)(nil)

// New makes a source of the file at url.
func New(url string) *Source { return &Source{url, &http.Client{Timeout: patience}} }

// Fetch gets the newest day's rates.
func (s *Source) Fetch(ctx context.Context) (customs.Snapshot, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, http.NoBody)
	if err != nil {
		return customs.Snapshot{}, fmt.Errorf("ecb: %w", err)
	}
	answer, err := s.client.Do(r)
	if err != nil {
		return customs.Snapshot{}, fmt.Errorf("ecb: %w", err)
	}
	defer answer.Body.Close() //nolint:errcheck // it was only read
	if answer.StatusCode != http.StatusOK {
		return customs.Snapshot{}, fmt.Errorf("ecb: %s answered %s", s.url, answer.Status)
	}
	return customs.ParseECB(answer.Body)
}
