package demo

import (
	"encoding/json"
	"fmt"
	"io/fs"

	"countyfair/internal/lang"
	"countyfair/shipping"
)

// samples is what samples.json says of a county: the people in it, and what
// they have been up to before anybody looks.
type samples struct {
	People     map[string]string  `json:"people"` // by role
	Carriers   []carrier          `json:"carriers"`
	Refusal    string             `json:"refusal"` // why a seller once could not send
	Buyers     []shipping.Address `json:"buyers"`  // the first is the account buyer@<county>.demo
	Applicants []applicant        `json:"applicants"`
	Review     []novelty          `json:"review"`
}

// carrier is who brings parcels, and how its numbers look.
type carrier struct {
	Name   string `json:"name"`
	Prefix string `json:"prefix"`
	Digits int    `json:"digits"`
}

// applicant is a seller whom no officer has answered yet.
type applicant struct {
	seller
	Days  int    `json:"days"` // it has waited
	Phone string `json:"phone"`
}

// novelty is a product that waits for an officer's look.
type novelty struct {
	Seller      string    `json:"seller"`
	Hours       int       `json:"hours"` // it has waited
	Category    string    `json:"category"`
	Title       lang.Text `json:"title"`
	Description lang.Text `json:"description"`
	Picture     string    `json:"picture"`
	Size        lang.Text `json:"size"`
	Unit        string    `json:"unit"`
	Grams       int       `json:"grams"`
	Price       int64     `json:"price"`
	Stock       int       `json:"stock"`
}

func readSamples(c *county) (*samples, error) {
	raw, err := fs.ReadFile(Files, c.Slug+"/samples.json")
	if err != nil {
		return nil, err
	}
	s := &samples{}
	if err := json.Unmarshal(raw, s); err != nil {
		return nil, fmt.Errorf("demo: %s/samples.json: %w", c.Slug, err)
	}
	for i := range s.Buyers {
		s.Buyers[i].Country = c.Country
	}
	return s, nil
}
