package middleware

import (
	"net/http/httptest"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"
)

func TestAnAnswerIsTheConnectionsLastWhileTheProgramLeaves(t *testing.T) {
	leaving := false
	app := fiber.New()
	Wire(app, func() bool { return leaving })
	app.Get("/", func(c *fiber.Ctx) error { return c.SendString("here") })
	for _, leaving = range []bool{false, true} {
		res, err := app.Test(httptest.NewRequestWithContext(t.Context(), "GET", "/", nil), -1)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, leaving, res.Close)
	}
}
