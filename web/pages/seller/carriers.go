package seller

import (
	"countyfair/web/words"
)

// carriersOf are the carriers of a country that a seller most likely uses, the
// usual one first; others are named in words.
var carriersOf = map[string][]string{
	"CN": {"sf", "ems", "zto", "yto", "sto", "yunda", "jt", "jd", "deppon"},
	"KE": {"posta", "g4s", "fargo", "wells", "dhl"},
}

// carriersElsewhere are those that go nearly everywhere.
var carriersElsewhere = []string{"post", "dhl", "fedex", "ups"}

// otherCarrier is the choice of one that is not on the list.
const otherCarrier = "another"

// carrierChoices are the choices of a form.
func carrierChoices(w *words.Words, country, now string) []Choice {
	list := carriersOf[country]
	if list == nil {
		list = carriersElsewhere
	}
	out := make([]Choice, 0, len(list)+1)
	for _, code := range append(append([]string(nil), list...), otherCarrier) {
		out = append(out, Choice{Value: code, Label: w.T("carrier." + code), Chosen: code == now})
	}
	return out
}

// carrierName is what the order keeps: the carrier as the county's own language
// calls it, or what the seller wrote.
func carrierName(language, country, code, written string) string {
	for _, c := range carrierChoices(words.For(language), country, "") {
		if c.Value == code && code != otherCarrier {
			return c.Label
		}
	}
	return written
}
