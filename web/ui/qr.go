package ui

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/a-h/templ"
	"github.com/boombuler/barcode/qr"
)

// QR draws text as a QR code: one path, a unit a module. Text that does not fit
// into a code gives nothing.
func QR(text, label string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		code, err := qr.Encode(text, qr.M, qr.Auto)
		if err != nil {
			return nil
		}
		n := code.Bounds().Dx()
		var path strings.Builder
		for y := range n {
			for x := 0; x < n; {
				run := 0
				for x+run < n {
					if r, _, _, _ := code.At(x+run, y).RGBA(); r != 0 {
						break
					}
					run++
				}
				if run > 0 {
					fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", x, y, run, run)
				}
				x += run + 1
			}
		}
		_, err = fmt.Fprintf(w, `<svg class="qr" viewBox="0 0 %d %d" role="img" aria-label="%s" shape-rendering="crispEdges"><path fill="currentColor" d="%s"/></svg>`,
			n, n, templ.EscapeString(label), path.String())
		return err
	})
}
