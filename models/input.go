package models

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The longest texts that a form takes, in characters. A whole form of them, in
// any script, stays below the limit of a request.
const (
	lineLimit  = 200  // a name, a sentence, one observable act
	noteLimit  = 280  // the client's one line for his next session
	privLimit  = 500  // the partner's words for her therapist
	proseLimit = 2000 // the therapist's reasons and notes
	shortLimit = 600  // her answer to one question
)

// reading checks the fields of a form one by one and keeps a sentence for each
// that needs mending.
type reading struct{ bad FieldErrors }

func (r *reading) fail(field, message string) {
	if r.bad == nil {
		r.bad = FieldErrors{}
	}
	if r.bad[field] == "" {
		r.bad[field] = message
	}
}

func (r *reading) err() error { return r.bad.err() }

// text takes any text up to a number of characters.
func (r *reading) text(field, typed string, limit int) string {
	s := strings.TrimSpace(strings.ReplaceAll(typed, "\r\n", "\n"))
	switch {
	case !utf8.ValidString(s) || strings.ContainsRune(s, 0):
		r.fail(field, "This text has a character that cannot be kept. Type it again without it.")
	case utf8.RuneCountInString(s) > limit:
		r.fail(field, fmt.Sprintf("This is %d characters long. Shorten it to %d.", utf8.RuneCountInString(s), limit))
	}
	return s
}

// need takes a text that may not be empty; ask says what to write.
func (r *reading) need(field, typed string, limit int, ask string) string {
	s := r.text(field, typed, limit)
	if s == "" {
		r.fail(field, ask)
	}
	return s
}

// number takes a whole number in a range, or nothing.
func (r *reading) number(field, typed string, least, most int) *int {
	s := strings.TrimSpace(typed)
	if s == "" {
		return nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < least || n > most || strings.HasPrefix(s, "+") || (strings.HasPrefix(s, "-") && n == 0) {
		r.fail(field, fmt.Sprintf("Enter a whole number from %d to %d.", least, most))
		return nil
	}
	return &n
}

// points takes a number of points with at most one decimal in a range, or the
// value as it was.
func (r *reading) points(field, typed string, was, least, most float64) float64 {
	s := strings.Replace(strings.TrimSpace(typed), ",", ".", 1)
	if s == "" {
		return was
	}
	x, err := strconv.ParseFloat(s, 64)
	if _, decimals, _ := strings.Cut(s, "."); err != nil || !(x >= least && x <= most) || len(decimals) > 1 || strings.ContainsAny(s, "+-eExX_") {
		r.fail(field, fmt.Sprintf("Enter a number from %g to %g, with one decimal at most.", least, most))
		return was
	}
	return x
}

// needNumber takes a whole number in a range.
func (r *reading) needNumber(field, typed string, least, most int) int {
	n := r.number(field, typed, least, most)
	if n == nil {
		r.fail(field, fmt.Sprintf("Enter a whole number from %d to %d.", least, most))
		return 0
	}
	return *n
}

// choice takes one of the choices, or nothing, which becomes empty.
func (r *reading) choice(field, typed, empty string, choices ...string) string {
	if typed == "" {
		return empty
	}
	if !slices.Contains(choices, typed) {
		r.fail(field, "Choose one of the answers shown.")
		return empty
	}
	return typed
}

// needChoice takes one of the choices.
func (r *reading) needChoice(field, typed string, choices ...string) string {
	if typed == "" {
		r.fail(field, "Choose one.")
		return ""
	}
	return r.choice(field, typed, "", choices...)
}

// day takes a date, or nothing.
func (r *reading) day(field, typed string, least, most Day) Day {
	s := strings.TrimSpace(typed)
	if s == "" {
		return ""
	}
	d, ok := ParseDay(s)
	switch {
	case !ok:
		r.fail(field, "Enter a date as year-month-day, such as 2026-03-02.")
		return ""
	case d < least:
		r.fail(field, fmt.Sprintf("Enter a date that is not before %s.", least.Long()))
	case d > most:
		r.fail(field, fmt.Sprintf("Enter a date that is not after %s.", most.Long()))
	}
	return d
}

// needDay takes a date.
func (r *reading) needDay(field, typed string, least, most Day) Day {
	d := r.day(field, typed, least, most)
	if d == "" {
		r.fail(field, "Enter a date.")
	}
	return d
}

// Long writes the date in full: 3 March 2026.
func (d Day) Long() string { return d.Time().Format("2 January 2006") }

// Short writes the date without its year: 3 Mar.
func (d Day) Short() string { return d.Time().Format("2 Jan") }
