package singlecase

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"testing"
)

// referenceCase is a case whose values were computed by R packages and checked
// by a second, independent computation.
type referenceCase struct {
	ID     string `json:"id"`
	Phases []struct {
		Name   string     `json:"name"`
		Start  int        `json:"start_week"`
		Scores []*float64 `json:"scores"`
	} `json:"phases"`
}

func (c referenceCase) phases() (list []Phase) {
	for _, p := range c.Phases {
		scores := make([]float64, len(p.Scores))
		for i, s := range p.Scores {
			if scores[i] = math.NaN(); s != nil {
				scores[i] = *s
			}
		}
		list = append(list, NewPhase(p.Name, p.Start, scores))
	}
	return list
}

// reference reads the cases, and each also as plain JSON values.
func reference(t testing.TB) (cases []referenceCase, plain []map[string]any) {
	t.Helper()
	text, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var typed struct{ Cases []referenceCase }
	var untyped struct{ Cases []map[string]any }
	if err := json.Unmarshal(text, &typed); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &untyped); err != nil {
		t.Fatal(err)
	}
	if len(typed.Cases) != 20 {
		t.Fatalf("%d cases", len(typed.Cases))
	}
	return typed.Cases, untyped.Cases
}

// plainJSON gives a value as it reads after a trip through JSON.
func plainJSON(t testing.TB, v any) any {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var plain any
	if err := json.Unmarshal(text, &plain); err != nil {
		t.Fatal(err)
	}
	return plain
}

// differences lists where two JSON values differ: numbers by more than 1e-9 of
// their size, all else at all; a field on one side only differs from null.
func differences(path string, got, want any) (list []string) {
	switch want := want.(type) {
	case map[string]any:
		got, ok := got.(map[string]any)
		if !ok {
			return []string{path + ": not an object"}
		}
		for name := range want {
			if _, ok := got[name]; !ok {
				list = append(list, path+"."+name+": missing")
				continue
			}
			list = append(list, differences(path+"."+name, got[name], want[name])...)
		}
		for name := range got {
			if _, ok := want[name]; !ok {
				list = append(list, fmt.Sprintf("%s.%s: %v, which is not in the reference", path, name, got[name]))
			}
		}
		return list
	case []any:
		got, ok := got.([]any)
		if !ok || len(got) != len(want) {
			return []string{fmt.Sprintf("%s: %v, want %v", path, got, want)}
		}
		for i := range want {
			list = append(list, differences(fmt.Sprintf("%s[%d]", path, i), got[i], want[i])...)
		}
		return list
	case float64:
		if got, ok := got.(float64); ok && math.Abs(got-want) <= 1e-9*math.Abs(want)+1e-12 {
			return nil
		}
	default:
		if reflect.DeepEqual(got, want) {
			return nil
		}
	}
	return []string{fmt.Sprintf("%s: %v, want %v", path, got, want)}
}

func TestReference_phases(t *testing.T) {
	cases, plain := reference(t)
	for i, c := range cases {
		for j, p := range c.phases() {
			want := plain[i]["phase_stats"].([]any)[j]
			for _, d := range differences(c.ID+" "+p.Name, plainJSON(t, Describe(p)), want) {
				t.Error(d)
			}
		}
	}
}

func TestReference_nap(t *testing.T) {
	cases, plain := reference(t)
	for i, c := range cases {
		phases := c.phases()
		want := plain[i]["results"].(map[string]any)
		for _, d := range differences(c.ID, plainJSON(t, CompareNAP(phases[0], phases[1])), want["nap"]) {
			t.Error(d)
		}
		lines, ok := BaselineLines(phases[0])
		cdc := want["cdc"].(map[string]any)
		count := 0
		for _, p := range phases[1].Points {
			if lines.Below(p) {
				count++
			}
		}
		got := map[string]any{"mean_line": lines.MeanLine, "trend_intercept": lines.TrendIntercept, "trend_slope": lines.TrendSlope, "count": float64(count)}
		for name, value := range got {
			for _, d := range differences(c.ID+" "+name, value, cdc[name]) {
				t.Error(d)
			}
		}
		if !ok {
			t.Errorf("%s has no lines", c.ID)
		}
	}
}
