package models_test

import (
	"maps"
	"slices"
	"strings"
	"time"

	"enough/models"
)

func (s *releasing) some(keys []string, one, in int) (list []string) {
	for _, key := range keys {
		if s.random.IntN(in) < one {
			list = append(list, key)
		}
	}
	return list
}

// seen is what he sees. The words that went with it name all that they were
// written about: once some of it is gone, they are gone too.
func (s *releasing) seen() map[string]string {
	list, err := s.p.ForClient().Snapshots(ctx, s.c.Client)
	must(s, err)
	seen := map[string]string{}
	for _, snapshot := range list {
		var keys []string
		for _, v := range snapshot.Values {
			keys = append(keys, v.Item+"."+v.Place)
			seen[keys[len(keys)-1]] = valueText(v.Value, v.Answer)
		}
		if slices.Sort(keys); snapshot.Words != "" && snapshot.Words != strings.Join(keys, ",") {
			s.Errorf("the words are about %s, and shown is %v", snapshot.Words, keys)
		}
	}
	return seen
}

// show publishes, with words that name what it is.
func (s *releasing) show(spoken bool, keys []string) error {
	_, version, err := s.p.Proposals(ctx, s.p.Owner, s.c.CaseID)
	must(s, err)
	in := models.PublishInput{Keys: keys, Words: strings.Join(slices.Sorted(slices.Values(keys)), ","), Version: version}
	if len(in.Words) > 280 {
		in.Words = ""
	}
	if spoken {
		in.SpokenOn = string(models.DayOf(s.p.Now(), time.UTC))
	}
	_, err = s.p.Publish(ctx, s.p.Owner, s.c.CaseID, in)
	return err
}

func (s *releasing) week() string { return string(models.Week(week1).Add(s.random.IntN(8))) }

func (s *releasing) propose() string {
	_, keys, version := offers(s, s.p, s.c)
	ticked := s.some(keys, 1, 3)
	return s.try("proposed", func() error {
		return s.p.Propose(ctx, s.c.Partner, models.ProposeInput{Keys: ticked, Version: version})
	}, func() { s.rule.propose(ticked, s.reads) })
}

func (s *releasing) publish() string {
	keys := s.some(slices.Sorted(maps.Keys(s.rule)), 1, 4)
	switch s.random.IntN(4) {
	case 0: // and more than was proposed
		keys = s.some(slices.Sorted(maps.Keys(s.reads)), 1, 6)
	case 1, 2:
		keys = slices.DeleteFunc(keys, s.rests)
	}
	spoken, held := s.random.IntN(3) > 0, false
	for w := range s.pushed {
		held = held || w >= week5
	}
	after := maps.Clone(s.rule)
	if !after.publish(keys, s.rests, spoken, held) {
		if err := s.show(spoken, keys); err == nil {
			s.Fatalf("publishing %v is taken", keys)
		}
		return "refused"
	}
	return s.try("published", func() error { return s.show(spoken, keys) }, func() { s.rule = after })
}

// rests says whether a thing rests on a week that is set aside.
func (s *releasing) rests(key string) bool {
	_, place, _ := strings.Cut(key, ".")
	for w := range s.aside {
		if place == w || place == s.phase[w] {
			return true
		}
	}
	return false
}

func (s *releasing) takeBack() string {
	keys := slices.Sorted(maps.Keys(s.reads))
	key := keys[s.random.IntN(len(keys))]
	return s.try("taken back", func() error { return s.p.TakeBack(ctx, s.c.Partner, key) }, func() { s.rule.close(key) })
}

// correct writes other answers over those of a week.
func (s *releasing) correct() string {
	w := s.week()
	was, err := s.p.PartnerReport(ctx, s.p.Owner, s.c.CaseID, models.Week(w))
	must(s, err)
	answer := func() string { return []string{"", "3", "4"}[s.random.IntN(3)] }
	in := models.PartnerReportInput{Week: w, Version: number(&was.Version), Tension: answer(), Leaving: answer(), Noticed: answer(), Real: answer(), Pushed: "no"}
	if s.random.IntN(40) == 0 {
		in.Pushed = "yes"
	}
	kept := func(text string, asked bool) string {
		if text == "" || !asked {
			return "nil"
		}
		return text
	}
	return s.try("corrected", func() error { return s.p.EnterPartnerReport(ctx, s.p.Owner, s.c.CaseID, in) }, func() {
		if in.Pushed == "yes" { // no correction takes it away
			s.pushed[w] = true
		}
		plan := w >= week5
		s.corrected(w, kept(in.Tension, true), kept(in.Leaving, true), kept(in.Noticed, plan), kept(in.Real, plan && in.Noticed != ""))
	})
}

// corrected closes what is not true any more.
func (s *releasing) corrected(w, conflict, leaving, noticed, real string) {
	for _, a := range []struct{ item, value, closes string }{{"conflict", conflict, w}, {"noticed", noticed, w}, {"leaving", leaving, s.phase[w]}, {"felt_real", real, s.phase[w]}} {
		if s.answers[a.item+w] != a.value {
			s.rule.close(a.item + "." + a.closes)
		}
		s.answers[a.item+w] = a.value
	}
}

func (s *releasing) setAside() string {
	w, name := s.week(), "set aside"
	if weeks := slices.Sorted(maps.Keys(s.aside)); len(weeks) > 0 && s.random.IntN(3) > 0 {
		w = weeks[0]
	}
	in := models.SetAsideInput{Back: s.aside[w], Why: "pushed", Reason: "A reason."}
	if in.Back {
		name = "taken in"
	}
	return s.try(name, func() error { return s.p.SetWeekAside(ctx, s.p.Owner, s.c.CaseID, w, in) }, func() {
		if s.aside[w] = !in.Back; in.Back {
			delete(s.aside, w)
		}
	})
}

// others are acts of the client, of the therapist and of both that open nothing.
func (s *releasing) others() string {
	w := s.week()
	acts := []func() error{
		func() error { return s.p.ForClient().NoteOccurrence(ctx, s.c.Client, models.Submission{}) },
		func() error { return s.p.ExcuseWeek(ctx, s.p.Owner, s.c.CaseID, w, "A holiday.") },
		func() error { return s.p.PausePartner(ctx, s.p.Owner, s.c.CaseID, s.random.IntN(2) == 0, "Agreed.") },
		func() error { return s.show(false, []string{"conflict." + w, "leaving." + s.phase[w], "call." + w}) },
		func() error {
			return s.p.Propose(ctx, s.c.Client, models.ProposeInput{Keys: []string{"conflict." + w}})
		},
		func() error { return s.p.TakeBack(ctx, s.c.Client, "conflict."+w) },
	}
	_ = acts[s.random.IntN(len(acts))]() // may be refused: what counts is what it does not do
	return "something else"
}

// hisToRead are the tables of his that release could touch.
var hisToRead = []string{"cases", "phases", "snapshots", "snapshot_values", "client_notices"}

// publishInVain publishes what was private to him until now and has all of it
// taken back: not a byte that he can read is another than before.
func (s *releasing) publishInVain() string {
	before := s.fault.rows(hisToRead...)
	var keys []string
	for key, stands := range s.rule {
		if !stands.open && !s.rests(key) && s.reads[key] != "" {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return "nothing to publish"
	}
	must(s, s.show(true, keys))
	if s.fault.rows(hisToRead...) == before {
		s.Fatal("nothing was published")
	}
	for _, key := range keys {
		must(s, s.p.TakeBack(ctx, s.c.Partner, key))
		s.rule.close(key)
	}
	if s.fault.rows(hisToRead...) != before {
		s.Fatalf("%v was taken back and is not as if it had never been published", keys)
	}
	return "published in vain"
}
