package handlers

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"enough/models"
)

var update = flag.Bool("update", false, "write the golden files again")

func TestAccess_golden(t *testing.T) {
	var b bytes.Buffer
	list := walk(t)
	for len(list) > 0 {
		fmt.Fprintf(&b, "%s %s (%s)\n", list[0].method, list[0].path, list[0].object)
		byAnswer := map[string][]string{}
		for _, actor := range actors {
			page, swap := list[0], list[1]
			list = list[2:]
			answer := page.brief()
			if swap.brief() != answer {
				answer += ", swap " + swap.brief()
			}
			byAnswer[answer] = append(byAnswer[answer], actor)
		}
		for _, answer := range slices.Sorted(maps.Keys(byAnswer)) {
			fmt.Fprintf(&b, "    %-40s %s\n", answer, strings.Join(byAnswer[answer], ", "))
		}
	}
	const file = "testdata/access.golden"
	if *update {
		must(t, os.MkdirAll("testdata", 0o755))
		must(t, os.WriteFile(file, b.Bytes(), 0o644))
	}
	want, err := os.ReadFile(file)
	must(t, err)
	if diff := firstLineApart(string(want), b.String()); diff != "" {
		t.Errorf("who may do what has changed; look at it, then run with -update\n%s", diff)
	}
}

// firstLineApart shows the first lines in which two texts differ.
func firstLineApart(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	head := ""
	for i := range max(len(a), len(b)) {
		line := func(list []string) string {
			if i < len(list) {
				return list[i]
			}
			return "(end)"
		}
		if strings.HasPrefix(line(b), "GET") || strings.HasPrefix(line(b), "POST") {
			head = line(b)
		}
		if line(a) != line(b) {
			return fmt.Sprintf("%s\nwant %s\ngot  %s", head, line(a), line(b))
		}
	}
	return ""
}

// TestAccess_refusals does not trust the golden: who is not in the table, and
// who is not of the case, never gets through, and nothing is written.
func TestAccess_refusals(t *testing.T) {
	refused := 0
	for _, q := range walk(t) {
		if q.method == http.MethodGet && q.changed {
			t.Errorf("%s: a GET writes", q)
		}
		let := q.allows(models.Viewer{Role: roleOf(q.actor)})
		object := q.object != "-" && !strings.Contains(q.path, ":token")
		if let && !(object && (q.actor != "therapist" || q.object != "own")) {
			continue
		}
		refused++
		// Nobody is sent to sign in, or told to where a form would be lost by it.
		toSignIn := q.where() == signinPath && (q.Code == http.StatusSeeOther || q.swap && q.Code == http.StatusOK && q.Body.Len() == 0) ||
			q.Code == http.StatusUnauthorized && q.swap && q.method == http.MethodPost
		switch {
		case q.Code != http.StatusNotFound && !(roleOf(q.actor) == "" && toSignIn):
			t.Errorf("%s: %s", q, q.brief())
		case q.changed:
			t.Errorf("%s: refused, and yet something was written", q)
		}
	}
	if refused < 1000 {
		t.Errorf("only %d refusals were seen", refused)
	}
}

// TestAccess_sameRefusal holds a refusal for somebody else's object to every
// byte of the one for an object that does not exist.
func TestAccess_sameRefusal(t *testing.T) {
	missing := map[string]string{}
	key := func(q asked) string { return fmt.Sprint(q.method, q.path, q.actor, q.swap) }
	for _, q := range walk(t) {
		if q.object == "missing" {
			missing[key(q)] = whole(q.ResponseRecorder)
		}
	}
	compared := 0
	for _, q := range walk(t) {
		if q.object == "-" || q.object == "missing" || q.actor == "therapist" && q.object != "malformed" {
			continue
		}
		compared++
		if strings.Contains(q.path, ":token") && q.method == http.MethodGet && q.Code == http.StatusNotFound {
			continue // the token is part of the address alone
		}
		if got := whole(q.ResponseRecorder); got != missing[key(q)] {
			t.Errorf("%s: the refusal differs from that for a missing object\n%s", q, apart(missing[key(q)], got))
		}
	}
	if compared < 1000 {
		t.Errorf("only %d refusals were compared", compared)
	}
}

func TestRoutes_echoHasTheTable(t *testing.T) {
	for _, a := range []*App{theStage(t).open(t).App, newDemo(t)} {
		want, got := map[string]bool{}, map[string]bool{}
		for _, r := range a.routes() {
			want[r.method+" "+r.path] = true
			if r.method == http.MethodGet {
				want["HEAD "+r.path] = true
			}
			if r.allow == 0 {
				t.Errorf("%s %s is for nobody", r.method, r.path)
			}
		}
		for _, r := range a.echo.Routes() {
			got[r.Method+" "+r.Path] = true
		}
		if !maps.Equal(want, got) || len(a.echo.Routes()) != len(want) {
			t.Errorf("echo has other routes than the table:\n%v\n%v", slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got)))
		}
	}
}

func TestRoutes_noAllowAdmitsNobody(t *testing.T) {
	p := theStage(t).open(t)
	p.echo.GET("/shut", p.admit(route{method: http.MethodGet, path: "/shut", handle: p.showHealth}))
	for _, actor := range actors {
		if w := p.as(actor).get("/shut"); w.Code != http.StatusNotFound {
			t.Errorf("%s gets %d", actor, w.Code)
		}
	}
}

// TestDemo_signsInTheListedAlone holds the demo's one click to its people.
func TestDemo_signsInTheListedAlone(t *testing.T) {
	a := newDemo(t)
	b := as(t, a, models.Viewer{})
	for _, id := range []string{"", "nobody", strings.Repeat("a", 26)} {
		if w := b.post("/demo", url.Values{"person": {id}}); w.Code != http.StatusNotFound || w.Header().Get("Set-Cookie") != "" {
			t.Errorf("%q signs in: %d", id, w.Code)
		}
	}
	for _, p := range a.demo {
		if w := b.post("/demo", url.Values{"person": {p.PersonID}}); w.Code != http.StatusSeeOther || w.Header().Get("Location") != homePath(p.Role) {
			t.Errorf("%s: %d", p.Name, w.Code)
		}
	}
}
