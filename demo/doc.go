// Package demo is three counties to look at: Longnan and Xinfeng in China and
// Nyeri in Kenya, each with its look, people, delivery rates and the
// spreadsheet of its produce.
//
// Seed brings them into an installation by the same use-cases that officers
// and sellers have; the produce goes through the same import.
package demo

import "embed"

// Files are the counties' own files: county.json, produce.csv or .xlsx,
// pictures/, scene.webp and mark.webp.
//
//go:embed longnan xinfeng nyeri
var Files embed.FS

// Slugs of the demo's counties, the fullest first.
var Slugs = []string{"longnan", "xinfeng", "nyeri"}

// Password of every account of the demo.
const Password = "countyfair-demo"
