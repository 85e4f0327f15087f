package demo

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"enough/models"
)

// couple is one case of the story: what is on record before the start, the
// plan, and what is done about it in the weeks that follow. What the two of
// them enter stands in weeks.csv.
type couple struct {
	client, partner     string
	clientIs, partnerIs models.Pronoun
	stands              string // where the case stands, for the start page
	frame               models.FrameInput
	gate                models.GateInput
	act, measure        models.PlanInput // the plan, in the two steps of the wizard
	events              []event
}

// event is a day on which something is done, on a week counted as in weeks.csv.
type event struct {
	week int
	day  int
	acts []act
}

// Days of a week, counted from its Monday.
const (
	monday = iota
	tuesday
	wednesday
	thursday
	friday
	_
	sunday
)

// act is one thing that somebody does in a case.
type act func(context.Context, *life) error

// life is a couple as it is lived: who is who in the database, and when.
type life struct {
	couple
	db    *models.DB
	place int // among the couples
	zone  *time.Location
	first models.Week // week 1
	rows  []row

	therapist, withClient, withPartner models.Viewer
	colleague                          models.Viewer // who supervises
	caseID, experiment                 string
	ticked                             []string // what the partner ticked last, for the therapist to publish
}

// happening is an act of a life with its instant.
type happening struct {
	at   time.Time
	life *life
	act  act
}

func sortByTime(all []happening) {
	slices.SortStableFunc(all, func(a, b happening) int { return a.at.Compare(b.at) })
}

// week gives the calendar week of a week of the case.
func (l *life) week(n int) models.Week { return l.first.Add(n - 1) }

// at gives an instant of a week of the case. Each case has its own minute.
func (l *life) at(week, day, hour, minute int) time.Time {
	d := l.week(week).Monday().Add(day).Time()
	return time.Date(d.Year(), d.Month(), d.Day(), hour, minute, 0, 0, l.zone)
}

// happenings lists the whole life: the opening, the acts of its days one after
// the other in the case's own hour, and the two forms on the Sundays.
func (l *life) happenings() []happening {
	var all []happening
	for _, e := range append(l.opening(), l.events...) {
		for i, a := range e.acts {
			all = append(all, happening{l.at(e.week, e.day, 9+l.place, 10*i), l, a})
		}
	}
	for _, r := range l.rows {
		if r.sentCheckin() {
			all = append(all, happening{l.at(r.week, sunday, 19, 4*l.place+2), l, checkIn(r)})
		}
		if r.sentReport() {
			all = append(all, happening{l.at(r.week, sunday, 21, 4*l.place+3), l, report(r)})
		}
	}
	return all
}

// people gives the two of the case for the start page.
func (l *life) people() []Person {
	return []Person{
		{l.withClient, passphrase, strings.ToLower(l.client), "Client · " + l.stands},
		{l.withPartner, passphrase, strings.ToLower(l.partner), "Partner of " + l.client + " · " + l.stands},
	}
}

var weekMark = regexp.MustCompile(`\{week (\d+)\}`)

// dated writes the dates of the case's weeks into a text: {week 9} becomes the
// date of that week's Monday.
func (l *life) dated(text string) string {
	return weekMark.ReplaceAllStringFunc(text, func(mark string) string {
		n, _ := strconv.Atoi(weekMark.FindStringSubmatch(mark)[1]) // digits only
		return l.week(n).Monday().Long()
	})
}

func checkIn(r row) act {
	return func(ctx context.Context, l *life) error {
		in := r.checkin
		in.Week = string(l.week(r.week))
		return l.db.ForClient().SubmitCheckin(ctx, l.withClient, in)
	}
}

func report(r row) act {
	return func(ctx context.Context, l *life) error {
		in := r.report
		in.Week, in.Alone = string(l.week(r.week)), "yes"
		return l.db.SubmitPartnerReport(ctx, l.withPartner, in)
	}
}
