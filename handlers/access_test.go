package handlers

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"enough/models"
)

var update = flag.Bool("update", false, "write the golden files again")

// A policy says of every route what each actor is answered who asks for what is
// the first couple's, with a plain look or the least of a form.
type policy map[string]map[string]string

const goldenAccess = "testdata/access.golden"

func readPolicy(t testing.TB) policy {
	t.Helper()
	b, err := os.ReadFile(goldenAccess)
	must(t, err)
	p := policy{}
	for line := range strings.Lines(string(b)) {
		cells := strings.Fields(line)
		if len(cells) != 2+len(inColumns()) || cells[0] != http.MethodGet && cells[0] != http.MethodPost {
			continue
		}
		p[cells[0]+" "+cells[1]] = map[string]string{}
		for i, actor := range inColumns() {
			p[cells[0]+" "+cells[1]][actor] = cells[2+i]
		}
	}
	return p
}

// ofClosed is the column of a therapist who asks for what is of a closed case.
const ofClosed = "therapist, of a closed case"

// inColumns are all whose answers the table holds.
func inColumns() []string { return append(slices.Clone(actors), ofClosed) }

// cell says what a request is answered. What is the second couple's is to the
// actors of that couple what the first couple's is to theirs; of what is not
// there everybody learns the same.
func (p policy) cell(q asked) string {
	row := p[q.name()]
	if q.path == "/link/:token" { // has one answer for whatever cannot be used
		return row[q.actor]
	}
	switch q.object {
	case "-", "own":
		return row[q.actor]
	case "other":
		return row[counterpart(q.actor)]
	case "closed":
		if q.actor == "therapist" {
			return row[ofClosed]
		}
	}
	if row[q.actor] == "in" {
		return "in"
	}
	return "-"
}

func (p policy) lets(q asked) bool { return p.cell(q) != "-" && p.cell(q) != "in" }

// looks says whether the actor may at least look at the address.
func (p policy) looks(q asked) bool {
	look := q
	look.method, look.step = http.MethodGet, ""
	return p.lets(q) || p[look.name()] != nil && p.lets(look)
}

// TestAccess_golden writes down who may come in where, one line a route. A route
// without a line fails, and so does a line without a route.
func TestAccess_golden(t *testing.T) {
	var b strings.Builder
	b.WriteString("Who is answered what, asking for what is the first couple's: a status who is let in, \"in\" who is sent\n" +
		"to sign in, \"-\" for whom there is no such page. Forms hold the least that they can; * is one that was kept.\n\n")
	for i, actor := range inColumns() {
		fmt.Fprintf(&b, "%c %s\n", 'a'+i, actor)
	}
	fmt.Fprintf(&b, "\n%-46s", "")
	for i := range inColumns() {
		fmt.Fprintf(&b, "  %-4c", 'a'+i)
	}
	s := theStage(t)
	p := s.open(t)
	for _, q := range everything(p) {
		fmt.Fprintf(&b, "\n%-46s", strings.Replace(q.name(), "GET", "GET ", 1))
		for _, q.actor = range inColumns() {
			if q.object = "own"; q.actor == ofClosed {
				if q.actor, q.object = "therapist", "closed"; !strings.Contains(q.path, ":") {
					fmt.Fprintf(&b, "  %-4s", ".")
					continue
				}
			}
			before := p.changes()
			q.ResponseRecorder = with()(p.as(q.actor), q.route, s.target(p.App, q.path, q.object), q.least())
			cell := q.cell()
			if p.changes() != before {
				cell += "*"
				p.close()
				p = s.openIn(t, t.TempDir())
			}
			fmt.Fprintf(&b, "  %-4s", cell)
		}
	}
	p.close()
	got := regexp.MustCompile(` +\n`).ReplaceAllString(b.String()+"\n", "\n")
	if *update {
		must(t, os.WriteFile(goldenAccess, []byte(got), 0o644))
	}
	want, err := os.ReadFile(goldenAccess)
	must(t, err)
	if diff := firstLineApart(string(want), got); diff != "" {
		t.Errorf("who may do what has changed; look at it, then run with -update\n%s", diff)
	}
}

// firstLineApart shows the first lines in which two texts differ.
func firstLineApart(want, got string) string {
	a, b := append(strings.Split(want, "\n"), "(end)"), append(strings.Split(got, "\n"), "(end)")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("want %s\ngot  %s", a[i], b[i])
		}
	}
	return ""
}

// TestAccess_byAddress does not trust the table: below these addresses nobody of
// another role is ever let in.
func TestAccess_byAddress(t *testing.T) {
	rows := readPolicy(t)
	for _, r := range theStage(t).open(t).routes() {
		role, allow := models.Role(""), anyone
		switch first, _, _ := strings.Cut(r.path[1:], "/"); first {
		case "cases", "experiments", "practice", "supervised", "work":
			role, allow = models.Therapist, therapist
		case "week", "plan", "chart", "shared":
			role, allow = models.Client, client
		case "w":
			role, allow = models.Partner, partner
		case "second":
			allow = therapist | halfway
		case "account":
			if allow = r.allow &^ weighty; allow != therapist && allow != client {
				allow = therapist | client
			}
		case "", "healthz", "static", "signin", "signout", "exit", "setup", "join", "link":
		default:
			t.Errorf("whom is %s for?", r.path)
		}
		if r.allow&^(justEnded|weighty) != allow || r.allow&justEnded != 0 && role != models.Partner {
			t.Errorf("%s %s lets others in than the %s", r.method, r.path, cmp.Or(role, "whole world"))
		}
		for _, actor := range actors {
			cell := rows[asked{route: r}.name()][actor]
			again := actor == "partner who has sent" && r.allow&justEnded != 0 // her form may be sent twice
			if of := roleOf(actor); role != "" && of != role && !again && (cell != "-" && of != "" || cell != "in" && of == "") {
				t.Errorf("%s %s is for the %s; %s is answered %s", r.method, r.path, role, actor, cell)
			}
		}
	}
}

// TestAccess_matrix asks for every route as everybody, for every kind of object,
// in every way. Without ENOUGH_MATRIX=full it asks in a third of the ways.
func TestAccess_matrix(t *testing.T) {
	full := os.Getenv("ENOUGH_MATRIX") == "full"
	forms, linted := map[string]url.Values{}, &sync.Map{}
	for _, form := range handedOut(t, "therapist", "client", "partner unlocked", "other partner") {
		if len(form.values) > len(forms[form.action]) {
			forms[form.action] = form.values
		}
	}
	all := make([]*matrix, len(actors))
	t.Run("as", func(t *testing.T) {
		for i, actor := range actors {
			t.Run(actor, func(t *testing.T) {
				t.Parallel()
				all[i] = &matrix{stage: theStage(t), t: t, policy: readPolicy(t), forms: forms, linted: linted}
				if !full {
					all[i].random = rand.New(rand.NewPCG(2026, uint64(i)))
				}
				all[i].run(actor)
			})
		}
	})
	var sum matrix
	for _, m := range all {
		sum.requests, sum.lets, sum.refusals, sum.compared = sum.requests+m.requests, sum.lets+m.lets, sum.refusals+m.refusals, sum.compared+m.compared
	}
	t.Logf("%d requests as %d actors in %d ways: %d let in, %d refused, %d refusals compared with that for a missing object", sum.requests, len(actors), len(allWays), sum.lets, sum.refusals, sum.compared)
	if !full {
		t.Log("a third of the ways was asked; ENOUGH_MATRIX=full asks in all of them")
	}
	if sum.compared < 4000 || sum.lets < 400 {
		t.Error("this is not the whole matrix")
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
