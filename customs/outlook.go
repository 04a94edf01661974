package customs

import (
	"strings"

	"github.com/google/uuid"

	"countyfair/customs/hs"
)

// Verdict is the answer to "does this ship there".
type Verdict string

// The verdicts.
const (
	Yes          Verdict = "yes"
	WithDocument Verdict = "with_document"
	No           Verdict = "no"
	AskOffice    Verdict = "ask_office" // nobody knows yet: never yes
)

// Outlook is whether, and with which papers, goods may go to a country.
type Outlook struct {
	Country   string   `json:"country"`
	Verdict   Verdict  `json:"verdict"`
	Documents []string `json:"documents,omitempty"` // ids of papers
	Reason    string   `json:"reason,omitempty"`    // id of a text: why not
	Source    string   `json:"source,omitempty"`
	ByOffice  bool     `json:"by_office,omitempty"` // the county's office found it out
}

// Goods are what an outlook is asked of.
type Goods struct {
	Product uuid.UUID
	HSCode  string
	Origin  string
}

// Outlook says whether goods may go to the country: by the tables, the longest
// prefix first, and where these are silent by what the office decided.
func (a *Abroad) Outlook(g Goods) Outlook {
	o := Outlook{Country: a.Tables.Country}
	if g.HSCode != "" {
		if r := a.Tables.restriction(g.HSCode, g.Origin); r != nil {
			o.settle(r.Outcome, r.Documents, r.Reason)
			o.Source = r.Source
			return o
		}
	}
	if d := a.decision(g); d != nil {
		o.settle(d.Outcome, d.Documents, "")
		o.ByOffice = true
		return o
	}
	o.Verdict, o.Reason = AskOffice, "export_unknown"
	if hs.Check(g.HSCode) == hs.Absent {
		o.Reason = "export_no_code"
	}
	return o
}

func (o *Outlook) settle(outcome Outcome, documents []string, reason string) {
	switch outcome {
	case Allow:
		o.Verdict = Yes
	case Certificate, Permit:
		o.Verdict, o.Documents = WithDocument, documents
	case Prohibit:
		o.Verdict, o.Reason = No, "export_prohibited"
	}
	if reason != "" {
		o.Reason = reason
	}
}

// decision finds the office's word: on the product itself, or by the longest prefix.
func (a *Abroad) decision(g Goods) *Decision {
	var best *Decision
	for i := range a.Decisions {
		d := &a.Decisions[i]
		switch {
		case d.Product != nil && *d.Product == g.Product:
			return d
		case d.Product == nil && g.HSCode != "" && strings.HasPrefix(g.HSCode, d.HSPrefix) && (best == nil || len(d.HSPrefix) > len(best.HSPrefix)):
			best = d
		}
	}
	return best
}
