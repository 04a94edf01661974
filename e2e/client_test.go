package e2e_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// caller calls the API of one county as one person, by operationId.
type caller struct {
	t    *testing.T
	base string
	ops  map[string]operation
	head map[string]string
}

type operation struct{ method, path string }

// object is a JSON object.
type object = map[string]any

// api reads the county's OpenAPI document and finds its operations.
func api(t *testing.T, m *market, county string) *caller {
	t.Helper()
	c := &caller{t: t, base: m.host(county), ops: map[string]operation{}, head: map[string]string{}}
	var doc struct {
		OpenAPI string
		Servers []struct{ URL string }
		Paths   map[string]map[string]json.RawMessage
	}
	res, err := client.Get(c.base + "/api/v1/openapi.json") //nolint:noctx // the client has a timeout
	require.NoError(t, err)
	defer res.Body.Close() //nolint:errcheck // a test's answer
	require.Equal(t, 200, res.StatusCode)
	require.NoError(t, json.NewDecoder(res.Body).Decode(&doc))
	require.True(t, strings.HasPrefix(doc.OpenAPI, "3.1"), doc.OpenAPI)
	prefix := ""
	if len(doc.Servers) > 0 {
		prefix = doc.Servers[0].URL
	}
	for path, methods := range doc.Paths {
		for method, raw := range methods {
			var op struct {
				OperationID string `json:"operationId"`
			}
			if json.Unmarshal(raw, &op) == nil && op.OperationID != "" {
				c.ops[op.OperationID] = operation{strings.ToUpper(method), prefix + path}
			}
		}
	}
	return c
}

// as gives the caller with one more header.
func (c *caller) as(name, value string) *caller {
	d := *c
	d.head = map[string]string{name: value}
	for k, v := range c.head {
		if _, there := d.head[k]; !there {
			d.head[k] = v
		}
	}
	return &d
}

// signedIn gives the caller with an access token.
func (c *caller) signedIn(login string) *caller {
	c.t.Helper()
	status, token := c.call("create-token", nil, object{"grant": "password", "login": login, "password": password})
	require.Equal(c.t, 200, status, token)
	require.Equal(c.t, "Bearer", token["token_type"])
	return c.as("Authorization", "Bearer "+token["access_token"].(string))
}

// call calls an operation; path parameters are filled in their order, query is
// names and values by turns.
func (c *caller) call(id string, params []string, body any, query ...string) (int, object) {
	c.t.Helper()
	op, ok := c.ops[id]
	require.True(c.t, ok, "no operation %s", id)
	path := op.path
	for _, p := range params {
		i, j := strings.IndexByte(path, '{'), strings.IndexByte(path, '}')
		require.Positive(c.t, i, "%s has no parameter left in %s", id, path)
		path = path[:i] + url.PathEscape(p) + path[j+1:]
	}
	if len(query) > 0 {
		q := url.Values{}
		for i := 0; i+1 < len(query); i += 2 {
			q.Set(query[i], query[i+1])
		}
		path += "?" + q.Encode()
	}
	var payload io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		require.NoError(c.t, err)
		payload = bytes.NewReader(raw)
	}
	return c.send(op.method, path, payload)
}

func (c *caller) send(method, path string, payload io.Reader) (int, object) {
	c.t.Helper()
	req, err := http.NewRequest(method, c.base+path, payload) //nolint:noctx // the client has a timeout
	require.NoError(c.t, err)
	if payload != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for k, v := range c.head {
		req.Header.Set(k, v)
	}
	res, err := client.Do(req)
	require.NoError(c.t, err)
	defer res.Body.Close() //nolint:errcheck // a test's answer
	raw, err := io.ReadAll(res.Body)
	require.NoError(c.t, err)
	out := object{}
	if len(raw) > 0 && strings.Contains(res.Header.Get("Content-Type"), "json") {
		require.NoError(c.t, json.Unmarshal(raw, &out), string(raw))
	}
	return res.StatusCode, out
}

// must calls an operation that is to succeed.
func (c *caller) must(id string, params []string, body any, query ...string) object {
	c.t.Helper()
	status, out := c.call(id, params, body, query...)
	require.Less(c.t, status, 300, "%s: %v", id, out)
	return out
}

// at reads a path of names and indexes out of an object: at(o, "orders", 0, "id").
func at(t *testing.T, v any, path ...any) any {
	t.Helper()
	for _, step := range path {
		switch s := step.(type) {
		case string:
			o, ok := v.(object)
			require.True(t, ok, "%v is no object where %q is asked for", v, s)
			v, ok = o[s]
			require.True(t, ok, "no %q in %v", s, o)
		case int:
			l, ok := v.([]any)
			require.True(t, ok && s < len(l), "no item %d in %v", s, v)
			v = l[s]
		}
	}
	return v
}

func text(t *testing.T, v any, path ...any) string {
	t.Helper()
	s, ok := at(t, v, path...).(string)
	require.True(t, ok)
	return s
}
