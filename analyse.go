package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"

	"enough/models/singlecase"
)

const analyseUsage = `enough analyse [-json] FILE reads the weekly scores of one case and writes what they say.

FILE is a CSV file, or - for standard input. Its first line is
    week,phase,score
and each further line one calendar week, in order: its number, counted from 1, the
name of its phase, such as A or B1, and its score, lower being better. Leave the
score empty for a missing week; a week without a line is missing too. A phase lasts
until the next one begins.
`

// analyse is the command of that name: it needs no practice and keeps nothing.
func analyse(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("enough analyse", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stderr, analyseUsage, "\n")
		flags.PrintDefaults()
	}
	asJSON := flags.Bool("json", false, "write every number as JSON, for a program")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() != 1:
		fmt.Fprintln(stderr, "enough analyse: name one file, after the flags, or - for standard input; see enough analyse -h")
		return 2
	}
	phases, err := readPhases(flags.Arg(0), stdin)
	if err != nil {
		fmt.Fprintln(stderr, "enough analyse:", err)
		return 2
	}
	if err := writeAnalysis(stdout, singlecase.Analyse(phases), *asJSON); err != nil {
		fmt.Fprintln(stderr, "enough analyse:", err)
		return 1
	}
	return 0
}

func readPhases(name string, stdin io.Reader) ([]singlecase.Phase, error) {
	if name == "-" {
		return singlecase.ReadCSV(stdin)
	}
	file, err := os.Open(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no file %s; check its name and folder", name)
	case err != nil:
		return nil, fmt.Errorf("the file cannot be opened: %w", err)
	}
	defer file.Close()
	phases, err := singlecase.ReadCSV(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return phases, nil
}

func writeAnalysis(w io.Writer, a singlecase.Analysis, asJSON bool) error {
	if !asJSON {
		_, err := io.WriteString(w, a.Text())
		return err
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(a)
}
