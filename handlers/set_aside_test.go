package handlers

import (
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"enough/models"
)

// setsAside sets a week of the first couple aside, on its page.
func (p *play) setsAside(w models.Week, why string) {
	p.t.Helper()
	path := asidePath(p.couple.CaseID, w)
	form := sheetOf(p.t, p.as("therapist").get(path).Body.String(), "aside-form").write("reason", "Her words, by telephone.")
	form.Set("why", why)
	p.sends(path, form)
}

// takesIn takes it back in.
func (p *play) takesIn(w models.Week) {
	p.t.Helper()
	path := asidePath(p.couple.CaseID, w)
	p.sends(path, sheetOf(p.t, p.as("therapist").get(path).Body.String(), "aside-form").write("reason", "It was hers."))
}

// reported are the weeks that the first couple's partner reported.
func (p *play) reported() (weeks []models.Week) {
	p.t.Helper()
	for n := -7; n <= 0; n++ {
		if w := p.week.Add(n); count(p.t, p.raw, `SELECT count(*) FROM partner_reports WHERE case_id = ? AND week = ?`, p.couple.CaseID, string(w)) > 0 {
			weeks = append(weeks, w)
		}
	}
	return weeks
}

// judgement is what a review makes of the reports that count: the numbers of each
// phase, the verdict and the evidence as a decision would keep them, and the
// series from which all others are made.
func (p *play) judgement() (text string) {
	p.t.Helper()
	r, err := p.db.Review(p.t.Context(), p.couple.Therapist, p.couple.Experiment)
	must(p.t, err)
	f, _ := r.Frozen()
	for i := range f.Phases {
		f.Phases[i].SetAside = 0
	}
	masked, err := p.db.Masked(p.t.Context(), p.couple.Therapist, p.couple.Experiment)
	must(p.t, err)
	parts := []any{f, masked.Scores}
	for _, ph := range r.Phases {
		parts = append(parts, r.Series(ph, models.ItemConflict), r.Series(ph, models.ItemLeaving), ph.Noticed, ph.FeltReal, ph.LastThree, ph.Mark)
	}
	b, err := json.Marshal(parts)
	must(p.t, err)
	return strings.ReplaceAll(string(b), ", 1 set aside", "")
}

// TestSetAside_countsAsMissing sets each reported week aside in turn, and deletes
// its report in a copy: every number, the verdict and the evidence are the same.
// Taken back in, all is as it was.
func TestSetAside_countsAsMissing(t *testing.T) {
	s := theStage(t)
	p, other := s.open(t), s.open(t)
	for _, one := range []*play{p, other} {
		one.calm()
		one.clock.Set(one.now.AddDate(0, 0, 5)) // every form has closed
		one.sessions["therapist"] = sessionOf(t, one.App, one.couple.Therapist).Value
	}
	stood, review := p.judgement(), p.as("therapist").get(reviewPath(p.couple.Experiment)).Body.String()
	for i, w := range p.reported() {
		p.setsAside(w, []string{"pushed", "not_hers"}[i%2])
		sqlExec(t, other.raw, `CREATE TEMP TABLE away AS SELECT * FROM partner_reports WHERE week = ?`, string(w))
		sqlExec(t, other.raw, `CREATE TEMP TABLE called AS SELECT * FROM partner_calls WHERE week = ?`, string(w))
		sqlExec(t, other.raw, `PRAGMA foreign_keys = 0; DELETE FROM partner_reports WHERE week = ?`, string(w))
		sqlExec(t, other.raw, `DELETE FROM partner_calls WHERE week = ?`, string(w))
		aside, missing := p.judgement(), other.judgement()
		if aside != missing {
			t.Errorf("week %s set aside is not as if it were missing: %s", w, apart(aside, missing))
		}
		if aside == stood {
			t.Errorf("week %s set aside changes no number", w)
		}
		p.takesIn(w)
		sqlExec(t, other.raw, `INSERT INTO partner_reports SELECT * FROM away; INSERT INTO partner_calls SELECT * FROM called; DROP TABLE away; DROP TABLE called`)
		if p.judgement() != stood {
			t.Errorf("week %s taken back in: %s", w, apart(stood, p.judgement()))
		}
	}
	if again := p.as("therapist").get(reviewPath(p.couple.Experiment)).Body.String(); steady(again) != steady(review) {
		t.Errorf("with every week back in the review is another: %s", apart(steady(review), steady(again)))
	}
}

// TestSetAside_isToldApart reads the pages of the therapist.
func TestSetAside_isToldApart(t *testing.T) {
	p := theStage(t).open(t)
	w := p.week.Add(-2)
	p.setsAside(w, "not_hers")
	doc := parse(t, p.as("therapist").get(reviewPath(p.couple.Experiment)).Body.String())
	var option struct {
		Series []struct {
			Name string
			Data []any
		}
	}
	must(t, json.Unmarshal([]byte(byID(doc, "outcomes").FirstChild.Data), &option))
	var kept int
	must(t, p.raw.QueryRow(`SELECT conflict FROM partner_reports WHERE case_id = ? AND week = ?`, p.couple.CaseID, string(w)).Scan(&kept))
	marks := 0
	for _, series := range option.Series {
		for _, x := range series.Data {
			point, plain := x.([]any)
			if with, ok := x.(map[string]any); ok {
				point, plain = with["value"].([]any)
			}
			if plain && len(point) == 2 && point[0] == string(w.Monday()) && point[1] != nil {
				switch series.Name {
				case "Tension", "Close to leaving":
					t.Errorf("%s is drawn for the week as if it counted", series.Name)
				case "Tension, set aside":
					marks++
					if !reflect.DeepEqual(point[1], float64(kept)) {
						t.Errorf("the hollow mark stands at %v, reported was %d", point[1], kept)
					}
				}
			}
		}
	}
	if marks != 1 {
		t.Errorf("%d hollow marks", marks)
	}
	page := wordsIn(doc)
	for _, want := range []string{"(" + itoa(kept) + ")", "set aside, not hers: Her words, by telephone.", "1 set aside", "is set aside since 26 April 2026, not hers: Her words, by telephone.", "Hollow marks are weeks that are set aside"} {
		if !strings.Contains(page, want) {
			t.Errorf("the review does not say %q", want)
		}
	}
	if n := strings.Count(page, "2 of 3, 1 set aside"); n != 1 {
		t.Errorf("the phase table says %d times that 2 of 3 reports count, 1 set aside", n)
	}
	weeks := wordsIn(parse(t, p.as("therapist").get(casePath(p.couple.CaseID)+"/weeks").Body.String()))
	if !strings.Contains(weeks, "set aside, not hers") {
		t.Errorf("the weeks do not say it: %s", weeks)
	}
	p.takesIn(w)
	past := wordsIn(parse(t, p.as("therapist").get(asidePath(p.couple.CaseID, w)).Body.String()))
	for _, want := range []string{"Set aside on 26 April 2026, not hers: Her words, by telephone.", "Taken back in on 26 April 2026: It was hers.", "Tension" + itoa(kept)} {
		if !strings.Contains(past, want) {
			t.Errorf("the week's page does not say %q: %s", want, past)
		}
	}
	if n := count(t, p.raw, `SELECT count(*) FROM audit WHERE case_id = ? AND action IN ('week set aside', 'week taken back in')`, p.couple.CaseID); n != 2 {
		t.Errorf("%d lines in the trail", n)
	}
}

// TestSetAside_flagsGoOnSeeing: what was said in a week that is set aside is
// flagged, read first, and holds publishing as before.
func TestSetAside_flagsGoOnSeeing(t *testing.T) {
	p := theStage(t).open(t)
	b := p.as("therapist")
	look := func() (list []string) {
		doc := parse(t, b.get(reviewPath(p.couple.Experiment)).Body.String())
		flags := count(t, p.raw, `SELECT count(*) FROM flags WHERE case_id = ?`, p.couple.CaseID)
		return []string{steady(b.get(flagsPath(p.couple.CaseID)).Body.String()), wordsIn(byID(doc, "first")), itoa(flags), wordsIn(parse(t, b.get(casesPath).Body.String()))}
	}
	before := look()
	if !strings.Contains(before[1], "pushed") || !strings.Contains(before[1], "Publishing is held") || !strings.Contains(before[0], "R1") {
		t.Fatalf("the stage has nothing to see: %s", before[1])
	}
	for _, w := range p.reported() {
		p.setsAside(w, "pushed")
	}
	if after := look(); !slices.Equal(before, after) {
		for i := range before {
			if before[i] != after[i] {
				t.Errorf("set aside, what must be seen is another: %s", apart(before[i], after[i]))
			}
		}
	}
	if r, err := p.db.Review(t.Context(), p.couple.Therapist, p.couple.Experiment); err != nil || len(r.Contacts) != 2 {
		t.Errorf("%d wishes to be contacted, %v", len(r.Contacts), err)
	}
}

// TestSetAside_cannotBePublished: what rests on the week is offered to nobody for
// publishing, its averages among it, and what is shown stays until she takes it
// back.
func TestSetAside_cannotBePublished(t *testing.T) {
	p := theStage(t).open(t)
	sqlExec(t, p.raw, `UPDATE partner_reports SET pushed = 'no'; DELETE FROM partner_report_corrections`)
	b, path := p.as("therapist"), casePath(p.couple.CaseID)+"/publish"
	offered := func() (keys []string) {
		for _, n := range elements(parse(t, b.get(path).Body.String()), tag("input")) {
			if name, _ := attr(n, "name"); name == "show" {
				key, _ := attr(n, "value")
				keys = append(keys, key)
			}
		}
		return keys
	}
	free := offered()
	if !slices.Contains(free, p.extra) {
		t.Fatalf("the stage offers %v", free)
	}
	form := sheetOf(t, b.get(path).Body.String(), "publish-form").write("show", p.extra)
	form.Set("act", "publish")
	form.Set("spoken_on", "2026-04-26")
	_, week, _ := strings.Cut(p.extra, ".")
	shown, hers := p.as("client").get("/shared").Body.String(), p.chooses()
	p.setsAside(models.Week(week), "pushed")
	if keys := offered(); slices.Contains(keys, p.extra) {
		t.Errorf("offered are %v", keys)
	}
	for _, act := range []string{"publish", "preview"} {
		form.Set("act", act)
		if w := b.post(path, form); w.Code != http.StatusConflict {
			t.Errorf("%s from before: %d", act, w.Code)
		}
	}
	if page := wordsIn(parse(t, b.get(path).Body.String())); !strings.Contains(page, "rests on a week that is set aside") || !strings.Contains(page, "Week of 6 April 2026: tension") {
		t.Errorf("the page does not say what waits: %s", page)
	}
	// An average that she agreed to counts the week, so it waits as well; and what
	// was shown of a week stays.
	first := p.week.Add(-7)
	p.setsAside(first, "not_hers")
	about := wordsIn(parse(t, b.get(asidePath(p.couple.CaseID, first)).Body.String()))
	if !regexp.MustCompile(`The client sees of this week now: tension \d+; closeness to leaving [\d.]+\. That stays`).MatchString(about) {
		t.Errorf("the week's page does not say what is shown: %s", about)
	}
	if after := p.as("client").get("/shared").Body.String(); steady(after) != steady(shown) {
		t.Errorf("the client's page changed: %s", apart(shown, after))
	}
	if after := p.chooses(); steady(after) != steady(hers) {
		t.Errorf("the partner's page changed: %s", apart(steady(hers), steady(after)))
	}
	p.takesIn(models.Week(week))
	form = sheetOf(t, b.get(path).Body.String(), "publish-form").write("show", p.extra)
	form.Set("act", "publish")
	form.Set("spoken_on", "2026-04-26")
	if w := b.post(path, form); w.Code != http.StatusSeeOther {
		t.Errorf("taken back in: %d", w.Code)
	}
}

// chooses is the page on which the partner chooses what may be shown.
func (p *play) chooses() string {
	b := p.as("partner unlocked")
	b.post(visitPath, url.Values{"step": {string(models.VisitShow)}})
	return b.get(visitPath).Body.String()
}

func TestSetAside_refusals(t *testing.T) {
	p := theStage(t).open(t)
	b := p.as("therapist")
	for _, week := range []string{string(p.week.Add(-1)), string(p.week.Add(1)), "2026-04-21", "next"} { // no report, or no week
		path := casePath(p.couple.CaseID) + "/weeks/" + week + "/aside"
		if got, sent := b.get(path).Code, b.post(path, url.Values{"why": {"pushed"}, "reason": {"Because."}}).Code; got != http.StatusNotFound || sent != http.StatusNotFound {
			t.Errorf("%s: %d, %d", week, got, sent)
		}
	}
	path := asidePath(p.couple.CaseID, p.week)
	for _, act := range []string{"back", "aside", "aside", "back", "back"} {
		w := b.post(path, url.Values{"act": {act}, "why": {"pushed"}, "reason": {"Because."}})
		standing := count(t, p.raw, `SELECT count(*) FROM set_aside_weeks WHERE back_on IS NULL`)
		if (w.Code == http.StatusSeeOther) != (standing == map[string]int{"aside": 1, "back": 0}[act]) && w.Code != http.StatusConflict {
			t.Errorf("%s: %d, %d stand", act, w.Code, standing)
		}
	}
	if n := count(t, p.raw, `SELECT count(*) FROM set_aside_weeks`); n != 1 {
		t.Errorf("%d are kept", n)
	}
}
