package models

import (
	_ "embed"
	"encoding/json"
	"regexp"
	"slices"
)

// ReadyMade is a ready-made experiment: one small observable act that is done
// whether or not the partner does anything in return, announced to nobody and not
// counted aloud. The client's own words and number take its place in the plan.
type ReadyMade struct {
	Slug        string   `json:"slug"`
	Behaviour   string   `json:"behaviour"`
	Label       string   `json:"label"` // how the partner's form names it
	CountsIf    string   `json:"counts_if"`
	NotCountsIf string   `json:"not_counts_if"`
	Dose        int      `json:"dose"`    // to start with, times a week
	Days        bool     `json:"days"`    // the times are days on which it was kept
	Notice      string   `json:"notice"`  // what the partner would notice
	Outcome     string   `json:"outcome"` // the typical criterion
	Kind        string   `json:"kind"`
	Points      int      `json:"points"`
	Cost        string   `json:"cost"` // to the client
	Risks       string   `json:"risks"`
	Economic    bool     `json:"economic"` // not with economic dependence
	Children    bool     `json:"children"` // for those with children at home
	Then        []string `json:"then"`     // which may come next on the ladder, by slug
}

//go:embed library.json
var libraryFile []byte

// Library lists the ready-made experiments, the smallest first.
var Library = func() (list []ReadyMade) {
	if err := json.Unmarshal(libraryFile, &list); err != nil { // it is part of the program
		panic(err)
	}
	return list
}()

// LibraryBy gives the one of a slug. It is false for an unknown one.
func LibraryBy(slug string) (ReadyMade, bool) {
	i := slices.IndexFunc(Library, func(e ReadyMade) bool { return e.Slug == slug })
	if i < 0 {
		return ReadyMade{}, false
	}
	return Library[i], true
}

// Against says why one is not for a case, and what is to be thought of first;
// both are empty for one that can be taken.
func (e ReadyMade) Against(c Case, g Gate, red bool) (why, caution string) {
	switch {
	case red:
		return RedFlagOpen, ""
	case g.Fear == "yes":
		return "Not with fear or coercive control.", ""
	case e.Children && !c.ChildrenHome:
		return "No children live at home.", ""
	case e.Economic && c.Frame.Economic == "yes":
		return "Not while the partner depends on the client’s money, without specialist advice.", ""
	case e.Economic && c.Frame.Economic != "no":
		return "", "First find out whether the partner depends on the client’s money."
	}
	return "", ""
}

// never is what no experiment may be, by the words that give it away, with the
// sentence that says why.
var never = []struct {
	words *regexp.Regexp
	why   string
}{
	{regexp.MustCompile(`(?i)\b(gifts?|presents?|flowers|jewell?ery|surprise trip|trips?|holidays? together|weekend away)\b`), "No gifts or trips: they ask for thanks. Name an act that asks for nothing."},
	{regexp.MustCompile(`(?i)\b(sex|sexual|kiss\w*|cuddl\w*|hugs?|massage|intima\w*|touch(ing)? (her|him|them))\b`), "Touch is never a dose: it could not be declined freely. Name another act."},
	{regexp.MustCompile(`(?i)\b(declar\w*|vows?|love letters?|i love you)\b`), "No declarations: what is said cannot be counted on. Name an act."},
	{regexp.MustCompile(`(?i)\b(location|gps|track\w*|airtag|cameras?|passwords?|(her|his|their|partner.s) (phone|messages|mail|e-mail|accounts?))\b`), "Nothing that watches the partner. Name another act."},
	{regexp.MustCompile(`(?i)\b(tests?|check) (of |on |whether |if )?(her|his|their|the partner.s|loyalty|trust|faith)`), "No tests of loyalty. Name another act."},
	{regexp.MustCompile(`(?i)\b(praise|rating|rate|score|marks?) (me|from|by|for)|ask\w* for (praise|thanks|a rating|credit|feedback)`), "Nothing that asks for praise or a rating. Name another act."},
	{regexp.MustCompile(`(?i)\b(money|allowance|pay (her|him|them)|rent|reward\w*|penalt\w*|punish\w*|withhold\w*)\b`), "Nothing with money, housing or the children as reward or penalty. Name another act."},
	{regexp.MustCompile(`(?i)\b(make|get|ask|tell|remind) (her|him|them|the partner) (to|do|into)\b|\b(she|he|they|the partner) (must|has to|have to|should)\b`), "Nothing that asks the partner to do more. Name an act of the client’s."},
}

// neverBecause gives the sentence that says why a behaviour may be no experiment,
// empty for one that may.
func neverBecause(behaviour string) string {
	for _, n := range never {
		if n.words.MatchString(behaviour) {
			return n.why
		}
	}
	return ""
}
