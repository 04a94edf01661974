package words_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"countyfair/web/words"
)

var used = regexp.MustCompile(`(?:\.T|words\.T|Try|Done|Say|Fail|add)\((?:ctx, |c, )?(?:[^")]*, )?"([a-z_]+(?:\.[a-zA-Z_0-9]+)+)"`)

// Every message that a page names is there in every language.
func TestPagesSayNothingUnsaid(t *testing.T) {
	root := os.DirFS("..")
	seen := 0
	require.NoError(t, fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		ext := filepath.Ext(path)
		if err != nil || d.IsDir() || ext != ".go" && ext != ".templ" || strings.HasPrefix(path, "words/") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
			return err
		}
		body, err := fs.ReadFile(root, path)
		require.NoError(t, err)
		for _, m := range used.FindAllStringSubmatch(string(body), -1) {
			if strings.HasSuffix(m[1], "_") { // put together with what follows
				continue
			}
			seen++
			for _, tag := range words.Languages() {
				require.True(t, words.For(tag).Has(m[1]), "%s names %s, which %s lacks", path, m[1], tag)
			}
		}
		return nil
	}))
	require.Greater(t, seen, 300)
}
