// Package storefront is the buyer's pages: home, lists, a product, the cart,
// checkout, orders, and the county's own pages.
//
// A page is a templ component that takes one view struct. Handlers fill the
// struct; the page knows no domain. Forms are plain and work without a script.
package storefront
