package models

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// Kind says what went wrong in a way that a caller can act on. The zero Kind
// is a fault of ours.
type Kind uint8

// The kinds of error that a person can cause or meet.
const (
	NotFound    Kind = iota + 1 // no such object, or not one this viewer may know of
	Forbidden                   // the viewer's role may not do this at all
	Invalid                     // input to mend; Fields says where
	Conflict                    // the object has moved on since the viewer read it
	Closed                      // the case is closed: nothing in it is written until it is opened again
	Unavailable                 // the database could not take the write; nothing was saved
)

// Error is an error with a sentence for the person. Make a fresh one for each
// occasion; there are no shared values.
type Error struct {
	Kind    Kind
	Message string      // one sentence for the person, without ids or values
	Fields  FieldErrors // for Invalid: a sentence for each field to mend
	Err     error       // the cause, for the log alone
}

func (e *Error) Error() string {
	parts := []string{e.Message}
	if len(e.Fields) > 0 {
		parts = append(parts, "fields "+strings.Join(e.Fields.names(), ", "))
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	return strings.Join(parts, ": ")
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// FieldErrors holds one sentence for each field of a form that needs mending.
type FieldErrors map[string]string

func (f FieldErrors) names() []string {
	names := make([]string, 0, len(f))
	for name := range f {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// err is nil when no field needs mending.
func (f FieldErrors) err() error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Message: "Something here needs a change. Look for the mark.", Fields: f}
}

// KindOf gives the kind of an error, zero when it is a fault of ours.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return 0
}

func notFound() error {
	return &Error{Kind: NotFound, Message: "There is no such page."}
}

func conflict(format string, args ...any) error {
	return &Error{Kind: Conflict, Message: fmt.Sprintf(format, args...)}
}

func invalid(field, message string) error {
	return FieldErrors{field: message}.err()
}
