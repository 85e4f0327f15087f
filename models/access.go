package models

import (
	"context"
	"errors"
	"strings"
)

// EndAccess ends the way in of the client or the partner of a case, in one act:
// sessions, open codes and the sign-in. A new code lets the person in again.
// Only the case's own therapist may.
func (db *DB) EndAccess(ctx context.Context, v Viewer, caseID string, role Role, s Submission) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		c, err := own(t.caseOf(ctx, v, caseID))
		if err != nil {
			return err
		}
		person := c.Client.ID
		if role == Partner {
			person = c.Partner.ID
		}
		_, err = t.once(ctx, v, s, "end access "+caseID, role, func() (string, error) {
			return person, errors.Join(t.endAccess(ctx, person, ""), t.audit(ctx, v, didEndAccess, caseID, person))
		})
		return err
	})
}

// endAccess leaves a person nothing to come in with, and nothing that is sent: the
// partner is not reminded any more until she asks for it again. The one session that may be
// kept is for its caller to end.
func (t *tx) endAccess(ctx context.Context, personID, keep string) error {
	today, err := t.today(ctx)
	if err != nil {
		return err
	}
	_, err1 := t.ExecContext(ctx, `DELETE FROM sessions WHERE person_id = $1 AND token_hash <> $2`, personID, keep)
	_, err2 := t.ExecContext(ctx, `DELETE FROM invitations WHERE person_id = $1`, personID)
	_, err3 := t.ExecContext(ctx, `DELETE FROM signin_links WHERE person_id = $1`, personID)
	_, err4 := t.ExecContext(ctx, `UPDATE partner_reminders SET remind = 0 WHERE case_id = (SELECT id FROM cases WHERE partner_id = $1)`, personID)
	_, err5 := t.ExecContext(ctx, `UPDATE people SET signin = NULL, passphrase_hash = NULL, passphrase_on = NULL, access_ended_on = $1 WHERE id = $2`, today, personID)
	return errors.Join(err1, err2, err3, err4, err5, t.withdraw(ctx, personID))
}

// writeOwn is write for an act of the client’s or the partner’s own. It is NotFound
// when the way in was ended after the request had come in by it.
func (db *DB) writeOwn(ctx context.Context, v Viewer, fn func(context.Context, *tx) error) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		if err := t.hasAccess(ctx, v); err != nil {
			return err
		}
		return fn(ctx, t)
	})
}

// hasAccess is NotFound for a person who has no way in, and for every partner while
// there is no partner's side.
func (t *tx) hasAccess(ctx context.Context, v Viewer) error {
	var has bool
	if err := t.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM people WHERE id = $1 AND signin IS NOT NULL)`, v.PersonID).Scan(&has); err != nil {
		return err
	}
	if has && v.Role == Partner {
		shut, err := t.partnersShut(ctx)
		if err != nil {
			return err
		}
		has = !shut
	}
	if !has {
		return notFound()
	}
	return nil
}

// withdrawn is what the flag says that the partner's own act raises.
const withdrawn = "said so on the private pages; the sign-in has ended"

// StopReporting is the partner's act when she no longer wants to report: no more
// reports are asked for, her way in ends, and a flag tells the therapist.
// Nothing changes for the client. It is Forbidden unless she gave her passphrase
// again; the same form sent again is answered as before for ten minutes.
func (db *DB) StopReporting(ctx context.Context, v Viewer, s Submission) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.once(ctx, v, s, "stop reporting", nil, func() (string, error) {
			if v.Ended {
				return "", signedOut()
			}
			caseID, err := t.caseOfPartner(ctx, v)
			if err == nil {
				err = t.hasAccess(ctx, v)
			}
			if err != nil {
				return "", err
			}
			today, err := t.today(ctx)
			if err != nil {
				return "", err
			}
			from, err := t.askedLast(ctx, caseID, today)
			if err != nil {
				return "", err
			}
			f := Flag{Rule: "R5", Week: today.Week(), Said: withdrawn, RaisedOn: today}
			var before int
			if err := t.QueryRowContext(ctx, `SELECT count(*) FROM flags WHERE case_id = $1 AND rule = $2 AND week = $3`, caseID, f.Rule, f.Week).Scan(&before); err != nil {
				return "", err
			}
			// A flag that was closed stays closed: another in the same words would not be seen.
			f.Said += strings.Repeat(", again", before)
			return caseID, errors.Join(t.keepFlag(ctx, v, caseID, f), t.pausePartner(ctx, v, caseID, from, withdrawn),
				t.endAccess(ctx, v.PersonID, v.Session), t.endVisit(ctx, v, VisitStopped), t.audit(ctx, v, didStopReporting, caseID, v.PersonID))
		})
		return err
	})
}
