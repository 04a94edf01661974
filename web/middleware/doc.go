// Package middleware is what happens to every request before its handler: it
// is named, logged, bounded in time and size, given its county and its person,
// and refused where it comes from a foreign page.
package middleware
