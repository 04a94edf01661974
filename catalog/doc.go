// Package catalog is what is for sale: categories, products with their sizes
// (variants), prices, batches, pictures, stock, the import from spreadsheets,
// and search.
//
// A product is drafted, perhaps reviewed, published and withdrawn by the one
// map in product.go. It is sold in the county's currency. Whoever writes a
// product writes its search document in the same transaction, so that search
// never knows more or less than the shelf. The public learns of the stock only
// whether there is some, little (five or fewer) or none.
//
// A seller touches its own products; another's is not found. The hot reads
// (List, Get, Search) take one round trip each.
package catalog
