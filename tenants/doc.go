// Package tenants is the counties: who they are (names, country, languages,
// currency, brand), how they are reached (slug, custom domains), what they
// allow (policy, delivery) and where they stand (draft, open, suspended,
// closed).
//
// A Directory holds all counties in memory and hears of changes from any
// process by LISTEN/NOTIFY; a request never asks the database which county it
// is for. A Service makes the changes, each with its audit row.
package tenants
