// Package admin is what the county office does across the domains: it sees
// everything that waits for it in one place, and takes its market from a draft
// to its opening. What touches one domain alone (deciding on a seller, looking
// at a product, cancelling an order) is a use-case of that domain.
package admin
