package papers

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"

	"countyfair/internal/cell"
)

// Bundled is one order's part of a bundle.
type Bundled struct {
	Number   string
	Files    []File
	Problems []string // why a document is not among them
}

// Bundle packs the papers of orders for a broker, with a manifest that lists
// every file and its checksum, and every document that could not be made. One
// order's files lie at the top, those of several in a folder each.
func Bundle(at time.Time, orders ...Bundled) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	add := func(name string, data []byte) error {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at})
		if err == nil {
			_, err = w.Write(data)
		}
		return err
	}
	manifest := [][]string{{"order", "file", "kind", "bytes", "sha256", "problem"}}
	for _, o := range orders {
		folder := ""
		if len(orders) > 1 {
			folder = safeName(o.Number) + "/"
		}
		for _, f := range o.Files {
			sum := sha256.Sum256(f.Data)
			manifest = append(manifest, []string{o.Number, folder + f.Name, f.Kind, strconv.Itoa(len(f.Data)), hex.EncodeToString(sum[:]), ""})
			if err := add(folder+f.Name, f.Data); err != nil {
				return nil, err
			}
		}
		for _, p := range o.Problems {
			manifest = append(manifest, []string{o.Number, "", "", "", "", p})
		}
	}
	var list bytes.Buffer
	if err := cell.WriteCSV(&list, manifest); err != nil {
		return nil, err
	}
	if err := add("manifest.csv", list.Bytes()); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// PDFName is a paper's name in a bundle.
func PDFName(kind, number string) string { return kind + "_" + safeName(number) + ".pdf" }
