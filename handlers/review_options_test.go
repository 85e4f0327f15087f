package handlers

import (
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

// A seen is one week of a partner: her answer, and whether it came late. An
// empty answer is a week without a report.
type seen struct {
	leaving string
	late    bool
}

// reviewed lives a baseline of four weeks and then an intervention, week by
// week, and gives the couple on the last Sunday.
func reviewed(t testing.TB, weeks ...seen) *modelstest.Couple {
	t.Helper()
	p := modelstest.Open(t)
	c := p.Couple(t, p.Owner, "Pavel").Start(t)
	for i, week := range weeks {
		if i == 4 {
			c.Intervene(t)
		}
		p.Sunday()
		report := func() { c.Report(t, models.PartnerReportInput{Tension: "5", Leaving: week.leaving, Safe: "no"}) }
		if week.leaving != "" && !week.late {
			report()
		}
		if week.late {
			p.NextMonday()
			report()
		} else if i < len(weeks)-1 {
			p.NextMonday()
		}
	}
	return c
}

// twoLate has a missing week and two that came late.
func twoLate(t testing.TB) *modelstest.Couple {
	return reviewed(t, seen{"8", false}, seen{}, seen{"7", true}, seen{"9", false}, seen{"6", false}, seen{"5", true}, seen{"4", false}, seen{"4", false})
}

// linesOf gives the heights of the named series of a page's first chart by the
// Monday at which each is drawn; a gap is NaN.
func linesOf(t testing.TB, body string) map[string]map[string]float64 {
	t.Helper()
	data := byID(parse(t, body), "outcomes")
	if data == nil {
		t.Fatalf("no chart in\n%s", body)
	}
	var option struct {
		Series []struct {
			Name string
			Data []any
		}
	}
	must(t, json.Unmarshal([]byte(wordsIn(data)), &option))
	lines := map[string]map[string]float64{}
	for _, series := range option.Series {
		name := series.Name
		for _, point := range series.Data {
			// A point is {"value": [x, y]}, or [x, y] alone.
			if with, ok := point.(map[string]any); ok {
				point = with["value"]
			}
			pair := point.([]any)
			height, ok := pair[1].(float64)
			if !ok {
				height = math.NaN()
			}
			if lines[name] == nil {
				lines[name] = map[string]float64{}
			}
			lines[name][pair[0].(string)] = height
		}
	}
	return lines
}

// wantHeights holds a line to its heights, week by week from 2 March 2026.
func wantHeights(t *testing.T, name string, line map[string]float64, want ...float64) {
	t.Helper()
	if len(line) != len(want) {
		t.Errorf("%s has %d weeks, wanted %d: %v", name, len(line), len(want), line)
	}
	for i, height := range want {
		at := string(models.Week("2026-03-02").Add(i))
		if got, ok := line[at]; !ok || math.Abs(got-height) > 1e-9 {
			t.Errorf("%s in the week of %s: %v, wanted %v", name, at, got, height)
		}
	}
}

// The baseline is 8, missing, 7, 9. Its mean is 8, its SD 1; least squares give
// 52/7 + 3/14 a week; the median slope between two weeks is 1/3.
func TestReviewLines_standWhereTheNumbersSay(t *testing.T) {
	c := twoLate(t)
	page := as(t, newApp(t, c.Practice.DB), c.Therapist).get(reviewPath(c.Experiment) + "?lines=trend,dual,criterion").Body.String()
	lines := linesOf(t, page)
	var mean, trend, sen []float64
	for week := 1.0; week <= 8; week++ {
		mean, trend, sen = append(mean, 7.75), append(trend, 52.0/7-.25+week*3/14), append(sen, 23.0/3+week/3)
	}
	wantHeights(t, "Lowered mean", lines["Lowered mean"], mean...)
	wantHeights(t, "Lowered trend, least squares", lines["Lowered trend, least squares"], trend...)
	wantHeights(t, "Baseline trend, Theil–Sen", lines["Baseline trend, Theil–Sen"], sen...)
	if lines["Criterion"] == nil || !strings.Contains(page, "rising by 0.33 a week") {
		t.Error("the criterion is not drawn, or the slope not said")
	}
	// The same in the table: the week of 6 April is the sixth.
	rows := rowsOf(t, page, "By week")
	if head := rows[0]; strings.Join(head[len(head)-3:], ", ") != "Lowered mean, Lowered trend, least squares, Baseline trend, Theil–Sen" {
		t.Errorf("the table has the columns %q", head)
	}
	if row := rows[6]; row[0] != "6 April 2026" || strings.Join(row[len(row)-3:], ", ") != "7.8, 8.5, 9.7" {
		t.Errorf("the sixth week is %q", row)
	}
}

func TestReviewLines_areSwitchedByTheAddress(t *testing.T) {
	c := twoLate(t)
	b := as(t, newApp(t, c.Practice.DB), c.Therapist)
	for _, row := range []struct{ query, want string }{
		{"", "Criterion, Lowered mean, Lowered trend, least squares"},
		{"?lines=", ""},
		{"?lines=trend", "Baseline trend, Theil–Sen"},
		{"?lines=&lines=criterion&lines=trend", "Criterion, Baseline trend, Theil–Sen"},
		{"?lines=dual", "Lowered mean, Lowered trend, least squares"},
		{"?lines=criterion%00&lines=<b>&late=soon", ""},
	} {
		body := b.get(reviewPath(c.Experiment) + row.query).Body.String()
		var drawn []string
		lines := linesOf(t, body)
		for _, name := range []string{"Criterion", "Lowered mean", "Lowered trend, least squares", "Baseline trend, Theil–Sen"} {
			if lines[name] != nil {
				drawn = append(drawn, name)
			}
			if (lines[name] != nil) != strings.Contains(body, "</svg> "+name+"</li>") {
				t.Errorf("%q: %s is drawn or in the key alone", row.query, name)
			}
		}
		if got := strings.Join(drawn, ", "); got != row.want {
			t.Errorf("%q draws %q, wanted %q", row.query, got, row.want)
		}
		// The form sends what it shows.
		again := b.get(reviewPath(c.Experiment) + "?" + switchesIn(t, body).Encode()).Body.String()
		if again != body {
			t.Errorf("%q: the form draws another picture than that beside it", row.query)
		}
		swap := b.send(http.MethodGet, reviewPath(c.Experiment)+row.query, nil, "HX-Request", "true")
		if text := swap.Body.String(); !strings.HasPrefix(text, "<figure") || !strings.Contains(body, text) {
			t.Errorf("%q: a swap is not the chart of the page", row.query)
		}
	}
}

func TestReviewLines_whyThereAreNone(t *testing.T) {
	for _, row := range []struct {
		weeks []seen
		query string
		why   string
	}{
		{[]seen{{"8", false}, {}, {}, {}, {"6", false}}, "", "There is one."},
		{[]seen{{}, {}, {}, {}, {"6", false}}, "", "There is none."},
		{[]seen{{"8", false}, {"7", true}, {}, {}, {"6", false}}, "&late=without", "There is one."},
	} {
		c := reviewed(t, row.weeks...)
		body := as(t, newApp(t, c.Practice.DB), c.Therapist).get(reviewPath(c.Experiment) + "?lines=trend,dual" + row.query).Body.String()
		lines := linesOf(t, body)
		if !strings.Contains(body, "It takes two baseline weeks with an answer. "+row.why) || lines["Lowered mean"] != nil || lines["Baseline trend, Theil–Sen"] != nil ||
			strings.Count(body, `" disabled>`) != 2 || strings.Contains(body, "In the baseline: ") {
			t.Errorf("%q does not say why", row.why)
		}
	}
}

func TestReviewLate_isLeftOutOfAllThatIsShown(t *testing.T) {
	c := twoLate(t)
	b := as(t, newApp(t, c.Practice.DB), c.Therapist)
	with, without := b.get(reviewPath(c.Experiment)).Body.String(), b.get(reviewPath(c.Experiment)+"?late=without").Body.String()
	for body, want := range map[string]string{with: "2 weeks with a partner report that was saved after its Sunday", without: "2 weeks left out"} {
		if !strings.Contains(body, want) || !strings.Contains(body, "Verdict and evidence always count all reports.") {
			t.Errorf("the page does not say %q", want)
		}
	}
	phases := rowsOf(t, without, "Mean (median; range)")
	if base, b1 := phases[1], phases[2]; base[1] != "2 of 4" || base[5] != "8.5 (8.5; 8–9)" || b1[1] != "3 of 4" || b1[5] != "4.7 (4; 4–6)" {
		t.Errorf("the phases without late reports: %q", phases)
	}
	if phases := rowsOf(t, with, "Mean (median; range)"); phases[1][5] != "8.0 (8; 7–9)" || phases[2][5] != "4.8 (4.5; 4–6)" {
		t.Errorf("the phases with late reports: %q", phases)
	}
	scores := linesOf(t, without)["Close to leaving"]
	for week, want := range map[string]float64{"2026-03-02": 8, "2026-03-16": math.NaN(), "2026-04-06": math.NaN(), "2026-04-13": 4} {
		if got := scores[week]; got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Errorf("week of %s: %v is drawn, wanted %v", week, got, want)
		}
	}
	// The lines of the baseline go by what is left: 8 and 9.
	if got := linesOf(t, without)["Lowered mean"]["2026-03-02"]; math.Abs(got-(8.5-.25*math.Sqrt(.5))) > 1e-9 {
		t.Errorf("the lowered mean without late reports is %v", got)
	}
	if row := rowsOf(t, without, "By week")[3]; row[6] != "left out" || !strings.Contains(strings.Join(row, "|"), "partner late, left out") {
		t.Errorf("a week that is left out: %q", row)
	}
	// What must not be missed, and the verdict, count all.
	for _, id := range []string{"verdict", "first"} {
		one, other := byID(parse(t, with), id), byID(parse(t, without), id)
		if one == nil || other == nil || wordsIn(one) != wordsIn(other) || wordsIn(one) == "" {
			t.Errorf("#%s changes when late reports are left out", id)
		}
	}
	// The switches keep each other.
	if got := switchesIn(t, b.get(reviewPath(c.Experiment)+"?lines=trend&late=without").Body.String()); got.Get("late") != "without" || strings.Join(got["lines"], ",") != ",trend" {
		t.Errorf("the lines' form sends %v", got)
	}
	if !strings.Contains(without, `?lines=dual,criterion#phases`) || !strings.Contains(with, `?lines=dual,criterion&amp;late=without#phases`) {
		t.Error("the switch of late reports forgets the lines")
	}
}

func TestReviewLate_none(t *testing.T) {
	c := reviewed(t, seen{"8", false}, seen{"8", false})
	for _, query := range []string{"", "?late=without"} {
		body := as(t, newApp(t, c.Practice.DB), c.Therapist).get(reviewPath(c.Experiment) + query).Body.String()
		if !strings.Contains(body, "No partner report came late.") || strings.Contains(body, "Leave them out") || strings.Contains(body, "Count them again") {
			t.Errorf("%q: the switch stands there with nothing to switch", query)
		}
	}
}

// switchesIn gives what the form of the lines sends.
func switchesIn(t testing.TB, body string) url.Values {
	t.Helper()
	for _, s := range sheets(parse(t, body), "") {
		if class, _ := attr(s.node, "class"); strings.Contains(class, "switches") {
			return s.values
		}
	}
	t.Fatal("the page has no switches")
	return nil
}

// rowsOf gives the cells of the table with a caption, its head first.
func rowsOf(t testing.TB, body, caption string) (rows [][]string) {
	t.Helper()
	for _, table := range elements(parse(t, body), tag("table")) {
		if wordsIn(elements(table, tag("caption"))[0]) != caption {
			continue
		}
		for _, tr := range elements(table, tag("tr")) {
			var row []string
			for _, cell := range elements(tr, tag("th", "td")) {
				row = append(row, wordsIn(cell))
			}
			rows = append(rows, row)
		}
		return rows
	}
	t.Fatalf("there is no table %q", caption)
	return nil
}
