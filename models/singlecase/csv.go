package singlecase

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What a file may hold.
const (
	largestFile   = 1 << 20
	largestScore  = 1e6
	longestName   = 40
	columnsOfFile = "week,phase,score"
)

// ReadCSV reads a series: a first line “week,phase,score”, then one line a week
// in order. A week is a whole number, counted in calendar weeks from 1; an empty
// score is a missing week, and so is a week without a line. A phase is a run of
// lines under one name and lasts until the next one begins, so that weeks
// without a line between two phases are missing weeks of the earlier one.
//
// Errors say where and what to do. A column is counted in fields.
func ReadCSV(r io.Reader) ([]Phase, error) {
	text, err := io.ReadAll(io.LimitReader(r, largestFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("the file cannot be read: %w", err)
	case len(text) > largestFile:
		return nil, errors.New("the file is larger than 1 MB; it needs only one short line a week")
	case !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0:
		return nil, errors.New("the file is not plain text in UTF-8; save it as “CSV UTF-8”")
	}
	text = bytes.TrimPrefix(text, []byte("\uFEFF")) // spreadsheets write it
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, errors.New("the file is empty; its first line must be " + columnsOfFile)
	}
	rows := csv.NewReader(bytes.NewReader(text))
	rows.FieldsPerRecord = -1 // fields tells it better
	rows.TrimLeadingSpace = true
	if err := readHeader(rows); err != nil {
		return nil, err
	}
	s := seriesReader{lines: map[int]int{}}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return s.finish()
		}
		if err != nil {
			return nil, quoting(err)
		}
		line, _ := rows.FieldPos(0)
		if err := s.add(line, row); err != nil {
			return nil, err
		}
	}
}

func readHeader(rows *csv.Reader) error {
	row, err := rows.Read()
	if err != nil {
		return quoting(err)
	}
	line, _ := rows.FieldPos(0)
	if i := strings.IndexAny(row[0], ";\t"); len(row) == 1 && i >= 0 {
		separator := map[byte]string{';': "semicolons", '\t': "tabs"}[row[0][i]]
		return fmt.Errorf("line %d: the columns are separated by %s; save the file with commas, and decimals with a point", line, separator)
	}
	for i := range row {
		row[i] = strings.ToLower(strings.TrimSpace(row[i]))
	}
	if slices.Equal(row, strings.Split(columnsOfFile, ",")) {
		return nil
	}
	for _, name := range strings.Split(columnsOfFile, ",") {
		if !slices.Contains(row, name) {
			return fmt.Errorf("line %d: there is no column “%s”; the first line must be %s", line, name, columnsOfFile)
		}
	}
	return fmt.Errorf("line %d: the first line must be %s, with these columns alone and in this order", line, columnsOfFile)
}

// quoting says what encoding/csv found, which can only be quotation marks.
func quoting(err error) error {
	var bad *csv.ParseError
	if errors.As(err, &bad) {
		return fmt.Errorf("line %d: a quotation mark (\") is out of place; remove it, or put the whole field in quotation marks", bad.StartLine)
	}
	return fmt.Errorf("the file cannot be read: %w", err)
}

// seriesReader collects the lines of a file.
type seriesReader struct {
	phases []Phase
	lines  map[int]int // the line of each week
	last   int         // the week of the line before
}

func (s *seriesReader) add(line int, row []string) error {
	if len(row) != 3 {
		hint := "give week, phase and score"
		if len(row) == 4 {
			hint += "; write decimals with a point, as in 4.5"
		}
		return fmt.Errorf("line %d: there are %s, and there must be 3; %s", line, count(len(row), "field"), hint)
	}
	at := func(column int, format string, values ...any) error {
		return fmt.Errorf("line %d, column %d: %s", line, column, fmt.Sprintf(format, values...))
	}
	for i := range row {
		row[i] = strings.TrimSpace(row[i])
	}
	week, err := strconv.Atoi(row[0])
	before, repeated := s.lines[week]
	switch {
	case err != nil || week < 1:
		return at(1, "%s is not a week; number the calendar weeks 1, 2, 3 …", quoted(row[0]))
	case repeated:
		return at(1, "week %d is already in line %d; keep one of the two", week, before)
	case week < s.last:
		return at(1, "week %d comes after week %d; sort the lines by week", week, s.last)
	case len(s.phases) > 0 && week-s.phases[0].Start >= longestSeries:
		return at(1, "week %d is more than %d weeks after the first; check the number", week, longestSeries)
	}
	s.lines[week], s.last = line, week
	if problem := s.enter(row[1], week); problem != "" {
		return at(2, "%s", problem)
	}
	p := &s.phases[len(s.phases)-1]
	p.Weeks = week - p.Start + 1
	if row[2] == "" {
		return nil
	}
	score, err := strconv.ParseFloat(row[2], 64)
	switch {
	case errors.Is(err, strconv.ErrRange) || err == nil && math.Abs(score) > largestScore && !math.IsInf(score, 0):
		return at(3, "%s is too large for a score; check it", quoted(row[2]))
	case err != nil || math.IsNaN(score) || math.IsInf(score, 0) || strings.ContainsAny(row[2], "xX_"):
		hint := "leave it empty for a missing week"
		if strings.Contains(row[2], ",") {
			hint = "write decimals with a point, as in 4.5"
		}
		return at(3, "%s is not a number; %s", quoted(row[2]), hint)
	}
	p.Points = append(p.Points, Point{week, score})
	return nil
}

// enter begins a new phase where the name changes.
func (s *seriesReader) enter(name string, week int) (problem string) {
	n := len(s.phases)
	if n > 0 && s.phases[n-1].Name == name {
		return ""
	}
	switch {
	case name == "":
		return "the phase has no name; give one, such as A"
	case utf8.RuneCountInString(name) > longestName || strings.ContainsFunc(name, unprintable):
		return fmt.Sprintf("the name of the phase is not a short word; give up to %d letters in one line", longestName)
	case slices.ContainsFunc(s.phases, func(p Phase) bool { return p.Name == name }):
		return fmt.Sprintf("phase “%s” comes back after “%s”; a phase is one run of weeks, so name its second run otherwise, such as A2", name, s.phases[n-1].Name)
	}
	if n > 0 {
		s.phases[n-1].Weeks = week - s.phases[n-1].Start
	}
	s.phases = append(s.phases, Phase{Name: name, Start: week})
	return ""
}

func (s *seriesReader) finish() ([]Phase, error) {
	switch len(s.phases) {
	case 0:
		return nil, errors.New("there are no weeks below the first line; add one line a week, such as 1,A,6")
	case 1:
		return nil, fmt.Errorf("“%s” is the only phase; there must be two to compare", s.phases[0].Name)
	}
	return s.phases, nil
}

// unprintable reports whether a character could disturb a terminal.
func unprintable(r rune) bool { return !strconv.IsPrint(r) }

// quoted repeats what stands in a field, cut to a length that can be read.
func quoted(field string) string {
	characters := []rune(strings.Map(func(r rune) rune {
		if unprintable(r) {
			return '?'
		}
		return r
	}, field))
	if len(characters) > longestName {
		characters = append(characters[:longestName], '…')
	}
	return "“" + string(characters) + "”"
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
