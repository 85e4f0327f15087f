package handlers

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Each chart has its numbers in a table, which its summary names, and says so
// where it cannot be drawn.
func TestCharts_theirTables(t *testing.T) {
	p := theStage(t).open(t)
	fill(t, p)
	decision := sheetOf(t, p.as("therapist").get(decisionPath(p.couple.Experiment)).Body.String(), "decision-form").write("choice", "hold")
	for name, value := range map[string]string{"present": "nobody", "reasons": "Reasons.", "suffers_less": "Nobody.", "who_pays": "Nobody.", "skill_used": "no", "line_care": "yes", "line_breaks": "no", "line_harms": "no", "line_enjoys": "unsure", "because": "Heard alone."} {
		decision.Set(name, value)
	}
	p.sends(decisionPath(p.couple.Experiment), decision)
	for target, actor := range map[string]string{reviewPath(p.couple.Experiment): "therapist", "/chart": "client", casePath(p.couple.CaseID) + "/together": "therapist",
		maskedPath(p.couple.Experiment): "therapist"} {
		doc := parse(t, p.as(actor).get(target).Body.String())
		figures := elements(doc, tag("figure"))
		if len(figures) == 0 {
			t.Errorf("%s has no chart", target)
		}
		for _, figure := range figures {
			if text := wordsIn(figure); !strings.Contains(text, "The chart needs JavaScript. The table below has its numbers.") {
				t.Errorf("%s: a chart that is not drawn says %q", target, text)
			}
		}
		seen := map[string]bool{}
		for _, details := range elements(doc, func(n *html.Node) bool {
			class, _ := attr(n, "class")
			return n.Data == "details" && class == "numbers"
		}) {
			summary := wordsIn(elements(details, tag("summary"))[0])
			if seen[summary] {
				t.Errorf("%s: two tables are called %q", target, summary)
			}
			seen[summary] = true
			if caption := wordsIn(elements(details, tag("caption"))[0]); strings.HasPrefix(summary, "The same numbers") && summary != "The same numbers as a table: "+caption {
				t.Errorf("%s: the table %q is called %q", target, caption, summary)
			}
		}
	}
}

// An axis of scores runs from 0 to 10 whatever the scores are, and one of times
// noticed from 0 to 6: a picture that stretches a point to a mountain, for one
// who looks for change, is a wrong number.
func TestCharts_axesStand(t *testing.T) {
	p := theStage(t).open(t)
	pages := map[string]string{reviewPath(p.couple.Experiment): "therapist", "/chart": "client", casePath(p.couple.CaseID) + "/together": "therapist"}
	axes := func() (tops map[string][]float64) {
		tops = map[string][]float64{}
		for target, actor := range pages {
			doc := parse(t, p.as(actor).get(target).Body.String())
			for _, script := range elements(doc, func(n *html.Node) bool {
				kind, _ := attr(n, "type")
				return n.Data == "script" && kind == "application/json"
			}) {
				var option struct {
					YAxis []struct{ Min, Max *float64 }
					Title []struct{ Text string }
				}
				if err := json.Unmarshal([]byte(script.FirstChild.Data), &option); err != nil || len(option.YAxis) != len(option.Title) {
					continue
				}
				for i, axis := range option.YAxis {
					title := option.Title[i].Text
					if axis.Min == nil || *axis.Min != 0 || axis.Max == nil {
						t.Errorf("%s: the axis of %q does not stand", target, title)
						continue
					}
					tops[target+" "+title] = append(tops[target+" "+title], *axis.Max)
				}
			}
		}
		return tops
	}
	sets := func(score string) {
		for _, column := range []string{"conflict", "leaving"} {
			sqlExec(t, p.raw, `UPDATE partner_reports SET `+column+` = `+score+` WHERE `+column+` IS NOT NULL`)
		}
		sqlExec(t, p.raw, `UPDATE checkins SET tension = `+score+`, forecast = CASE WHEN forecast IS NULL THEN NULL ELSE `+score+` END WHERE tension IS NOT NULL`)
		sqlExec(t, p.raw, `UPDATE snapshot_values SET value = min(`+score+`, 6) WHERE value IS NOT NULL`)
	}
	sets("10")
	high := axes()
	sets("1")
	low := axes()
	if len(high) < 5 {
		t.Fatalf("only %d axes: %v", len(high), slices.Sorted(maps.Keys(high)))
	}
	for name, tops := range high {
		if !slices.Equal(tops, low[name]) {
			t.Errorf("the axis of %q ends at %v when all is high and at %v when all is low", name, tops, low[name])
		}
		for _, top := range tops {
			want := 10.0
			switch {
			case strings.Contains(name, "noticed, 6"):
				want = 6
			case strings.HasSuffix(name, "Times a week"):
				want = 8
			}
			if top != want {
				t.Errorf("the axis of %q ends at %v, wanted %v", name, top, want)
			}
		}
	}
}
