package demo

// Login is an account that a person trying the demo signs in with.
type Login struct {
	Who   string // what they are
	Login string
	Host  string // without the port
	Path  string // the page that is theirs
}

// Logins lists one account for each role: of the platform, and of each county.
func Logins() []Login {
	out := []Login{{"platform operator", "operator@demo", "localhost", "/platform"}}
	for _, slug := range Slugs {
		host := slug + ".localhost"
		out = append(out,
			Login{slug + " officer", "officer@" + slug + ".demo", host, "/office"},
			Login{slug + " supervisor", "supervisor@" + slug + ".demo", host, "/office"},
			Login{slug + " seller", "seller@" + slug + ".demo", host, "/sell"},
			Login{slug + " buyer", "buyer@" + slug + ".demo", host, "/account"},
		)
	}
	return out
}
