package handlers

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestCalendar holds the file to the forms that are planned: each on the client's own
// day and at his hour, through the change of the clocks, and to a title that says
// nothing.
func TestCalendar(t *testing.T) {
	p := theStage(t).open(t)
	b := p.as("client")
	b.post("/account/contact", url.Values{"submission_id": {"one"}, "address": {""}, "remind": {"no"}, "day": {"1"}, "hour": {"18"}})
	if !strings.Contains(b.get("/account").Body.String(), calendarPath) {
		t.Error("the account offers no file")
	}
	w := b.get(calendarPath)
	body := w.Body.String()
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/calendar; charset=utf-8" || w.Header().Get("Content-Disposition") != `attachment; filename="calendar.ics"` {
		t.Errorf("it is answered with %d, %v", w.Code, w.Header())
	}
	practice, err := p.db.Practice(t.Context())
	must(t, err)
	var starts []time.Time
	for _, m := range regexp.MustCompile(`(?m)^DTSTART:(\S+)\r$`).FindAllStringSubmatch(body, -1) {
		at, err := time.Parse("20060102T150405Z", m[1])
		must(t, err)
		if at = at.In(practice.Location()); at.Weekday() != time.Monday || at.Hour() != 18 || !at.After(p.clock.Now()) {
			t.Errorf("one is on %s", at)
		}
		starts = append(starts, at)
	}
	k, err := p.db.ForClient().Case(t.Context(), p.couple.Client)
	must(t, err)
	planned := 0
	for _, phase := range k.Phases {
		for _, week := range phase.Asked() {
			if week >= k.Today.Week() {
				planned++
			}
		}
	}
	if len(starts) == 0 || len(starts) != planned {
		t.Errorf("there are %d, and %d weeks are planned", len(starts), planned)
	}
	if n := strings.Count(body, "\r\nSUMMARY:Weekly form\r\n"); n != len(starts) {
		t.Errorf("%d of %d have the neutral title", n, len(starts))
	}
	for _, line := range strings.Split(strings.TrimSuffix(body, "\r\n"), "\r\n") {
		if name, _, ok := strings.Cut(line, ":"); !ok || !regexp.MustCompile(`^(BEGIN|END|VERSION|PRODID|UID|DTSTAMP|DTSTART|DURATION|SUMMARY|CLASS|TRANSP)$`).MatchString(name) {
			t.Errorf("a line is %q", line)
		}
	}
	// Nothing is planned: there is none.
	p.clock.Set(p.clock.Now().AddDate(0, 0, 13))
	if w := b.get(calendarPath); w.Code != http.StatusNotFound || strings.Contains(b.get("/account").Body.String(), calendarPath) {
		t.Errorf("thirteen days later it is answered with %d", w.Code)
	}
}
