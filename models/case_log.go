package models

import (
	"context"
	"errors"
	"slices"
)

// LogKind is what a line of a case's log is about.
type LogKind string

// The kinds.
const (
	LogContact LogKind = "contact"  // somebody was spoken to, or was tried
	LogSupport LogKind = "support"  // the partner's own
	LogGoingOn LogKind = "going_on" // why the work goes on without “enough”
	LogCard    LogKind = "card"     // what the partner was asked, alone
)

// LogChoices lists what a line of a kind can say, in the order in which it is
// offered. Why the work goes on is said in words alone.
func LogChoices(kind LogKind) []string {
	return map[LogKind][]string{
		LogContact: {"partner", "partner_missed", "client", "supervisor", "service", "other"},
		LogSupport: {"own", "offered", "declined", "none"},
		LogCard:    {"live_with", "say_no", "enough", "support"},
	}[kind]
}

// LogText writes what a line says.
func LogText(kind LogKind, what string) string {
	return map[LogKind]map[string]string{
		LogContact: {"partner": "Partner, alone, by the safe route", "partner_missed": "Partner tried by the safe route, not reached", "client": "Client",
			"supervisor": "Supervisor", "service": "Specialist or emergency service", "other": "Somebody else"},
		LogSupport: {"own": "In place", "offered": "Offered", "declined": "Declined", "none": "None"},
		LogGoingOn: {"": "Why the work goes on"},
		LogCard: {"live_with": "Can you live with who your partner is, right now, if nothing ever changes?",
			"say_no": "When did you last say no, and what came of it?", "enough": "What would be enough, in your own words?",
			"support": "Who is there for you, outside of this?"},
	}[kind][what]
}

// LogLine is one line of a case's log. It is for therapists alone.
type LogLine struct {
	Kind  LogKind
	What  string
	Words string
	On    Day
	By    string // the therapist, by name
}

// LogInput is the form of a line, as typed.
type LogInput struct {
	Kind, What, On, Words string
	Submission            Submission
}

func (in LogInput) check(r *reading, today Day) LogLine {
	kind := LogKind(r.needChoice("kind", in.Kind, string(LogContact), string(LogSupport), string(LogGoingOn), string(LogCard)))
	e := LogLine{Kind: kind, On: r.needDay("on", in.On, today.Add(-60), today)}
	if choices := LogChoices(kind); len(choices) > 0 {
		e.What = r.needChoice("what", in.What, choices...)
	}
	switch kind {
	case LogGoingOn:
		e.Words = r.need("words", in.Words, proseLimit, "Write why the work goes on. Only therapists who have the case can read this.")
	case LogCard: // her answer is hers: that she was asked is all that is kept
	default:
		e.Words = r.text("words", in.Words, proseLimit)
	}
	return e
}

// Write adds a line to a case's log, and changes nothing else. Only the case's
// therapist may. It is Invalid with field messages.
func (db *DB) Write(ctx context.Context, v Viewer, caseID string, in LogInput) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		_, today, err := t.caseToday(ctx, v, caseID)
		if err != nil {
			return err
		}
		var r reading
		e := in.check(&r, today)
		if err := r.err(); err != nil {
			return err
		}
		_, err = t.makeOnce(ctx, v, in.Submission, "log "+caseID, in, func() (string, error) {
			id := newID()
			_, err := t.ExecContext(ctx, `INSERT INTO log_lines (id, case_id, kind, what, words, happened_on, therapist_id, written_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
				id, caseID, string(e.Kind), e.What, t.textsOf("log_lines", caseID, id).in("words", e.Words), e.On, v.PersonID, t.stamp())
			return id, errors.Join(err, t.audit(ctx, v, didLog, caseID, id))
		})
		return err
	})
}

// Log lists the lines of a case's log, the newest first. Only the case's
// therapist may.
func (db *DB) Log(ctx context.Context, v Viewer, caseID string) (list []LogLine, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		if _, err := t.caseOf(ctx, v, caseID); err != nil {
			return err
		}
		list, err = t.log(ctx, caseID)
		return err
	})
	return list, err
}

func (t *tx) log(ctx context.Context, caseID string) (list []LogLine, err error) {
	rows, err := t.QueryContext(ctx, `SELECT l.id, l.kind, l.what, l.words, l.happened_on, p.id, p.name FROM log_lines l JOIN people p ON p.id = l.therapist_id
		WHERE l.case_id = $1 ORDER BY l.happened_on DESC, l.written_at DESC, l.id`, caseID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var e LogLine
		var id, by string
		if err := rows.Scan(&id, &e.Kind, &e.What, t.texts("log_lines", &caseID, &id).out("words", &e.Words), &e.On, &by, t.texts("people", &noCase, &by).out("name", &e.By)); err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, rows.Err()
}

// Latest gives the newest line of a kind in a log.
func Latest(log []LogLine, kind LogKind) (LogLine, bool) {
	i := slices.IndexFunc(log, func(e LogLine) bool { return e.Kind == kind })
	if i < 0 {
		return LogLine{}, false
	}
	return log[i], true
}

// supportWaits is after how many weeks without support of the partner's own its
// therapist is reminded of it.
const supportWaits = 8

// supportDue says whether the partner has had no support of the own for so long: none
// since it was last asked, or since the first report could be given.
func supportDue(log []LogLine, phases []PhaseReview, now Week) bool {
	since, any := Latest(log, LogSupport)
	switch {
	case any && since.What != "none":
		return false
	case any:
		return now.Since(since.On.Week()) >= supportWaits
	}
	return len(phases) > 0 && now.Since(phases[0].Phase.Start) >= supportWaits
}

// So much without “enough” asks for a reason to go on.
const (
	longWeeks       = 24
	longExperiments = 3
)

// goesOnForLong says whether the work has gone on for 24 weeks, or over three
// experiments, since it began, since “enough” was last concluded, or since it was
// last written why it goes on.
func goesOnForLong(log []LogLine, concluded Day, phases []PhaseReview, today Day) bool {
	since := concluded
	if e, ok := Latest(log, LogGoingOn); ok {
		since = max(since, e.On)
	}
	var first Week
	experiments := map[string]bool{}
	over := true
	for _, p := range phases {
		if p.Phase.Kind == FollowUp || p.Phase.Start.Monday() <= since || p.Phase.Start > today.Week() {
			continue
		}
		if first == "" {
			first = p.Phase.Start
		}
		experiments[p.Phase.ExperimentID] = true
		over = p.Phase.LastWeek() < today.Week()
	}
	return first != "" && today.Week().Since(first) >= longWeeks || len(experiments) > longExperiments || len(experiments) == longExperiments && over
}

// concludedOn gives the day of the last decision that something was enough, empty
// for none.
func (t *tx) concludedOn(ctx context.Context, caseID string) (on Day, err error) {
	err = t.QueryRowContext(ctx, `SELECT COALESCE(max(decided_on), '') FROM decisions WHERE case_id = $1 AND choice IN ('enough', 'enough_for_now')`, caseID).Scan(&on)
	return on, err
}
