package shipping

import (
	"slices"

	"countyfair/internal/money"
	"countyfair/tenants"
)

// Parcel is what one seller sends: its goods' value in minor units and weight.
type Parcel struct {
	Goods int64
	Grams int64
}

// ZoneFor finds the county's zone for a place: one that lists the area first,
// then the one for the rest of the country. It is nil where the county has no
// zone for the country at all; a zone that it has may still say that nothing
// is delivered there.
func ZoneFor(zones []tenants.Zone, country, areaCode string) *tenants.Zone {
	var rest *tenants.Zone
	for i := range zones {
		z := &zones[i]
		if !slices.Contains(z.Countries, country) {
			continue
		}
		if len(z.Areas) == 0 {
			if rest == nil {
				rest = z
			}
		} else if areaCode != "" && slices.Contains(z.Areas, areaCode) {
			return z
		}
	}
	return rest
}

// Rate is what the zone asks for one parcel: the first kilogram and each
// further started one, and nothing where the goods reach the zone's free sum.
// It fails where the sum does not fit.
func Rate(z *tenants.Zone, p Parcel) (int64, error) {
	if z.FreeAbove != nil && p.Goods >= *z.FreeAbove {
		return 0, nil
	}
	further := max(kilos(p.Grams), 1) - 1
	next, err := (money.Money{Amount: z.NextKg}).Times(further)
	if err != nil {
		return 0, err
	}
	sum, err := next.Add(money.Money{Amount: z.FirstKg})
	return sum.Amount, err
}

// kilos is the weight in started kilograms.
func kilos(grams int64) int64 { return grams/1000 + min(grams%1000, 1) }
