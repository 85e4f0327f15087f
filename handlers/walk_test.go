package handlers

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"enough/models"
)

// actors are all who may ask. The first case is the therapist's, who owns the
// practice; the others belong to the other therapist's case.
var actors = []string{"nobody", "therapist", "other therapist", "client", "other client", "partner", "partner unlocked", "other partner", "expired client"}

// roleOf gives the role with which an actor meets the table.
func roleOf(actor string) models.Role {
	switch actor {
	case "nobody", "expired client":
		return ""
	case "other therapist":
		return models.Therapist
	case "other client":
		return models.Client
	case "partner unlocked", "other partner":
		return models.Partner
	}
	return models.Role(actor)
}

// An asked is one request of the walk with its answer.
type asked struct {
	route
	object, actor string
	swap          bool
	changed       bool // something was committed
	*httptest.ResponseRecorder
}

func (q asked) String() string {
	return fmt.Sprintf("%s %s, %s object, as %s, swap %v", q.method, q.path, q.object, q.actor, q.swap)
}

var walked struct {
	once sync.Once
	list []asked
}

// walk asks for every route as every actor for every object, as a page and as
// a swap, posts with an empty body, each on a stage as it was kept.
func walk(t *testing.T) []asked {
	t.Helper()
	walked.once.Do(func() {
		s := theStage(t)
		p := s.open(t)
		for _, r := range p.routes() {
			for _, object := range objectsOf(r) {
				for _, actor := range actors {
					for _, swap := range []bool{false, true} {
						var header []string
						if swap {
							header = []string{"HX-Request", "true"}
						}
						var body url.Values
						if r.method == http.MethodPost {
							body = url.Values{}
						}
						before := p.changes()
						w := p.as(actor).send(r.method, s.target(p.App, r.path, object), body, header...)
						changed := p.changes() != before
						walked.list = append(walked.list, asked{r, object, actor, swap, changed, w})
						if changed {
							p.close()
							p = s.open(t)
						}
					}
				}
			}
		}
	})
	if len(walked.list) == 0 {
		t.Fatal("the walk went nowhere")
	}
	return walked.list
}

// objectsOf names what a route can be asked about.
func objectsOf(r route) []string {
	switch strings.Count(r.path, ":") {
	case 0:
		return []string{"-"}
	case 1:
		return []string{"own", "missing", "malformed"}
	}
	return []string{"own", "missing", "malformed", "odd"}
}

// target fills the parameters of a path. An odd object is the couple's own with
// a second parameter that means nothing.
func (s *stage) target(a *App, path, object string) string {
	values := map[string]string{":case": s.couple.CaseID, ":experiment": s.couple.Experiment, ":token": "nosuchtoken",
		":week": string(s.week.Add(-2)), ":step": "act", ":kind": "step_up", ":page": "week"}
	for _, id := range []string{":case", ":experiment", ":token"} {
		switch object {
		case "missing":
			values[id] = strings.Repeat("a", 26)
		case "malformed":
			values[id] = "%27%00%ff"
		}
	}
	if object == "odd" {
		for _, second := range []string{":week", ":step", ":kind", ":page"} {
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

var id26 = regexp.MustCompile(`[a-z2-7]{26}`)

// where says to where an answer sends the browser.
func (q asked) where() string {
	return q.Header().Get("Location") + q.Header().Get("HX-Redirect")
}

func (q asked) brief() string {
	return strings.TrimSpace(fmt.Sprint(q.Code, " ", id26.ReplaceAllString(q.where(), ":id")))
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
