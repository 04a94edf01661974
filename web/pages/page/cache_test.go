package page_test

import (
	"io"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"countyfair/internal/actor"
	"countyfair/web/pages/page"
	"countyfair/web/scope"
)

func TestAPageIsDrawnOnceHoweverManyAsk(t *testing.T) {
	t.Parallel()
	var drawn atomic.Int64
	cache := page.NewCache(700 * time.Millisecond)
	app := fiber.New(fiber.Config{Immutable: true})
	app.Use(func(c *fiber.Ctx) error {
		c.SetUserContext(scope.With(c.UserContext(), &scope.Scope{County: county, Actor: actor.Guest(county.ID), Language: "en"}))
		return c.Next()
	})
	app.Use(cache.Touch(func(string) bool { return false }))
	app.Get("/", cache.Public(func(c *fiber.Ctx) error {
		n := drawn.Add(1)
		time.Sleep(100 * time.Millisecond)
		return c.SendString("page " + strconv.FormatInt(n, 10))
	}))
	app.Get("/once", cache.Public(func(c *fiber.Ctx) error {
		if drawn.Add(1) == 1 {
			time.Sleep(100 * time.Millisecond)
			return fiber.ErrTeapot
		}
		return c.SendString("well")
	}))
	ask := func(method, path string) string {
		res, err := app.Test(httptest.NewRequestWithContext(t.Context(), method, path, nil), -1)
		require.NoError(t, err)
		body, _ := io.ReadAll(res.Body)
		return strconv.Itoa(res.StatusCode) + " " + string(body)
	}
	crowd := func(path string) map[string]int {
		var mu sync.Mutex
		var wg sync.WaitGroup
		got := map[string]int{}
		for range 40 {
			wg.Go(func() {
				answer := ask("GET", path)
				mu.Lock()
				defer mu.Unlock()
				got[answer]++
			})
		}
		wg.Wait()
		return got
	}
	require.Equal(t, map[string]int{"200 page 1": 40}, crowd("/"))
	time.Sleep(800 * time.Millisecond) // its time is over
	got := crowd("/")
	require.Equal(t, 40, got["200 page 1"]+got["200 page 2"])
	require.EqualValues(t, 2, drawn.Load())
	ask("POST", "/")
	require.Equal(t, map[string]int{"200 page 3": 40}, crowd("/"))

	drawn.Store(0)
	got = crowd("/once") // a failure is the first one's alone
	require.Equal(t, 1, got["418 I'm a teapot"])
	require.Equal(t, 39, got["200 well"])
}
