package observe_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"countyfair/internal/observe"
)

type requestKey struct{}

func line(t *testing.T, write func(log *slog.Logger)) map[string]any {
	t.Helper()
	var out bytes.Buffer
	write(observe.NewLogger(&out, slog.LevelInfo, func(ctx context.Context) []slog.Attr {
		id, _ := ctx.Value(requestKey{}).(string)
		return []slog.Attr{slog.String("request_id", id), slog.String("county", "longnan")}
	}))
	var got map[string]any
	require.NoError(t, json.Unmarshal(out.Bytes(), &got), out.String())
	return got
}

func TestALogLineHoldsNoSecret(t *testing.T) {
	for _, tt := range []struct {
		name string
		attr slog.Attr
		want any
	}{
		{"password", slog.String("password", "hunter2hunter2"), observe.Hidden},
		{"any case and place of the key", slog.String("Refresh_Token_Hash", "abc"), observe.Hidden}, //nolint:sloglint // as others may write it
		{"authorization", slog.String("authorization", "Bearer eyJhbGciOi"), observe.Hidden},
		{"cookie", slog.Any("set-cookie", []string{"session=1"}), observe.Hidden}, //nolint:sloglint // as others may write it
		{"one-time code", slog.String("code", "482913"), observe.Hidden},
		{"one-time code as a number", slog.Int("code", 482913), observe.Hidden},
		{"the name of a refusal stays", slog.String("code", "out_of_stock"), "out_of_stock"},
		{"division code stays", slog.String("division_code", "621200"), "621200"},
		{"password in a connection string", slog.String("url", "postgres://app:s3cret@db:5432/x"), "postgres://app:" + observe.Hidden + "@db:5432/x"},
		{"password in an error", slog.Any("error", errors.New("dial smtp://me:pw@mail:587: refused")), "dial smtp://me:" + observe.Hidden + "@mail:587: refused"},
		{"password among settings", slog.Any("error", errors.New("host=db password=s3cret")), "host=db password=" + observe.Hidden},
		{"bearer in a text", slog.String("header", "Bearer eyJhbGciOi.x.y"), "Bearer " + observe.Hidden},
		{"plain text stays", slog.String("route", "/products/:id"), "/products/:id"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := line(t, func(log *slog.Logger) { log.Info("x", tt.attr) })
			require.Equal(t, tt.want, got[tt.attr.Key])
		})
	}
}

func TestASecretInAGroupIsHidden(t *testing.T) {
	got := line(t, func(log *slog.Logger) { log.WithGroup("payment").Info("x", "client_secret", "pi_1_secret_2") })
	require.Equal(t, observe.Hidden, got["payment"].(map[string]any)["client_secret"])
	got = line(t, func(log *slog.Logger) { log.With("token", "abc").Info("x") })
	require.Equal(t, observe.Hidden, got["token"])
}

func TestALogLineNamesItsRequestOnce(t *testing.T) {
	ctx := context.WithValue(t.Context(), requestKey{}, "r-1")
	got := line(t, func(log *slog.Logger) { log.InfoContext(ctx, "x") })
	require.Equal(t, "r-1", got["request_id"])
	require.Equal(t, "longnan", got["county"])

	got = line(t, func(log *slog.Logger) { log.InfoContext(ctx, "request", "request_id", "own") })
	require.Equal(t, "own", got["request_id"], "what the line says itself stands, once")

	got = line(t, func(log *slog.Logger) { log.Info("start") })
	require.NotContains(t, got, "request_id", "nothing is said of what is not known")
}
