// Package terms turns words into what PostgreSQL's text search keeps and asks
// for. It knows no database.
//
// Chinese text is kept as single characters and pairs of characters, each at
// its place, so that a word of any length is found as a phrase of pairs
// without a dictionary. Beside it stand the sounds: pinyin syllables ("~hua",
// "~hua.jiao") and their initials ("^h", "^h.j"), at the same places. Words in
// other scripts are kept in lower case, without accents, whole and in the
// singular.
//
//	doc := terms.NewDocument()
//	doc.Add('A', "武都花椒", "Wudu pepper")
//	INSERT … doc.String()::tsvector
//	WHERE document @@ terms.Query("huaji").Strict::tsquery
package terms
