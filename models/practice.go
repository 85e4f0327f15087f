package models

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"
	_ "time/tzdata" // a bare machine has no zone data
)

// Practice is one installation.
type Practice struct {
	Name      string
	Zone      string
	Office    string // the neutral name that people may see in a message
	Emergency string // the line under the partner's form
	Policy    string // limited or no_secrets
	Version   int
	Thresholds
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
	// The thresholds; an empty one keeps its value.
	SomeChange, WorseChange, LeastDrop, FairDose string
	Version                                      string
	Submission                                   Submission
}

func (in PracticeInput) check(r *reading, was Thresholds) Practice {
	p := Practice{
		Name:      r.need("practice", in.Name, lineLimit, "Enter the name of the practice."),
		Zone:      strings.TrimSpace(in.Zone),
		Office:    r.need("office", in.Office, 60, "Enter a name that says nothing about the work, such as “Riverside Office”."),
		Emergency: r.need("emergency", in.Emergency, lineLimit, "Enter whom to call in danger, with the number."),
		Policy:    "limited",
		Thresholds: Thresholds{
			SomeChange:  r.points("some_change", in.SomeChange, was.SomeChange, 0.5, 3),
			WorseChange: r.points("worse_change", in.WorseChange, was.WorseChange, 0.5, 4),
			LeastDrop:   was.LeastDrop, FairDose: was.FairDose,
		},
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
	err := t.QueryRowContext(ctx, `SELECT name, zone, office, emergency, policy, version, some_change, worse_change, least_drop, fair_dose
		FROM practices WHERE id = 1`).
		Scan(&p.Name, &p.Zone, &p.Office, &p.Emergency, &p.Policy, &p.Version, &p.SomeChange, &p.WorseChange, &p.LeastDrop, &p.FairDose)
	if errors.Is(err, sql.ErrNoRows) {
		return p, notFound()
	}
	return p, err
}

// today is the calendar date in the practice's zone.
func (t *tx) today(ctx context.Context) (Day, error) {
	var zone string
	if err := t.QueryRowContext(ctx, `SELECT zone FROM practices WHERE id = 1`).Scan(&zone); err != nil {
		return "", err
	}
	return DayOf(t.now, Practice{Zone: zone}.Location()), nil
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
		p := in.check(&r, was.Thresholds)
		if err := r.err(); err != nil {
			return err
		}
		_, err = t.once(ctx, v, in.Submission, "practice", in, func() (string, error) {
			res, err := t.ExecContext(ctx, `UPDATE practices SET name = $1, zone = $2, office = $3, emergency = $4, some_change = $5, worse_change = $6,
				least_drop = $7, fair_dose = $8, version = version + 1 WHERE id = 1 AND CAST(version AS TEXT) = $9`,
				p.Name, p.Zone, p.Office, p.Emergency, p.SomeChange, p.WorseChange, p.LeastDrop, p.FairDose, in.Version)
			if err != nil {
				return "", err
			}
			return "", errors.Join(changed(res), t.audit(ctx, v, didSettle, "", ""))
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
