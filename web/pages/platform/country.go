package platform

import (
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// country is a country's name in a language, by CLDR.
func country(code, tag string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	if name := display.Regions(language.Make(tag)).Name(region); name != "" {
		return name
	}
	return code
}
