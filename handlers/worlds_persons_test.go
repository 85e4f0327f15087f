package handlers

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"

	"enough/models"
	"enough/models/modelstest"
)

// asClient does what a client can do: reads, writes well and wrongly, comes back
// on other days, tries his partner's pages and her name, goes out and comes in.
func (w *walker) asClient(name string) {
	if w.coin() {
		w.guesses(name)
	}
	w.everywhere()
	w.hisForms()
	w.faults("/week")
	w.after(time.Duration(1+w.random.IntN(14*24)) * time.Hour)
	w.pages()
	w.forms("/week", papers[0].good, papers[0].bad, 1)
	for _, tap := range []string{"/week/done", "/week/undo"} {
		for range 2 {
			w.post(tap, url.Values{"submission_id": {itoa(w.random.IntN(2))}}, w.coin())
		}
	}
	week := string(w.week(-1))
	w.post("/w", url.Values{"alone": {"yes"}, "week": {week}, "tension": {"5"}}, w.coin())
	w.post("/w", url.Values{"step": {"back"}, "item": {"conflict." + week}}, w.coin())
	w.post(w.target("/cases/:case/publish"), url.Values{"show": {"conflict." + week}, "words": {"Mine."}}, w.coin())
	w.leaves("/signout")
	w.faults("/week")
	w.guesses(name)
	w.signsIn(name + "-client")
	w.pages()
	w.leaves("/exit")
}

// guesses tries to come in as his partner, in a browser of nobody's.
func (w *walker) guesses(name string) {
	defer func(before *http.Cookie) { w.cookie = before }(w.cookie)
	w.cookie = nil
	for range 1 + w.random.IntN(8) {
		w.post("/signin", url.Values{"signin": {name + "-partner"}, "passphrase": {"a guess of his"}}, false)
	}
	w.post("/signin", url.Values{"signin": {"nobody-of-that-name"}, "passphrase": {"a guess of his"}}, false)
	w.post("/join", url.Values{"code": {"AAAA-BBBB-CCCC-DDDD-EEEE"}, "signin": {name + "-partner"}, "passphrase": {"a guess of his"}, "again": {"a guess of his"}}, false)
}

// hisForms sends the forms of the client's week, and its own form for weeks that
// are not open.
func (w *walker) hisForms() {
	good := maps.Clone(papers[0].good)
	if w.random.IntN(3) == 0 {
		good["done"], good["why"] = "0", "forgot"
	}
	w.forms("/week", good, papers[0].bad, 3)
	w.forms("/week?correct=yes", good, papers[0].bad, 1)
	form := url.Values{"submission_id": {"one"}}
	for name, value := range good {
		form.Set(name, value)
	}
	for _, n := range draw(w.random, []int{-2, -1, 0, 1}, 2) {
		form.Set("week", string(w.week(n)))
		w.post("/week", form, w.coin())
	}
}

// turns goes through the pages of the partner's visit.
func (w *walker) turns() {
	for _, to := range draw(w.random, []string{"own", "show", "about", "form"}, 4) {
		w.post(visitPath, url.Values{"step": {to}}, w.coin())
		answer := w.get(visitPath, w.way()...)
		if answer.Code == http.StatusOK {
			w.reached[visitPath+" "+to]++
		}
	}
	w.ask(http.MethodHead, visitPath, "", "")
}

// onPhone sends the partner's form with other answers in each world, and then
// does what somebody can do who holds her phone: before and after the session has
// ended, signed out, and signed in without her passphrase given again.
func (w *walker) onPhone(name string, answers [2]models.PartnerReportInput) {
	if w.fresh = w.coin(); w.fresh {
		w.get(visitPath)
		w.takes(w.post(visitPath, url.Values{"step": {"begin"}}, w.coin()))
	}
	blank := sheetOf(w.t, w.get(visitPath).Body.String(), "visit-form").values
	var forms [2]url.Values
	for i, in := range answers {
		forms[i] = written(blank, in)
	}
	wrong := maps.Clone(blank)
	wrong["alone"], wrong["tension"] = []string{"yes"}, []string{"11"}
	w.post(visitPath, wrong, w.coin())
	held := w.cookie
	w.deafTo = http.MethodPost // what is kept of other answers is other
	w.takes(w.postEach(visitPath, forms, w.coin()))
	w.postEach(visitPath, forms, w.coin()) // a phone that did not hear the answer
	w.deafTo = ""
	pry := func() {
		w.pages()
		w.turns()
		w.forms(visitPath, papers[1].good, papers[1].bad, 1)
		other := maps.Clone(forms[0])
		other.Set("note", "Not hers.")
		for _, form := range []url.Values{wrong, other, {"step": {"unlock"}, "passphrase": {"a guess of his"}}, {"step": {"keep"}, "act": {"preview"}, "show": {"conflict." + string(w.week(0))}},
			{"step": {"back"}, "item": {"conflict." + string(w.week(0))}}, {"step": {"stop"}}, {"step": {"nowhere"}}, {"alone": {"not_now"}}} {
			w.post(visitPath, form, w.coin())
		}
	}
	pry()
	w.cookie = nil
	w.everywhere()
	w.cookie = held
	w.after(time.Duration(w.random.IntN(20)) * time.Minute)
	pry()
	w.signsIn(name + "-partner")
	pry()
	w.after(time.Duration(w.random.IntN(14*24)) * time.Hour)
	w.signsIn(name + "-partner")
	w.everywhere()
	w.leaves("/exit")
}

// written puts answers on the partner's form.
func written(blank url.Values, in models.PartnerReportInput) url.Values {
	form := maps.Clone(blank)
	for name, value := range map[string]string{"alone": "yes", "tension": in.Tension, "leaving": in.Leaving, "noticed": in.Noticed, "real": in.Real, "different": in.Different, "say_no": in.SayNo,
		"safe": in.Safe, "pushed": in.Pushed, "children": in.Children, "note": in.Note, "contact": in.Contact, "contact_by": in.ContactBy, "enough": in.Enough, "other": in.EnoughIf} {
		if form.Del(name); value != "" {
			form.Set(name, value)
		}
	}
	return form
}

// asPartner does what a partner can do who gave her passphrase again.
func (w *walker) asPartner(enter func()) {
	enter()
	w.everywhere()
	w.turns()
	w.choose()
	w.corrects(papers[1].good)
	w.after(time.Duration(w.random.IntN(9*24)) * time.Hour)
	enter()
	w.turns()
	w.choose()
	w.corrects(map[string]string{"alone": "yes"}) // an empty answer keeps what was said
	enter()
	w.post(visitPath, url.Values{"step": {"own"}}, false)
	w.forms(visitPath, nil, nil, 0)
	w.pages()
}

func (w *walker) corrects(good map[string]string) {
	w.post(visitPath, url.Values{"step": {"form"}}, false)
	w.forms(visitPath, good, papers[1].bad, 2)
}

// choose looks at what could be shown, keeps a choice, and takes something back.
func (w *walker) choose() {
	w.post(visitPath, url.Values{"step": {"show"}}, false)
	for _, s := range sheets(parse(w.t, w.get(visitPath).Body.String()), visitPath) {
		switch s.values.Get("step") {
		case "keep":
			for _, n := range elements(s.node, func(n *html.Node) bool { name, _ := attr(n, "name"); return name == "show" && w.coin() }) {
				value, _ := attr(n, "value")
				s.values.Add("show", value)
			}
			for _, act := range []string{"preview", "keep", "keep"} {
				s.values.Set("act", act)
				w.post(s.action, s.values, false)
			}
		case "back":
			if w.coin() {
				w.post(s.action, s.values, false)
			}
		}
	}
	w.get(visitPath)
}

// asTherapist does what a therapist can do with a case of his own, and asks for
// all of another's.
func (w *walker) asTherapist(own, other modelstest.Couple) {
	w.everywhere()
	w.pry(other)
	for _, f := range draw(w.random, papers, 8) {
		if f.actor == "therapist" {
			good := maps.Clone(f.good)
			delete(good, "show") // that of the stage
			w.forms(f.at(&play{stage: &stage{couple: &own}}), good, f.bad, 1)
		}
	}
	w.after(time.Duration(w.random.IntN(5*24)) * time.Hour)
	w.signsIn(map[bool]string{true: "vera", false: "sam"}[own.Therapist.Owner])
	w.pages()
	w.pry(other)
}

// pry asks for all of another therapist's case.
func (w *walker) pry(other modelstest.Couple) {
	mine := w.values
	w.values = maps.Clone(mine)
	w.values[":case"], w.values[":experiment"] = other.CaseID, cmp.Or(other.Experiment, strings.Repeat("a", 26))
	for _, r := range w.one.routes() {
		switch target := w.target(r.path); {
		case !strings.Contains(r.path, ":case") && !strings.Contains(r.path, ":experiment"):
		case r.method == http.MethodPost:
			w.post(target, url.Values{}, w.coin())
		default:
			w.get(target, w.way()...)
		}
	}
	w.values = mine
}
