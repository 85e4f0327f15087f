package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
)

// SetAside is a week whose partner report the therapist does not let count,
// because she has reason to think that it is not the partner's own. It is missing
// from every number, from the verdict, the evidence and what can be published;
// her flags have seen it and go on to. Nothing sets a week aside but she, and she
// takes it back in; both are kept with their reasons.
//
// On the pages of the two nothing changes with it. What is shown of the week
// already stays shown until the partner takes it back.
type SetAside struct {
	Week   Week
	Why    string // not_hers or pushed
	Reason string
	On     Day
	// BackOn is the day on which the week was taken back in, empty while it is
	// set aside.
	BackOn     Day
	BackReason string
	id         string
}

// Standing says whether the week is set aside still.
func (s SetAside) Standing() bool { return s.BackOn == "" }

// AsideText writes why a week is set aside.
func AsideText(why string) string {
	return map[string]string{"not_hers": "not hers", "pushed": "pushed"}[why]
}

// AsideWords says after a number of weeks how many more are set aside; nothing for
// none.
func AsideWords(weeks int) string {
	if weeks == 0 {
		return ""
	}
	return fmt.Sprintf(", %d set aside", weeks)
}

// SetAsideInput is the form that sets a week aside or takes it back in, as typed.
type SetAsideInput struct {
	Back        bool // takes it back in; Why is not read then
	Why, Reason string
	Submission  Submission
}

// SetWeekAside sets a week with a partner report aside, or takes it back in. Only
// the case's therapist may. It is Invalid with field messages, and Conflict when
// the week has no report or stands that way already.
func (db *DB) SetWeekAside(ctx context.Context, v Viewer, caseID, week string, in SetAsideInput) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		w, today, err := t.reportedWeek(ctx, v, caseID, week)
		if err != nil {
			return err
		}
		var r reading
		why := ""
		if !in.Back {
			why = r.needChoice("why", in.Why, "not_hers", "pushed")
		}
		reason := r.need("reason", in.Reason, shortLimit, "Write what you know and from whom. Only you can read this.")
		if err := r.err(); err != nil {
			return err
		}
		_, err = t.makeOnce(ctx, v, in.Submission, "set aside "+caseID+" "+string(w), in, func() (string, error) {
			all, err := t.setAsides(ctx, caseID)
			if err != nil {
				return "", err
			}
			stands := standing(all)[w]
			switch {
			case in.Back && stands == nil:
				return "", conflict("This week counts already. Nothing was changed.")
			case in.Back:
				_, err = t.ExecContext(ctx, `UPDATE set_aside_weeks SET back_on = $1, back_reason = $2 WHERE id = $3`,
					today, t.textsOf("set_aside_weeks", caseID, stands.id).in("back_reason", reason), stands.id)
				return caseID, errors.Join(err, t.audit(ctx, v, didTakeIn, caseID, string(w)))
			case stands != nil:
				return "", conflict("This week is set aside already. Nothing was changed.")
			}
			id := newID()
			_, err = t.ExecContext(ctx, `INSERT INTO set_aside_weeks (id, case_id, week, why, reason, set_on, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
				id, caseID, w, why, t.textsOf("set_aside_weeks", caseID, id).in("reason", reason), today, t.stamp())
			return caseID, errors.Join(err, t.audit(ctx, v, didSetAside, caseID, string(w)))
		})
		return err
	})
}

// reportedWeek gives a week of a case that has a partner report.
func (t *tx) reportedWeek(ctx context.Context, v Viewer, caseID, week string) (w Week, today Day, err error) {
	if _, today, err = t.caseToday(ctx, v, caseID); err != nil {
		return "", "", err
	}
	w, ok := ParseWeek(week)
	if !ok {
		return "", "", notFound()
	}
	var id string
	err = t.QueryRowContext(ctx, `SELECT id FROM partner_reports WHERE case_id = $1 AND week = $2`, caseID, w).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", notFound()
	}
	return w, today, err
}

// ReportedWeek is a week with a partner report and what was made of it.
type ReportedWeek struct {
	Report PartnerReport
	Asides []SetAside // in order; the last one may stand
	Shown  []Offer    // what of the week is shown to the client now
	Flags  []Flag     // that the week raised
}

// ReportedWeek gives a week for the therapist to judge whether it is the
// partner's own. Only the case's therapist may; without a report it is NotFound.
func (db *DB) ReportedWeek(ctx context.Context, v Viewer, caseID, week string) (out ReportedWeek, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		w, _, err := t.reportedWeek(ctx, v, caseID, week)
		if err != nil {
			return err
		}
		list, err := t.partnerReports(ctx, caseID, w, w)
		if err != nil {
			return err
		}
		if err := t.remember(ctx, caseID, list); err != nil {
			return err
		}
		out.Report = list[0]
		if out.Asides, err = t.setAsides(ctx, caseID); err != nil {
			return err
		}
		out.Asides = slices.DeleteFunc(out.Asides, func(s SetAside) bool { return s.Week != w })
		if out.Shown, err = t.offers(ctx, caseID); err != nil {
			return err
		}
		out.Shown = slices.DeleteFunc(out.Shown, func(o Offer) bool { return !o.Shown || !o.restsOn(w) })
		if out.Flags, err = t.caseFlags(ctx, caseID); err != nil {
			return err
		}
		out.Flags = slices.DeleteFunc(out.Flags, func(f Flag) bool { return f.Week != w })
		return nil
	})
	return out, err
}

// setAsides lists all that was ever set aside in a case, in order.
func (t *tx) setAsides(ctx context.Context, caseID string) (list []SetAside, err error) {
	rows, err := t.QueryContext(ctx, `SELECT id, week, why, reason, set_on, COALESCE(back_on, ''), back_reason FROM set_aside_weeks WHERE case_id = $1 ORDER BY created_at, id`, caseID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s SetAside
		x := t.texts("set_aside_weeks", &caseID, &s.id)
		if err := rows.Scan(&s.id, &s.Week, &s.Why, x.out("reason", &s.Reason), &s.On, &s.BackOn, x.out("back_reason", &s.BackReason)); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, rows.Err()
}

// standing gives those that stand, by week.
func standing(list []SetAside) map[Week]*SetAside {
	weeks := map[Week]*SetAside{}
	for _, s := range list {
		if s.Standing() {
			weeks[s.Week] = &s
		}
	}
	return weeks
}

// Given is the partner's report of the week whether it counts or not.
func (w ReviewWeek) Given() *PartnerReport {
	if w.Aside != nil {
		return w.kept
	}
	return w.Report
}

// setAside takes the report of the week out of what counts.
func (w *ReviewWeek) setAside(s *SetAside) {
	if s != nil && w.Report != nil {
		w.Aside, w.kept, w.Report = s, w.Report, nil
	}
}

// asReported gives phases with every report that came, set aside or not. The
// flags go by it: what was said there must not be missed, and a week that is set
// aside raises nothing and takes nothing back.
func asReported(phases []PhaseReview) []PhaseReview {
	list := slices.Clone(phases)
	for i, p := range list {
		if p.SetAside == 0 {
			continue
		}
		p.Weeks = slices.Clone(p.Weeks)
		for n := range p.Weeks {
			w := &p.Weeks[n]
			w.Report, w.Aside, w.kept = w.Given(), nil, nil
		}
		list[i] = p.counted()
	}
	return list
}

// restsOn says whether an offer says something of a week.
func (o Offer) restsOn(w Week) bool {
	if o.ByWeek() {
		return o.Place == string(w)
	}
	return o.Phase.Contains(w)
}

// AsideProposals lists what the partner proposed that cannot be published,
// because it rests on a week that is set aside. Only the case's therapist may.
func (db *DB) AsideProposals(ctx context.Context, v Viewer, caseID string) (list []Offer, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		if _, err := t.caseOf(ctx, v, caseID); err != nil {
			return err
		}
		_, list, err = t.publishable(ctx, caseID)
		return err
	})
	return list, err
}

// publishable gives what the partner proposed: what can be published of it, and
// what cannot because a week is set aside. An average over the other weeks is not
// what she agreed to, so one that counts such a week waits as well. Her own pages
// go by neither.
func (t *tx) publishable(ctx context.Context, caseID string) (list, aside []Offer, err error) {
	all, err := t.offers(ctx, caseID)
	if err != nil {
		return nil, nil, err
	}
	asides, err := t.setAsides(ctx, caseID)
	if err != nil {
		return nil, nil, err
	}
	weeks := standing(asides)
	for _, o := range proposed(all) {
		rests := false
		for w := range weeks {
			rests = rests || o.restsOn(w)
		}
		if rests {
			aside = append(aside, o)
		} else {
			list = append(list, o)
		}
	}
	return list, aside, nil
}
