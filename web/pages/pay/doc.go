// Package pay is the sandbox payment provider's own page. It stands where a real
// provider's page would, looks like nobody's market, and moves no money.
package pay
