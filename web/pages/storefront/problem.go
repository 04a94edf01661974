package storefront

import (
	"context"

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
