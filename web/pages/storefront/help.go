package storefront

import (
	"context"

	"github.com/a-h/templ"

	"countyfair/internal/money"
	"countyfair/web/ui"
	"countyfair/web/words"
)

// PackOption is one pack of a product among the page's choices. The data lets
// the page's script show its price where the page's price stands.
func PackOption(ctx context.Context, id, label string, price money.Money, unit string, chosen, gone bool) ui.Option {
	w := words.From(ctx)
	sign, figure := price.Parts(w.Lang())
	o := ui.Option{
		Value: id, Label: label, Note: unit, Amount: w.Money(price), Chosen: chosen, Disabled: gone,
		Data: map[string]string{"sign": sign, "price": figure, "unit": join(label, unit)},
	}
	if gone {
		o.Note = w.T("stock.out")
	}
	return o
}

// reel lets a keyboard scroll a row of several pictures.
func reel(pictures int, label string) templ.Attributes {
	if pictures < 2 {
		return nil
	}
	return templ.Attributes{"tabindex": "0", "role": "region", "aria-label": label}
}

// thumb is a picture in small: the link around it says what it is.
func thumb(p ui.Picture) ui.Picture {
	p.Alt, p.Eager = "", false
	return p
}

func refusedKind(refused bool) string {
	if refused {
		return "warn"
	}
	return ""
}

// totalLabel promises "all in" only once the way is known.
func totalLabel(ctx context.Context, s Stage) string {
	if s == StageAddress {
		return words.T(ctx, "checkout.so_far")
	}
	return words.T(ctx, "checkout.all_in")
}

// pollWhile lets the page look again by itself while an answer is awaited.
func pollWhile(waiting bool) templ.Attributes {
	if !waiting {
		return nil
	}
	return templ.Attributes{"data-poll": "3"}
}

func paidText(ctx context.Context, email string) string {
	if email == "" {
		return words.T(ctx, "result.paid_text")
	}
	return words.T(ctx, "result.paid_mail", "Email", email)
}

func firstOrder(ctx context.Context, list []ResultOrder) ui.Link {
	if len(list) == 0 {
		return ui.Link{}
	}
	return ui.Link{Label: words.T(ctx, "result.follow"), URL: list[0].URL}
}

func orText(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func join(pack, unit string) string {
	if unit == "" {
		return pack
	}
	return pack + " · " + unit
}
