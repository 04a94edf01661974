// Package account is the pages of signing in and of what is one's own: orders,
// devices, password.
package account
