package models

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
)

// Choices of a decision, in the order in which they are offered.
var Choices = []string{"enough", "enough_for_now", "step_up", "hold", "extend", "stop_no_benefit", "stop_harm", "end_treatment", "follow_up"}

// ChoiceText writes a choice.
func ChoiceText(choice string) string {
	return map[string]string{
		"enough": "Conclude: enough", "enough_for_now": "Conclude: enough, for now", "step_up": "Step up", "hold": "Hold",
		"extend": "Extend", "stop_no_benefit": "Stop, no benefit", "stop_harm": "Stop, harm", "end_treatment": "End treatment", "follow_up": "Follow up",
	}[choice]
}

// Decision is what was decided in a review, with the numbers as they stood.
type Decision struct {
	ID          string
	Experiment  string // its id
	Phase       string // the phase that was reviewed, by name
	Choice      string
	On          Day
	Present     string // client, both, partner or nobody
	Reasons     string
	SuffersLess string // who suffers less because of this?
	WhoPays     string // who pays for it?
	Learning    string // one sentence of the client's
	Confidence  *int   // the client's, re-rated, 0 to 100
	ClientText  string // what each of the two was given to read
	PartnerText string
	Because     string   // why it goes against the verdict, empty when it does not
	Line        []string // the answers to LineItems; none in a decision made before they were asked
	Skill       Skill
	Ending      Ending
	Frozen      Frozen
}

// LineItems are the questions of the line checklist, asked of the therapist at every
// decision. They have no total and no name. Two or more that she is unsure of are
// for supervision.
var LineItems = []string{"care", "breaks", "harms", "enjoys"}

// LineText writes a question of the line checklist.
func LineText(item string) string {
	return map[string]string{
		"care": "Does the client look after this relationship, for whatever it is worth to them?", "breaks": "Does the client break it when it suits?",
		"harms": "Is skill used to harm somebody?", "enjoys": "Is the harm enjoyed?",
	}[item]
}

// Skill says whether what was learned here has been used against somebody, the
// partner or anybody else, and against whom.
type Skill struct {
	Used    string // yes or no; empty in a decision made before it was asked
	Against string
}

// Ending is what a decision to stop for harm, or to end, holds besides.
type Ending struct {
	From         Day    // from when it holds: the next planned review, unless she chose otherwise
	PartnerFirst Day    // to end: when the partner was spoken to, or tried, before the client
	Referral     string // to end: to whom the client was referred
}

// Unsure counts the questions of the line checklist that the therapist is unsure of.
func (d Decision) Unsure() (n int) {
	for _, answer := range d.Line {
		if answer == "unsure" {
			n++
		}
	}
	return n
}

// Frozen is what a review showed when a decision was made.
type Frozen struct {
	Phases   []FrozenPhase
	Verdict  Verdict
	Evidence string // with its numbers; empty when there is none
}

// FrozenPhase is one phase as its numbers stood when the decision was made.
type FrozenPhase struct {
	Phase                        string
	Asked, Reports, Checkins     int
	SetAside                     int `json:",omitempty"`
	Done, Planned                int
	Conflict, Leaving, Noticed   Numbers
	FeltReal                     Numbers
	Outcome, Criterion, CallGave string
}

// freeze keeps what a review shows.
func freeze(r Review) Frozen {
	var list []FrozenPhase
	for _, p := range r.Phases {
		f := FrozenPhase{Phase: p.Phase.Name, Asked: p.AskedPartner, Reports: p.Reports, SetAside: p.SetAside, Checkins: p.Checkins, Done: p.Done, Planned: p.Planned,
			Conflict: p.Conflict, Leaving: p.Leaving, Noticed: p.Noticed, FeltReal: p.FeltReal,
			Outcome: p.Phase.Outcome, Criterion: CriterionText(p.Phase.CriterionKind, p.Phase.Criterion)}
		if p.Call != nil {
			f.CallGave = p.Call.Answer
		}
		list = append(list, f)
	}
	f := Frozen{Phases: list, Verdict: r.Verdict()}
	if evidence, ok := r.Evidence(); ok {
		f.Evidence = evidence.Told()
	}
	return f
}

// Frozen gives what a decision made now would keep of a review, with a version
// for its form.
func (r Review) Frozen() (f Frozen, version string) {
	f = freeze(r)
	b, err := json.Marshal(f)
	if err != nil { // only finite numbers and text are in it
		panic(err)
	}
	return f, hashed(string(b))[:16]
}

// DecisionInput is the decision's form as typed.
type DecisionInput struct {
	Choice, On, Present, Reasons, SuffersLess, WhoPays string
	Learning, Confidence                               string
	ClientText, PartnerText                            string
	Because                                            string    // needed against the verdict
	Line                                               [4]string // the answers to LineItems
	SkillUsed, SkillAgainst                            string
	From                                               string // needed to stop for harm or to end
	PartnerFirst, Referral                             string // needed to end
	Version                                            string // of the numbers that the form showed
	Submission                                         Submission
}

// Decide keeps a decision with the numbers that its form showed, and the texts
// that the therapist wrote to each of the two. Only the case's therapist may.
// It is Invalid with field messages, and Conflict when the numbers have changed
// since the form was made.
func (db *DB) Decide(ctx context.Context, v Viewer, experimentID string, in DecisionInput) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		r, err := t.review(ctx, v, experimentID)
		if err != nil {
			return err
		}
		if len(r.Phases) == 0 {
			return conflict("This experiment has not started. There is nothing to decide yet.")
		}
		var check reading
		d := in.check(&check, r.Today)
		clientText := check.text("client_text", in.ClientText, 800)
		partnerText := check.text("partner_text", in.PartnerText, 800)
		frozen, version := r.Frozen()
		switch verdict := frozen.Verdict; {
		case d.Choice == "step_up" && d.Skill.Used == "yes":
			check.fail("choice", "Stepping up is not offered when a skill was used against somebody. Choose another decision, such as to end.")
		case verdict.Refuses(d.Choice):
			check.fail("choice", "Stepping up is not offered while the verdict is “"+strings.ToLower(VerdictText(verdict.Kind))+"”. Choose another decision.")
		case verdict.Against(d.Choice):
			d.Because = check.need("because", in.Because, shortLimit, "This goes against the verdict “"+strings.ToLower(VerdictText(verdict.Kind))+"”. Write why.")
		}
		if err := check.err(); err != nil {
			return err
		}
		_, err = t.makeOnce(ctx, v, in.Submission, "decision "+experimentID, in, func() (string, error) {
			if version != in.Version {
				return "", conflict("The numbers have changed since this form was made. Look at them again; what you wrote is kept.")
			}
			if _, err := t.keepFlags(ctx, r.Case.ID); err != nil {
				return "", err
			}
			numbers, err := json.Marshal(frozen.Phases)
			if err != nil {
				return "", err
			}
			frozen.Phases = nil
			verdict, err := json.Marshal(frozen)
			if err != nil {
				return "", err
			}
			id := newID()
			x := t.textsOf("decisions", r.Case.ID, id)
			_, err = t.ExecContext(ctx, `INSERT INTO decisions (id, case_id, experiment_id, phase, choice, decided_on, present, reasons, suffers_less,
					who_pays, learning, confidence, client_text, partner_text, numbers, created_at, verdict, because,
					line, skill_used, skill_against, partner_first_on, referral, holds_from)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)`,
				id, r.Case.ID, experimentID, r.Reviewed().Phase.Name, d.Choice, d.On, d.Present, x.in("reasons", d.Reasons), x.in("suffers_less", d.SuffersLess),
				x.in("who_pays", d.WhoPays), x.in("learning", d.Learning), d.Confidence, x.in("client_text", clientText), x.in("partner_text", partnerText),
				string(numbers), t.stamp(), string(verdict), x.in("because", d.Because),
				strings.Join(d.Line, " "), d.Skill.Used, x.in("skill_against", d.Skill.Against), d.Ending.PartnerFirst, x.in("referral", d.Ending.Referral), d.Ending.From)
			return id, errors.Join(err, t.addNotice(ctx, "client_notices", r.Case.ID, clientText, d.On),
				t.addNotice(ctx, "partner_notices", r.Case.ID, partnerText, d.On), t.audit(ctx, v, didDecide, r.Case.ID, id))
		})
		return err
	})
}

// NextReview is the first day after the phase that is reviewed, or today when that is
// past: from then on a stop that was not hurried holds.
func (r Review) NextReview() Day {
	if len(r.Phases) == 0 {
		return r.Today
	}
	return max(r.Today, r.Reviewed().Phase.LastWeek().Add(1).Monday())
}

// Reviewed gives the phase that a review is about: the last one that has
// begun.
func (r Review) Reviewed() PhaseReview {
	if len(r.Phases) == 0 {
		return PhaseReview{}
	}
	at := r.Phases[0]
	for _, p := range r.Phases {
		if p.Phase.Start <= r.Today.Week() {
			at = p
		}
	}
	return at
}

func (in DecisionInput) check(r *reading, today Day) Decision {
	d := Decision{
		Choice:      r.needChoice("choice", in.Choice, Choices...),
		On:          r.needDay("on", in.On, today.Add(-60), today),
		Present:     r.needChoice("present", in.Present, "client", "both", "partner", "nobody"),
		Reasons:     r.need("reasons", in.Reasons, proseLimit, "Write the reasons. Only you can read them."),
		SuffersLess: r.need("suffers_less", in.SuffersLess, shortLimit, "Answer in a few words: who suffers less because of this?"),
		WhoPays:     r.need("who_pays", in.WhoPays, shortLimit, "Answer in a few words: who pays for it?"),
		Learning:    r.text("learning", in.Learning, lineLimit),
		Confidence:  r.number("confidence", in.Confidence, 0, 100),
	}
	for i, item := range LineItems {
		d.Line = append(d.Line, r.needChoice("line_"+item, in.Line[i], "yes", "no", "unsure"))
	}
	if d.Skill.Used = r.needChoice("skill_used", in.SkillUsed, "no", "yes"); d.Skill.Used == "yes" {
		d.Skill.Against = r.need("skill_against", in.SkillAgainst, shortLimit, "Write against whom, in a few words. Nobody but therapists of the case can read it.")
	}
	if d.Choice == "stop_harm" || d.Choice == "end_treatment" {
		d.Ending.From = r.needDay("from", in.From, today.Add(-60), today.Add(60))
	}
	if d.Choice == "end_treatment" {
		d.Ending.PartnerFirst = r.needDay("partner_first", in.PartnerFirst, today.Add(-60), today)
		d.Ending.Referral = r.need("referral", in.Referral, shortLimit, "Write to whom the client was referred, or that a referral was declined.")
	}
	return d
}

func (t *tx) addNotice(ctx context.Context, table, caseID, body string, on Day) error {
	if strings.TrimSpace(body) == "" {
		return nil
	}
	id := newID()
	_, err := t.ExecContext(ctx, `INSERT INTO `+table+` (id, case_id, body, written_on, created_at) VALUES ($1, $2, $3, $4, $5)`,
		id, caseID, t.textsOf(table, caseID, id).in("body", body), on, t.stamp())
	return err
}

// Decisions lists the decisions of an experiment in order. Only the case's
// therapist may.
func (db *DB) Decisions(ctx context.Context, v Viewer, experimentID string) (list []Decision, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		if _, err := t.experimentOf(ctx, v, experimentID); err != nil {
			return err
		}
		list, err = t.decisions(ctx, experimentID)
		return err
	})
	return list, err
}

func (t *tx) decisions(ctx context.Context, experimentID string) (list []Decision, err error) {
	rows, err := t.QueryContext(ctx, `SELECT case_id, id, phase, choice, decided_on, present, reasons, suffers_less, who_pays, learning, confidence,
		client_text, partner_text, numbers, verdict, because, line, skill_used, skill_against, partner_first_on, referral, holds_from FROM decisions WHERE experiment_id = $1 ORDER BY created_at`, experimentID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var d Decision
		var caseID, numbers, verdict, line string
		x := t.texts("decisions", &caseID, &d.ID)
		if err := rows.Scan(&caseID, &d.ID, &d.Phase, &d.Choice, &d.On, &d.Present, x.out("reasons", &d.Reasons), x.out("suffers_less", &d.SuffersLess),
			x.out("who_pays", &d.WhoPays), x.out("learning", &d.Learning), &d.Confidence, x.out("client_text", &d.ClientText),
			x.out("partner_text", &d.PartnerText), &numbers, &verdict, x.out("because", &d.Because),
			&line, &d.Skill.Used, x.out("skill_against", &d.Skill.Against), &d.Ending.PartnerFirst, x.out("referral", &d.Ending.Referral), &d.Ending.From); err != nil {
			return nil, err
		}
		d.Line, d.Experiment = strings.Fields(line), experimentID
		if err := errors.Join(json.Unmarshal([]byte(verdict), &d.Frozen), json.Unmarshal([]byte(numbers), &d.Frozen.Phases)); err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, rows.Err()
}

// PartnerNotices lists what the therapist wrote to the partner, newest first.
// It is Forbidden unless she gave her passphrase again.
func (db *DB) PartnerNotices(ctx context.Context, v Viewer) (list []Notice, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		caseID, err := t.caseOfPartner(ctx, v)
		if err != nil {
			return err
		}
		list, err = t.notices(ctx, "partner_notices", caseID)
		return err
	})
	return list, err
}
