package middleware

import (
	"errors"
	"io"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// Wire stands before the app, where Fiber leaves three things undone.
//
// A method that Fiber does not know is refused as everything is; Fiber itself
// writes a line of plain text.
//
// A connection whose request was answered before its body was read to the end
// is closed: the rest of the body would be taken for the next request, which
// behind a proxy might be mixed into another person's.
//
// While the program is leaving, each answer is its connection's last: who asks
// on comes by a new connection, and so to another process.
func Wire(app *fiber.App, leaving func() bool) {
	answer := app.Server().Handler
	app.Server().Handler = func(raw *fasthttp.RequestCtx) {
		if slices.Contains(fiber.DefaultMethods, string(raw.Method())) {
			answer(raw)
		} else {
			refuseMethod(app, raw)
		}
		if !readWhole(raw) || leaving() {
			raw.SetConnectionClose()
		}
	}
}

func refuseMethod(app *fiber.App, raw *fasthttp.RequestCtx) {
	c := app.AcquireCtx(raw)
	defer app.ReleaseCtx(c)
	_ = app.Config().ErrorHandler(c, fiber.ErrMethodNotAllowed)
}

// readWhole reports whether nothing of the body is left. It does not wait for
// what has not come yet.
func readWhole(raw *fasthttp.RequestCtx) bool {
	body := raw.RequestBodyStream()
	if body == nil {
		return true
	}
	_ = raw.Conn().SetReadDeadline(time.Unix(1, 0)) // fasthttp sets the next one anew
	n, err := body.Read(make([]byte, 1))
	return n == 0 && errors.Is(err, io.EOF)
}
