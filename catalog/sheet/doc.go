// Package sheet reads the spreadsheets of produce that counties really have:
// XLSX and CSV, in the encodings and with the separators that office programs
// write, with Chinese or English headings in any order and with titles above
// them. It knows no database.
//
// Read gives cells of text. Parse finds the headings and gives one Line for
// each row, its cells under the names of columns; what a line leaves blank of
// its product is taken from the line above with the same product code. Values
// reads a line's cells and says in Problems what is wrong with it.
package sheet
