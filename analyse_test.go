package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const analysisCSV = "models/singlecase/testdata/analysis.csv"

func TestAnalyse_text(t *testing.T) {
	want, err := os.ReadFile("models/singlecase/testdata/analysis.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out, complaints output
	status := run(context.Background(), []string{"analyse", analysisCSV}, noEnv, &out, &complaints)
	if status != 0 || complaints.String() != "" || out.String() != string(want) {
		t.Errorf("status %d, complained %q, printed:\n%s", status, complaints.String(), out.String())
	}
}

func TestAnalyse_json(t *testing.T) {
	var out, complaints output
	status := run(context.Background(), []string{"analyse", "-json", analysisCSV}, noEnv, &out, &complaints)
	var analysis struct {
		Comparison string
		Results    struct {
			NAP struct{ Improved, Tied int }
		}
		More []struct{ A, B int } `json:"more_comparisons"`
	}
	if err := json.Unmarshal([]byte(out.String()), &analysis); err != nil || status != 0 || complaints.String() != "" {
		t.Fatalf("status %d, complained %q, %v", status, complaints.String(), err)
	}
	if analysis.Comparison != "A vs B" || analysis.Results.NAP.Improved != 31 || analysis.Results.NAP.Tied != 3 || len(analysis.More) != 2 {
		t.Errorf("%+v", analysis)
	}
	if !strings.HasPrefix(out.String(), "{\n  \"phase_stats\": [\n") {
		t.Errorf("not indented: %.60q", out.String())
	}
}

func TestAnalyse_standardInput(t *testing.T) {
	text, err := os.ReadFile(analysisCSV)
	if err != nil {
		t.Fatal(err)
	}
	var fromFile, fromInput, complaints bytes.Buffer
	if status := analyse([]string{analysisCSV}, nil, &fromFile, &complaints); status != 0 {
		t.Fatalf("status %d", status)
	}
	if status := analyse([]string{"-"}, bytes.NewReader(text), &fromInput, &complaints); status != 0 || complaints.Len() > 0 {
		t.Errorf("status %d, complained %q", status, &complaints)
	}
	if fromInput.String() != fromFile.String() {
		t.Errorf("standard input gives:\n%s", &fromInput)
	}
}

func TestAnalyse_refuses(t *testing.T) {
	wrong := filepath.Join(t.TempDir(), "wrong.csv")
	if err := os.WriteFile(wrong, []byte("week,phase,score\n1,A,6\n2,A,x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args []string
		says string
	}{
		{"no file named", nil, "enough analyse: name one file, after the flags, or - for standard input; see enough analyse -h\n"},
		{"two files named", []string{wrong, wrong}, "name one file"},
		{"a flag after the file", []string{wrong, "-json"}, "name one file, after the flags"},
		{"an unknown flag", []string{"-xml", wrong}, "-xml"},
		{"a file that is not there", []string{"nowhere.csv"}, "enough analyse: there is no file nowhere.csv; check its name and folder\n"},
		{"a folder", []string{t.TempDir()}, "cannot be read"},
		{"a wrong field", []string{"-json", wrong}, "enough analyse: " + wrong + ": line 3, column 3: “x” is not a number; leave it empty for a missing week\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out, complaints output
			status := run(context.Background(), append([]string{"analyse"}, c.args...), noEnv, &out, &complaints)
			if status != 2 || out.String() != "" || !strings.Contains(complaints.String(), c.says) {
				t.Errorf("status %d, printed %q, complained %q", status, out.String(), complaints.String())
			}
		})
	}
}

func TestAnalyse_help(t *testing.T) {
	var out, complaints output
	if status := run(context.Background(), []string{"analyse", "-h"}, noEnv, &out, &complaints); status != 0 || !strings.Contains(complaints.String(), "week,phase,score") || !strings.Contains(complaints.String(), "-json") {
		t.Errorf("status %d, %q", status, complaints.String())
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestAnalyse_cannotWrite(t *testing.T) {
	for _, args := range [][]string{{analysisCSV}, {"-json", analysisCSV}} {
		var complaints bytes.Buffer
		if status := analyse(args, nil, brokenPipe{}, &complaints); status != 1 || !strings.Contains(complaints.String(), "broken pipe") {
			t.Errorf("%v: status %d, %q", args, status, &complaints)
		}
	}
}
