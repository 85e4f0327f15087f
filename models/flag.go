package models

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// FlagLevel says how soon a flag asks for a look.
type FlagLevel string

// The levels. A red flag asks for an act today and withholds the verdict; an
// amber one for a look before the next session, within seven days; a note is to
// be talked about.
const (
	Red   FlagLevel = "red"
	Amber FlagLevel = "amber"
	Note  FlagLevel = "note"
)

// Flag is a sign in what was reported, or in what the therapist learned, that
// asks for a look. It is the therapist's alone, is closed with a reason and
// never deleted.
type Flag struct {
	ID       string // empty until it is kept
	Rule     string // R1 to R5, A1 to A12, N1 to N5
	Week     Week   // whose report raised it
	Said     string // the answers and numbers that raised it
	RaisedOn Day    // for silence the day on which it showed
	ClosedOn Day    // empty while it is open
	Reason   string // why it was closed
	Overdue  bool   // it is open, and the day of LookBy is over
}

// Level is that of the flag's rule.
func (f Flag) Level() FlagLevel {
	switch f.Rule[0] {
	case 'R':
		return Red
	case 'A':
		return Amber
	}
	return Note
}

// LookBy is the last day of those within which the flag asks for a look: for a
// red one the day on which it was raised, for an amber one the seventh after it,
// and none for a note.
func (f Flag) LookBy() Day {
	switch f.Level() {
	case Red:
		return f.RaisedOn
	case Amber:
		return f.RaisedOn.Add(7)
	}
	return ""
}

// Open says whether the flag still asks for a look.
func (f Flag) Open() bool { return f.ClosedOn == "" }

// RedFlagOpen says what keeps an experiment from starting.
const RedFlagOpen = "A red flag is open. Look at it first."

// OpenLevel is the level of the most urgent flag that is open and asks for a
// look: red, amber, or empty when there is none.
func OpenLevel(list []Flag) (level FlagLevel) {
	for _, f := range list {
		switch {
		case f.Open() && f.Level() == Red:
			return Red
		case f.Open() && f.Level() == Amber:
			level = Amber
		}
	}
	return level
}

// key tells flags apart: an answer that a correction changes raises another.
func (f Flag) key() string { return f.Rule + "\x00" + string(f.Week) + "\x00" + f.Said }

// place orders the rules: R1 to R5, A1 to A12, N1 to N5.
func (f Flag) place() int {
	n, _ := strconv.Atoi(f.Rule[1:])
	return n + 100*strings.IndexByte("RAN", f.Rule[0])
}

// urgency puts the red flags that are open before all others.
func (f Flag) urgency() int {
	if f.Open() && f.Level() == Red {
		return 0
	}
	return 1
}

// flagsOf gives the flags that the rules raise over all weeks of a case, those
// that are set aside too.
func flagsOf(phases []PhaseReview, traces []trace, today Day) (list []Flag) {
	phases = asReported(phases)
	var all []seen
	var baseline *PhaseReview
	for i := range phases {
		p := &phases[i]
		if p.Phase.Kind == Baseline {
			baseline = nil
		}
		for _, w := range p.Weeks {
			if w.Report == nil {
				continue
			}
			all = append(all, seen{*w.Report, w.Checkin, p, baseline})
			for _, r := range reportRules {
				if said := r.said(all); said != "" {
					list = append(list, Flag{Rule: r.rule, Week: w.Week, Said: said})
				}
			}
		}
		if p.Phase.Kind == Baseline {
			baseline = p
		}
	}
	// No report brings these: they are raised when the week can hold none any more.
	byTime := func(rule string, w Week, said string) {
		list = append(list, Flag{Rule: rule, Week: w, Said: said, RaisedOn: min(w.Closes().Add(1), today)})
	}
	for _, w := range silent(phases) {
		byTime("A10", w, "two partner reports running are missing")
	}
	for _, w := range lapsed(phases, all, today) {
		byTime("A11", w, "the partner’s “yes” is more than "+strconv.Itoa(callLasts)+" weeks old")
	}
	return append(list, originSigns(traces)...)
}

// oncePerWeek says whether the rule raises one flag a week, whatever it says:
// traces are forgotten, and what the rule says then is not new.
func (f Flag) oncePerWeek() bool { return f.Rule == "N2" || f.Rule == "N3" }

// flags gives the flags of a case, open red ones first and then by week, newest
// first: those that were kept, and those that the rules raise now. What time
// alone raises, such as silence, is kept with the next act in the case.
func (t *tx) flags(ctx context.Context, caseID string, phases []PhaseReview, today Day) ([]Flag, error) {
	rows, err := t.QueryContext(ctx, `SELECT id, rule, week, said, raised_on, COALESCE(closed_on, ''), reason FROM flags WHERE case_id = $1`, caseID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Flag
	kept := map[string]bool{}
	for rows.Next() {
		var f Flag
		x := t.texts("flags", &caseID, &f.ID)
		if err := rows.Scan(&f.ID, &f.Rule, &f.Week, x.out("said", &f.Said), &f.RaisedOn, &f.ClosedOn, x.out("reason", &f.Reason)); err != nil {
			return nil, err
		}
		list, kept[f.key()] = append(list, f), true
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	traces, err := t.traces(ctx, caseID)
	if err != nil {
		return nil, err
	}
	for _, f := range flagsOf(phases, traces, today) {
		if f.oncePerWeek() && slices.ContainsFunc(list, func(was Flag) bool { return was.Rule == f.Rule && was.Week == f.Week }) {
			continue
		}
		if !kept[f.key()] {
			f.RaisedOn = cmp.Or(f.RaisedOn, today)
			list = append(list, f)
		}
	}
	for i, f := range list {
		list[i].Overdue = f.Open() && f.LookBy() != "" && f.LookBy() < today
	}
	slices.SortStableFunc(list, func(a, b Flag) int {
		return cmp.Or(cmp.Compare(a.urgency(), b.urgency()), cmp.Compare(b.Week, a.Week), cmp.Compare(a.place(), b.place()), cmp.Compare(a.Said, b.Said))
	})
	return list, nil
}

// caseFlags is flags for an act that does not look at the phases itself.
func (t *tx) caseFlags(ctx context.Context, caseID string) ([]Flag, error) {
	phases, _, today, err := t.phaseReviews(ctx, caseID)
	if err != nil {
		return nil, err
	}
	return t.flags(ctx, caseID, phases, today)
}

// keepFlags keeps the flags that the rules raise now and gives all of them.
func (t *tx) keepFlags(ctx context.Context, caseID string) ([]Flag, error) {
	list, err := t.caseFlags(ctx, caseID)
	if err != nil {
		return nil, err
	}
	for _, f := range list {
		if err := t.keepFlag(ctx, Viewer{}, caseID, f); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// keepFlag keeps a flag unless it is kept already. v raised it; the zero Viewer
// is the program.
func (t *tx) keepFlag(ctx context.Context, v Viewer, caseID string, f Flag) error {
	mark, err := t.flagMark(caseID, f.Said)
	if err != nil {
		return err
	}
	id := newID()
	res, err := t.ExecContext(ctx, `INSERT INTO flags (id, case_id, rule, week, said, mark, raised_at, raised_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (case_id, rule, week, mark) DO NOTHING`,
		id, caseID, f.Rule, f.Week, t.textsOf("flags", caseID, id).in("said", f.Said), mark, t.stamp(), f.RaisedOn)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n > 0 {
		if f.Level() == Red && v.Role != Therapist {
			err = errors.Join(err, t.tellFlag(ctx, caseID, id))
		}
		return errors.Join(err, t.audit(ctx, v, didRaiseFlag, caseID, id))
	}
	if !v.Known() {
		return nil
	}
	if id, err = t.flagID(ctx, caseID, f); err != nil {
		return err
	}
	return t.audit(ctx, v, didRaiseFlag, caseID, id)
}

// flagID gives the id of a flag that is kept.
func (t *tx) flagID(ctx context.Context, caseID string, f Flag) (id string, err error) {
	mark, err := t.flagMark(caseID, f.Said)
	if err != nil {
		return "", err
	}
	err = t.QueryRowContext(ctx, `SELECT id FROM flags WHERE case_id = $1 AND rule = $2 AND week = $3 AND mark = $4`, caseID, f.Rule, f.Week, mark).Scan(&id)
	return id, err
}

// flagMark is by what two flags that say the same are known, since what they
// say is sealed.
func (t *tx) flagMark(caseID, said string) (string, error) {
	key, err := t.keys.ofCase(caseID)
	if err != nil {
		return "", err
	}
	return key.Mark(said), nil
}

// Flags lists the flags of a case, open red ones first and then by week, newest
// first. Only its therapist may.
func (db *DB) Flags(ctx context.Context, v Viewer, caseID string) (list []Flag, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		if _, err := t.caseOf(ctx, v, caseID); err != nil {
			return err
		}
		list, err = t.caseFlags(ctx, caseID)
		return err
	})
	return list, err
}

// FlagInput is a form about one flag, as typed.
type FlagInput struct {
	Rule, Week, Said string // which one to close
	Kind, What       string // what was learned, for one that is raised by hand
	Reason           string
	Submission       Submission
}

// CloseFlag closes a flag with a reason. Only the case's therapist may. It is
// Invalid without a reason, and Conflict when the flag is closed already.
func (db *DB) CloseFlag(ctx context.Context, v Viewer, caseID string, in FlagInput) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		// A deputy's way in ends with the flag: her form is then all that is left to be
		// recognised by.
		_, err := t.makeOnce(ctx, v, in.Submission, "close flag "+caseID, in, func() (string, error) {
			_, today, err := t.caseToday(ctx, v, caseID)
			if err != nil {
				return "", err
			}
			var r reading
			reason := r.need("reason", in.Reason, shortLimit, "Write what was looked at and done. The flag is kept with it.")
			if err := r.err(); err != nil {
				return "", err
			}
			all, err := t.keepFlags(ctx, caseID)
			if err != nil {
				return "", err
			}
			at := slices.IndexFunc(all, func(f Flag) bool { return f.Rule == in.Rule && string(f.Week) == in.Week && f.Said == in.Said })
			if at < 0 {
				return "", notFound()
			}
			if !all[at].Open() {
				return "", conflict("This flag is closed already. Its reason stands below.")
			}
			id, err := t.flagID(ctx, caseID, all[at])
			if err != nil {
				return "", err
			}
			_, err = t.ExecContext(ctx, `UPDATE flags SET closed_on = $1, reason = $2 WHERE id = $3`,
				today, t.textsOf("flags", caseID, id).in("reason", reason), id)
			return caseID, errors.Join(err, t.audit(ctx, v, didCloseFlag, caseID, id))
		})
		return err
	})
}

// Learned lists what a therapist can raise a red flag for, with its words.
var Learned = []string{"violence", "threat", "strangulation", "weapon", "stalking", "forced_sex", "suicide", "escalation", "withdraws"}

// LearnedText writes one of them.
func LearnedText(kind string) string {
	return map[string]string{"violence": "Violence", "threat": "A threat", "strangulation": "Strangulation", "weapon": "A weapon", "stalking": "Stalking",
		"forced_sex": "Forced sex", "suicide": "A threat of suicide", "escalation": "Escalation", "withdraws": "The partner withdraws"}[kind]
}

// RaiseFlag raises a red flag for what the therapist learned. When the partner
// withdraws, her reports stop with it at once; nothing changes for the client.
// Only the case's therapist may.
func (db *DB) RaiseFlag(ctx context.Context, v Viewer, caseID string, in FlagInput) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		_, today, err := t.caseToday(ctx, v, caseID)
		if err != nil {
			return err
		}
		var r reading
		kind := r.needChoice("kind", in.Kind, Learned...)
		what := r.need("what", in.What, shortLimit, "Write what was learned, and from whom.")
		if err := r.err(); err != nil {
			return err
		}
		_, err = t.makeOnce(ctx, v, in.Submission, "raise flag "+caseID, in, func() (string, error) {
			f := Flag{Rule: "R4", Week: today.Week(), Said: LearnedText(kind) + ": " + what, RaisedOn: today}
			if kind == "withdraws" {
				f.Rule = "R5"
				from, err := t.askedLast(ctx, caseID, today)
				if err != nil {
					return "", err
				}
				if err := t.pausePartner(ctx, v, caseID, from, what); err != nil {
					return "", err
				}
			}
			mark, err := t.flagMark(caseID, f.Said)
			if err != nil {
				return "", err
			}
			var closed bool
			if err := t.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM flags WHERE case_id = $1 AND rule = $2 AND week = $3 AND mark = $4 AND closed_on IS NOT NULL)`,
				caseID, f.Rule, f.Week, mark).Scan(&closed); err != nil {
				return "", err
			}
			if closed {
				return "", conflict("A flag in these words was raised this week and is closed. Write what is new.")
			}
			return caseID, t.keepFlag(ctx, v, caseID, f)
		})
		return err
	})
}

// askedLast gives a day of the oldest week for which the partner can still be
// asked: until Wednesday the form of the week before is open. A week that she
// has reported is not one.
func (t *tx) askedLast(ctx context.Context, caseID string, today Day) (Day, error) {
	w, open := FormWeek(today)
	if !open || w == today.Week() {
		return today, nil
	}
	report, err := t.partnerReport(ctx, caseID, w)
	if err != nil || report != nil {
		return today, err
	}
	return w.Monday(), nil
}

// FlagText says what a rule looks for.
func FlagText(rule string) string {
	return map[string]string{
		"R1": "Not safe, or asks to be contacted soon", "R2": "Children frightened or pulled in", "R3": "Pushed about her answers, again",
		"R4": "Learned by the therapist", "R5": "The partner withdraws",
		"A1": "Not always safe", "A2": "Pushed about what to say", "A3": "Tension high", "A4": "Close to leaving", "A5": "Children quieter",
		"A6": "Their accounts diverge", "A7": "Done without being felt", "A8": "The client reads the partner better, the partner is worse off",
		"A9": "Calm at a price", "A10": "No reports", "A11": "The partner’s call lapsed or turned", "A12": "Refused passphrases", "N1": "Done and not noticed",
		"N2": "Both on one browser", "N3": "Both forms within minutes", "N4": "Each forecast right", "N5": "A sudden change after a step",
	}[rule]
}
