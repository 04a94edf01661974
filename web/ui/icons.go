package ui

import (
	"context"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/a-h/templ"
)

// icons are drawn on a 24 × 24 grid, as lines of the text's colour.
var icons = map[string]string{
	"pin":     `<path d="M12 21s-6.5-6.4-6.5-11a6.500 6.500 0 0 1 13 0c0 4.600-6.500 11-6.500 11Z"/><circle cx="12" cy="10" r="2.300"/>`,
	"cart":    `<path d="M4 9h16l-1.600 9.200a2 2 0 0 1-2 1.800H7.600a2 2 0 0 1-2-1.800ZM8 9l3-5M16 9l-3-5M9.500 12.500v4M14.500 12.500v4"/>`,
	"search":  `<circle cx="11" cy="11" r="6.500"/><path d="m16 16 4.500 4.500"/>`,
	"person":  `<circle cx="12" cy="8" r="4"/><path d="M4.500 20.500c.6-4.600 3.600-7 7.500-7s6.900 2.400 7.500 7"/>`,
	"next":    `<path d="m9.500 6 6 6-6 6"/>`,
	"back":    `<path d="m14.500 6-6 6 6 6"/>`,
	"check":   `<path d="m5 12.500 4.500 4.500L19 7.500"/>`,
	"close":   `<path d="m6 6 12 12M18 6 6 18"/>`,
	"plus":    `<path d="M12 6v12M6 12h12"/>`,
	"minus":   `<path d="M6 12h12"/>`,
	"filter":  `<path d="M4 7h16M7 12h10M10 17h4"/>`,
	"alert":   `<circle cx="12" cy="12" r="8.500"/><path d="M12 7.500V13M12 16.200v.1"/>`,
	"warn":    `<path d="m12 3.500 9.500 17h-19Z"/><path d="M12 10v4.500M12 17.500v.1"/>`,
	"shield":  `<path d="M12 3.500 5 6v5.500c0 4.300 3 7.400 7 9 4-1.600 7-4.700 7-9V6Z"/><path d="m9 12 2.200 2.200L15.200 10"/>`,
	"clock":   `<circle cx="12" cy="12" r="8.500"/><path d="M12 7v5l3.500 2"/>`,
	"truck":   `<path d="M3 6.500h10.500V16H3ZM13.500 10h4l3 3.200V16h-7"/><circle cx="7.500" cy="17" r="1.900"/><circle cx="17" cy="17" r="1.900"/>`,
	"village": `<path d="m3 12 4-4 4 4v7H3ZM11 13.500l5-5 5 5V19H11M6 19v-3.500h2V19M15 19v-3h2v3"/>`,
	"depot":   `<path d="M3.500 20V9.500L12 5l8.500 4.500V20M7 20v-7h10v7M7 16.500h10"/>`,
	"box":     `<path d="m4 8 8-4 8 4v8.500l-8 4-8-4ZM4 8l8 4 8-4M12 12v8.500M8 6l8 4"/>`,
	"home":    `<path d="m4 11.500 8-7 8 7M6.500 9.500V20h11V9.500M10 20v-5.500h4V20"/>`,
	"phone":   `<path d="M6.500 4h3L11 8 9 9.600a11 11 0 0 0 5.400 5.400L16 13l4 1.500v3a2 2 0 0 1-2.200 2A15 15 0 0 1 4.500 6.200a2 2 0 0 1 2-2.200Z"/>`,
	"mail":    `<path d="M3.500 6h17v12.500h-17ZM4 6.500l8 6.500 8-6.500"/>`,
	"print":   `<path d="M7 8.500V4h10v4.500M7 16.500H4v-8h16v8h-3M7 14h10v6H7Z"/>`,
	"upload":  `<path d="M12 15.500V4.500M7.500 9 12 4.500 16.500 9M4.500 15.500v4h15v-4"/>`,
	"sell":    `<path d="M3.500 10h17l-1.800 9.500a1.500 1.500 0 0 1-1.500 1.200H6.800a1.500 1.500 0 0 1-1.500-1.200ZM12 13.500v-11M8 6.500l4-4 4 4"/>`,
	"market":  `<path d="M4 10.500V20h16v-9.500M3 9.500 5 4h14l2 5.500c0 2.300-3 2.300-3 0 0 2.300-3 2.300-3 0 0 2.300-3 2.300-3 0 0 2.300-3 2.300-3 0 0 2.300-3 2.300-3 0 0 2.300-3 2.300-3 0ZM9.500 20v-5.500h5V20"/>`,
	"id":      `<rect x="2.500" y="5" width="19" height="14" rx="2"/><circle cx="8.500" cy="11" r="2"/><path d="M5.500 16c.6-1.700 1.700-2.300 3-2.300s2.400.6 3 2.300M14.500 10.500h4M14.500 14h4"/>`,
	"list":    `<path d="M8.500 6h12M8.500 12h12M8.500 18h12M3.700 6h.1M3.700 12h.1M3.700 18h.1"/>`,
	"globe":   `<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c3.500 3 3.500 15 0 18M12 3c-3.500 3-3.500 15 0 18"/>`,
	"gear":    `<path d="M4 7h9M17 7h3M4 12h3M11 12h9M4 17h7M15 17h5"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="12" r="2"/><circle cx="13" cy="17" r="2"/>`,
	"brush":   `<path d="M14 10.500 20 4.500M9.500 12.500c2.500 0 4 1.500 4 3.700 0 2.800-2.600 4.300-5.500 4.300-2 0-3.700-.8-4.500-2 2-.3 2.300-1.600 2.500-3 .2-1.700 1.500-3 3.500-3Z"/>`,
	"page":    `<path d="M6 3.500h8.500L19 8v12.500H6ZM14 3.500V8.500h5M9 13h7M9 16.500h7"/>`,
	"speak":   `<path d="M3.500 9.500h4l5-4.500v14l-5-4.500h-4Z"/><path d="M16 9a4.200 4.200 0 0 1 0 6M18.700 6.500a8 8 0 0 1 0 11"/>`,
	"undo":    `<path d="M8 4 3.500 8.500 8 13M4 8.500h10a6 6 0 0 1 0 12H8"/>`,
	"picture": `<path d="M3.500 5h17v14h-17Z"/><path d="m4 17 5-5.500 4 4 3-3 4 4.500"/><circle cx="15.500" cy="9.500" r="1.500"/>`,
	"leaf":    `<path d="M5 19C4 10 9 4.500 19.500 4.500 20 15 14.500 20 7 17.500M5 19.500c1-4.500 4-8 8.500-9.500"/>`,
	"lock":    `<rect x="5" y="10.500" width="14" height="9.500" rx="2"/><path d="M8 10.500V8a4 4 0 0 1 8 0v2.500M12 14.500v2"/>`,
	"key":     `<circle cx="8" cy="14.500" r="4"/><path d="m11 11.500 8.500-8M16.500 6.500l2.500 2.500M14 9l2 2"/>`,
	"device":  `<rect x="7" y="3" width="10" height="18" rx="2"/><path d="M11 18h2"/>`,
	"out":     `<path d="M14.500 8V4.500h-10v15h10V16M9.500 12h11M17 8.500l3.500 3.500-3.500 3.500"/>`,
	"star":    `<path d="m12 4 2.500 5.200 5.500.8-4 4 1 5.700-5-2.700-5 2.700 1-5.700-4-4 5.500-.8Z"/>`,
	"refund":  `<path d="M4 8.500h11a5 5 0 0 1 0 10H9M8 4.500l-4 4 4 4"/>`,
	"copy":    `<path d="M8.500 8.500h11v11h-11ZM15.500 5h-11v11"/>`,
	"sheet":   `<path d="M4 4.500h16v15H4ZM4 9.500h16M4 14.500h16M10 9.500v10"/>`,
	"pause":   `<path d="M9 6v12M15 6v12"/>`,
	"edit":    `<path d="m5 19 1-4L16.500 4.500l3 3L9 18ZM14 7l3 3"/>`,
}

// Icon draws one icon as an inline picture that readers of the page by ear pass
// over. Further classes: "s" for small, "flip" for one that points.
func Icon(name string, class ...string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		cls := "icon"
		if len(class) > 0 {
			cls += " " + strings.Join(class, " ")
		}
		_, err := io.WriteString(w, `<svg class="`+templ.EscapeString(cls)+`" viewBox="0 0 24 24" aria-hidden="true">`+icons[name]+`</svg>`)
		return err
	})
}

// IconNames lists the icons.
func IconNames() []string { return slices.Sorted(maps.Keys(icons)) }
