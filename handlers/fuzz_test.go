package handlers

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// FuzzRoutes asks for anything as anybody: no request makes the program panic
// or answers with a fault of ours, and an answer is always fit for a browser.
func FuzzRoutes(f *testing.F) {
	s := theStage(f)
	start := s.open(f)
	const kind = "application/x-www-form-urlencoded"
	// Ids differ from one process to the next, so the corpus has names for them.
	names := strings.NewReplacer(s.couple.CaseID, "CASE", s.couple.Experiment, "EXPERIMENT")
	ids := strings.NewReplacer("CASE", s.couple.CaseID, "EXPERIMENT", s.couple.Experiment)
	for i, r := range start.routes() {
		for actor := range actors {
			f.Add(r.method, names.Replace(s.target(start.App, r.path, "own")), uint8(actor), uint8(i), kind, []byte("week=2026-04-20&tension=3&version=1"), "true", "")
		}
	}
	for _, page := range papers {
		if page.set == nil {
			_, _, sheet := page.lay(f)
			f.Add(http.MethodPost, names.Replace(sheet.action), uint8(slices.Index(actors, page.actor)), uint8(3), kind, []byte(sheet.values.Encode()), "", "")
		}
	}
	for _, body := range []string{"tension=%zz", "a;b", "%", "=&=&&", strings.Repeat("a=1&", 2000)} {
		f.Add(http.MethodPost, "/week?"+body, uint8(slices.Index(actors, "client")), uint8(0), kind, []byte(body), "", "null")
	}
	dir := f.TempDir()
	var p *play
	f.Cleanup(func() {
		if p != nil {
			p.close()
		}
	})
	f.Fuzz(func(t *testing.T, method, target string, actor, spare uint8, kind string, body []byte, hx, other string) {
		if p == nil {
			p = s.openIn(t, dir)
		}
		p.t = t
		if !strings.HasPrefix(target, "/") {
			target = "/" + target
		}
		target = ids.Replace(target)
		r, err := http.NewRequest(method, "http://example.com"+target, bytes.NewReader(body))
		if err != nil {
			t.Skip()
		}
		r.RequestURI, r.RemoteAddr = target, "192.0.2.1:1234"
		r.Header.Set("Content-Type", kind)
		r.Header.Set("HX-Request", hx)
		r.Header.Set([]string{"Origin", "Sec-Fetch-Site", "HX-Boosted", "HX-Target", "Cookie", "X-HTTP-Method-Override", "Accept-Encoding", "Range"}[int(spare)%8], other)
		if c := p.as(actors[int(actor)%len(actors)]).cookie; c != nil {
			r.AddCookie(c)
		}
		before := p.changes()
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Errorf("%s %s as %s: %d\n%s", method, target, actors[int(actor)%len(actors)], w.Code, body)
		}
		for _, wrong := range lint(w, strings.HasPrefix(r.URL.Path, "/static/")) {
			t.Errorf("%s %s: %s", method, target, wrong)
		}
		if changed := p.changes() != before; changed {
			if method != http.MethodPost {
				t.Errorf("%s %s writes", method, target)
			}
			p.close()
			p = nil
		}
	})
}
