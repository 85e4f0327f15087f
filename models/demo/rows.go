package demo

import (
	"bytes"
	_ "embed" // the weeks of all cases
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"

	"enough/models"
)

// weeksCSV holds what client and partner enter, one row for each week of a
// case, in the words of the forms' values. The weeks of a case are counted from
// the first of its baseline. An empty cell was not asked for or not entered; a
// half that is empty throughout is a form that was not sent.
//
//go:embed weeks.csv
var weeksCSV []byte

var columns = []string{"case", "week", "phase", "dose", "done", "effort", "tension", "forecast",
	"conflict", "leaving", "noticed", "felt_real", "say_no", "safe", "pushed", "children", "contact", "contact_by", "call",
	"client_note", "partner_note"}

// row is one week of a case.
type row struct {
	week        int
	phase, dose string
	checkin     models.CheckinInput
	report      models.PartnerReportInput
}

// sentCheckin says whether the client sent the form of the week.
func (r row) sentCheckin() bool { return r.checkin != models.CheckinInput{} }

// sentReport says whether the partner sent the form of the week.
func (r row) sentReport() bool { return r.report != models.PartnerReportInput{} }

// readRows gives the rows of each case, in order, by the name of its client.
func readRows() (map[string][]row, error) {
	lines, err := csv.NewReader(bytes.NewReader(weeksCSV)).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 || !slices.Equal(lines[0], columns) {
		return nil, fmt.Errorf("weeks.csv does not have the columns %v", columns)
	}
	rows := map[string][]row{}
	for _, line := range lines[1:] {
		cell := map[string]string{}
		for i, name := range columns {
			cell[name] = line[i]
		}
		r := row{phase: cell["phase"], dose: cell["dose"],
			checkin: models.CheckinInput{Done: cell["done"], Effort: cell["effort"], Tension: cell["tension"], Forecast: cell["forecast"], Note: cell["client_note"]},
			report: models.PartnerReportInput{Tension: cell["conflict"], Leaving: cell["leaving"], Noticed: cell["noticed"], Real: cell["felt_real"],
				SayNo: cell["say_no"], Safe: cell["safe"], Pushed: cell["pushed"], Children: cell["children"],
				Contact: cell["contact"], ContactBy: cell["contact_by"], Enough: cell["call"], Note: cell["partner_note"]},
		}
		if r.week, err = strconv.Atoi(cell["week"]); err != nil {
			return nil, fmt.Errorf("weeks.csv, %s: %w", cell["case"], err)
		}
		rows[cell["case"]] = append(rows[cell["case"]], r)
	}
	return rows, nil
}
