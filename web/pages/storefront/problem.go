package storefront

import (
	"context"

	"countyfair/web/ui"
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

// problemHome leads on: to the market, or to the list of all markets where the
// address is of none.
func problemHome(ctx context.Context, v ProblemView) ui.Link {
	if v.Frame.County.Platform {
		return ui.Link{Label: words.T(ctx, "problem.markets"), URL: v.Home}
	}
	return ui.Link{Label: words.T(ctx, "problem.home"), URL: ui.HomePath}
}

// problemSearch offers to look for something, where there is a market.
func problemSearch(ctx context.Context, v ProblemView) ui.Link {
	if v.Frame.County.Platform {
		return ui.Link{}
	}
	return ui.Link{Label: words.T(ctx, "nav.search"), URL: ui.SearchPath}
}
