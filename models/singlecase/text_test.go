package singlecase

import (
	"os"
	"strings"
	"testing"
)

// TestText compares with a text that was read word by word. After a change:
//
//	go run . analyse models/singlecase/testdata/analysis.csv > models/singlecase/testdata/analysis.txt
func TestText(t *testing.T) {
	file, err := os.Open("testdata/analysis.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	phases, err := ReadCSV(file)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/analysis.txt")
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(Analyse(phases).Text(), "\n")
	for i, line := range strings.Split(string(want), "\n") {
		if i >= len(got) || got[i] != line {
			t.Fatalf("line %d:\n%s\nwant\n%s", i+1, strings.Join(got[i:min(i+1, len(got))], ""), line)
		}
	}
}

// TestText_words goes through every case for words that promise too much, and
// for sentences that do not fit their numbers.
func TestText_words(t *testing.T) {
	cases, _ := reference(t)
	for _, c := range cases {
		text := Analyse(c.phases()).Text()
		for _, word := range []string{"significant", "prove", "effect", "large", "NaN", "%!", "improved"} {
			if strings.Contains(strings.ToLower(text), strings.ToLower(word)) {
				t.Errorf("%s: the text says %q:\n%s", c.ID, word, text)
			}
		}
		for _, line := range strings.Split(text, "\n") {
			if strings.HasSuffix(line, " ") {
				t.Errorf("%s: a space at the end of %q", c.ID, line)
			}
		}
	}
}

func TestText_sentences(t *testing.T) {
	says := func(name string, phases []Phase, sentences ...string) {
		text := strings.Join(strings.Fields(Analyse(phases).Text()), " ")
		for _, s := range sentences {
			if !strings.Contains(text, s) {
				t.Errorf("%s: does not say %q:\n%s", name, s, text)
			}
		}
	}
	says("one of each", seriesOf([]float64{4}, []float64{4}),
		"averaged 4 in 1 week of A1 and 4 in 1 week of B1: no change.", "In 0 of 1 week-by-week comparison the later week had the lower score (1 was equal and counts half). That is 50 %;",
		"Weeks of B1 below both lines of A1: undefined, needs 2 observed weeks in A.", "Whether the scores of A1 were moving already cannot be said: fewer than 2 observed weeks.")
	says("worse and already rising", seriesOf([]float64{2, 3, 4, 5}, []float64{6, 7, 8, 7}),
		"3.5 points higher.", "Scores were already rising by about 1.00 a week in A1, so part of this may have come anyway.", "0 of 4 weeks of B1 lie below", "fewer than 5 weeks can never be enough")
	says("one later week on the mean", seriesOf([]float64{4, 5, 6}, []float64{5}), "0 of 1 week of B1 lies below both lines of A1,")
	says("one later week below both lines", seriesOf([]float64{4, 5, 6}, []float64{1}), "1 of 1 week of B1 lies below both lines of A1,")
	says("worse against the trend", seriesOf([]float64{5, 4, 3, 2}, []float64{6, 7, 8, 7}),
		"Scores were falling by about 1.00 a week in A1; such a course can also turn by itself.")
	says("better from the worst week", seriesOf([]float64{9, 5, 6, 5}, []float64{4, 4, 3, 4}),
		"The first observed week of A1 was its worst, so part of this may be a return to what is usual.")
	says("no trend", seriesOf([]float64{5, 6, 6, 5}, []float64{4, 4, 3, 4}), "The scores of A1 show no trend; something else may still have changed at the same time.")
	says("an empty phase", seriesOf([]float64{5, 6}, []float64{none, none}), "No comparison: needs an observed week in each phase.")
	says("a long series", randomLong(), "with these 40 weeks anything from")
	says("no neighbours", seriesOf([]float64{5, none, 6, none, 5}, []float64{3, 4}), "lag-1 undefined: no two neighbouring weeks are observed")
	says("few baseline weeks", seriesOf([]float64{5, 6, 5}, []float64{3, 4, 3}), "(baseline-corrected) not shown for fewer than 6 observed weeks in A")
	says("going back", seriesOf([]float64{5, 6, 5}, []float64{3, 4, 3}, []float64{5, 6, 5}, []float64{3, 4, 3}), "only if the schedule was drawn by lot 1.000 (1 schedule,")
}

func randomLong() []Phase {
	scores := make([]float64, 20)
	for i := range scores {
		scores[i] = float64(i * 3 % 7)
	}
	return seriesOf(scores, scores)
}
