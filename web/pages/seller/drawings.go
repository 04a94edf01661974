package seller

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// drawings are the pictures that stand beside the words of the desk, on a 64 × 64
// grid; their colours follow the page.
var drawings = map[string]string{
	"camera":  `<g fill="none" stroke="currentColor" stroke-width="2.2" stroke-linejoin="round" stroke-linecap="round"><path fill="var(--t-steel)" d="M6 20c0-3 2-5 5-5h8l5-7h16l5 7h8c3 0 5 2 5 5v30c0 3-2 5-5 5H11c-3 0-5-2-5-5z"/><circle fill="var(--t-plate)" cx="32" cy="34" r="14"/><circle fill="var(--t-sky)" cx="32" cy="34" r="8"/><path d="M50 22h2"/></g>`,
	"parcel":  `<g fill="none" stroke="currentColor" stroke-width="2.2" stroke-linejoin="round" stroke-linecap="round"><path fill="var(--t-wood)" d="M7 20 32 10l25 10v26L32 57 7 46z"/><path fill="var(--t-kernel)" d="M7 20 32 10l25 10-25 10z"/><path d="M32 30v27"/><path fill="var(--t-plate)" d="M12 36l12 5v8l-12-5z"/></g>`,
	"tape":    `<g fill="none" stroke="currentColor" stroke-width="2.2" stroke-linejoin="round" stroke-linecap="round"><path fill="var(--t-wood)" d="M7 26h50v31H7z"/><path fill="var(--t-kernel)" d="M7 26 14 14h36l7 12z"/><path fill="var(--t-amber)" d="M27 14h10l1 12v10H26V26z"/><path d="M14 48h10M14 53h6"/></g>`,
	"scan":    `<g fill="none" stroke="currentColor" stroke-width="2.2" stroke-linejoin="round" stroke-linecap="round"><path fill="var(--t-plate)" d="M13 14h38v36H13z"/><path d="M20 21v15M25 21v15M29 21v15M35 21v15M38 21v15M44 21v15M20 43h24"/><path d="M5 17V7h10M49 7h10v10M59 47v10H49M15 57H5V47"/><path d="M7 29h50" stroke="var(--t-red)" stroke-width="3"/></g>`,
	"truck":   `<g fill="none" stroke="currentColor" stroke-width="2.2" stroke-linejoin="round" stroke-linecap="round"><path fill="var(--t-leaf)" d="M3 16h36v30H3z"/><path fill="var(--t-plate)" d="M39 25h11l10 11v10H39z"/><path fill="var(--t-sky)" d="M44 29h5l6 7H44z"/><circle fill="var(--t-steel)" cx="15" cy="47" r="7"/><circle fill="var(--t-steel)" cx="48" cy="47" r="7"/><path d="M10 24h16M10 31h10"/></g>`,
	"station": `<g fill="none" stroke="currentColor" stroke-width="2.2" stroke-linejoin="round" stroke-linecap="round"><path fill="var(--t-plate)" d="M10 30h44v28H10z"/><path fill="var(--t-red)" d="M5 31 14 16h36l9 15z"/><path fill="var(--t-sky)" d="M16 38h12v10H16z"/><path fill="var(--t-wood)" d="M36 38h12v20H36z"/><path d="M22 38v10M32 16V5"/><path fill="var(--t-amber)" d="M32 5h13l-4 4 4 4H32z"/><path d="M5 58h54"/></g>`,
	"hat":     `<g fill="none" stroke="currentColor" stroke-width="2.2" stroke-linejoin="round" stroke-linecap="round"><circle fill="var(--county-soft)" cx="32" cy="32" r="30" stroke="none"/><path fill="var(--county)" d="M10 58c2-12 11-17 22-17s20 5 22 17A30 30 0 0 1 10 58z" /><path fill="var(--t-kernel)" d="M21 28c0 10 4 17 11 17s11-7 11-17z"/><path fill="var(--t-amber)" d="M6 28c8-3 12-4 13-6 2-7 7-11 13-11s11 4 13 11c1 2 5 3 13 6-8 5-44 5-52 0z"/><path d="M19 22c8 3 18 3 26 0" /><path d="M28 38c2 2 6 2 8 0"/></g>`,
	"market":  `<g fill="none" stroke="currentColor" stroke-width="2.2" stroke-linejoin="round" stroke-linecap="round"><path fill="var(--t-plate)" d="M10 28h44v30H10z"/><path fill="var(--t-red)" d="M8 10h48l4 14c0 5-8 6-9 1-1 5-10 5-10 0-1 5-9 5-9 0-1 5-9 5-10 0-1 5-9 5-9 0-1 5-9 4-9-1z"/><path d="M22 10 18 25M32 10v15M42 10l4 15"/><path fill="var(--t-wood)" d="M6 42h52v6H6z"/><g fill="var(--t-amber)"><circle cx="20" cy="38" r="4"/><circle cx="30" cy="37" r="4"/></g><circle fill="var(--t-red)" cx="42" cy="37" r="4.500"/></g>`,
	"hand":    `<g fill="none" stroke="currentColor" stroke-width="2.2" stroke-linejoin="round" stroke-linecap="round"><path fill="var(--t-wood)" d="M22 9 40 4l14 7v17L38 34 22 27z"/><path d="M22 9l16 7 16-5M38 16v18"/><path fill="var(--t-kernel)" d="M4 42h8c6-4 12-4 17 0h10c4 0 5 5 1 6l-10 1M40 47l13-8c4-2 7 2 4 5L43 57c-4 3-8 3-12 2l-12-3H4z"/></g>`,
	"jin":     `<g fill="none" stroke="currentColor" stroke-width="2.2" stroke-linejoin="round" stroke-linecap="round"><path fill="var(--t-wood)" d="M16 22c-6 8-9 16-9 24 0 9 6 13 19 13s19-4 19-13c0-8-3-16-9-24z"/><path d="M16 22c4 2 16 2 20 0M15 14c2 3 2 5 1 8M37 14c-2 3-2 5-1 8M15 14c4-3 7 1 11-1s7-1 11 1"/><rect fill="var(--t-plate)" x="16" y="33" width="20" height="18" rx="3"/><text x="26" y="47.500" text-anchor="middle" font-size="15" font-weight="600" fill="currentColor" stroke="none">斤</text><path d="M50 10v40M44 16h14"/><path fill="var(--t-amber)" d="M45 50h12l2 8H43z"/></g>`,
	"bag":     `<g fill="none" stroke="currentColor" stroke-width="2.2" stroke-linejoin="round" stroke-linecap="round"><path fill="var(--t-wood)" d="M18 18C9 28 6 38 6 46c0 10 8 13 24 13s24-3 24-13c0-8-3-18-12-28z"/><path d="M18 18c6 3 18 3 24 0M16 7c3 4 3 7 2 11M44 7c-3 4-3 7-2 11M16 7c5-3 9 2 14 0s9-3 14 0"/><path fill="var(--t-amber)" d="M16 19c8 4 20 4 28 0l2 4c-9 5-23 5-32 0z"/><path d="M14 36c-1 4-1 8 0 11" /></g>`,
	"box":     `<g fill="none" stroke="currentColor" stroke-width="2.2" stroke-linejoin="round" stroke-linecap="round"><path fill="var(--t-wood)" d="M6 22 32 12l26 10v26L32 60 6 48z"/><path fill="var(--t-kernel)" d="M6 22 32 12l26 10-26 11z"/><path d="M32 33v27"/><path fill="var(--t-plate)" d="M17 17.500 44 28v9l5-2v-9L22 15.500z"/></g>`,
	"basket":  `<g fill="none" stroke="currentColor" stroke-width="2.2" stroke-linejoin="round" stroke-linecap="round"><path d="M12 30C12 2 52 2 52 30"/><g fill="var(--t-wood)"><circle cx="22" cy="27" r="6.500"/><circle cx="34" cy="24" r="6.500"/><circle cx="44" cy="28" r="6.500"/></g><path fill="var(--t-wood)" d="M6 30h52l-6 26c-.6 2-2 3-4 3H16c-2 0-3.400-1-4-3z"/><path d="M9 40h46M11 50h42M22 31l2 27M32 31v27M42 31l-2 27"/></g>`,
}

// Draw shows a drawing; who hears the page passes over it.
func Draw(name string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, `<svg class="pic" viewBox="0 0 64 64" aria-hidden="true">`+drawings[name]+`</svg>`)
		return err
	})
}
