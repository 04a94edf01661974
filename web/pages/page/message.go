package page

import (
	"errors"

	"countyfair/internal/errs"
	"countyfair/web/words"
)

// Message is a refusal in the reader's language, by its reason.
func Message(w *words.Words, e *errs.Error) string {
	return said(w, "error."+e.Reason, e.Message, e.Data)
}

// FieldMessage is what is wrong with one input, in the reader's language: said
// of this very input where there are words for it, else of any.
func FieldMessage(w *words.Words, f errs.Field) string {
	if text, ok := w.Try("error.field_" + f.Reason + "_" + f.Name); ok {
		return text
	}
	return said(w, "error.field_"+f.Reason, f.Message, nil)
}

// Translate has a refusal's reason in a language, for problem.Writer.
func Translate(language, reason string, data map[string]any) (string, bool) {
	w := words.For(language)
	text := said(w, "error."+reason, "", data)
	return text, text != ""
}

func said(w *words.Words, id, otherwise string, data map[string]any) string {
	if _, ok := w.Try(id); !ok {
		return otherwise
	}
	pairs := make([]any, 0, 2*len(data))
	for k, v := range data {
		pairs = append(pairs, k, v)
	}
	return w.T(id, pairs...)
}

func asError(err error) *errs.Error {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return e
	}
	return errs.New(errs.Internal, "internal", "").Because(err)
}
