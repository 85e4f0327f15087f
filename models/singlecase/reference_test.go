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

func TestReference(t *testing.T) {
	cases, plain := reference(t)
	for i, c := range cases {
		t.Run(c.ID, func(t *testing.T) {
			want := map[string]any{}
			for _, name := range []string{"phase_stats", "comparison", "n_a", "n_b", "results", "more_comparisons", "series"} {
				want[name] = plain[i][name]
			}
			for _, d := range differences(c.ID, plainJSON(t, Analyse(c.phases())), want) {
				t.Error(d)
			}
		})
	}
}
