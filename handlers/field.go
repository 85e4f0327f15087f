package handlers

import (
	"crypto/rand"
	"strconv"
	"strings"

	"enough/models"
)

// form is a form ready to print: its fields, what was typed, and what is to be
// mended. All forms are drawn by one partial, as part of a page and alone.
type form struct {
	ID      string
	Action  string
	Parts   []part
	Submit  string
	Quiet   bool    // the button is not the main thing of its page
	Plain   bool    // answered with a whole page, never swapped
	Problem string  // one sentence above the form
	Saved   []saved // what is kept now, beside what was typed
	Hidden  []saved // names and values that go along
	Look    *link   // sends the form to be looked at alone, for those without a script
}

func (form) template() string { return "form" }

// part is a group of fields under a heading, which may be empty.
type part struct {
	Heading string
	Intro   string
	Class   string
	Fields  []field
	Sight   *sight // under the fields; swapped when those of the design change
}

// saved is a name with a value.
type saved struct{ Name, Value string }

// field is one question of a form. Kind decides how it is drawn: text, area,
// number, stepper, date, choice, scale, boxes, passphrase, passkey or say (words
// alone).
type field struct {
	Kind      string
	Name      string
	ID        string
	Label     string
	Hint      string
	Value     string
	Error     string
	Min, Max  int
	Optional  bool
	Options   []option
	Low       string // the words at the ends and in the middle of a scale
	Mid       string
	High      string
	ShowWhen  string // shown only while another field has a value: name=value
	Autofocus bool
	Ceremony  string // of a passkey: create or get
	Ask       string // what a passkey is asked, as JSON
}

// option is one answer of a choice.
type option struct {
	Value, Text, Hint string
	Checked           bool
}

// filler makes the fields of one form from what was typed or saved and from
// what is to be mended.
type filler struct {
	prefix string
	value  func(name string) string
	bad    models.FieldErrors
}

func (f filler) field(kind, name, label string) field {
	return field{Kind: kind, Name: name, ID: f.prefix + name, Label: label, Value: f.value(name), Error: f.bad[name]}
}

func (f filler) text(name, label, hint string) field {
	x := f.field("text", name, label)
	x.Hint = hint
	return x
}

func (f filler) area(name, label, hint string) field {
	x := f.field("area", name, label)
	x.Hint = hint
	return x
}

func (f filler) number(name, label, hint string, least, most int) field {
	x := f.field("number", name, label)
	x.Hint, x.Min, x.Max = hint, least, most
	return x
}

func (f filler) date(name, label, hint string) field {
	x := f.field("date", name, label)
	x.Hint = hint
	return x
}

// choice makes radio buttons from value and text by turns.
func (f filler) choice(name, label string, pairs ...string) field {
	x := f.field("choice", name, label)
	for i := 0; i+1 < len(pairs); i += 2 {
		x.Options = append(x.Options, option{Value: pairs[i], Text: pairs[i+1], Checked: x.Value == pairs[i]})
	}
	return x
}

// scale makes the eleven radio buttons 0 to 10 with the words at 0, 5 and 10.
func (f filler) scale(name, label, low, mid, high string) field {
	x := f.field("scale", name, label)
	x.Low, x.Mid, x.High = low, mid, high
	// Nothing is entered here: the numbers stand there to be chosen.
	x.Error = strings.Replace(x.Error, "Enter a whole number", "Choose a number", 1)
	for n := range 11 {
		value := strconv.Itoa(n)
		x.Options = append(x.Options, option{Value: value, Text: value, Checked: x.Value == value})
	}
	return x
}

// passphrase makes a field that a browser is not invited to keep. Whoever holds
// an unlocked phone could use what it has kept, and before the form is sent
// nobody knows whether a partner fills it in.
func (f filler) passphrase(name, label, hint string) field {
	x := f.field("passphrase", name, label)
	x.Value, x.Hint = "", hint
	return x
}

// optional says beside the label of a typed field that it may stay empty.
func (x field) optional() field { x.Optional = true; return x }

// hint sets the words under the label.
func (x field) hint(s string) field { x.Hint = s; return x }

// when shows a field only while another has a value.
func (x field) when(condition string) field { x.ShowWhen = condition; return x }

// newSubmission names a form that is handed out.
func newSubmission() string { return rand.Text() }

// hidden gives the names and values of a form that go along: its submission,
// kept when the form is shown again, and the version of what it edits.
func hidden(f typed, version string, more ...saved) []saved {
	id := f.submission().ID
	if id == "" {
		id = newSubmission()
	}
	list := []saved{{"submission_id", id}}
	if version != "" {
		list = append(list, saved{"version", version})
	}
	return append(list, more...)
}
