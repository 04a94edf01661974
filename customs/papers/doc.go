// Package papers makes what a parcel needs at a border: forms to print, and
// the electronic order, receipt and waybill of the Chinese customs. From plain
// structs to bytes: it knows no database, no request and no clock.
//
// The forms are read by customs officers of two countries, so their words are
// English and Chinese side by side and do not follow a reader's language.
package papers
