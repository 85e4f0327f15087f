package models

import "time"

const dayLayout = "2006-01-02"

// Day is a calendar date in the practice's zone, as text YYYY-MM-DD. Days
// compare in calendar order as text.
type Day string

// Week is the unit of observation, named by its Monday. Weeks compare in
// calendar order as text, and all arithmetic is by calendar date, so that a
// change to or from daylight saving time moves nothing.
type Week string

// DayOf gives the calendar date of an instant in a zone.
func DayOf(t time.Time, zone *time.Location) Day {
	return Day(t.In(zone).Format(dayLayout))
}

// ParseDay reads a date. It is false for anything but a real date of the
// years 1900 to 2199.
func ParseDay(s string) (Day, bool) {
	t, err := time.Parse(dayLayout, s)
	if err != nil || t.Year() < 1900 || t.Year() > 2199 {
		return "", false
	}
	return Day(s), true
}

// Time gives noon UTC of the date, a carrier for formatting and arithmetic
// that is far from every midnight.
func (d Day) Time() time.Time {
	t, err := time.Parse(dayLayout, string(d))
	if err != nil {
		return time.Time{}
	}
	return t.Add(12 * time.Hour)
}

// Add gives the date n days later.
func (d Day) Add(n int) Day {
	return Day(d.Time().AddDate(0, 0, n).Format(dayLayout))
}

// Since counts the days from another date to this one.
func (d Day) Since(from Day) int { return int(d.Time().Sub(from.Time()).Hours() / 24) }

// Week gives the week in which the date lies.
func (d Day) Week() Week {
	sinceMonday := (int(d.Time().Weekday()) + 6) % 7
	return Week(d.Add(-sinceMonday))
}

// WeekOf gives the week of an instant in a zone.
func WeekOf(t time.Time, zone *time.Location) Week { return DayOf(t, zone).Week() }

// ParseWeek reads the Monday of a week. It is false for anything else.
func ParseWeek(s string) (Week, bool) {
	d, ok := ParseDay(s)
	if !ok || d.Week() != Week(d) {
		return "", false
	}
	return Week(d), true
}

// Monday is the first date of the week.
func (w Week) Monday() Day { return Day(w) }

// Sunday is the last date of the week.
func (w Week) Sunday() Day { return Day(w).Add(6) }

// Add gives the week n weeks later.
func (w Week) Add(n int) Week { return Week(Day(w).Add(7 * n)) }

// Since counts the weeks from another week to this one.
func (w Week) Since(other Week) int {
	days := Day(w).Time().Sub(Day(other).Time()).Hours() / 24
	return int(days) / 7
}

// Opens is the first date on which the forms of the week can be filled in: its
// Friday.
func (w Week) Opens() Day { return Day(w).Add(4) }

// Closes is the last date on which the forms of the week can be filled in or
// corrected: the Wednesday after it.
func (w Week) Closes() Day { return Day(w).Add(9) }

// FormState says where the forms of a week stand on a date.
type FormState uint8

// The states of a week's forms, in order of time.
const (
	FormsNotYet FormState = iota
	FormsOpen
	FormsLate // after the week's Sunday: saved, and marked late
	FormsClosed
)

// FormsOn says where the forms of the week stand on a date.
func (w Week) FormsOn(d Day) FormState {
	switch {
	case d < w.Opens():
		return FormsNotYet
	case d > w.Closes():
		return FormsClosed
	case d > w.Sunday():
		return FormsLate
	}
	return FormsOpen
}

// FormWeek gives the one week whose forms are open on a date. It is false on
// a Thursday, when none is.
func FormWeek(d Day) (Week, bool) {
	for _, w := range []Week{d.Week(), d.Week().Add(-1)} {
		if s := w.FormsOn(d); s == FormsOpen || s == FormsLate {
			return w, true
		}
	}
	return "", false
}
