// Package archive puts a county's whole data into one file, and brings it into
// another installation: to move a county, to hand it its data, or to keep it
// when it closes.
//
// The file is a zip: manifest.json, a file of JSON lines for each table, and
// the county's pictures. It is read and written through the schema owner's
// connection, because the program's own role may not read the search table.
// Tables are found in the schema, not listed here, so that a new table travels
// without anybody remembering it; what stays behind is listed, with a reason.
//
// An archive goes only into an installation at the same schema version, and
// only where the county is not there yet; it arrives whole or not at all.
package archive
