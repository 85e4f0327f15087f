package handlers

import (
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
	for name, value := range map[string]string{"present": "nobody", "reasons": "Reasons.", "suffers_less": "Nobody.", "who_pays": "Nobody.", "because": "Heard alone."} {
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
