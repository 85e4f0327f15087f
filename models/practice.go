package models

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"
	_ "time/tzdata" // a bare machine has no zone data
	"unicode"
)

// Practice is one installation.
type Practice struct {
	Name      string
	Zone      string
	Office    string // the neutral name that people may see in a message
	Emergency string // the line under the partner's form
	Hours     string // when reports are read, as the partner is told; may be empty
	// Policy is that of what one of a couple tells: limited, or no_secrets, with
	// which there is no partner's side: nobody signs in to it, and reports are
	// entered in the session.
	Policy string
	// From QuietFrom to QuietUntil nobody is reminded of a form; both are empty for
	// no such time.
	QuietFrom, QuietUntil Day
	// KeepYears is for how many years a case is kept after it was closed.
	KeepYears int
	Version   int
	Thresholds
}

// Quiet says whether nobody is reminded on a day.
func (p Practice) Quiet(d Day) bool {
	return p.QuietFrom != "" && p.QuietFrom <= d && d <= p.QuietUntil
}

// KeptUntil is the last day for which a case that was closed on another is kept.
func (p Practice) KeptUntil(closed Day) Day {
	return Day(closed.Time().AddDate(p.KeepYears, 0, 0).Format(dayLayout))
}

// Thresholds are those of the verdict. A phase is judged by the ones with which
// it began.
type Thresholds struct {
	SomeChange  float64 // points of an average that count as some change, 0.5 to 3
	WorseChange float64 // points of an average that count as worse, 0.5 to 4
	LeastDrop   int     // the least that a criterion “drop” may ask for, 2 to 5
	FairDose    int     // per cent of the dose that make a fair test, 50 to 100
}

// DefaultThresholds are those of a new practice.
var DefaultThresholds = Thresholds{SomeChange: 1, WorseChange: 1.5, LeastDrop: 2, FairDose: 80}

// Location is the practice's time zone.
func (p Practice) Location() *time.Location {
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// PracticeInput is the practice's form as typed.
type PracticeInput struct {
	Name, Zone, Office, Emergency string
	// All others keep their value when they are empty, but for the quiet time, which
	// is none then.
	Hours, Policy, QuietFrom, QuietUntil, KeepYears string
	SomeChange, WorseChange, LeastDrop, FairDose    string
	Version                                         string
	Submission                                      Submission
}

func (in PracticeInput) check(r *reading, was Practice) Practice {
	p := Practice{
		Name:      r.need("practice", in.Name, lineLimit, "Enter the name of the practice."),
		Zone:      strings.TrimSpace(in.Zone),
		Office:    r.need("office", in.Office, 60, "Enter a name that says nothing about the work, such as “Riverside Office”."),
		Emergency: r.need("emergency", in.Emergency, lineLimit, "Enter whom to call in danger, with the number."),
		Hours:     r.text("hours", in.Hours, lineLimit),
		Policy:    r.choice("policy", in.Policy, was.Policy, "limited", "no_secrets"),
		QuietFrom: r.day("quiet_from", in.QuietFrom, "2000-01-01", "2199-12-31"), QuietUntil: r.day("quiet_until", in.QuietUntil, "2000-01-01", "2199-12-31"),
		KeepYears: was.KeepYears,
		Thresholds: Thresholds{
			SomeChange:  r.points("some_change", in.SomeChange, was.SomeChange, 0.5, 3),
			WorseChange: r.points("worse_change", in.WorseChange, was.WorseChange, 0.5, 4),
			LeastDrop:   was.LeastDrop, FairDose: was.FairDose,
		},
	}
	if strings.ContainsFunc(p.Office, unicode.IsControl) {
		r.fail("office", "Enter it on one line.")
	}
	switch {
	case p.QuietUntil != "" && p.QuietFrom == "":
		r.fail("quiet_from", "Enter the first day too, or none.")
	case p.QuietFrom != "" && p.QuietUntil == "":
		r.fail("quiet_until", "Enter the last day too, or none.")
	case p.QuietUntil < p.QuietFrom:
		r.fail("quiet_until", "Enter a day that is not before the first.")
	}
	if n := r.number("keep_years", in.KeepYears, 1, 30); n != nil {
		p.KeepYears = *n
	}
	if n := r.number("least_drop", in.LeastDrop, 2, 5); n != nil {
		p.LeastDrop = *n
	}
	if n := r.number("fair_dose", in.FairDose, 50, 100); n != nil {
		p.FairDose = *n
	}
	if p.WorseChange < p.SomeChange {
		r.fail("worse_change", "This is less than what counts as some change. Enter at least as much.")
	}
	if zone, err := time.LoadLocation(p.Zone); err != nil || p.Zone == "" || zone == time.Local {
		r.fail("zone", "Enter a time zone by its name, such as Europe/Belgrade.")
	}
	return p
}

// Practice gives the practice. It is NotFound before the set-up.
func (db *DB) Practice(ctx context.Context) (Practice, error) {
	var p Practice
	err := db.read(ctx, func(ctx context.Context, t *tx) (err error) {
		p, err = t.practice(ctx)
		return err
	})
	return p, err
}

func (t *tx) practice(ctx context.Context) (Practice, error) {
	var p Practice
	err := t.QueryRowContext(ctx, `SELECT name, zone, office, emergency, hours, policy, quiet_from, quiet_until, keep_years, version, some_change, worse_change, least_drop, fair_dose
		FROM practices WHERE id = 1`).
		Scan(&p.Name, &p.Zone, &p.Office, &p.Emergency, &p.Hours, &p.Policy, &p.QuietFrom, &p.QuietUntil, &p.KeepYears, &p.Version, &p.SomeChange, &p.WorseChange, &p.LeastDrop, &p.FairDose)
	if errors.Is(err, sql.ErrNoRows) {
		return p, notFound()
	}
	return p, err
}

// zone is the practice's.
func (t *tx) zone(ctx context.Context) (*time.Location, error) {
	var p Practice
	err := t.QueryRowContext(ctx, `SELECT zone FROM practices WHERE id = 1`).Scan(&p.Zone)
	return p.Location(), err
}

// today is the calendar date in the practice's zone.
func (t *tx) today(ctx context.Context) (Day, error) {
	zone, err := t.zone(ctx)
	if err != nil {
		return "", err
	}
	return DayOf(t.now, zone), nil
}

// ChangePractice changes the practice's settings. Only the owner may. It is
// Conflict when the settings have changed since the form was made.
func (db *DB) ChangePractice(ctx context.Context, v Viewer, in PracticeInput) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		if !v.Owner {
			return &Error{Kind: Forbidden, Message: "Only the owner of the practice can change this."}
		}
		was, err := t.practice(ctx)
		if err != nil {
			return err
		}
		var r reading
		p := in.check(&r, was)
		if err := r.err(); err != nil {
			return err
		}
		_, err = t.once(ctx, v, in.Submission, "practice", in, func() (string, error) {
			res, err := t.ExecContext(ctx, `UPDATE practices SET name = $1, zone = $2, office = $3, emergency = $4, some_change = $5, worse_change = $6,
				least_drop = $7, fair_dose = $8, hours = $9, policy = $10, quiet_from = $11, quiet_until = $12, keep_years = $13, version = version + 1
				WHERE id = 1 AND CAST(version AS TEXT) = $14`,
				p.Name, p.Zone, p.Office, p.Emergency, p.SomeChange, p.WorseChange, p.LeastDrop, p.FairDose,
				p.Hours, p.Policy, p.QuietFrom, p.QuietUntil, p.KeepYears, in.Version)
			if err == nil {
				err = changed(res)
			}
			if err == nil && p.Policy == noSecrets {
				err = t.shutPartners(ctx)
			}
			return "", errors.Join(err, t.audit(ctx, v, didSettle, "", ""))
		})
		return err
	})
}

// changed is Conflict when an update of one version found no row.
func changed(res sql.Result) error {
	n, err := res.RowsAffected()
	if err != nil {
		return err
	}
	if n == 0 {
		return conflict("This was changed meanwhile. Both texts are shown: yours is in the form, the saved one beside it.")
	}
	return nil
}

// noSecrets is the policy with which there is no partner's side.
const noSecrets = "no_secrets"

// shutPartners ends whatever is under way on the partners' side.
func (t *tx) shutPartners(ctx context.Context) error {
	_, err1 := t.ExecContext(ctx, `DELETE FROM sessions WHERE person_id IN (SELECT id FROM people WHERE role = 'partner')`)
	_, err2 := t.ExecContext(ctx, `DELETE FROM invitations WHERE person_id IN (SELECT id FROM people WHERE role = 'partner')`)
	return errors.Join(err1, err2)
}

// partnersShut says whether there is no partner's side.
func (t *tx) partnersShut(ctx context.Context) (shut bool, err error) {
	err = t.QueryRowContext(ctx, `SELECT policy = $1 FROM practices WHERE id = 1`, noSecrets).Scan(&shut)
	return shut, err
}
