// Package e2e tries the whole product from outside: it builds the program,
// starts `countyfair demo` on an empty folder, and uses it as its users do, by
// the API alone (finding operations by their operationId) and in a browser.
//
// Screenshots of the browser's journey are kept in artefacts/.
package e2e
