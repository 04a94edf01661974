// Package static serves what a browser keeps: style sheets, the script, and
// drawings, all embedded in the program.
//
// Each asset's address holds a hash of its content, so it may be cached for
// ever and changes its address when it changes. Compressed forms are made once,
// on first demand. A face's style sheet is a bundle of the shared layers and its
// own, so a page asks for one file.
//
//	<link rel="stylesheet" href={ static.URL("storefront.css") }/>
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"path"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/gofiber/fiber/v2"
)

//go:embed css/*.css js/*.js art/*.svg
var files embed.FS

// Prefix is where the handler is mounted.
const Prefix = "/static/"

// bundles name the sheets that are sent as one; the order is the order of the
// cascade's layers.
var bundles = map[string][]string{
	"storefront.css": {"css/tokens.css", "css/base.css", "css/components.css", "css/goods.css", "css/storefront.css"},
	"seller.css":     {"css/tokens.css", "css/base.css", "css/components.css", "css/seller.css"},
	"office.css":     {"css/tokens.css", "css/base.css", "css/components.css", "css/office.css"},
	"pay.css":        {"css/pay.css"},
	"app.js":         {"js/app.js"},
	"card.js":        {"js/card.js"},
}

type asset struct {
	name string
	kind string
	body []byte

	once     sync.Once
	gzip, br []byte
}

var (
	byName = map[string]string{} // "storefront.css" → "storefront.3fa9c1d2e0.css"
	byPath = map[string]*asset{}
	setup  = sync.OnceFunc(build)
)

func build() {
	for name, parts := range bundles {
		var b bytes.Buffer
		for _, p := range parts {
			body, err := files.ReadFile(p)
			if err != nil {
				panic(fmt.Sprintf("static: %s names %s, which is not embedded", name, p))
			}
			b.Write(slim(p, body))
		}
		add(name, b.Bytes())
	}
	names, _ := fs.Glob(files, "art/*.svg")
	for _, n := range names {
		body, err := files.ReadFile(n)
		if err != nil {
			panic("static: " + err.Error())
		}
		add(n, body)
	}
}

func add(name string, body []byte) {
	sum := sha256.Sum256(body)
	ext := path.Ext(name)
	hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext
	byName[name] = hashed
	byPath[hashed] = &asset{name: name, kind: mime.TypeByExtension(ext), body: body}
}

// URL gives the address of an asset: "storefront.css", "app.js",
// "art/state-empty.svg". An unknown name is a mistake in the program and panics.
func URL(name string) string {
	setup()
	hashed, ok := byName[name]
	if !ok {
		panic("static: no asset " + name)
	}
	return Prefix + hashed
}

// Size gives an asset's length in bytes, plain and as brotli.
func Size(name string) (plain, compressed int) {
	setup()
	a := byPath[byName[name]]
	if a == nil {
		return 0, 0
	}
	a.squeeze()
	return len(a.body), len(a.br)
}

// Handler serves the assets under Prefix; mount it as
// app.Get("/static/*", static.Handler()).
func Handler() fiber.Handler {
	setup()
	return func(c *fiber.Ctx) error {
		a := byPath[strings.TrimPrefix(c.Path(), Prefix)]
		if a == nil {
			return fiber.ErrNotFound
		}
		c.Set(fiber.HeaderContentType, a.kind)
		c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
		c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
		c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
		body := a.body
		switch accepts := c.Get(fiber.HeaderAcceptEncoding); {
		case strings.Contains(accepts, "br"):
			a.squeeze()
			c.Set(fiber.HeaderContentEncoding, "br")
			body = a.br
		case strings.Contains(accepts, "gzip"):
			a.squeeze()
			c.Set(fiber.HeaderContentEncoding, "gzip")
			body = a.gzip
		}
		return c.Send(body)
	}
}

// squeeze makes the compressed forms, once.
func (a *asset) squeeze() {
	a.once.Do(func() {
		var z bytes.Buffer
		w, _ := gzip.NewWriterLevel(&z, gzip.BestCompression)
		_, _ = w.Write(a.body)
		_ = w.Close()
		a.gzip = z.Bytes()
		var b bytes.Buffer
		bw := brotli.NewWriterLevel(&b, brotli.BestCompression)
		_, _ = bw.Write(a.body)
		_ = bw.Close()
		a.br = b.Bytes()
	})
}

// slim drops comments and indentation from a sheet, and whole-line comments
// and indentation from a script: enough, since both travel compressed.
func slim(name string, body []byte) []byte {
	text := string(body)
	if strings.HasSuffix(name, ".css") {
		text = dropComments(text)
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "//") {
			continue
		}
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return []byte(b.String())
}

func dropComments(s string) string {
	var b strings.Builder
	for {
		i := strings.Index(s, "/*")
		if i < 0 {
			break
		}
		b.WriteString(s[:i])
		j := strings.Index(s[i:], "*/")
		if j < 0 {
			return b.String()
		}
		s = s[i+j+2:]
	}
	b.WriteString(s)
	return b.String()
}
