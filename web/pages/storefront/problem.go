package storefront

import (
	"context"
	"strings"

	"countyfair/web/words"
)

func problemDrawing(status int) string {
	switch status {
	case 404, 410:
		return "lost"
	case 401, 403, 429:
		return "nothing-found"
	}
	return "broken"
}

// problemKind groups the statuses that read alike.
func problemKind(status int) string {
	switch status {
	case 401, 403:
		return "forbidden"
	case 404:
		return "missing"
	case 410:
		return "gone"
	case 429:
		return "limited"
	case 503:
		return "closed"
	}
	if status < 500 {
		return "refused"
	}
	return "broken"
}

func problemTitle(ctx context.Context, status int) string {
	return words.T(ctx, "problem.title."+problemKind(status))
}

func problemText(ctx context.Context, status int) string {
	return words.T(ctx, "problem.text."+problemKind(status))
}

type block struct {
	heading bool
	text    string
}

// blocks splits plain text into headings and paragraphs.
func blocks(body string) []block {
	var out []block
	for part := range strings.SplitSeq(strings.ReplaceAll(body, "\r\n", "\n"), "\n\n") {
		part = strings.TrimSpace(part)
		for strings.HasPrefix(part, "# ") {
			head, rest, _ := strings.Cut(part, "\n")
			out = append(out, block{heading: true, text: strings.TrimSpace(head[2:])})
			part = strings.TrimSpace(rest)
		}
		if part != "" {
			out = append(out, block{text: part})
		}
	}
	return out
}
