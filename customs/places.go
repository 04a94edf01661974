package customs

import "slices"

// unionMembers are the countries of the EU's customs union that are its member
// states (Treaty on European Union, article 52). Duties and what may come in
// are the union's rows, VAT is each country's own.
var unionMembers = []string{
	"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
	"IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
}

// Union is the destination of the rows that hold for all member states of the EU.
const Union = "EU"

// jurisdictions are the destinations whose rows hold in a country, its own first.
func jurisdictions(country string) []string {
	if slices.Contains(unionMembers, country) {
		return []string{country, Union}
	}
	return []string{country}
}
