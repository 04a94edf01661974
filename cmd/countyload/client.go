package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/valyala/fasthttp"
)

// client speaks HTTP to the server, over connections that stay open.
type client struct {
	http *fasthttp.HostClient
	ops  map[string][2]string // operationId → method and path
}

// dial reads the server's OpenAPI document.
func dial(addr string) (*client, error) {
	c := &client{http: &fasthttp.HostClient{Addr: addr, MaxConns: 1024, ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second}, ops: map[string][2]string{}}
	status, body, err := c.send(fasthttp.MethodGet, "/api/v1/openapi.json", nil, "")
	if err != nil || status != fasthttp.StatusOK {
		return nil, errors.Join(err, fmt.Errorf("openapi.json: %d", status))
	}
	var doc struct {
		Servers []struct{ URL string }
		Paths   map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		return nil, err
	}
	for path, methods := range doc.Paths {
		for method, raw := range methods {
			var op struct {
				ID string `json:"operationId"`
			}
			if json.Unmarshal(raw, &op) == nil && op.ID != "" {
				c.ops[op.ID] = [2]string{strings.ToUpper(method), doc.Servers[0].URL + path}
			}
		}
	}
	return c, nil
}

// send makes one request of the large county. An answer is read whole.
func (c *client) send(method, path string, body []byte, cart string) (int, []byte, error) {
	req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(res)
	req.Header.SetMethod(method)
	req.SetRequestURI(path)
	req.SetHost(bigSlug + ".fair.example")
	if cart != "" {
		req.Header.Set("X-Cart-Token", cart)
	}
	if body != nil {
		req.Header.SetContentType("application/json")
		req.SetBodyRaw(body)
	}
	if err := c.http.Do(req, res); err != nil {
		return 0, nil, err
	}
	return res.StatusCode(), append([]byte(nil), res.Body()...), nil
}

// call calls an operation and reads its answer into out, where out is not nil.
func (c *client) call(id string, param uuid.UUID, query string, body any, cart string, out any) error {
	op, ok := c.ops[id]
	if !ok {
		return fmt.Errorf("the server has no %s", id)
	}
	path := op[1]
	if i := strings.IndexByte(path, '{'); i >= 0 {
		path = path[:i] + param.String() + path[strings.IndexByte(path, '}')+1:]
	}
	var raw []byte
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return err
		}
	}
	status, answer, err := c.send(op[0], path+query, raw, cart)
	if err != nil {
		return err
	}
	if status >= 300 {
		no := &refused{operation: id, status: status}
		var problem struct {
			Code string `json:"code"`
		}
		_ = json.Unmarshal(answer, &problem)
		no.code = problem.Code
		return no
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}

// refused is an answer that is no success.
type refused struct {
	operation string
	status    int
	code      string
}

func (r *refused) Error() string { return fmt.Sprintf("%s: %d %s", r.operation, r.status, r.code) }

// page gets a page as a guest's browser does.
func (c *client) page(path string) error {
	status, _, err := c.send(fasthttp.MethodGet, path, nil, "")
	if err == nil && status != fasthttp.StatusOK {
		return &refused{operation: path, status: status}
	}
	return err
}
