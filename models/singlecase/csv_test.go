package singlecase

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

func TestReadCSV(t *testing.T) {
	want := []Phase{
		{Name: "A", Start: 1, Weeks: 5, Points: []Point{{1, 6}, {2, 7.5}, {4, 5}}},
		{Name: "B 1", Start: 6, Weeks: 3, Points: []Point{{6, 4}, {8, -3}}},
	}
	const plain = "week,phase,score\n1,A,6\n2,A,7.5\n4,A,5\n6,B 1,4\n7,B 1,\n8,B 1,-3\n"
	for name, text := range map[string]string{
		"plain":                   plain,
		"line ends of Windows":    strings.ReplaceAll(plain, "\n", "\r\n"),
		"a byte order mark":       "\uFEFF" + plain,
		"no last line end":        strings.TrimSuffix(plain, "\n"),
		"spaces and empty lines":  "Week, Phase ,SCORE\n\n 1 , A , 6 \n2,A,7.5\n4,A,5\n\n6,B 1,4\n7,B 1, \n8,B 1,-3\n\n",
		"quotation marks":         "\"week\",\"phase\",\"score\"\n\"1\",\"A\",\"6\"\n2,A,7.5\n4,A,5\n6,\"B 1\",4\n7,B 1,\n8,B 1,-3\n",
		"missing weeks in full":   "week,phase,score\n1,A,6\n2,A,7.5\n3,A,\n4,A,5\n5,A,\n6,B 1,4\n7,B 1,\n8,B 1,-3\n",
		"numbers in another form": "week,phase,score\n01,A,+6.0\n2,A,75e-1\n4,A,5.\n6,B 1,4\n7,B 1,\n8,B 1,-3.00\n",
	} {
		got, err := ReadCSV(strings.NewReader(text))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// TestReadCSV_seam says to which phase a week without a line belongs: to the
// earlier one, unless it is written down.
func TestReadCSV_seam(t *testing.T) {
	got, err := ReadCSV(strings.NewReader("week,phase,score\n3,A,6\n4,A,7\n8,B,\n9,B,4\n12,FU,\n"))
	want := []Phase{
		{Name: "A", Start: 3, Weeks: 5, Points: []Point{{3, 6}, {4, 7}}},
		{Name: "B", Start: 8, Weeks: 4, Points: []Point{{9, 4}}},
		{Name: "FU", Start: 12, Weeks: 1},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestReadCSV_refuses(t *testing.T) {
	const head = "week,phase,score\n"
	long := strings.Repeat("a", 41)
	for _, row := range []struct{ name, text, says string }{
		{"nothing", "", "the file is empty; its first line must be week,phase,score"},
		{"only a byte order mark and spaces", "\uFEFF \r\n", "the file is empty"},
		{"only a header", head, "there are no weeks below the first line; add one line a week"},
		{"no header", "1,A,6\n2,A,5\n", "line 1: there is no column “week”; the first line must be week,phase,score"},
		{"a column missing", "week,phase\n1,A\n", "line 1: there is no column “score”"},
		{"a column more", "week,phase,score,note\n1,A,6,\n", "line 1: the first line must be week,phase,score, with these columns alone and in this order"},
		{"columns in another order", "phase,week,score\nA,1,6\n", "in this order"},
		{"semicolons", "week;phase;score\n1;A;6,5\n", "line 1: the columns are separated by semicolons; save the file with commas, and decimals with a point"},
		{"tabs", "week\tphase\tscore\n1\tA\t6\n", "separated by tabs"},
		{"a field missing", head + "1,A,6\n2,A\n", "line 3: there are 2 fields, and there must be 3; give week, phase and score"},
		{"one field", head + "1\n", "line 2: there are 1 field"},
		{"a decimal comma", head + "1,A,6,5\n", "line 2: there are 4 fields, and there must be 3; give week, phase and score; write decimals with a point, as in 4.5"},
		{"a decimal comma in quotation marks", head + "1,A,\"6,5\"\n", "line 2, column 3: “6,5” is not a number; write decimals with a point, as in 4.5"},
		{"a word for a score", head + "1,A,6\n2,A,x\n", "line 3, column 3: “x” is not a number; leave it empty for a missing week"},
		{"not a number", head + "1,A,NaN\n", "line 2, column 3: “NaN” is not a number"},
		{"infinite", head + "1,A,-Inf\n", "line 2, column 3: “-Inf” is not a number"},
		{"hexadecimal", head + "1,A,0x10\n", "“0x10” is not a number"},
		{"too large to hold", head + "1,A,1e999\n", "line 2, column 3: “1e999” is too large for a score; check it"},
		{"too large to be meant", head + "1,A,-1000001\n", "“-1000001” is too large for a score"},
		{"a week that is a word", head + "one,A,6\n", "line 2, column 1: “one” is not a week; number the calendar weeks 1, 2, 3 …"},
		{"a date", head + "2026-01-05,A,6\n", "“2026-01-05” is not a week"},
		{"half a week", head + "1.5,A,6\n", "“1.5” is not a week"},
		{"week 0", head + "0,A,6\n", "line 2, column 1: “0” is not a week"},
		{"no week", head + ",A,6\n", "line 2, column 1: “” is not a week"},
		{"a week twice", head + "1,A,6\n2,A,5\n1,A,6\n", "line 4, column 1: week 1 is already in line 2; keep one of the two"},
		{"weeks out of order", head + "1,A,6\n3,A,5\n2,A,6\n", "line 4, column 1: week 2 comes after week 3; sort the lines by week"},
		{"a week far away", head + "1,A,6\n2001,A,5\n", "line 3, column 1: week 2001 is more than 2000 weeks after the first; check the number"},
		{"a phase without a name", head + "1,,6\n", "line 2, column 2: the phase has no name; give one, such as A"},
		{"a phase with a long name", head + "1," + long + ",6\n", "line 2, column 2: the name of the phase is not a short word"},
		{"a phase with a line end", head + "1,\"A\nB\",6\n", "line 2, column 2: the name of the phase is not a short word"},
		{"a name that moves the cursor", head + "1,A\x1b[2J,6\n", "line 2, column 2: the name of the phase is not a short word"},
		{"a phase that comes back", head + "1,A,6\n2,B,5\n3,A,6\n", "line 4, column 2: phase “A” comes back after “B”; a phase is one run of weeks, so name its second run otherwise, such as A2"},
		{"one phase", head + "1,A,6\n2,A,5\n", "“A” is the only phase; there must be two to compare"},
		{"a quotation mark within", head + "1,A\"1,6\n", "line 2: a quotation mark (\") is out of place"},
		{"a quotation mark left open", head + "1,A,6\n2,\"A,5\n3,B,4\n", "line 3: a quotation mark"},
		{"not UTF-8", head + "1,A\xff,6\n", "the file is not plain text in UTF-8; save it as “CSV UTF-8”"},
		{"two bytes a letter", "w\x00e\x00e\x00k\x00", "the file is not plain text in UTF-8"},
		{"too large", head + strings.Repeat("\n", 1<<20), "the file is larger than 1 MB"},
		{"a long wrong field", head + "1,A," + strings.Repeat("y", 500) + "\n", strings.Repeat("y", 40) + "…” is not a number"},
		{"a wrong field that moves the cursor", head + "1,A,\x1b[2J\n", "“?[2J” is not a number"},
	} {
		t.Run(row.name, func(t *testing.T) {
			phases, err := ReadCSV(strings.NewReader(row.text))
			if err == nil || !strings.Contains(err.Error(), row.says) || phases != nil {
				t.Errorf("%v, %v; wanted %q", phases, err, row.says)
			}
		})
	}
	broken := errors.New("broken pipe")
	if _, err := ReadCSV(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("a broken reader: %v", err)
	}
}

func TestReadCSV_longest(t *testing.T) {
	var text strings.Builder
	text.WriteString("week,phase,score\n")
	for week := 1; week <= longestSeries; week++ {
		fmt.Fprintf(&text, "%d,%c,%d\n", week, "AB"[week/1001], week%11)
	}
	phases, err := ReadCSV(strings.NewReader(text.String()))
	if err != nil || len(phases) != 2 || phases[1].Start != 1001 || phases[1].Weeks != 1000 {
		t.Fatalf("%d phases, %v", len(phases), err)
	}
	if r := Analyse(phases).Results.Randomization; r.Why != "" || r.Admissible != 1995 {
		t.Errorf("%d start weeks, %s", r.Admissible, r.Why)
	}
}
