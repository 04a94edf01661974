// Package picture takes in pictures that strangers send, and makes of them what
// pages show. It knows no database and no store.
//
// Read is the gate: it looks at the content, not the name; it knows the size
// before a pixel is decoded and refuses what is too large; it turns the picture
// upright; and what comes out carries pixels alone, no place, no camera, no
// name. Few pictures are decoded at one time, whatever the traffic.
package picture
