package singlecase

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"strings"
	"testing"
)

// FuzzReadCSV holds any text to phases that fit the calendar, or to an error in
// one line.
func FuzzReadCSV(f *testing.F) {
	for _, text := range []string{
		"week,phase,score\n1,A,6\n2,A,\n5,B,3.5\n", "\uFEFFweek,phase,score\r\n1,A,6\r\n2,B,4\r\n", "week;phase;score\n1;A;6\n",
		"week,phase,score\n1,A,6\n2,B,4\n3,A,1\n", "week,phase,score\n1,\"A,6\n", "week,phase,score\n1,A,1e308\n2,B,-0\n", "",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		phases, err := ReadCSV(bytes.NewReader(text))
		if err != nil {
			if phases != nil || strings.ContainsAny(err.Error(), "\n\r\x1b") {
				t.Errorf("%v beside %q", phases, err)
			}
			return
		}
		for i, p := range phases {
			if i > 0 && !follows(phases[i-1], p) || p.Weeks < 1 || p.Name == "" || len(p.Points) > p.Weeks {
				t.Errorf("phase %d does not fit: %+v", i, phases)
			}
			for j, x := range p.Points {
				if x.Week < p.Start || x.Week >= p.Start+p.Weeks || j > 0 && x.Week <= p.Points[j-1].Week || math.Abs(x.Score) > largestScore {
					t.Errorf("week %d does not fit: %+v", j, p)
				}
			}
		}
		if len(phases) < 2 || phases[len(phases)-1].Start > phases[0].Start+longestSeries {
			t.Errorf("%d phases", len(phases))
		}
		finite(t, Analyse(phases))
	})
}

// FuzzAnalyse holds any phases, also those that no file can give, to finite
// numbers.
func FuzzAnalyse(f *testing.F) {
	f.Add([]byte{4, 4}, []byte{4, 6, 6, 7, 6, 6, 9, 2}, int64(1), false)
	f.Add([]byte{3, 3, 3, 3}, []byte{1, 2, 3, 4, 255, 6, 7, 8, 9, 10, 11, 12}, int64(1), true)
	// At the end of the whole numbers, where a calendar would run over.
	f.Add([]byte{3, 3, 4, 3}, []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}, int64(math.MaxInt64-14), false)
	f.Add([]byte{1, 0, 200}, bytes.Repeat([]byte{7, 1}, 100), int64(math.MaxInt64-3), false)
	f.Add([]byte{2, 2}, bytes.Repeat([]byte{0x7f, 0xef, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 1}, 2), int64(-5), true)
	f.Fuzz(func(t *testing.T, lengths, scores []byte, start int64, wide bool) {
		if len(lengths) > 12 || len(scores) > 2000 {
			return // bounds the time, not the analysis
		}
		names := []string{"A1", "B1", "A2", "B2", "FU", ""}
		var phases []Phase
		for i, n := range lengths {
			p := Phase{Name: names[i%len(names)], Start: int(start), Weeks: int(n)}
			if n == 255 {
				p.Weeks = math.MaxInt - 1
			}
			for w := 0; w < int(n) && len(scores) > 0; w++ {
				score := float64(scores[0])
				if wide && len(scores) >= 8 { // any float at all
					score = math.Float64frombits(binary.BigEndian.Uint64(scores))
					scores = scores[7:]
				}
				scores = scores[1:]
				if score != 255 && !math.IsNaN(score) {
					p.Points = append(p.Points, Point{int(start) + w, score})
				}
			}
			start += int64(n)
			phases = append(phases, p)
		}
		finite(t, Analyse(phases))
	})
}

// finite holds an analysis to JSON, which knows no other numbers, and its text
// to words.
func finite(t *testing.T, a Analysis) {
	text, err := json.Marshal(a)
	if err != nil || !json.Valid(text) {
		t.Fatal(err)
	}
	for i := range a.Phases { // whose names are anything
		a.Phases[i].Name = "A"
	}
	a.Label = "A vs A"
	for i := range a.More {
		a.More[i].Label = "A vs A"
	}
	if words := a.Text(); strings.Contains(words, "NaN") || strings.Contains(words, "Inf") || strings.Contains(words, "%!") || !strings.HasSuffix(words, "\nA-B data: other causes are not ruled out.\n") {
		t.Fatal(words)
	}
}
