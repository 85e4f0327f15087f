package handlers

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"enough/models"
)

// actors are all who may ask. The first couple's therapist owns the practice; the
// others are the second couple's. A sharer works with the first couple's case too; a
// deputy stands in for their therapist, since a red flag of it is open. A partner is half signed in until she has given
// her passphrase again.
var actors = []string{"nobody", "therapist", "other therapist", "supervisor", "other supervisor", "sharer", "deputy", "client", "other client", "partner", "partner unlocked", "other partner",
	"partner who has sent", "partner without access",
	"half therapist", "therapist who left", "client of a closed case", "partner of a closed case", "expired therapist", "expired client", "expired partner"}

// roleOf gives the role with which an actor meets the table.
func roleOf(actor string) models.Role {
	switch actor {
	case "therapist", "other therapist", "supervisor", "other supervisor", "sharer", "deputy":
		return models.Therapist
	case "client", "other client":
		return models.Client
	case "partner", "partner unlocked", "other partner":
		return models.Partner
	}
	return ""
}

// counterpart is the actor who is to the second couple what one is to the first.
func counterpart(actor string) string {
	if actor == "sharer" || actor == "deputy" { // nobody to the second couple, as the other supervisor is to the first
		return "other supervisor"
	}
	for one, two := range map[string]string{"therapist": "other therapist", "supervisor": "other supervisor", "client": "other client", "partner": "other partner"} {
		switch actor {
		case one:
			return two
		case two:
			return one
		}
	}
	return actor
}

// objectsOf names what a route can be asked about.
func objectsOf(r route) []string {
	switch strings.Count(r.path, ":") {
	case 0:
		return []string{"-"}
	case 1:
		return []string{"missing", "own", "other", "closed", "erased", "malformed"}
	}
	return []string{"missing", "own", "other", "closed", "erased", "malformed", "odd"}
}

// target fills the parameters of a path. An odd object is the couple's own with
// a second parameter that means nothing.
func (s *stage) target(a *App, path, object string) string {
	values := map[string]string{":case": s.couple.CaseID, ":experiment": s.couple.Experiment, ":token": "nosuchtoken",
		":week": string(s.week.Add(-2)), ":step": "act", ":kind": "step_up", ":page": "week", ":file": "client"}
	for _, id := range []string{":case", ":experiment", ":token"} {
		switch object {
		case "other":
			values[":case"], values[":experiment"] = s.other.CaseID, s.other.Experiment
		case "closed":
			values[":case"], values[":experiment"], values[":week"] = s.closed.CaseID, s.closed.Experiment, string(s.week.Add(-7))
		case "erased":
			values[":case"], values[":experiment"] = s.erased.CaseID, s.erased.Experiment
		case "missing":
			values[id] = strings.Repeat("a", 26)
		case "malformed":
			values[id] = "%27%00%ff"
		}
	}
	if object == "odd" {
		for _, second := range []string{":week", ":step", ":kind", ":page", ":file"} {
			values[second] = "odd"
		}
	}
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if v, ok := values[part]; ok {
			parts[i] = v
		}
	}
	if path == "/static/*" {
		asset, _ := a.assets.Path("css/app.css")
		return asset
	}
	return strings.Join(parts, "/")
}

// whole writes all of an answer but its date.
func whole(w *httptest.ResponseRecorder) string {
	h := w.Header().Clone()
	h.Del("Date")
	var b bytes.Buffer
	fmt.Fprintln(&b, w.Code)
	_ = h.Write(&b)
	b.WriteString("\n")
	b.Write(w.Body.Bytes())
	return b.String()
}

// apart shows where two answers begin to differ.
func apart(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	cut := func(s string) string { return s[max(0, min(i-60, len(s))):min(len(s), i+120)] }
	return fmt.Sprintf("from byte %d\none   …%q\nother …%q", i, cut(a), cut(b))
}

// A reply is one answer of a crawl with the request that it answers.
type reply struct{ request, answer string }

// differ gives the first answer in which two crawls of at least so many differ.
func differ(t *testing.T, one, other []reply, least int) string {
	t.Helper()
	if len(one) != len(other) || len(one) < least {
		t.Fatalf("%d and %d answers", len(one), len(other))
	}
	for i := range one {
		if one[i].request != other[i].request {
			t.Fatalf("the crawls part at %s", one[i].request)
		}
		if one[i].answer != other[i].answer {
			return one[i].request + " " + apart(one[i].answer, other[i].answer)
		}
	}
	return ""
}
