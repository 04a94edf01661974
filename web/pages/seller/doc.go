// Package seller is the pages of the seller's desk: one thing a page, big
// enough for any thumb, a sentence to be read aloud on each.
package seller
