// Package shipping is where parcels go and what that costs: addresses and the
// areas of a country they lie in, and the county's delivery rates.
//
// It is pure computation over a county's zones. Each seller packs its own
// parcel, so a rate is for one seller's part of a basket.
package shipping
