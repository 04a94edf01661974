// Package sellers is who sells in a county: households, cooperatives and firms.
//
// An account applies once (applied), an officer approves or rejects with a
// reason, a rejected one may apply again, an approved one may be suspended and
// restored. Approval gives the account the role seller, in the same
// transaction as the decision, its audit row and the message that tells it.
// Only approved sellers are seen by the public, and only they may list goods.
package sellers
