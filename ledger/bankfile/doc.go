// Package bankfile writes what a bank is asked to pay and reads what it paid.
//
// Out go, for the same batch, a CSV that a person can check in a spreadsheet
// and an ISO 20022 pain.001.001.09 that a bank's program takes:
//
//	reference,seller,holder,bank,bank_code,account,amount,currency,text
//
// The reference is the payout line's own (32 hexadecimal digits); in pain.001
// it is the EndToEndId. Amounts are decimal, with a point. A cell that a
// spreadsheet would take for a formula begins with an apostrophe.
//
// Back come camt.053 or camt.054 of any version, in which the EndToEndId tells
// ours from all else, or a CSV with a heading of
//
//	reference,outcome,amount,currency[,reason][,bank_reference]
//
// where outcome is paid or failed, columns in any order, separated by commas or
// semicolons. What comes back is a stranger's: it is bounded in size, depth and
// number, and an XML file that declares a document type or entities is refused.
//
// The package knows no database.
package bankfile
