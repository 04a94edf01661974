package shape

import "github.com/a-h/templ"

func here(on bool) templ.Attributes {
	if !on {
		return nil
	}
	return templ.Attributes{"aria-current": "true"}
}

func key(k string) templ.Attributes {
	if k == "" {
		return nil
	}
	return templ.Attributes{"data-key": k}
}

func enctype(files bool) templ.Attributes {
	if !files {
		return nil
	}
	return templ.Attributes{"enctype": "multipart/form-data"}
}
