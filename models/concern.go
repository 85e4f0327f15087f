package models

import (
	"context"
	"errors"
	"strings"
	"time"
)

// alone is how long a concern goes on blocking when nobody else of the practice
// has agreed that it goes ahead: a night to think again.
const alone = 24 * time.Hour

// rescreenAfter is after how many days a screen is old.
const rescreenAfter = 28

// Refuses says why nothing is tried and no report is asked of the partner; it is
// empty when nothing in the gate stands against it. Fear and coercive control
// stand for good. A concern stands until a reason is written down and a second
// person has agreed: another therapist of the practice, or somebody else and a day
// of thought.
func (g Gate) Refuses() string {
	switch {
	case g.Fear == "yes":
		return "Fear or coercive control is on record."
	case g.ScreenResult != "concern":
	case g.ConcernReason == "" || g.ConcernSecond == "":
		return "A concern is on record, without a written reason and the name of a second person who agreed."
	case g.Waits != "":
		return "A concern is on record, and the second person is no other therapist of this practice. It can go ahead from " + g.Waits + " on."
	}
	return ""
}

// ScreenOld says whether the screen is more than four weeks old.
func (g Gate) ScreenOld(today Day) bool {
	return g.ScreenOn != "" && today > g.ScreenOn.Add(rescreenAfter)
}

// goesAhead gives the instant from which a concern no longer blocks, empty while
// it does: from now on when the second person is another therapist of the
// practice, a day later otherwise. Another name begins anew.
func (t *tx) goesAhead(ctx context.Context, v Viewer, was, now Gate) (string, error) {
	switch {
	case now.ScreenResult != "concern" || now.ConcernReason == "" || now.ConcernSecond == "":
		return "", nil
	case was.goesAhead != "" && sameName(was.ConcernSecond, now.ConcernSecond):
		return was.goesAhead, nil
	}
	rows, err := t.QueryContext(ctx, `SELECT id, name FROM people WHERE role = 'therapist' AND signin IS NOT NULL AND id <> $1`, v.PersonID)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	from := t.now.Add(alone)
	for rows.Next() {
		var id, name, nobody string
		if err := rows.Scan(&id, t.texts("people", &nobody, &id).out("name", &name)); err != nil {
			return "", err
		}
		if sameName(name, now.ConcernSecond) {
			from = t.now
		}
	}
	return stamp(from), rows.Err()
}

// sameName says whether two names are one, however they are spaced.
func sameName(a, b string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " "))
}

// waits writes the day and hour from which a concern no longer blocks, in the
// practice's zone, empty when that is past.
func (t *tx) waits(ctx context.Context, from string) (string, error) {
	if from == "" {
		return "", nil
	}
	at, err := time.Parse(time.RFC3339, from)
	if err != nil {
		return "", errors.New("gates.goes_ahead holds no instant")
	}
	if !at.After(t.now) {
		return "", nil
	}
	zone, err := t.zone(ctx)
	return at.In(zone).Format("2 January 2006, 15:04"), err
}

// restUnder lets the partner's reports rest when the gate has begun to refuse them
// while an experiment runs. Nothing changes for the client.
func (t *tx) restUnder(ctx context.Context, v Viewer, caseID string, now Gate, today Day) error {
	why := now.Refuses()
	if why == "" {
		return nil
	}
	phases, err := t.casePhases(ctx, caseID)
	if err != nil || len(phases) == 0 || phases[len(phases)-1].LastWeek() < today.Week() {
		return err
	}
	from, err := t.askedLast(ctx, caseID, today)
	if err != nil {
		return err
	}
	return t.pausePartner(ctx, v, caseID, from, why)
}
