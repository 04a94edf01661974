package page

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/gofiber/fiber/v2"

	"countyfair/web/middleware"
	"countyfair/web/ui"
	"countyfair/web/words"
)

// flashCookie carries a word about what just happened to the next page.
const flashCookie = "flash"

// Bounds of a flash: it names a message and holds little more than a name.
const (
	flashLife    = 60 // seconds
	flashValues  = 8
	longestValue = 80 // characters
)

// flash is a message by its id, so that it is said in the language of the page
// that shows it. The cookie is not signed: whoever forges it tells themselves
// something, as escaped text.
type flash struct {
	ID     string   `json:"i"`
	Kind   string   `json:"k,omitempty"`
	Values []string `json:"v,omitempty"`
	Undo   string   `json:"u,omitempty"` // a path of this site that takes it back
}

// Done sends the browser on, where it reads that all went well. id is a message
// under "flash.".
func Done(c *fiber.Ctx, url, id string, pairs ...any) error {
	Say(c, "", id, pairs...)
	return See(c, url)
}

// DoneUndo is Done with a way to take it back: the path that a form posts to.
func DoneUndo(c *fiber.Ctx, url, undo, id string, pairs ...any) error {
	leave(c, flash{ID: id, Undo: undo}, pairs)
	return See(c, url)
}

// Say has the next page show a message; kind is as in ui.Flash.
func Say(c *fiber.Ctx, kind, id string, pairs ...any) {
	leave(c, flash{ID: id, Kind: kind}, pairs)
}

func leave(c *fiber.Ctx, f flash, pairs []any) {
	for i, p := range pairs {
		if i == flashValues {
			break
		}
		s := []rune(fmt.Sprint(p))
		f.Values = append(f.Values, string(s[:min(len(s), longestValue)]))
	}
	raw, err := json.Marshal(f)
	if err != nil {
		return // strings alone always marshal
	}
	middleware.Cookie(c, flashCookie, base64.RawURLEncoding.EncodeToString(raw), flashLife)
}

// takeFlash reads the message that the last page left, once.
func takeFlash(c *fiber.Ctx, w *words.Words) *ui.Flash {
	value := c.Cookies(flashCookie)
	if value == "" {
		return nil
	}
	middleware.Cookie(c, flashCookie, "", -1)
	raw, err := base64.RawURLEncoding.DecodeString(value)
	var f flash
	if err != nil || len(raw) > 2048 || json.Unmarshal(raw, &f) != nil || !strings.HasPrefix(f.ID, "flash.") {
		return nil
	}
	pairs := make([]any, 0, len(f.Values))
	for _, v := range f.Values {
		pairs = append(pairs, v)
	}
	text := w.T(f.ID, pairs...)
	if text == f.ID {
		return nil
	}
	switch f.Kind {
	case "", "good", "warn", "bad":
		return &ui.Flash{Kind: f.Kind, Text: text, Undo: undoPath(f.Undo), Link: onward(f.ID, w)}
	}
	return nil
}

// onward is where a message leads on to, nil for most.
func onward(id string, w *words.Words) *ui.Link {
	if id != "flash.added" {
		return nil
	}
	return &ui.Link{Label: w.T("flash.to_basket"), URL: ui.CartPath}
}

// undoPath is the address where it takes something back: the cookie is not
// signed, and must not lead a thumb to any other act.
func undoPath(address string) string {
	address = Local(address, "")
	if path, _, _ := strings.Cut(address, "?"); !strings.HasSuffix(path, "/undo") {
		return ""
	}
	return address
}
